"""Charts as plain geometry; the templates draw it as SVG. Every chart has a table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from presentation.numbers import school_year
from serving.store.rows import Cells
from serving.wording.locale import Language

WIDTH, HEIGHT = 420, 160
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 14, 26
MARK_POINTS = {"A": 4, "B": 3, "C": 2, "D": 1, "F": 0}
MOST_BAR = 30.0


@dataclass(frozen=True)
class Bar:
    """One bar, with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True)
class Tick:
    """A place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Dot:
    """One point of a line."""

    x: float
    y: float
    says: str


@dataclass(frozen=True)
class BarChart:
    """Bars over time."""

    bars: tuple[Bar, ...]
    months: tuple[Tick, ...]
    levels: tuple[Tick, ...]


@dataclass(frozen=True)
class LineChart:
    """Points joined by a line; `points` is the SVG text of the line."""

    dots: tuple[Dot, ...]
    columns: tuple[Tick, ...]
    years: tuple[Tick, ...]
    levels: tuple[Tick, ...]

    @property
    def points(self) -> str:
        """The line through the dots."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def attendance_chart(language: Language, weeks: Sequence[Cells]) -> BarChart | None:
    """Days missed per school week; None without a week."""
    if not weeks:
        return None
    most = max(5.0, *(float(w["days"] or 0) for w in weeks))
    step = (WIDTH - LEFT - RIGHT) / len(weeks)
    width = min(MOST_BAR, step * 0.72)
    bars = tuple(week_bar(language, w, LEFT + i * step + (step - width) / 2, width, most) for i, w in enumerate(weeks))
    return BarChart(
        bars, month_ticks(language, weeks, step), tuple(Tick(height_of(n, most), str(n)) for n in (0, 1, 3, 5))
    )


def week_bar(language: Language, week: Cells, x: float, width: float, most: float) -> Bar:
    """One week's bar; a week without absence keeps a sliver, so that it is not mistaken for a missing one."""
    missed = float(week["missed"] or 0) / 100
    top = min(height_of(missed, most), height_of(0, most) - 1.5)
    says = week_words(language, week, missed)
    return Bar(round(x, 1), round(top, 1), round(width, 1), round(height_of(0, most) - top, 1), says)


def week_words(language: Language, week: Cells, missed: float) -> str:
    """What a week's bar stands for."""
    day = language.short_day(date.fromisoformat(str(week["week"])))
    return language.says("Week of {day}: {missed} of {days} days missed", day=day, missed=missed, days=week["days"])


def month_ticks(language: Language, weeks: Sequence[Cells], step: float) -> tuple[Tick, ...]:
    """Where each month begins."""
    days = [date.fromisoformat(str(w["week"])) for w in weeks]
    first = [i for i, day in enumerate(days) if i == 0 or days[i - 1].month != day.month]
    return tuple(Tick(round(LEFT + i * step + step / 2, 1), language.month(days[i])) for i in first)


def height_of(value: float, most: float) -> float:
    """The height at which a value is drawn."""
    return round(HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM), 1)


@dataclass(frozen=True)
class TermMarks:
    """A term's marks: the average of those with points, and how many there are. `year` is empty where unknown."""

    year: str
    term: str
    average: float
    count: int


def marks_by_term(marks: Sequence[Cells]) -> list[TermMarks]:
    """The average mark of each term, in the order in which terms first gave marks."""
    terms: dict[tuple[str, str], list[int]] = {}
    for row in sorted(marks, key=lambda row: str(row["known_on"])):
        points = MARK_POINTS.get(str(row["mark"]))
        if points is not None:
            terms.setdefault((year_of(row), str(row["term_id"])), []).append(points)
    return [TermMarks(year, term, sum(points) / len(points), len(points)) for (year, term), points in terms.items()]


def year_of(row: Cells) -> str:
    """The school year of a mark, in words."""
    year = row.get("school_year")
    return school_year(year) if isinstance(year, int) else ""


def marks_chart(language: Language, terms: Sequence[TermMarks]) -> LineChart | None:
    """The average mark per term; None with fewer than two terms, which make no line."""
    if len(terms) < 2:
        return None
    step = (WIDTH - LEFT - RIGHT) / len(terms)
    places = [round(LEFT + (i + 0.5) * step, 1) for i in range(len(terms))]
    return LineChart(
        dots=tuple(mark_dot(language, x, term) for x, term in zip(places, terms, strict=True)),
        columns=tuple(Tick(x, term.term) for x, term in zip(places, terms, strict=True)),
        years=tuple(
            Tick(places[i], term.year) for i, term in enumerate(terms) if i == 0 or terms[i - 1].year != term.year
        ),
        levels=tuple(Tick(height_of(points, 4), mark) for mark, points in MARK_POINTS.items()),
    )


def mark_dot(language: Language, x: float, term: TermMarks) -> Dot:
    """One term's point."""
    when = f"{term.term} {term.year}"
    says = language.counted(
        "{term}: {letter} on average over {number} course",
        "{term}: {letter} on average over {number} courses",
        term.count,
        term=when,
        letter=letter(term.average),
    )
    return Dot(x, height_of(term.average, 4), says)


def letter(average: float) -> str:
    """The letter nearest to an average, with a sign where it is well off it."""
    nearest = min(MARK_POINTS, key=lambda mark: abs(MARK_POINTS[mark] - average))
    off = average - MARK_POINTS[nearest]
    sign = "" if nearest == "F" or abs(off) < 0.17 else "+" if off > 0 else "−"
    return f"{nearest}{sign}"

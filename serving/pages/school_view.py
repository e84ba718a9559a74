"""The content of School and district, as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from presentation.charts.marks import Chart
from presentation.charts.record_chart import ChartWords, RecordColumn, bar_chart
from presentation.charts.share_bars import ShareRow, share_bars
from presentation.numbers import of_100, school_year
from serving.pages.school_leaving import kind_of, leaving_of, leaving_words
from serving.pages.school_totals import Period, Share, Totals, between_schools, is_others
from serving.wording.locale import Language, msgid

FLAGGED_SHARE = 0.40
"""Of a grade: from here on the page says that it is a matter of the school."""
SHADES = (0.05, 0.10, 0.20, 0.30)
"""Shares from which a cell is shaded one step darker."""
SUBJECTS = {
    "ela": msgid("English"),
    "math": msgid("Math"),
    "science": msgid("Science"),
    "social_science": msgid("Social science"),
}
SIGNALS_NOW = {"signals": msgid("Some or many signals"), "many": msgid("Many signals")}
MOVES = {"fewer_signals": msgid("Fewer signals now"), "more_signals": msgid("More signals now")}
NOBODY = "–"
ANOTHER_SCHOOL = msgid("Another school")


@dataclass(frozen=True)
class ShadedCell:
    """A share of 100 in words, how dark its cell is (0 to 4), and of how many students it is; empty where not told."""

    words: str
    shade: int = 0
    says: str = ""


@dataclass(frozen=True)
class ShadedTable:
    """Shares by grade: what it is called, the columns, and a row a grade."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[ShadedCell, ...]], ...]


@dataclass(frozen=True)
class SchoolView:
    """The page's content; `crowded` are the grades of which so many show signals that it is a matter of the school."""

    data_through: date
    grades: tuple[int, ...]
    grade: int
    crowded: tuple[str, ...]
    on_track: Chart | None
    on_track_tables: tuple[ShadedTable, ...]
    latest: str
    leaving_says: str
    leaving: tuple[ShadedTable, ...]
    back: tuple[ShadedTable, ...]
    subjects: ShadedTable
    absence: Chart | None
    absences: ShadedTable
    signals: ShadedTable | None
    moves: ShadedTable | None
    schools: Chart | None
    schools_table: tuple[tuple[str, str, str], ...]
    schools_say: str


def school_view(
    totals: Totals, language: Language, names: Mapping[str, str], *, asked_grade: str, own: str | None
) -> SchoolView | None:
    """The page of some totals; None where nothing of the school may be told."""
    if not totals.grades:
        return None
    words = ViewWords(language, totals)
    leaving = leaving_of(totals)
    grade = chosen_grade(totals, asked_grade, leaving.now or leaving.worst)
    latest = next(reversed(totals.periods("passed")), None)
    schools = [(one, share.rest) for one, share in totals.schools("passed", grade, latest)] if latest else []
    return SchoolView(
        data_through=totals.data_through,
        grades=tuple(totals.grades),
        grade=grade,
        crowded=words.crowded(),
        on_track=words.on_track_chart(latest) if latest else None,
        on_track_tables=words.by_term("passed", language.translate("Passed every core course, of 100")),
        latest=words.period(latest) if latest else "",
        leaving_says=leaving_words(language, leaving, words.period),
        leaving=words.by_term("left", language.translate("Left the track, of 100 who were on it the term before")),
        back=words.by_term("back", language.translate("Came back, of 100 who had an F the term before")),
        subjects=words.by_subject(latest),
        absence=words.absence_chart(grade),
        absences=words.by_period("chronic", language.translate("Missed a tenth of the days or more, of 100")),
        signals=words.by_measure(SIGNALS_NOW, msgid("Signals on this list, of 100 students")),
        moves=words.by_measure(MOVES, msgid("Since the first list of the year, of 100 who could move that way")),
        schools=words.schools_chart(schools, names, own) if len(schools) > 1 else None,
        schools_table=tuple(words.school_line(one, share, names, own) for one, share in schools),
        schools_say=words.between(share for _, share in schools),
    )


def chosen_grade(totals: Totals, asked: str, worst: tuple[int, Period] | None) -> int:
    """The grade that is looked at closer: the one asked for, else that with which the page begins."""
    usual = worst[0] if worst else totals.grades[0]
    return int(asked) if asked.isdigit() and int(asked) in totals.grades else usual


@dataclass(frozen=True)
class ViewWords:
    """Totals in the words of a language."""

    language: Language
    totals: Totals

    def period(self, period: Period) -> str:
        """A term or a month: "Q1 2026–27", "Oct"."""
        year, name = period
        if len(name) == len("2026-10") and name[4] == "-":
            return str(format_date(date(int(name[:4]), int(name[5:]), 1), "MMM", self.language.locale))
        return f"{name} {school_year(year)}"

    def grade(self, grade: int) -> str:
        """A grade."""
        return self.language.translate("Grade {grade}", grade=grade)

    def says(self, share: Share) -> str:
        """A share with the students whom it is of."""
        return self.language.translate("{share} of 100, of {count} students", share=of_100(share.share), count=share.n)

    def cell(self, share: Share | None) -> ShadedCell:
        """A cell, darker with a higher share."""
        if share is None:
            return ShadedCell(NOBODY)
        return ShadedCell(of_100(share.share), sum(share.share >= one for one in SHADES), self.says(share))

    def by_period(self, measure: str, caption: str) -> ShadedTable:
        """A measure by grade and period."""
        return self.table(measure, caption, self.totals.periods(measure))

    def table(self, measure: str, caption: str, periods: Sequence[Period]) -> ShadedTable:
        """A measure by grade in some periods."""
        found = self.totals.of(measure)
        rows = [(self.grade(one), tuple(self.cell(found.get((one, p))) for p in periods)) for one in self.totals.grades]
        return ShadedTable(caption, tuple(self.period(one) for one in periods), tuple(rows))

    def by_term(self, measure: str, caption: str) -> tuple[ShadedTable, ...]:
        """A measure by grade and term: a table for each kind of term, so that quarters stand beside quarters."""
        kinds: dict[str, list[Period]] = {}
        for one in self.totals.periods(measure):
            kinds.setdefault(kind_of(one), []).append(one)
        newest_first = sorted(kinds.values(), key=lambda own: own[-1][0], reverse=True)
        return tuple(self.table(measure, caption, own) for own in newest_first)

    def by_subject(self, latest: Period | None) -> ShadedTable:
        """Who has an F in a core course of the latest term, by grade and subject."""
        columns = {subject: self.totals.of("passed", subject) for subject in SUBJECTS}
        rows = []
        for grade in self.totals.grades:
            shares = [found.get((grade, latest)) if latest else None for found in columns.values()]
            rows.append((self.grade(grade), tuple(self.cell(one.rest if one else None) for one in shares)))
        heads = tuple(self.language.translate(words) for words in SUBJECTS.values())
        return ShadedTable(self.language.translate("Had an F, of 100"), heads, tuple(rows))

    def by_measure(self, columns: Mapping[str, str], caption: str) -> ShadedTable | None:
        """Measures of now by grade, each under its words; None where nothing of them may be told."""
        found = {words: self.totals.of(measure) for measure, words in columns.items()}
        if not any(found.values()):
            return None
        rows = []
        for grade in self.totals.grades:
            shares = [next((s for (g, _), s in one.items() if g == grade), None) for one in found.values()]
            rows.append((self.grade(grade), tuple(map(self.cell, shares))))
        heads = tuple(self.language.translate(words) for words in found)
        return ShadedTable(self.language.translate(caption), heads, tuple(rows))

    def crowded(self) -> tuple[str, ...]:
        """The grades of which more show signals than counselors could reach one by one."""
        found = [(grade, one) for (grade, _), one in self.totals.of("signals").items() if one.share > FLAGGED_SHARE]
        said = msgid("{count} of 100 students in grade {grade} show some or many signals.")
        return tuple(
            self.language.translate(said, count=round(one.share * 100), grade=grade) for grade, one in sorted(found)
        )

    def on_track_chart(self, latest: Period) -> Chart | None:
        """Who passed every core course in the latest term, by grade; beside it the district where a school is shown."""
        found, district = self.totals.of("passed"), self.totals.of("passed", school_id="")
        rows = [
            ShareRow(
                self.grade(grade),
                one.share,
                of_100(one.share),
                self.says(one),
                district[key].share if self.totals.school_id and key in district else None,
            )
            for (grade, period), one in sorted(found.items())
            if period == latest
            for key in [(grade, period)]
        ]
        title = self.language.translate("Passed every core course in {term}, of 100", term=self.period(latest))
        said = "; ".join(f"{row.name}: {row.number}" for row in rows)
        return share_bars(rows, ChartWords("on-track", title, said)) if rows else None

    def absence_chart(self, grade: int) -> Chart | None:
        """The chronically absent of a grade, up to the end of each month."""
        found = [(p, s) for (g, p), s in self.totals.of("chronic").items() if g == grade]
        found.sort(key=lambda one: one[0])
        columns = [RecordColumn(s.share * 100, self.says(s), self.period(p)) for p, s in found]
        if len(columns) < 2:
            return None
        most = max(40.0, *(one.value for one in columns))
        title = self.language.translate("Missed a tenth of the days or more so far, grade {grade}, of 100", grade=grade)
        said = "; ".join(f"{one.label}: {one.value:.0f}" for one in columns)
        levels = [(0, "0"), (most / 2, f"{most / 2:.0f}"), (most, f"{most:.0f}")]
        return bar_chart(columns, levels, ChartWords("absence", title, said), most=most)

    def school_name(self, school_id: str, names: Mapping[str, str], own: str | None) -> str:
        """A school's name; to who leads another one, it is another school."""
        if is_others(school_id):
            return self.language.translate("Schools too small to show")
        if own is not None and school_id != own:
            return self.language.translate(ANOTHER_SCHOOL)
        return names.get(school_id, school_id)

    def school_line(
        self, school_id: str, share: Share, names: Mapping[str, str], own: str | None
    ) -> tuple[str, str, str]:
        """A school's row in the table behind the chart."""
        return self.school_name(school_id, names, own), of_100(share.share), self.language.amount(share.n)

    def schools_chart(self, schools: Sequence[tuple[str, Share]], names: Mapping[str, str], own: str | None) -> Chart:
        """Who had an F, by school, the most first."""
        ordered = sorted(schools, key=lambda one: -one[1].share)
        shown = short_names([self.school_name(one, names, own) for one, _ in ordered])
        rows = [
            ShareRow(name, s.share, of_100(s.share), self.says(s), own=one == self.totals.school_id)
            for name, (one, s) in zip(shown, ordered, strict=True)
        ]
        title = self.language.translate("Had an F in a core course, by school, of 100")
        said = "; ".join(f"{row.name}: {row.number}" for row in rows)
        most = max(0.3, *(row.share for row in rows))
        return share_bars(rows, ChartWords("schools", title, said), most=most)

    def between(self, shares: Iterable[Share]) -> str:
        """How much of the difference between students lies between schools."""
        part = between_schools(shares)
        if part is None:
            return ""
        said = msgid(
            "About {count} in 100 of the difference between students is between schools. The rest is within each "
            "school."
        )
        return self.language.translate(said, count=max(1, round(part * 100)))


LONGEST_NAME = 18


def short_names(names: Sequence[str]) -> list[str]:
    """Names that fit beside bars: without a last word School where one is too long, then cut; whole in the table."""
    fits = max(map(len, names), default=0) <= LONGEST_NAME
    said = [name if fits else name.removesuffix(" School") for name in names]
    return [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…" for name in said]

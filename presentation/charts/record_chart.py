"""Small charts of one student's records over time: bars, and points joined by a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from presentation.charts.marks import BarMark, Chart, DotMark, LineMark, Mark, PathMark, TextMark

WIDTH, HEIGHT = 420, 160
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 14, 26
MOST_BAR = 30.0
FIRST_ROW = HEIGHT - 6
SECOND_ROW = 24
"""The height of a second row of labels below the columns, which only points have."""


@dataclass(frozen=True)
class RecordColumn:
    """One value, what it stands for in words, and the labels in the rows below it (empty for none)."""

    value: float
    says: str
    label: str = ""
    second: str = ""


@dataclass(frozen=True)
class ChartWords:
    """The name of a chart on its page, and its title and description in the reader's language."""

    name: str
    title: str
    description: str


@dataclass(frozen=True)
class RecordScale:
    """The highest value of the vertical axis, and how many columns there are."""

    most: float
    columns: int

    @property
    def step(self) -> float:
        """The width of a column."""
        return (WIDTH - LEFT - RIGHT) / self.columns

    def x(self, place: int) -> float:
        """The middle of a column."""
        return round(LEFT + (place + 0.5) * self.step, 1)

    def y(self, value: float) -> float:
        """Where a value stands from the top."""
        return round(HEIGHT - BOTTOM - value / self.most * (HEIGHT - TOP - BOTTOM), 1)


def bar_chart(
    columns: Sequence[RecordColumn], levels: Sequence[tuple[float, str]], words: ChartWords, *, most: float
) -> Chart:
    """A bar a column; one of nothing keeps a sliver, so that it is not mistaken for a missing one."""
    scale = RecordScale(most, len(columns))
    width = min(MOST_BAR, scale.step * 0.72)
    bars = [bar(one, scale, LEFT + at * scale.step + (scale.step - width) / 2, width) for at, one in enumerate(columns)]
    below = column_labels([one.label for one in columns], scale, FIRST_ROW)
    marks = (*level_marks(levels, scale), *bars, *below)
    return Chart(words.name, "records", words.title, words.description, WIDTH, HEIGHT, marks)


def bar(column: RecordColumn, scale: RecordScale, x: float, width: float) -> BarMark:
    """One bar."""
    top = min(scale.y(column.value), scale.y(0) - 1.5)
    return BarMark(round(x, 1), round(top, 1), round(width, 1), round(scale.y(0) - top, 1), "bar", column.says)


def point_chart(
    columns: Sequence[RecordColumn], levels: Sequence[tuple[float, str]], words: ChartWords, *, most: float
) -> Chart:
    """A point a column, joined by a line; below, two rows of labels."""
    scale = RecordScale(most, len(columns))
    dots = [DotMark(scale.x(at), scale.y(one.value), 4.5, "dot", one.says) for at, one in enumerate(columns)]
    path = PathMark(tuple((dot.x, dot.y) for dot in dots), "line")
    first = column_labels([one.label for one in columns], scale, FIRST_ROW)
    second = column_labels([one.second for one in columns], scale, FIRST_ROW + SECOND_ROW)
    marks = (*level_marks(levels, scale), path, *dots, *first, *second)
    return Chart(words.name, "records", words.title, words.description, WIDTH, HEIGHT + SECOND_ROW, marks)


def level_marks(levels: Sequence[tuple[float, str]], scale: RecordScale) -> list[Mark]:
    """Level lines with their labels."""
    lines = [LineMark(LEFT, WIDTH - RIGHT, scale.y(value), scale.y(value), "grid") for value, _ in levels]
    return [*lines, *(TextMark(label, LEFT - 6, scale.y(value) + 4, "end") for value, label in levels)]


def column_labels(labels: Sequence[str], scale: RecordScale, y: float) -> list[Mark]:
    """A row of labels below the columns, at this height."""
    return [TextMark(label, scale.x(at), y, "middle") for at, label in enumerate(labels) if label]

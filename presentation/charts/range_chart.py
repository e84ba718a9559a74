"""One student's values over time beside what is usual: a line of points in front of a range a column."""

from collections.abc import Sequence
from dataclasses import dataclass

from presentation.charts.marks import BarMark, Chart, DotMark, PathMark
from presentation.charts.record_chart import (
    FIRST_ROW,
    HEIGHT,
    LEFT,
    WIDTH,
    ChartWords,
    RecordScale,
    column_labels,
    level_marks,
)


@dataclass(frozen=True)
class RangeColumn:
    """A value and the range that is usual there, with both in words; `label` stands below."""

    value: float
    low: float
    high: float
    says: str
    label: str = ""


def range_chart(
    columns: Sequence[RangeColumn], levels: Sequence[tuple[float, str]], words: ChartWords, *, most: float
) -> Chart:
    """The ranges as bars of a quiet color, the values as points joined by a line."""
    scale = RecordScale(most, len(columns))
    bars = [usual_bar(one, scale, at) for at, one in enumerate(columns)]
    dots = [DotMark(scale.x(at), scale.y(one.value), 4.5, "dot", one.says) for at, one in enumerate(columns)]
    path = PathMark(tuple((dot.x, dot.y) for dot in dots), "line")
    below = column_labels([one.label for one in columns], scale, FIRST_ROW)
    marks = (*level_marks(levels, scale), *bars, path, *dots, *below)
    return Chart(words.name, "records", words.title, words.description, WIDTH, HEIGHT, marks)


def usual_bar(column: RangeColumn, scale: RecordScale, at: int) -> BarMark:
    """The range of a column; one without width keeps a sliver."""
    width, top = scale.step * 0.6, scale.y(column.high)
    height = max(2.0, scale.y(column.low) - top)
    x = LEFT + at * scale.step + (scale.step - width) / 2
    return BarMark(round(x, 1), round(top, 1), round(width, 1), round(height, 1), "usual", column.says)

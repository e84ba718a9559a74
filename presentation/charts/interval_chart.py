"""Interval charts: one line a group, with its estimate and the interval around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from presentation.charts.marks import Chart, DotMark, LineMark, Mark, TextMark
from presentation.numbers import IntervalLike, of_100, signed_of_100

WIDTH, TOP, ROW = 680, 16, 26
NAMES = 330
"""The width of the names at the left."""
RIGHT = 30
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class NamedInterval:
    """One line of the chart."""

    name: str
    interval: IntervalLike


@dataclass(frozen=True)
class IntervalScale:
    """The values that the horizontal axis spans, in a chart of so many lines."""

    first: float
    last: float
    lines: int

    @property
    def height(self) -> int:
        """The height of the chart."""
        return TOP + ROW * (self.lines + 2)

    def x(self, value: float) -> float:
        """Where a value stands across; one beyond the axis stands at its end."""
        inside = min(self.last, max(self.first, value))
        return round(NAMES + (inside - self.first) / (self.last - self.first) * (WIDTH - NAMES - RIGHT), 1)


def difference_chart(rows: Sequence[NamedInterval], *, name: str, title: str) -> Chart:
    """Differences on both sides of none, which a dashed line marks; the axis is as wide as the widest interval."""
    ends = (abs(end) for row in rows for end in (row.interval.low, row.interval.high))
    reach = ceil(10 * max(0.1, *ends)) / 10
    scale = IntervalScale(-reach, reach, len(rows))
    marks = [
        mark
        for at in (-reach, -reach / 2, 0.0, reach / 2, reach)
        for mark in level(scale, at, signed_of_100(at), style="even" if at == 0 else "grid")
    ]
    said = described([(row.name, signed_of_100(row.interval.estimate)) for row in rows])
    return Chart(name, "intervals", title, said, WIDTH, scale.height, (*marks, *row_marks(rows, scale)))


def share_chart(
    rows: Sequence[NamedInterval], *, name: str, title: str, guide: tuple[float, str] | None = None
) -> Chart:
    """Shares between 0 and 1; a dashed line with words above it marks `guide`."""
    scale = IntervalScale(0.0, 1.0, len(rows))
    marks = [mark for at in SHARES for mark in level(scale, at, of_100(at), style="grid")]
    if guide:
        x = scale.x(guide[0])
        marks += [LineMark(x, x, TOP, scale.height - ROW, "even"), TextMark(guide[1], x, TOP - 4, "middle")]
    said = described([(row.name, of_100(row.interval.estimate)) for row in rows])
    return Chart(name, "intervals", title, said, WIDTH, scale.height, (*marks, *row_marks(rows, scale)))


def level(scale: IntervalScale, at: float, words: str, *, style: str) -> list[Mark]:
    """A level line with its number below."""
    x = scale.x(at)
    return [LineMark(x, x, TOP, scale.height - ROW, style), TextMark(words, x, scale.height - 8, "middle")]


def row_marks(rows: Sequence[NamedInterval], scale: IntervalScale) -> list[Mark]:
    """The name, the interval and the estimate of each row."""
    return [mark for place, row in enumerate(rows) for mark in one_row(row, place, scale)]


def one_row(row: NamedInterval, place: int, scale: IntervalScale) -> list[Mark]:
    """One row."""
    y, one = TOP + ROW * place + ROW / 2, row.interval
    return [
        TextMark(row.name, NAMES - 12, y + 4, "end"),
        LineMark(scale.x(one.low), scale.x(one.high), y, y, "line model"),
        DotMark(scale.x(one.estimate), y, 4, "dot model"),
    ]


def described(values: Sequence[tuple[str, str]]) -> str:
    """The estimate of each row, of 100."""
    return "; ".join(f"{name}: {value}" for name, value in values) + "."

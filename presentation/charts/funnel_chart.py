"""Funnel plots: each share over the number behind it, between limits within which chance alone would keep it."""

from collections.abc import Sequence
from dataclasses import dataclass

from presentation.charts.marks import Chart, DotMark, LineMark, Mark, PathMark, TextMark
from presentation.charts.record_chart import ChartWords
from presentation.numbers import of_100

WIDTH, HEIGHT = 680, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 24, 16, 44
LEVELS = 4
MARGIN = 0.02
"""Of a share, left free above and below the outermost mark."""


@dataclass(frozen=True)
class FunnelPoint:
    """A share of `n` students, with what it says; the reader's `own` stands out."""

    n: int
    share: float
    says: str
    own: bool = False


@dataclass(frozen=True)
class FunnelLimits:
    """Limits around the common share: `low` and `high` at each of the numbers `n`, rising."""

    n: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    style: str


@dataclass(frozen=True)
class FunnelScale:
    """How far both axes reach."""

    most: float
    low: float
    high: float

    def x(self, n: float) -> float:
        """Where a number of students stands."""
        return round(LEFT + n / self.most * (WIDTH - LEFT - RIGHT), 1)

    def y(self, share: float) -> float:
        """Where a share stands from the top."""
        inside = min(self.high, max(self.low, share))
        return round(TOP + (self.high - inside) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)


def funnel_chart(
    points: Sequence[FunnelPoint], common: float, limits: Sequence[FunnelLimits], words: ChartWords, *, across: str
) -> Chart:
    """The points above the number of students, the common share as a dashed line, and the limits as lines."""
    shares = [one.share for one in points] + [common]
    scale = FunnelScale(
        max(one.n for one in points) * 1.08,
        max(0.0, min(shares) - MARGIN - spread(shares)),
        min(1.0, max(shares) + MARGIN + spread(shares)),
    )
    marks = [*axis_marks(scale, across), *common_marks(common, scale)]
    marks += [mark for one in limits for mark in limit_marks(one, scale)]
    marks += [
        DotMark(scale.x(one.n), scale.y(one.share), 6 if one.own else 4.5, "dot held" if one.own else "dot", one.says)
        for one in points
    ]
    return Chart(words.name, "records", words.title, words.description, WIDTH, HEIGHT, tuple(marks))


def spread(shares: Sequence[float]) -> float:
    """A quarter of how far the shares lie apart."""
    return (max(shares) - min(shares)) / 4


def axis_marks(scale: FunnelScale, across: str) -> list[Mark]:
    """Level lines with numbers of 100, and numbers of students below."""
    marks: list[Mark] = []
    for step in range(LEVELS + 1):
        share = scale.low + (scale.high - scale.low) * step / LEVELS
        y, x = scale.y(share), scale.x(scale.most * step / LEVELS)
        marks += [LineMark(LEFT, WIDTH - RIGHT, y, y, "grid"), TextMark(of_100(share), LEFT - 8, y + 4, "end")]
        marks.append(TextMark(f"{scale.most * step / LEVELS:,.0f}", x, HEIGHT - BOTTOM + 18, "middle"))
    return [*marks, TextMark(across, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "middle")]


def common_marks(common: float, scale: FunnelScale) -> list[Mark]:
    """The line of the common share."""
    y = scale.y(common)
    return [LineMark(LEFT, WIDTH - RIGHT, y, y, "even")]


def limit_marks(limits: FunnelLimits, scale: FunnelScale) -> list[Mark]:
    """Both lines of some limits, as far as they lie within the chart."""
    return [
        PathMark(tuple((scale.x(n), scale.y(share)) for n, share in zip(limits.n, side, strict=True)), limits.style)
        for side in (limits.low, limits.high)
    ]

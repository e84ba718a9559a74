"""Funnel plots: each share over the number behind it, between limits within which chance alone would keep it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Protocol

from presentation.charts.marks import Chart, DotMark, LineMark, Mark, PathMark, TextMark
from presentation.charts.record_chart import ChartWords

WIDTH, HEIGHT = 680, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 24, 16, 44
MOST_MARKS = 5
"""Steps between the numbers of an axis, at most."""
MARGIN = 0.02
"""Of a share, left free above and below the outermost mark."""


@dataclass(frozen=True)
class FunnelPoint:
    """A share of `n` students, with what it says; the reader's `own` stands out."""

    n: int
    share: float
    says: str
    own: bool = False


class LimitsLike(Protocol):
    """Limits of chance at some numbers of students."""

    @property
    def n(self) -> tuple[float, ...]:
        """The numbers, rising."""

    @property
    def low(self) -> tuple[float, ...]:
        """The lower limit at each."""

    @property
    def high(self) -> tuple[float, ...]:
        """The upper limit at each."""


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
    points: Sequence[FunnelPoint],
    common: float,
    limits: Sequence[FunnelLimits],
    words: ChartWords,
    *,
    across: str,
    up: str,
) -> Chart:
    """The points above the number of students, the common share as a dashed line, and the limits as lines.

    `across` and `up` say what the axes count.
    """
    shares = [one.share for one in points] + [common, *narrowest(limits)]
    scale = FunnelScale(
        max(one.n for one in points) * 1.08,
        max(0.0, min(shares) - MARGIN - spread(shares)),
        min(1.0, max(shares) + MARGIN + spread(shares)),
    )
    marks = [*axis_marks(scale, across, up), *common_marks(common, scale)]
    marks += [mark for one in limits for mark in limit_marks(one, scale)]
    marks += [
        DotMark(scale.x(one.n), scale.y(one.share), 6 if one.own else 4.5, "dot held" if one.own else "dot", one.says)
        for one in points
    ]
    return Chart(words.name, "records", words.title, words.description, WIDTH, HEIGHT, tuple(marks))


def narrowest(limits: Sequence[FunnelLimits]) -> list[float]:
    """The limits at the most students, which a chart always has room for: else it would not say where they are."""
    return [side[-1] for one in limits for side in (one.low, one.high)]


def spread(shares: Sequence[float]) -> float:
    """A quarter of how far the shares lie apart."""
    return (max(shares) - min(shares)) / 4


def axis_marks(scale: FunnelScale, across: str, up: str) -> Iterator[Mark]:
    """Level lines with round numbers of 100, round numbers of students below, and what both axes count."""
    for level in round_marks(scale.low * 100, scale.high * 100):
        y = scale.y(level / 100)
        yield LineMark(LEFT, WIDTH - RIGHT, y, y, "grid")
        yield TextMark(f"{level:g}", LEFT - 8, y + 4, "end")
    for n in round_marks(0, scale.most):
        yield TextMark(f"{n:,g}", scale.x(n), HEIGHT - BOTTOM + 18, "middle")
    yield TextMark(across, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "middle")
    yield TextMark(up, 14, (TOP + HEIGHT - BOTTOM) / 2, "middle", turned=True)


def round_marks(low: float, high: float) -> list[float]:
    """Numbers of an axis between two values: multiples of 1, 2 or 5 of a power of ten, and never below 1."""
    least = max(1.0, (high - low) / MOST_MARKS)
    power = 10.0 ** floor(log10(least))
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= least * (1 - 1e-9))
    return [step * n for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def common_marks(common: float, scale: FunnelScale) -> list[Mark]:
    """The line of the common share."""
    y = scale.y(common)
    return [LineMark(LEFT, WIDTH - RIGHT, y, y, "even")]


def limit_marks(limits: FunnelLimits, scale: FunnelScale) -> list[Mark]:
    """Both lines of some limits, each from where it enters the chart: few students have limits beyond any share."""
    sides = [shown_part(limits.n, side, scale) for side in (limits.low, limits.high)]
    return [
        PathMark(tuple((scale.x(n), scale.y(share)) for n, share in side), limits.style)
        for side in sides
        if len(side) > 1
    ]


def shown_part(n: Sequence[float], side: Sequence[float], scale: FunnelScale) -> list[tuple[float, float]]:
    """The last points of a limit that lie within the chart, and before them the one on its edge."""
    points = list(zip(n, side, strict=True))
    first = next((at for at in range(len(points), 0, -1) if not scale.low < side[at - 1] < scale.high), 0)
    if not 0 < first < len(points):
        return points[first:]
    return [edge_point(points[first - 1], points[first], scale), *points[first:]]


def edge_point(outside: tuple[float, float], inside: tuple[float, float], scale: FunnelScale) -> tuple[float, float]:
    """Where the line from a point beyond the chart to one within it crosses the edge."""
    edge = scale.low if outside[1] <= scale.low else scale.high
    way = (edge - outside[1]) / (inside[1] - outside[1])
    return outside[0] + way * (inside[0] - outside[0]), edge

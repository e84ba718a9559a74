"""A timeline: lanes of one kind each above a common axis of months, with the name of a lane above its shapes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from presentation.charts.marks import BarMark, Chart, DotMark, LineMark, Mark, TextMark
from presentation.charts.record_chart import ChartWords

WIDTH, LEFT, RIGHT = 420, 8, 8
LANE, NAME, BASE = 46, 14, 40
"""Of a lane: its height, and where from its top its name and its line stand."""
AXIS = 24
TALLEST, SLIVER, THIN = 22.0, 1.5, 8.0
LEAST_DAYS = 27


@dataclass(frozen=True)
class Spot:
    """Something on a timeline, in words: a bar up to `share` of a lane, one up to a day, else a point.

    An `open` point is not filled.
    """

    day: date
    says: str
    share: float | None = None
    until: date | None = None
    open: bool = False
    square: bool = False


@dataclass(frozen=True)
class Lane:
    """The name of a lane, and what is on it."""

    name: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class TimeScale:
    """The first and the last day of the axis."""

    first: date
    last: date

    def x(self, day: date) -> float:
        """Where a day stands from the left; days beyond the axis stand at its ends."""
        days = (min(max(day, self.first), self.last) - self.first).days
        return round(LEFT + days / (self.last - self.first).days * (WIDTH - LEFT - RIGHT), 1)

    def months(self) -> Iterator[date]:
        """The first day of each month of the axis."""
        month = self.first
        while month <= self.last:
            yield month
            month = (month + timedelta(days=31)).replace(day=1)


def time_scale(lanes: Sequence[Lane], until: date) -> TimeScale:
    """From the month of the earliest day on any lane until a day, or the latest one: four weeks or more."""
    days = [spot.day for lane in lanes for spot in lane.spots]
    first = min([*days, until]).replace(day=1)
    return TimeScale(first, max(*days, until, first + timedelta(days=LEAST_DAYS)))


def timeline_chart(
    lanes: Sequence[Lane], words: ChartWords, *, until: date, months: Sequence[str], most_labels: int = 12
) -> Chart:
    """The lanes from top to bottom, over months named by `months` (January first)."""
    scale, height = time_scale(lanes, until), len(lanes) * LANE
    marks: list[Mark] = []
    for month in [*scale.months()][:most_labels]:
        x = scale.x(month)
        marks += [LineMark(x, x, 2, height, "grid"), TextMark(months[month.month - 1], x + 3, height + 16)]
    for at, lane in enumerate(lanes):
        marks += lane_marks(lane, scale, at * LANE)
    return Chart(words.name, "records", words.title, words.description, WIDTH, height + AXIS, tuple(marks))


def lane_marks(lane: Lane, scale: TimeScale, top: float) -> Iterator[Mark]:
    """A lane's line, its shapes and its name."""
    base = top + BASE
    yield LineMark(LEFT, WIDTH - RIGHT, base, base, "grid")
    for spot in lane.spots:
        yield spot_mark(spot, scale, base)
    yield TextMark(lane.name, LEFT, top + NAME, style="name")


def spot_mark(spot: Spot, scale: TimeScale, base: float) -> Mark:
    """The shape of a spot above the line of its lane."""
    x = scale.x(spot.day)
    if spot.share is not None:
        tall = round(max(SLIVER, min(spot.share, 1.0) * TALLEST), 1)
        wide = round(max(2.0, (scale.x(spot.day + timedelta(days=5)) - x) * 0.9), 1)
        return BarMark(x, round(base - tall, 1), wide, tall, "bar", spot.says)
    if spot.until is not None:
        return BarMark(x, base - THIN, round(max(3.0, scale.x(spot.until) - x), 1), THIN, "bar", spot.says)
    return DotMark(x, base - 5, 4.0, "dot" if spot.open else "dot held", spot.says, spot.square)

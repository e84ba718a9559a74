"""Line charts of shares: reliability of risks, and rates by the length of the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from presentation.charts.marks import BarMark, Chart, DotMark, LineMark, Mark, PathMark, TextMark
from presentation.numbers import of_100

WIDTH = 680
LEFT, RIGHT, TOP, BOTTOM = 52, 190, 16, 46
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
APART = 17.0
"""Least distance between two names at the ends of lines."""
ACROSS = "students listed, of 100"
"""What the horizontal axis of a chart over the length of the list says."""
SQUARE = "rule"
"""The kind whose points are squares, so that color is not all that tells lines apart."""


@dataclass(frozen=True)
class LineSeries:
    """The points of one line: `name` in words, and `kind`, its color and dashes in the stylesheet."""

    kind: str
    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class PlotAxes:
    """What both axes count, and the places on the horizontal one that have a number."""

    across: str
    up: str
    places: Sequence[float]


@dataclass(frozen=True)
class PlotFrame:
    """The chart's height and the values that its horizontal axis spans; the vertical axis spans 0 to 1."""

    height: int
    first: float
    last: float

    def x(self, value: float) -> float:
        """Where a value stands across."""
        return round(LEFT + (value - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, share: float) -> float:
        """Where a share stands from the top."""
        return round(self.height - BOTTOM - share * (self.height - TOP - BOTTOM), 1)


def reliability_chart(series: Sequence[LineSeries]) -> Chart:
    """Risk given against what happened, with the line on which they agree."""
    frame = PlotFrame(height=WIDTH - LEFT - RIGHT + TOP + BOTTOM - 60, first=0.0, last=1.0)
    agree = LineMark(frame.x(0), frame.x(1), frame.y(0), frame.y(1), "even")
    said = TextMark("as many as said", frame.x(1) + 12, frame.y(1) + 4)
    axes = axis_marks(frame, PlotAxes("risk given, of 100", "ended off track, of 100", LEVELS))
    names = end_names(series, frame, taken=(said.y,))
    title = "Risk given against the share that ended off track, for " + " and ".join(one.name for one in series)
    marks = (*axes, agree, said, *line_marks(series, frame), *names)
    return Chart("reliability", "lines", title, described(series), WIDTH, frame.height, marks)


def precision_chart(series: Sequence[LineSeries], *, own: float, everyone: float) -> Chart:
    """How many of those listed ended off track, by how many are listed.

    `own` is the district's capacity, which a band marks; `everyone` is the share of the whole cohort.
    """
    frame, axes = capacity_frame(series, 340, "of 100 listed, ended off track")
    base = LineMark(frame.x(frame.first), frame.x(frame.last), frame.y(everyone), frame.y(everyone), "even")
    named = [*series, LineSeries("everyone", "all students", [(frame.last, everyone)])]
    band = capacity_band(frame, own) if own in axes.places else ()
    marks = (*band, *axis_marks(frame, axes), base, *line_marks(series, frame), *end_names(named, frame))
    title = "How many of 100 listed students ended off track, by how many students are listed"
    return Chart("precision", "lines", title, described(series), WIDTH, frame.height, marks)


def rate_chart(series: Sequence[LineSeries], *, name: str, words: str, title: str, across: str = ACROSS) -> Chart:
    """A rate over the length of the list, one line a group; `words` say what the rate counts, `across` its length."""
    frame, axes = capacity_frame(series, 300, words, across)
    marks = (*axis_marks(frame, axes), *line_marks(series, frame), *end_names(series, frame))
    return Chart(name, "lines", title, described(series), WIDTH, frame.height, marks)


def capacity_frame(
    series: Sequence[LineSeries], height: int, up: str, across: str = ACROSS
) -> tuple[PlotFrame, PlotAxes]:
    """The frame and the axes of a chart over the capacities."""
    places = [at for at, _ in series[0].points]
    frame = PlotFrame(height, first=places[0] - 0.01, last=max(places) + 0.005)
    return frame, PlotAxes(across, up, places)


def capacity_band(frame: PlotFrame, capacity: float) -> tuple[BarMark]:
    """A band behind a capacity."""
    return (BarMark(frame.x(capacity) - 15, TOP, 30, frame.height - TOP - BOTTOM, "here"),)


def described(series: Sequence[LineSeries]) -> str:
    """The values of each line, of 100, from left to right."""
    return ". ".join(f"{one.name}: {', '.join(of_100(share) for _, share in one.points)}" for one in series) + "."


def axis_marks(frame: PlotFrame, axes: PlotAxes) -> list[Mark]:
    """Level lines with their numbers, the numbers along the bottom, and what both axes count."""
    ends = frame.x(frame.first), frame.x(frame.last)
    levels = [LineMark(*ends, frame.y(at), frame.y(at), "grid") for at in LEVELS]
    numbers = [TextMark(of_100(at), LEFT - 8, frame.y(at) + 4, "end") for at in LEVELS]
    bottom = frame.height - BOTTOM + 19
    columns = [TextMark(f"{at * 100:.3g}", frame.x(at), bottom, "middle") for at in axes.places]
    across = TextMark(axes.across, (LEFT + WIDTH - RIGHT) / 2, frame.height - 6, "middle")
    up = TextMark(axes.up, 12, (TOP + frame.height - BOTTOM) / 2, "middle", turned=True)
    return [*levels, *numbers, *columns, across, up]


def line_marks(series: Sequence[LineSeries], frame: PlotFrame) -> list[Mark]:
    """Each line with its points."""
    return [mark for one in series for mark in one_line(one, frame)]


def one_line(series: LineSeries, frame: PlotFrame) -> list[Mark]:
    """One line with its points."""
    places = tuple((frame.x(at), frame.y(share)) for at, share in series.points)
    dots = [DotMark(x, y, 4, f"dot {series.kind}", square=series.kind == SQUARE) for x, y in places]
    return [PathMark(places, f"line {series.kind}"), *dots]


def end_names(series: Sequence[LineSeries], frame: PlotFrame, taken: Sequence[float] = ()) -> list[TextMark]:
    """Each line's name beside its last point, moved down where names would meet."""
    wanted = {one.kind: frame.y(one.points[-1][1]) + 4 for one in series}
    placed = spread(wanted, taken)
    x = frame.x(frame.last) + 12
    return [TextMark(one.name, x, placed[one.kind], style=f"name {one.kind}") for one in series]


def spread(wanted: Mapping[str, float], taken: Sequence[float] = ()) -> dict[str, float]:
    """The places nearest below those wanted that keep names apart."""
    last = max(taken, default=float("-inf"))
    placed: dict[str, float] = {}
    for name in sorted(wanted, key=lambda one: wanted[one]):
        last = placed[name] = max(wanted[name], last + APART)
    return placed

"""Charts of a report, as SVG that stands in the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.metrics.calibration_error import ReliabilityBin
from presentation.numbers import of_100
from training.report.html import Html, element

WIDTH = 680
LEFT, RIGHT, TOP, BOTTOM = 52, 190, 16, 46
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
APART = 17.0
"""Least distance between two names at the ends of lines, in pixels."""


@dataclass(frozen=True)
class Series:
    """One scorer's points, `name` in words and `kind` for its color and dashes."""

    kind: str
    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Frame:
    """The plot's height and the values that its horizontal axis spans; the vertical axis spans 0 to 1."""

    height: int
    first: float
    last: float

    def x(self, value: float) -> float:
        """Where a value stands across."""
        return round(LEFT + (value - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, share: float) -> float:
        """Where a share stands from the top."""
        return round(self.height - BOTTOM - share * (self.height - TOP - BOTTOM), 1)


def reliability_chart(series: Sequence[Series]) -> Html:
    """Risk said against what happened, with the line on which they agree."""
    frame = Frame(height=WIDTH - LEFT - RIGHT + TOP + BOTTOM - 60, first=0.0, last=1.0)
    agree = element("line", class_="even", x1=frame.x(0), y1=frame.y(0), x2=frame.x(1), y2=frame.y(1))
    said = text("as many as said", frame.x(1) + 12, frame.y(1) + 4)
    parts = [*axes(frame, LEVELS, across="risk given, of 100", up="ended off track, of 100"), agree]
    lines = [part for one in series for part in drawn(one, frame)]
    names = end_names(series, frame, taken=(frame.y(1) + 4,))
    label = "Risk given against the share that ended off track, for " + " and ".join(one.name for one in series)
    return svg(frame, label, *parts, said, *lines, *names)


def precision_chart(series: Sequence[Series], *, own: float, everyone: float) -> Html:
    """How many of those listed ended off track, by how many are listed; `everyone` is the share of the cohort."""
    capacities = [at for at, _ in series[0].points]
    frame = Frame(height=340, first=capacities[0] - 0.01, last=max(capacities) + 0.005)
    base = element(
        "line",
        class_="even",
        x1=frame.x(frame.first),
        y1=frame.y(everyone),
        x2=frame.x(frame.last),
        y2=frame.y(everyone),
    )
    parts = axes(frame, capacities, across="students listed, of 100", up="of 100 listed, ended off track")
    lines = [part for one in series for part in drawn(one, frame)]
    named = [*series, Series("everyone", "all students", [(frame.last, everyone)])]
    label = "How many of 100 listed students ended off track, by how many students are listed"
    return svg(frame, label, here(frame, own, capacities), *parts, base, *lines, *end_names(named, frame))


def here(frame: Frame, own: float, capacities: Sequence[float]) -> Html:
    """A band behind the district's own capacity, nothing where that is not drawn."""
    if own not in capacities:
        return Html("")
    return element("rect", class_="here", x=frame.x(own) - 15, y=TOP, width=30, height=frame.height - TOP - BOTTOM)


def svg(frame: Frame, label: str, *parts: Html) -> Html:
    """The picture, with what it shows for those who do not see it."""
    return element("svg", *parts, viewBox=f"0 0 {WIDTH} {frame.height}", role="img", aria_label=label)


def axes(frame: Frame, places: Sequence[float], *, across: str, up: str) -> list[Html]:
    """Level lines with their numbers, the numbers along the bottom, and what both axes count."""
    ends = {"x1": frame.x(frame.first), "x2": frame.x(frame.last)}
    levels = [element("line", class_="grid", y1=frame.y(at), y2=frame.y(at), **ends) for at in LEVELS]
    numbers = [text(of_100(at), LEFT - 8, frame.y(at) + 4, anchor="end") for at in LEVELS]
    bottom = frame.height - BOTTOM + 19
    columns = [text(f"{at * 100:.3g}", frame.x(at), bottom, anchor="middle") for at in places]
    middle = (LEFT + WIDTH - RIGHT) / 2
    titles = [text(across, middle, frame.height - 6, anchor="middle"), sideways(up, frame)]
    return [*levels, *numbers, *columns, *titles]


def sideways(words: str, frame: Frame) -> Html:
    """The title of the vertical axis."""
    y = (TOP + frame.height - BOTTOM) / 2
    return element("text", words, transform=f"translate(12 {y}) rotate(-90)", text_anchor="middle")


def text(words: str, x: float, y: float, *, anchor: str = "start", kind: str = "axis") -> Html:
    """Words in a chart."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=kind)


def drawn(series: Series, frame: Frame) -> list[Html]:
    """One line with its points; the rule's are squares, so that color is not all that tells them apart."""
    places = [(frame.x(at), frame.y(share)) for at, share in series.points]
    line = element("polyline", class_=f"line {series.kind}", points=" ".join(f"{x},{y}" for x, y in places))
    return [line, *(dot(series.kind, x, y) for x, y in places)]


def dot(kind: str, x: float, y: float) -> Html:
    """One point."""
    if kind == "rule":
        return element("rect", class_="dot rule", x=round(x - 4, 1), y=round(y - 4, 1), width=8, height=8)
    return element("circle", class_=f"dot {kind}", cx=x, cy=y, r=4)


def end_names(series: Sequence[Series], frame: Frame, taken: Sequence[float] = ()) -> list[Html]:
    """Each line's name beside its last point, moved down where names would meet."""
    wanted = {one.kind: frame.y(one.points[-1][1]) + 4 for one in series}
    placed = spread(wanted, taken)
    x = frame.x(frame.last) + 12
    return [text(one.name, x, placed[one.kind], kind=f"name {one.kind}") for one in series]


def spread(wanted: Mapping[str, float], taken: Sequence[float] = ()) -> dict[str, float]:
    """The places nearest below those wanted that keep names apart."""
    last = max(taken, default=float("-inf"))
    placed: dict[str, float] = {}
    for name in sorted(wanted, key=lambda one: wanted[one]):
        last = placed[name] = max(wanted[name], last + APART)
    return placed


def merged(bins: Sequence[ReliabilityBin]) -> list[ReliabilityBin]:
    """The bins, those of equal risk and share as one: a rule gives many students the same risk."""
    whole: dict[tuple[float, float], ReliabilityBin] = {}
    for one in bins:
        place = (round(one.mean_risk, 9), round(one.share, 9))
        held = whole[place].n if place in whole else 0
        whole[place] = ReliabilityBin(held + one.n, one.mean_risk, one.share)
    return list(whole.values())

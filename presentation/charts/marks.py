"""The marks of which every chart is made; `drawing` draws them. Lengths are in units of the chart's width."""

from dataclasses import dataclass
from typing import ClassVar, Literal

Anchor = Literal["start", "middle", "end"]
Layout = Literal["lines", "intervals", "records"]


@dataclass(frozen=True)
class LineMark:
    """A straight line; `style` is its class in the stylesheet, here and in the marks below."""

    shape: ClassVar[str] = "line"
    x1: float
    x2: float
    y1: float
    y2: float
    style: str


@dataclass(frozen=True)
class PathMark:
    """A line through points."""

    shape: ClassVar[str] = "path"
    points: tuple[tuple[float, float], ...]
    style: str


@dataclass(frozen=True)
class BarMark:
    """A rectangle; `says` is what it stands for, shown where somebody points at it."""

    shape: ClassVar[str] = "bar"
    x: float
    y: float
    width: float
    height: float
    style: str
    says: str = ""


@dataclass(frozen=True)
class DotMark:
    """A point, round or square; `says` is what it stands for."""

    shape: ClassVar[str] = "dot"
    x: float
    y: float
    radius: float
    style: str
    says: str = ""
    square: bool = False


@dataclass(frozen=True)
class TextMark:
    """Words in a chart; `turned` words run upwards."""

    shape: ClassVar[str] = "label"
    words: str
    x: float
    y: float
    anchor: Anchor = "start"
    style: str = "axis"
    turned: bool = False


Mark = LineMark | PathMark | BarMark | DotMark | TextMark


@dataclass(frozen=True)
class Chart:
    """A chart: its marks in drawing order, and for those who do not see it a title and a description.

    `name` is unique on a page, and `layout` is a class in the stylesheet. The table behind a chart stands beside it in
    the section's view.
    """

    name: str
    layout: Layout
    title: str
    description: str
    width: float
    height: float
    marks: tuple[Mark, ...]

"""Draws a chart as SVG, without inline style or script; the words and names in it are escaped.

A page has some hundred marks, and a template that escapes each number of each takes several times as long.
"""

from markupsafe import Markup

from presentation.charts.marks import BarMark, Chart, DotMark, LineMark, Mark, PathMark, TextMark
from presentation.escaping import escaped


def draw(chart: Chart) -> Markup:
    """The chart as it stands in a page or a report."""
    name, layout = escaped(chart.name), escaped(chart.layout)
    head = (
        f'<svg class="chart {layout}" viewBox="0 0 {chart.width} {chart.height}" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc"><title id="{name}-title">{escaped(chart.title)}'
        f'</title><desc id="{name}-desc">{escaped(chart.description)}</desc>'
    )
    marks = "\n".join(map(draw_mark, chart.marks))
    return Markup(f"{head}\n{marks}\n</svg>")  # noqa: S704 - its words are escaped, and all else is numbers


def draw_mark(mark: Mark) -> str:
    """One mark."""
    style = f'class="{escaped(mark.style)}"'
    match mark:
        case LineMark():
            return f'<line {style} x1="{mark.x1}" x2="{mark.x2}" y1="{mark.y1}" y2="{mark.y2}"/>'
        case PathMark():
            points = " ".join(f"{x},{y}" for x, y in mark.points)
            return f'<polyline {style} points="{points}"/>'
        case TextMark():
            return f'<text {style} text-anchor="{mark.anchor}"{place_of(mark)}>{escaped(mark.words)}</text>'
        case BarMark():
            return draw_box(style, (mark.x, mark.y), (mark.width, mark.height), mark.says)
        case DotMark() if mark.square:
            side = 2 * mark.radius
            return draw_box(style, (mark.x - mark.radius, mark.y - mark.radius), (side, side), mark.says)
        case DotMark():
            return f'<circle {style} cx="{mark.x}" cy="{mark.y}" r="{mark.radius}">{pointed_at(mark.says)}</circle>'


def place_of(mark: TextMark) -> str:
    """Where words begin, and that they run upwards where they do."""
    if mark.turned:
        return f' transform="translate({mark.x} {mark.y}) rotate(-90)"'
    return f' x="{mark.x}" y="{mark.y}"'


def draw_box(style: str, place: tuple[float, float], size: tuple[float, float], says: str) -> str:
    """A rectangle with what it stands for."""
    (x, y), (width, height) = place, size
    return f'<rect {style} x="{x}" y="{y}" width="{width}" height="{height}">{pointed_at(says)}</rect>'


def pointed_at(says: str) -> str:
    """What is shown where somebody points at a mark; nothing where there is nothing to say."""
    return f"<title>{escaped(says)}</title>" if says else ""

"""Pictures of an audit: each group beside the reference with its interval, and each group over the capacity."""

from collections.abc import Sequence
from math import ceil

from models.fairness.audit import Audit, GroupTable
from models.fairness.group_metrics import GroupFigures
from models.metrics.intervals import Interval
from presentation.numbers import capitalized, signed_of_100
from training.audit.group_names import short
from training.report.charts import TOP, WIDTH, Frame, Series, axes, end_names, svg, text
from training.report.html import Html, element

ROW = 26
NAMES = 330
"""Pixels for the groups' names."""
KINDS = ("model", "rule", "logistic", "school_only", "champion")
"""Colors and dashes of lines, in turn."""
MOST_LINES = len(KINDS)


def gap_chart(tables: Sequence[GroupTable], measure: str, label: str) -> Html:
    """One line a group: the difference to its attribute's largest group, with its interval."""
    those = [(table, group) for table in tables for group in table.groups if measure in group.against]
    gaps = [group.against[measure].difference for _, group in those]
    reach = ceil(10 * max(0.1, *(abs(end) for gap in gaps for end in (gap.low, gap.high)))) / 10
    height = TOP + ROW * (len(those) + 2)
    marks = [mark(at, height, reach) for at in (-reach, -reach / 2, 0.0, reach / 2, reach)]
    rows = [
        part for place, (one, gap) in enumerate(zip(those, gaps, strict=True)) for part in row(one, gap, place, reach)
    ]
    return element("svg", *marks, *rows, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=label)


def across(value: float, reach: float) -> float:
    """Where a difference stands."""
    return round(NAMES + (value + reach) / (2 * reach) * (WIDTH - NAMES - 30), 1)


def mark(value: float, height: int, reach: float) -> Html:
    """A level line with its number; that of no difference stands out."""
    x = across(value, reach)
    line = element("line", class_="even" if value == 0 else "grid", x1=x, x2=x, y1=TOP, y2=height - ROW)
    return Html(line + text(signed_of_100(value), x, height - 8, anchor="middle"))


def row(one: tuple[GroupTable, GroupFigures], gap: Interval, place: int, reach: float) -> list[Html]:
    """One group's name, its interval and its difference."""
    table, group = one
    y = TOP + ROW * place + ROW / 2
    name = text(capitalized(short(table.of, group.name)), NAMES - 12, y + 4, anchor="end")
    low, high = across(max(-reach, gap.low), reach), across(min(reach, gap.high), reach)
    line = element("line", class_="line model", x1=low, x2=high, y1=y, y2=y)
    return [name, line, element("circle", class_="dot model", cx=across(gap.estimate, reach), cy=y, r=4)]


def curve_chart(audit: Audit, table: GroupTable, measure: str, words: str) -> Html:
    """One line a group: a rate over the capacities, for the largest groups."""
    largest = sorted(table.groups, key=lambda group: -group.n)[:MOST_LINES]
    shown = [(kind, group) for kind, group in zip(KINDS, largest, strict=False) if all(group.curve[measure])]
    series = [
        Series(
            kind,
            group.name,
            [(at, one.estimate) for at, one in zip(audit.capacities, group.curve[measure], strict=True) if one],
        )
        for kind, group in shown
    ]
    frame = Frame(height=300, first=audit.capacities[0] - 0.01, last=audit.capacities[-1] + 0.005)
    lines = [part for one in series for part in drawn(one, frame)]
    parts = axes(frame, audit.capacities, across="students listed, of 100", up=words)
    return svg(
        frame, f"{capitalized(words)}, by group and length of the list", *parts, *lines, *end_names(series, frame)
    )


def drawn(series: Series, frame: Frame) -> list[Html]:
    """One line with its points."""
    places = [(frame.x(at), frame.y(share)) for at, share in series.points]
    line = element("polyline", class_=f"line {series.kind}", points=" ".join(f"{x},{y}" for x, y in places))
    return [line, *(element("circle", class_=f"dot {series.kind}", cx=x, cy=y, r=3.5) for x, y in places)]


def has_curve(table: GroupTable, measure: str) -> bool:
    """Whether two groups or more have a rate at every capacity."""
    return sum(all(group.curve.get(measure, ())) and bool(group.curve) for group in table.groups) > 1

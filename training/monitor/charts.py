"""The picture of a monitor report: how often flags were right, group by group, beside what was promised."""

from collections.abc import Sequence

from models.fairness.audit import GroupTable
from models.fairness.group_metrics import GroupFigures
from models.metrics.intervals import Interval
from presentation.numbers import capitalized, of_100
from training.audit.group_names import short
from training.report.audit_charts import NAMES, ROW
from training.report.charts import TOP, WIDTH, text
from training.report.html import Html, element

MARKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def hit_rate(group: GroupFigures) -> Interval | None:
    """The share of a group's students listed who ended off track; None over too few."""
    wrong = group.figures.get("false_discovery_rate")
    return None if wrong is None else Interval(1 - wrong.estimate, 1 - wrong.high, 1 - wrong.low)


def hits_chart(tables: Sequence[GroupTable], promised: float | None) -> Html:
    """One line a group: of 100 listed, how many ended off track, with its interval; dashes where it was promised."""
    those = [(one, group, hits) for one in tables for group in one.groups if (hits := hit_rate(group))]
    height = TOP + ROW * (len(those) + 2)
    marks = [part for at in MARKS for part in mark(at, height, "grid")]
    told = [] if promised is None else mark(promised, height, "even", words="promised")
    rows = [
        part for place, (one, group, hits) in enumerate(those) for part in row(short(one.of, group.name), hits, place)
    ]
    label = "Of 100 students listed, how many ended off track, group by group"
    return element("svg", *marks, *told, *rows, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=label)


def across(share: float) -> float:
    """Where a share stands."""
    return round(NAMES + share * (WIDTH - NAMES - 30), 1)


def mark(share: float, height: int, kind: str, *, words: str = "") -> list[Html]:
    """A line at a share, with its number, or words above it."""
    x = across(share)
    line = element("line", class_=kind, x1=x, x2=x, y1=TOP, y2=height - ROW)
    said = text(words, x, TOP - 4, anchor="middle") if words else text(of_100(share), x, height - 8, anchor="middle")
    return [line, said]


def row(name: str, hits: Interval, place: int) -> list[Html]:
    """One group's name, its interval and its share."""
    y = TOP + ROW * place + ROW / 2
    line = element("line", class_="line model", x1=across(hits.low), x2=across(hits.high), y1=y, y2=y)
    dot = element("circle", class_="dot model", cx=across(hits.estimate), cy=y, r=4)
    return [text(capitalized(name), NAMES - 12, y + 4, anchor="end"), line, dot]

"""The precision of live lists by group, beside what the training report promised."""

from collections.abc import Sequence

from models.fairness.audit import GroupTable
from models.fairness.group_metrics import GroupFigures
from models.metrics.intervals import Interval
from presentation.charts.interval_chart import NamedInterval, share_chart
from presentation.charts.marks import Chart
from presentation.numbers import capitalized
from training.audit.group_names import short


def hit_rate(group: GroupFigures) -> Interval | None:
    """The share of a group's students listed who ended off track; None over too few."""
    wrong = group.figures.get("false_discovery_rate")
    return None if wrong is None else Interval(1 - wrong.estimate, 1 - wrong.high, 1 - wrong.low)


def hits_chart(tables: Sequence[GroupTable], promised: float | None) -> Chart:
    """One line a group: of 100 listed, how many ended off track, with its interval; dashes where it was promised."""
    rows = [
        NamedInterval(capitalized(short(one.of, group.name)), hits)
        for one in tables
        for group in one.groups
        if (hits := hit_rate(group))
    ]
    title = "Of 100 students listed, how many ended off track, group by group"
    guide = None if promised is None else (promised, "promised")
    return share_chart(rows, name="hit-rates", title=title, guide=guide)

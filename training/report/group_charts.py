"""Charts of groups, each with the table behind it: beside the reference, and over the length of the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.fairness.audit import GroupTable, ListAudit
from models.fairness.group_metrics import GroupFigures
from models.metrics.intervals import Interval
from models.metrics.ranking import list_length
from presentation.charts.interval_chart import NamedInterval, difference_chart
from presentation.charts.line_chart import LineSeries, rate_chart
from presentation.charts.marks import Chart
from presentation.numbers import capacity_of_100, capitalized, of_100, people_interval
from presentation.tables import DataTable, plain_table
from training.audit.group_names import short, title_of

KINDS = ("model", "rule", "logistic", "school_only", "champion")
"""Colors and dashes of lines, in turn."""
MOST_LINES = len(KINDS)


@dataclass(frozen=True)
class RateChart:
    """One attribute's rates over the length of the list, and the table behind the chart."""

    title: str
    chart: Chart
    table: DataTable


def differences(tables: Sequence[GroupTable], measure: str) -> list[NamedInterval]:
    """Each group's difference to its attribute's largest group."""
    return [
        NamedInterval(capitalized(short(table.of, group.name)), group.against[measure].difference)
        for table in tables
        for group in table.groups
        if measure in group.against
    ]


def gap_chart(rows: Sequence[NamedInterval]) -> Chart:
    """Who is found, one line a group."""
    title = "Students found, group by group, beside the largest group of each kind"
    return difference_chart(rows, name="groups-found", title=title)


def gap_table(rows: Sequence[NamedInterval]) -> DataTable:
    """The same as a table."""
    head = ("Group", "Found, of 100 off track, beside the largest group")
    return plain_table("Differences", head, [(row.name, people_interval(row.interval)) for row in rows])


def rate_charts(audit: ListAudit, tables: Sequence[GroupTable], measure: str, words: str) -> tuple[RateChart, ...]:
    """A rate over the capacities for each attribute of which two groups or more have it everywhere."""
    found = [(table, series) for table in tables if len(series := rate_series(audit, table, measure)) > 1]
    return tuple(one_rate_chart(table, series, words) for table, series in found)


def rate_series(audit: ListAudit, table: GroupTable, measure: str) -> list[LineSeries]:
    """One line a group, of those with a rate at every capacity; the largest groups where there are many.

    A capacity that lists fewer students than a group must hold is left out.
    """
    shown = [at for at in audit.capacities if list_length(audit.n, at) >= audit.least]
    whole = [group for group in table.groups if group.curve.get(measure) and all(group.curve[measure])]
    largest = sorted(whole, key=lambda group: -group.n)[:MOST_LINES]
    return [
        LineSeries(kind, group.name, [(at, one.estimate) for at, one in rates_of(audit, group, measure) if at in shown])
        for kind, group in zip(KINDS, largest, strict=False)
        if shown
    ]


def rates_of(audit: ListAudit, group: GroupFigures, measure: str) -> list[tuple[float, Interval]]:
    """A group's rate at every capacity that has one."""
    return [(at, one) for at, one in zip(audit.capacities, group.curve[measure], strict=True) if one]


def one_rate_chart(table: GroupTable, series: Sequence[LineSeries], words: str) -> RateChart:
    """The chart of one attribute, and the table behind it."""
    title = f"{capitalized(words)}, by group and length of the list"
    name = f"rates-{title_of(table.of).replace(' ', '-')}"
    head = ("Group", *(f"{capacity_of_100(at)} of 100 listed" for at, _ in series[0].points))
    rows = [(one.name, *(of_100(share) for _, share in one.points)) for one in series]
    return RateChart(
        f"By {title_of(table.of)}, over the length of the list",
        rate_chart(series, name=name, words=words, title=title),
        plain_table(capitalized(words), head, rows),
    )

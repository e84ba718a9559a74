"""Sections of a report with a funnel plot: one share over the districts, which are not ranked and not named."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.collaborative.comparison import ComparedShare
from presentation.charts.marks import Chart
from presentation.collaborative_shares import caption, funnel_part
from presentation.numbers import of_100
from presentation.report import ReportSection
from presentation.sentences import PlainEnglish
from presentation.tables import DataTable, plain_table

ENGLISH = PlainEnglish()


@dataclass(frozen=True)
class FunnelView:
    """What a share says in sentences, its funnel plot, the words below it, and the table behind it."""

    says: tuple[str, ...]
    chart: Chart
    caption: str
    table: DataTable


def funnel_section(one: ComparedShare, own: str, alike: Sequence[str]) -> ReportSection:
    """One share; `own` is the id of the reader's district, empty for the office, `alike` are districts like it."""
    part, found = funnel_part(ENGLISH, one, own, alike), one.pooled
    exact = f"{found.districts} districts; I² {of_100(found.i_squared)} of 100."
    head = ("District", part.of, "Of 100, with 95% interval")
    table = plain_table("By the number of students", head, part.rows)
    return ReportSection(
        part.title,
        "collaborative/funnel.html",
        FunnelView((*part.says, exact), part.chart, caption(ENGLISH, own), table),
    )

"""A student's school year on one line of time: attendance, marks, incidents, contacts and plans."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from presentation.charts.marks import Chart
from presentation.charts.record_chart import ChartWords
from presentation.charts.timeline_chart import Lane, Spot, timeline_chart
from serving.pages.last_contacts import school_year_began
from serving.pages.plan_view import PlanView
from serving.pages.record_tables import RecordTable
from serving.pages.support_timeline import SupportLine
from serving.wording.locale import Language, msgid

Kind = Literal["attendance", "mark", "incident", "contact", "plan"]
LANES: dict[Kind, str] = {
    "attendance": msgid("Days missed"),
    "mark": msgid("Marks"),
    "incident": msgid("Incidents"),
    "contact": msgid("Contacts"),
    "plan": msgid("Plans"),
}
"""The lanes from top to bottom."""


@dataclass(frozen=True)
class Happening:
    """Something of a school year, in words; `share` is that of a week's days missed, `until` the end of a plan."""

    kind: Kind
    day: date
    words: str
    share: float | None = None
    until: date | None = None
    tried: bool = False


@dataclass(frozen=True)
class YearTimeline:
    """The timeline, and the table with the same in words, newest first."""

    chart: Chart
    table: RecordTable


def year_timeline(language: Language, happenings: Sequence[Happening], today: date) -> YearTimeline | None:
    """The timeline of the school year of a day; None where nothing of it is on record."""
    began = school_year_began(today)
    year = sorted((one for one in happenings if began <= (one.until or one.day)), key=lambda one: one.day)
    year = [one for one in year if one.day <= today]
    if not year:
        return None
    words = ChartWords(
        "year-timeline",
        language.translate("This school year on one line of time"),
        language.translate(
            "Days missed in each week, marks, incidents, contacts and plans of this school year, one below the other. "
            "The table below has the same."
        ),
    )
    months = [language.month(date(2000, month, 1)) for month in range(1, 13)]
    lanes = [lane_of(language, kind, year, began) for kind in LANES]
    return YearTimeline(timeline_chart(lanes, words, until=today, months=months), table_of(language, year))


def lane_of(language: Language, kind: Kind, year: Sequence[Happening], began: date) -> Lane:
    """What of a year is of one kind; where nothing is, the name says so. A plan of before begins with the year."""
    name = language.translate(LANES[kind])
    spots = tuple(
        Spot(
            max(one.day, began),
            f"{language.day_of_year(one.day)}: {one.words}",
            share=one.share,
            until=one.until,
            open=one.tried,
            square=kind == "incident",
        )
        for one in year
        if one.kind == kind
    )
    return Lane(name if spots else language.translate("{kind}: none on record", kind=name), spots)


def table_of(language: Language, year: Sequence[Happening]) -> RecordTable:
    """A year in words, newest first; weeks without a day missed are left out."""
    told = [one for one in reversed(year) if one.share != 0]
    rows = [(language.day_of_year(one.day), f"{language.translate(LANES[one.kind])}: {one.words}") for one in told]
    columns = [language.translate(words) for words in (msgid("Date"), msgid("On record"))]
    return RecordTable(tuple(columns), tuple(rows))


def support_happenings(
    language: Language, lines: Sequence[SupportLine], plans: Sequence[PlanView]
) -> Iterator[Happening]:
    """Contacts and plans; notes have no place on the timeline, and what is restricted shows its kind alone."""
    for line in lines:
        if line.shown_as != "note":
            tried = language.translate("Tried, not reached") if line.tried else ""
            said = ", ".join(part for part in (line.kind, line.with_whom, tried) if part)
            yield Happening(line.shown_as, line.day, said, tried=line.tried)
    for plan in plans:
        ends = plan.ended_on or plan.planned_end
        said = language.translate("{plan}, until {day}", plan=plan.strategy, day=language.short_day(ends))
        yield Happening("plan", plan.start_date, said, until=ends)

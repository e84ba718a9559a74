"""Sections that took attendance earlier this year and have sent none for longer than chance explains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.quality.current_records import check_day, known_rows, records_of
from features.warehouse.reader import Reader

DAILY = "day"
"""The section of attendance that is taken once a day."""

LEAST_EXPECTED = 7.0
"""Entries to be expected in a silent stretch before it is told.

Were entries independent, one in a thousand sections would have none by chance. In two simulated districts, cut into
449 classes of about 25 that all send, 1 and 3 of a thousand were told on a date, and 2 and 4 of a hundred on any of 15
dates within nine weeks; with 10 entries 0.2 and 0.6 of a thousand, and under 1 of a hundred.
"""


@dataclass(frozen=True)
class SilentSection:
    """A section, its latest entry, the school days since then, and how many entries so many days usually bring."""

    school_id: str
    section_id: str
    latest: date
    days: int
    usual: float


def silent_sections(reader: Reader, today: date) -> Sequence[SilentSection]:
    """The silent sections of this school year; none where attendance is taken by day only.

    Only exceptions are entered, so a section in which everybody was present looks like one that sent nothing: what
    tells them apart is how many entries it usually has. Days on which the whole school sent nothing count for none.
    """
    return records_of(reader, query_script(silent_rows), SilentSection, today)


def silent_rows() -> ir.Table:
    """The silent sections in order, by the rate of their entries from the first to the latest one."""
    days = days_sent()
    entries = known_rows("attendance").filter(ibis._.section_id != DAILY, ibis._.date <= check_day())
    entries = entries.semi_join(days, ["school_id", "date"])
    key = ["school_id", "section_id"]
    sections = entries.group_by(key).aggregate(
        begun=entries.date.min(), latest=entries.date.max(), entries=entries.count()
    )
    on = sections.inner_join(days, "school_id").select(sections, day=days.date)
    counted = on.group_by(*key, "latest", "entries").aggregate(
        taken=((on.day >= on.begun) & (on.day <= on.latest)).sum(), days=(on.day > on.latest).sum()
    )
    usual = counted.mutate(usual=counted.entries / counted.taken * counted.days)
    silent = usual.filter(usual.usual >= LEAST_EXPECTED)
    return silent.select(*key, "latest", "days", "usual").order_by(key)


def days_sent() -> ir.Table:
    """Each school's days of instruction in the running school year on which some section had an entry."""
    calendar = known_rows("calendar_days")
    calendar = calendar.filter(calendar.in_session & (calendar.date <= check_day()))
    year = calendar.school_year.max().as_scalar()
    days = calendar.filter(calendar.school_year == year).select("school_id", "date").distinct()
    sent = known_rows("attendance").filter(ibis._.section_id != DAILY).select("school_id", "date").distinct()
    return days.semi_join(sent, ["school_id", "date"])

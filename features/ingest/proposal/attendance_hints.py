"""Policies of attendance that the data speak for: present rows, several events a day, class periods."""

import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from features.ingest.proposal.column_profile import ColumnProfile
from features.ingest.proposal.proposed_tables import ProposedTable

MOST_PERIODS = 12
"""The most different sections that are class periods of a day and not courses."""

A_DAY = ("day", "Day", "DAY", "daily", "Daily", "DAILY", "ADA", "all")
"""Words for attendance taken once a day."""


def attendance_lines(table: ProposedTable) -> list[str]:
    """Commented lines of `[districts.policies.attendance]`; nothing where the data speak for none."""
    return [*present_rows(table), *several_events(table), *class_periods(table)]


def column_of(table: ProposedTable, name: str) -> ColumnProfile | None:
    """The file's column that is placed for a canonical one."""
    setting = next((one for one in table.settings if one.canonical == name), None)
    return next((one for one in table.file.profiles if setting and one.name == setting.column), None)


def present_rows(table: ProposedTable) -> Iterator[str]:
    """Codes that are left out as present, which may also be proof that attendance was taken."""
    codes = next((one.left_out for one in table.settings if one.canonical == "kind"), ())
    if codes:
        yield f"# present = {json.dumps(list(codes))}  # instead of leave_out: proof that attendance was taken"


def several_events(table: ProposedTable) -> Iterator[str]:
    """Whether students have several events on a day in one section."""
    placed = [column_of(table, name) for name in ("student_id", "date", "section_id", "kind")]
    who, kind = [one for one in placed[:3] if one is not None], placed[3]
    if kind is None or placed[0] is None or placed[1] is None:
        return
    code = f"c{kind.place}"
    cells = table.file.sample.cells
    left_out = next((one.left_out for one in table.settings if one.canonical == "kind"), ())
    events = cells.filter(pc.invert(pc.is_in(cells[code], value_set=pa.array(left_out, pa.string()))))
    counted = events.group_by([f"c{one.place}" for one in who]).aggregate([(code, "count_distinct")])
    several = pc.greater(counted[f"{code}_count_distinct"], 1).combine_chunks().true_count
    if several:
        order = '["suspended", "tardy", "partial", "absent"]'
        yield f"# day_priority = {order}  # {several:,} days of a student have several events: which one counts?"


def class_periods(table: ProposedTable) -> Iterator[str]:
    """Whether sections are the class periods of a day."""
    section = column_of(table, "section_id")
    if section is None or not section.codes:
        return
    periods = [code for code, _ in section.codes if code not in A_DAY]
    if 1 < len(periods) <= MOST_PERIODS:
        n = len(periods)
        yield f"# periods = {{ a_day = {n} }}  # {n} different sections, which may be class periods"

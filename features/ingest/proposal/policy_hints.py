"""Policies that the data speak for: lines to be decided on, each with what was seen. None is ever active."""

import json
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from features.file_mapping.mark_scales import COMMON_SCALES
from features.ingest.findings import counted
from features.ingest.parsing.mark_scale_lines import ScaleProposal, is_number, proposal
from features.ingest.proposal.attendance_hints import attendance_lines
from features.ingest.proposal.column_profile import ColumnProfile
from features.ingest.proposal.proposed_columns import CodeGuess, shown
from features.ingest.proposal.proposed_tables import ProposedTable
from features.tables import MARKS

NO_SHOW = ("ns", "n/s", "no show", "no-show", "noshow", "no_show", "n420", "never came", "never attended")
"""Exit codes that usually mean that a student never came."""

USUAL = ("letters", "pass_or_not", "no_marks")
"""Common scales whose codes mean the same everywhere."""

MANY_UNKNOWN, LEAST_KNOWN = 0.002, 0.5
"""The share of unknown students from which it is said; with fewer known ones than this, ids are of another kind."""

EXITS_AT_ENTRIES = 0.02
"""The share of exits on the day of another entry of the student from which an exit date may be the first day gone."""


def policy_lines(tables: Sequence[ProposedTable]) -> list[str]:
    """Commented lines of `[districts.policies]`; nothing where the data speak for none."""
    enrollments = next((table for table in tables if table.table.name == "enrollments"), None)
    lines = [*never_came(enrollments), *first_day_gone(enrollments)] if enrollments else []
    roster = [*unknown_students(tables)]
    attendance = next((table for table in tables if table.table.name == "attendance"), None)
    events = attendance_lines(attendance) if attendance else []
    return [
        *(["# [districts.policies.attendance]", *events] if events else []),
        *(["# [districts.policies.enrollment]", *lines] if lines else []),
        *(["# [districts.policies.roster]", *roster] if roster else []),
    ]


def unknown_students(tables: Sequence[ProposedTable]) -> Iterator[str]:
    """Whether rows are of students who are in no file of students, where all of it was looked at."""
    ids = {table.table.name: id_column(table) for table in tables}
    roster = ids.get("students")
    whole = {table.table.name: table.file.sample.is_whole and not table.serves_too for table in tables}
    if roster is None or not whole["students"]:
        return
    for name, column in ids.items():
        known = column.share_in(roster) if column is not None and column.filled else 1.0
        if MANY_UNKNOWN <= 1 - known <= 1 - LEAST_KNOWN:
            seen = f"{1 - known:.1%} of the students of {name} are in no file of students"
            yield f'# unknown_students = "leave_out"  # {seen}'
            return


def id_column(table: ProposedTable) -> ColumnProfile | None:
    """The column of student ids; None where it is padded, or there is none."""
    setting = next((one for one in table.settings if one.canonical == "student_id" and not one.mapping.digits), None)
    return next((one for one in table.file.profiles if setting and one.name == setting.column), None)


def never_came(table: ProposedTable) -> Iterator[str]:
    """The exit codes that may mean a no-show."""
    for setting in table.settings:
        found = [one for one in setting.codes if one.code.lower() in NO_SHOW and setting.canonical == "exit_kind"]
        if found:
            codes, rows = json.dumps([one.code for one in found]), counted(sum(one.rows for one in found), "row")
            yield f"# never_came = {codes}  # {rows}: may mean that a student never came"


def first_day_gone(table: ProposedTable) -> Iterator[str]:
    """Whether exits are on the day on which another spell of the student begins."""
    placed = {setting.canonical: setting.column for setting in table.settings}
    if not all(placed.get(name) for name in ("student_id", "entry_date", "exit_date")):
        return
    student, entry, leaving = (
        table.file.sample.cells.column(f"c{table.file.sample.names.index(placed[name])}").combine_chunks()
        for name in ("student_id", "entry_date", "exit_date")
    )
    begins, ends = (pc.binary_join_element_wise(student, day, "|") for day in (entry, leaving))
    at_entry = pc.is_in(ends.drop_null(), value_set=begins).true_count
    exits = len(ends) - ends.null_count
    if exits and at_entry / exits >= EXITS_AT_ENTRIES:
        seen = f"{at_entry:,} of {exits:,} exits are on the day of another entry of the student"
        yield f'# exit_date = "first_day_gone"  # {seen}'


def scale_lines(table: ProposedTable) -> list[str]:
    """The scale of a file of marks: a line where its codes mean the same everywhere, else a comment to decide on."""
    setting = next((one for one in table.settings if one.canonical == "mark"), None)
    if table.table != MARKS or setting is None:
        return []
    profile = next(one for one in table.file.profiles if one.name == setting.column)
    marks = codes_in(profile, setting.mapping.pattern or "")
    if all(code in MARKS.column("mark").allowed for code, _ in marks):
        return []
    numbers, words = ([one for one in marks if is_number(one[0]) is number] for number in (True, False))
    hidden = [one for one in words if not is_common(one[0]) and shown(CodeGuess(*one, None)) is None]
    found = proposal(None, numbers, [one for one in words if one not in hidden])
    lines = [] if decided(found) and not hidden else ["# marks need a scale; this is one to decide on:"]
    lines.append(found.line if decided(found) else f"# {found.line}")
    if hidden:
        lines.append(f"# not shown, as they may be anything: {counted(len(hidden), 'rare or long value')}")
    return lines


def codes_in(profile: ColumnProfile, pattern: str) -> list[tuple[str, int]]:
    """The marks of a column with their numbers of rows, read by the column's pattern."""
    values = profile.values
    if pattern:
        values = pc.struct_field(pc.extract_regex(values, pattern.replace("(", "(?P<mark>", 1)), "mark")
    counted = pa.table({"mark": values, "n": pa.array(profile.counts, pa.int64())})
    each = counted.filter(pc.is_valid(values)).group_by("mark").aggregate([("n", "sum")])
    return sorted(zip(each["mark"].to_pylist(), each["n_sum"].to_pylist(), strict=True), key=lambda one: -one[1])


def is_common(code: str) -> bool:
    """Whether a code is one of a common scale."""
    return any(code in scale.codes for scale in COMMON_SCALES.values())


def decided(found: ScaleProposal) -> bool:
    """Whether a scale has nothing in it on which districts differ."""
    return not found.cuts and not found.codes and set(found.like) <= set(USUAL)

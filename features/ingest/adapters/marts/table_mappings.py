"""How the rows of the marts are read: the shipped mapping of each canonical table, with a district's own before it."""

from collections.abc import Mapping

from features.file_mapping.column_mapping import ColumnMapping
from features.file_mapping.declaration import FileMapping, KnownOnRule
from features.file_mapping.mark_scales import MarkScale
from features.ingest.adapters.marts import descriptor_codes as codes

AT_ONCE = KnownOnRule(after="date", days=0)
"""Events are known on their day; one that comes later than others of its year is known when it comes."""

MARKS_AFTER = 7
"""Days after the end of a term on which its marks are known."""

SHIPPED: Mapping[str, FileMapping] = {
    "enrollments": FileMapping(
        columns={"exit_kind": ColumnMapping(column="exit_kind")},
        codes={"grade_level": dict(codes.GRADE_LEVELS), "exit_kind": dict(codes.EXIT_KINDS)},
        leave_out={"exit_type": codes.NEVER_ENROLLED},
    ),
    "programs": FileMapping(codes={"program": dict(codes.PROGRAMS)}),
    "attendance": FileMapping(
        codes={"kind": dict(codes.ATTENDANCE_KINDS), "excused": dict(codes.EXCUSED)},
        leave_out={"kind": codes.PRESENT}, known_on=AT_ONCE, repeats="last",
    ),
    "section_enrollments": FileMapping(known_on=KnownOnRule(after="start_date", days=0), repeats="last"),
    "marks": FileMapping(
        codes={"subject": {**codes.SUBJECTS, "other": "other"}, "mark_kind": dict(codes.MARK_KINDS),
               "credit_kind": dict(codes.CREDIT_KINDS)},
        scale=MarkScale(like=("letters", "pass_or_not", "no_marks", "percent")),
        leave_out={"mark_kind": codes.NO_MARK_OF_COURSE},
        known_on=KnownOnRule(after="term_end", days=MARKS_AFTER), repeats="last",
    ),
    "incidents": FileMapping(codes={"severity": dict(codes.SEVERITIES)}, known_on=AT_ONCE, repeats="last"),
    "discipline_actions": FileMapping(
        codes={"action": dict(codes.ACTIONS)}, leave_out={"action": codes.NO_ACTION}, known_on=AT_ONCE, repeats="last"
    ),
    "completions": FileMapping(codes={"kind": dict(codes.DIPLOMAS)}, known_on=AT_ONCE),
    "staff": FileMapping(codes={"role": dict(codes.ROLES)}),
}  # fmt: skip
"""The mapping of each table that has one; the others hold canonical values already."""


def mapping_of(table: str, own: FileMapping) -> FileMapping:
    """The mapping of a table: the shipped one with what a district says of its own, code by code."""
    shipped = SHIPPED.get(table, FileMapping())
    said = {name: getattr(own, name) for name in own.model_fields_set}
    both = {name: {**shipped.codes.get(name, {}), **own.codes.get(name, {})} for name in {*shipped.codes, *own.codes}}
    return shipped.model_copy(update={**said, "codes": both, "columns": {**shipped.columns, **own.columns}})

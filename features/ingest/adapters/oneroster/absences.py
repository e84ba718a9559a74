"""The absences of a package or API that offers them, as rows of attendance."""

import ibis.expr.types as ir

from features.ingest.adapters.oneroster.cells import day_text, known_day
from features.ingest.adapters.oneroster.native_tables import native
from features.ingest.adapters.oneroster.people import student_users
from features.ingest.adapters.oneroster.spells import school_ids
from features.sources.oneroster import OneRoster

WHOLE_DAY = "day"
"""The section of a row that is of no class."""


def absence_rows(source: OneRoster) -> ir.Table:
    """The rows of `attendance`. Codes stay as they are, for `codes` to map; so do students that users lack.

    How much of a day was missed, and whether it was excused, is the row's code, or what a declared column says.
    """
    said = source.absences
    if said is None:
        raise TypeError("no absences are declared")
    rows, classes = native("absences"), native("classes").select(of_class="sourcedId", at="schoolSourcedId")
    people = student_users(source).select(person="sourcedId", student_id="student_id")
    rows = rows.left_join(classes, [("classSourcedId", "of_class")])
    rows = rows.mutate(school=rows.schoolSourcedId.fill_null(rows["at"]))
    rows = rows.left_join(people, [("studentSourcedId", "person")]).left_join(school_ids(source), [("school", "org")])
    part = (rows.share.strip().try_cast("float64") * 100).round().cast("int64").cast("string")
    return rows.select(
        "origin", "row", student_id=rows.student_id.fill_null(rows.studentSourcedId),
        school_id=rows.school_id.fill_null(rows.school), date=day_text(rows.date),
        section_id=rows.classSourcedId.fill_null(WHOLE_DAY), kind=rows.code,
        absent_hundredths=part.fill_null(rows.share) if said.share else rows.code,
        excused=rows.excused if said.excused else rows.code,
        known_on=known_day(rows.dateLastModified),
    )  # fmt: skip

"""Spells of enrollment at a school: of homerooms or classes, and of roles where a student has no class."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.oneroster.cells import (
    LastDays,
    day_of,
    grade_text,
    iso,
    known_day,
    last_day,
    last_part,
    only_part,
    parts_of,
)
from features.ingest.adapters.oneroster.native_tables import native
from features.ingest.adapters.oneroster.people import STUDENT, own_id, role_word, student_users
from features.sources.oneroster import OneRoster

BETWEEN_TERMS = 35
"""Days between classes of one year that are a vacation and no leave; of homerooms any day is one."""

OPEN = "9999-12-31"
"""The end of what has none yet."""


def sessions(ends: LastDays) -> ir.Table:
    """Every academic session with its first day, its last one, and its school year as numbers and dates."""
    rows = native("academicSessions")
    last = last_day(rows.endDate, ends)
    year = rows.schoolYear.strip().try_cast("int64").fill_null(last.year() + (last.month() >= 7).cast("int64"))
    return rows.select(session="sourcedId", first=day_of(rows.startDate), last=last, year=year, session_type="type")


def class_years(ends: LastDays) -> ir.Table:
    """Every class with its school, school year, first day and grade, if it has one only; and if it is a homeroom."""
    rows = native("classes")
    each = rows.select(
        class_id="sourcedId", school=rows.schoolSourcedId, grade=only_part(rows.grades),
        homeroom=(rows.classType.strip().lower() == "homeroom").fill_null(False),
        term=parts_of(rows.termSourcedIds).unnest(),
    )  # fmt: skip
    each = each.mutate(term=each.term.strip()).inner_join(sessions(ends), [("term", "session")])
    return each.group_by(["class_id", "school", "grade", "homeroom"]).aggregate(
        first=each["first"].min(), year=each.year.max()
    )


def memberships(source: OneRoster) -> ir.Table:
    """What students' rows of enrollments say: student, school, year, first and last day, grade of the class."""
    rows = native("enrollments")
    rows = rows.filter(role_word(rows.role) == STUDENT)
    rows = rows.inner_join(class_years(source.last_days), [("classSourcedId", "class_id")])
    return rows.select(
        "origin", "row", "year", "grade", "homeroom", user="userSourcedId",
        school=rows.schoolSourcedId.fill_null(rows.school),
        begin=day_of(rows.beginDate).fill_null(rows["first"]), changed=rows.dateLastModified,
        end=last_day(rows.endDate, source.last_days).fill_null(ibis.date(OPEN)),
    )  # fmt: skip


SPELLS = "class_spells"
"""The temporary table of the spells that classes tell, of which schools and every part of enrollments are made."""


def class_spells(source: OneRoster) -> ir.Table:
    """The spells of students at schools in a year, as they were found once."""
    return ibis.table(found_spells(source).schema(), name=SPELLS)


def found_spells(source: OneRoster) -> ir.Table:
    """The memberships of a student at a school in a year as spells: what touches or overlaps is one.

    Homerooms say it where a student has any there; classes say it else, and a vacation between them ends nothing.
    """
    rows = memberships(source)
    at = ["user", "school", "year"]
    rows = rows.mutate(in_homeroom=rows.homeroom.max().over(group_by=at))
    rows = rows.filter(rows.homeroom | ~rows.in_homeroom)
    before = ibis.window(group_by=at, order_by=["begin", "end", "row"], preceding=(None, 1))
    earlier = rows.mutate(reached=rows.end.max().over(before))
    reach = ibis.ifelse(earlier.in_homeroom, 1, BETWEEN_TERMS)
    apart = earlier.reached.isnull() | (earlier.begin.epoch_days() - earlier.reached.epoch_days() > reach)
    numbered = earlier.mutate(starts=apart.cast("int64"))
    numbered = numbered.mutate(
        island=numbered.starts.sum().over(group_by=at, order_by=["begin", "end", "row"], rows=(None, 0))
    )
    first = {name: numbered[name].first(order_by=["begin", "end", "row"]) for name in ("origin", "row")}
    latest = numbered.group_by([*at, "island"]).aggregate(
        **first, begin=numbered.begin.min(), end=numbered.end.max(), changed=numbered.changed.max(),
        class_grade=ibis.ifelse(numbered.homeroom, numbered.grade, None).max(), any_grade=numbered.grade.max(),
    )  # fmt: skip
    return latest.drop("island")


def enrollment_rows(source: OneRoster) -> ir.Table:
    """The rows of `enrollments` that classes give, of enrollments.csv."""
    return as_enrollments(class_spells(source), source)


def as_enrollments(spells: ir.Table, source: OneRoster) -> ir.Table:
    """Spells as rows of `enrollments`, with the ids of records and a grade: the homeroom's, else the user's."""
    users = student_users(source)
    users = users.select(person="sourcedId", student_id="student_id", user_grade=last_part(users.grades))
    latest = sessions(source.last_days).aggregate(latest=ibis._.year.max())
    rows = spells.inner_join(users, [("user", "person")]).left_join(school_ids(source), [("school", "org")])
    rows = rows.cross_join(latest)
    of_year = ibis.ifelse(rows.year == rows.latest, rows.user_grade, None)
    ended = ibis.ifelse(rows.end == ibis.date(OPEN), None, iso(rows.end))
    grade = ibis.coalesce(rows.class_grade, of_year, rows.any_grade)
    return rows.select(
        "origin", "row", "student_id", school_id=rows.school_id.fill_null(rows.school), track=ibis.literal("main"),
        school_year=rows.year.cast("string"), grade_level=grade_text(grade), entry_date=iso(rows.begin),
        exit_date=ended, known_on=known_day(rows.changed),
    )  # fmt: skip


def school_ids(source: OneRoster) -> ir.Table:
    """Every org and the id that records have for it."""
    orgs = native("orgs")
    return orgs.select(org="sourcedId", school_id=own_id(orgs, source))


def role_enrollment_rows(source: OneRoster) -> ir.Table:
    """The rows of `enrollments` of students who have no class at a school, of roles.csv."""
    rows = native("roles")
    rows = rows.filter(role_word(rows.role) == STUDENT)
    found = rows.select(
        "origin", "row", user="userSourcedId", school="orgSourcedId", changed="dateLastModified",
        begin=day_of(rows.beginDate), end=last_day(rows.endDate, source.last_days),
    )  # fmt: skip
    return as_enrollments(of_running_year(found, source), source)


def user_enrollment_rows(source: OneRoster, place: int) -> ir.Table:
    """The same of the org at one place of the list in users.csv, of version 1.1."""
    rows = student_users(source)
    rows = rows.mutate(school=parts_of(rows.orgSourcedIds)[place].strip()).filter(ibis._.school.notnull())
    nothing = ibis.null("date")
    found = rows.select(
        "origin", "row", user="sourcedId", school="school", changed="dateLastModified", begin=nothing, end=nothing
    )
    return as_enrollments(of_running_year(found, source), source)


def of_running_year(found: ir.Table, source: OneRoster) -> ir.Table:
    """Stays at schools, each a spell of the latest school year, where no class says so; at districts there are none."""
    orgs = native("orgs")
    schools = orgs.filter(orgs.type.strip().lower() == "school").select(org="sourcedId")
    classes = class_spells(source)
    running = sessions(source.last_days)
    latest = running.aggregate(year=running.year.max())
    running = running.inner_join(latest, "year").group_by("year").aggregate(opens=ibis._["first"].min())
    rows = found.semi_join(schools, [("school", "org")]).cross_join(running)
    rows = rows.filter(rows.end.isnull() | (rows.end >= rows.opens))
    rows = rows.anti_join(classes.select("user", "school", "year").distinct(), ["user", "school", "year"])
    return rows.select(
        "origin", "row", "user", "school", "year", "changed",
        begin=ibis.greatest(rows.begin.fill_null(rows.opens), rows.opens), end=rows.end.fill_null(ibis.date(OPEN)),
        class_grade=ibis.null("string"), any_grade=ibis.null("string"),
    )  # fmt: skip

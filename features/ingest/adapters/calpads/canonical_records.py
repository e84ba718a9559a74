"""Rows of canonical tables from CALPADS records."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.calpads.record_files import table_of
from features.ingest.adapters.oneroster.cells import day_of, day_text, grade_text, iso, known_day

EXIT_KINDS = {
    "E230": "completed", "E130": "deceased", "E140": "left", "E300": "left", "E400": "left", "T270": "left",
    "T380": "left", "N420": "unknown", "N470": "unknown",
    "E150": "moved_school", "E155": "moved_school", "E410": "transferred", "E450": "transferred",
    **{f"T{code}": "transferred" for code in (160, 165, 167, 180, 200, 240, 260, 280, 310, 370)},
}  # fmt: skip
"""Exit reasons and how a spell ended by them."""

COMPLETIONS = {"100": "diploma", "250": "certificate", "330": "diploma", "120": "certificate", "320": "equivalency"}
"""Completion statuses beside exit reason E230, and what was awarded."""

PROGRAMS = {"144": "special_education", "181": "low_income", "182": "low_income", "191": "homeless", "190": "foster"}
RACES = {
    "100": "Native American", "200": "Asian", "300": "Pacific Islander", "400": "Asian", "600": "Black", "700": "White",
}  # fmt: skip
"""First of each group of race codes, and what it is called in our records; the codes between are of the group."""

SUBJECTS = {"a": "social_science", "b": "ela", "c": "math", "d": "science"}
"""A-G areas that are core subjects; a course of another area, or of none, counts as `other`."""

MINOR_OFFENSES = ("511",)
"""Offense codes of SDIS that are minor: disruption and defiance."""

ACTIONS = {"100": "out_of_school_suspension", "110": "in_school_suspension", "200": "expulsion"}
PRIMARY = "10"


def standing(record: str, *key: str) -> ir.Table:
    """The rows of a record type that stand: the last of each key, unless it retires the record (D)."""
    return last_of_each(table_of(record), *key)


def last_of_each(rows: ir.Table, *key: str) -> ir.Table:
    """The last row of each key, unless it retires the record."""
    order = [ibis.desc(rows.file), ibis.desc(rows.row)]
    ranked = rows.mutate(place=ibis.row_number().over(group_by=list(key), order_by=order))
    return ranked.filter((ranked.place == 0) & (ranked.transaction.fill_null("").upper() != "D")).drop("place")


def standing_enrollments() -> ir.Table:
    """The rows of SENR that stand.

    A replacement (R) is of the student at the school: where it tells another start, the enrollment that the row before
    it told is no more (CDE, CALPADS Update Flash 224, on the keys of transactions).
    """
    rows, moments = table_of("SENR"), ["file", "row"]
    of_year = ibis.window(group_by=["school", "ssid", "year"], order_by=moments)
    of_start = ibis.window(group_by=["school", "ssid", "start"], order_by=moments)
    placed = rows.mutate(before=rows.start.lag().over(of_year), again=ibis.row_number().over(of_start))
    moved = placed.filter(
        (placed.transaction.fill_null("").upper() == "R") & (placed.again == 0) & placed.before.notnull()
    )
    moved = moved.select(m_school="school", m_ssid="ssid", m_start="before", m_file="file", m_row="row")
    replaced = (
        (rows.school == moved.m_school) & (rows.ssid == moved.m_ssid) & (rows.start == moved.m_start)
        & ((rows.file < moved.m_file) | ((rows.file == moved.m_file) & (rows.row < moved.m_row)))
    )  # fmt: skip
    return last_of_each(rows.anti_join(moved, [replaced]), "school", "ssid", "start")


def student(rows: ir.Table, ids: str) -> ir.StringValue:
    """The id of a row's student."""
    return rows.ssid if ids == "ssid" else rows.local_id


def year_text(rows: ir.Table) -> ir.StringValue:
    """The school year of a row by the year in which it ends; another text stays."""
    return ibis.ifelse(rows.year.length() == 9, rows.year.substr(5, 4), rows.year)


def school_rows(_ids: str) -> ir.Table:
    """The rows of `schools`: the codes that enrollments name, with the level of their students' grades."""
    rows = standing_enrollments()
    grade = grade_text(rows.grade).try_cast("int64")
    order = ["file", "row"]
    place = ibis.row_number().over(group_by="school", order_by=order)
    rows = rows.mutate(place=place, high=(grade >= 9).sum().over(group_by="school"))
    rows = rows.mutate(middle=grade.between(6, 8).sum().over(group_by="school")).filter(ibis._.place == 0)
    level = ibis.cases(
        ((rows.high > 0) & (rows.high >= rows.middle), "high"), (rows.middle > 0, "middle"), else_="other"
    )
    return rows.select(
        "file", "row", school_id=rows.school, name=rows.school, level=level, known_on=known_day(rows.updated)
    )


def student_rows(ids: str) -> ir.Table:
    """The rows of `students`: of each the last enrollment's."""
    rows = standing_enrollments()
    place = ibis.row_number().over(group_by="ssid", order_by=[ibis.desc("file"), ibis.desc("row")])
    rows = rows.mutate(place=place).filter(ibis._.place == 0)
    return rows.select(
        "file", "row", student_id=student(rows, ids), first_name=rows.first_name, last_name=rows.last_name,
        birth_date=day_text(rows.birth_date), state_id=rows.ssid, known_on=known_day(rows.updated),
    )  # fmt: skip


def enrollment_rows(ids: str) -> ir.Table:
    """The rows of `enrollments`; an exit reason that is not known stays, for `codes` to map."""
    rows = standing_enrollments()
    return rows.select(
        "file", "row", student_id=student(rows, ids), school_id=rows.school, track=ibis.literal("main"),
        school_year=year_text(rows), grade_level=grade_text(rows.grade), entry_date=day_text(rows.start),
        exit_date=day_text(rows.exit), exit_kind=rows.exit_reason.cases(*EXIT_KINDS.items(), else_=rows.exit_reason),
        is_primary=ibis.ifelse(rows.status == PRIMARY, "true", "false"), known_on=known_day(rows.updated),
    )  # fmt: skip


def completion_rows(ids: str) -> ir.Table:
    """The rows of `completions`: exits as completer with a status that is an award."""
    rows = standing_enrollments()
    rows = rows.filter((rows.exit_reason == "E230") & rows.completion.isin(tuple(COMPLETIONS)))
    kind = rows.completion.cases(*COMPLETIONS.items(), else_=None)
    return rows.select(
        "file",
        "row",
        student_id=student(rows, ids),
        date=day_text(rows.exit),
        kind=kind,
        known_on=known_day(rows.updated),
    )


def demographic_rows(ids: str, column: str) -> ir.Table:
    """The rows of `demographics` that one column gives: gender, the Hispanic indicator, or one of five races.

    A record holds from its effective start until the next one; that of the latest start counts.
    """
    rows = standing("SINF", "ssid", "start")
    latest = [ibis.desc(day_of(rows.start), nulls_first=False), ibis.desc(rows.file), ibis.desc(rows.row)]
    rows = rows.mutate(place=ibis.row_number().over(group_by="ssid", order_by=latest))
    rows = rows.filter(rows.place == 0).drop("place")
    if column == "gender":
        attribute, value = "sex", rows.gender.upper()
    elif column == "hispanic":
        attribute, value = "race_ethnicity", ibis.ifelse(rows.hispanic.upper() == "Y", "Latino", None)
    else:
        group = rows[column].substr(0, 1) + "00"
        attribute, value = "race_ethnicity", group.cases(*RACES.items(), else_=rows[column])
    rows = rows.mutate(value=value).filter(ibis._.value.notnull())
    return rows.select(
        "file", "row", student_id=student(rows, ids), attribute=ibis.literal(attribute), value=rows.value,
        start_date=day_text(rows.birth_date), known_on=known_day(rows.updated),
    )  # fmt: skip


def program_rows(ids: str) -> ir.Table:
    """The rows of `programs` that we know; memberships in others are left out."""
    rows = standing("SPRG", "ssid", "program", "start")
    rows = rows.filter(rows.program.isin(tuple(PROGRAMS)))
    return rows.select(
        "file", "row", student_id=student(rows, ids), program=rows.program.cases(*PROGRAMS.items(), else_=None),
        start_date=day_text(rows.start), end_date=day_text(rows.end), known_on=known_day(rows.updated),
    )  # fmt: skip


def english_learner_rows(ids: str) -> ir.Table:
    """The rows of `programs` that SELA gives: from a status as English learner to the day before another one."""
    rows = standing("SELA", "ssid", "start")
    day = day_of(rows.start)
    rows = rows.mutate(day=day, learns=(rows.status.strip().upper() == "EL").fill_null(False))
    rows = rows.mutate(other=ibis.ifelse(rows.learns, None, rows.day))
    order = ["day", "file", "row"]
    rows = rows.mutate(
        learnt=rows.learns.lag().over(group_by="ssid", order_by=order).fill_null(False),
        until=rows.other.min().over(group_by="ssid", order_by=order, rows=(1, None)),
    )
    rows = rows.filter(rows.learns & ~rows.learnt)
    return rows.select(
        "file", "row", student_id=student(rows, ids), program=ibis.literal("english_learner"),
        start_date=day_text(rows.start), end_date=iso(rows.until - ibis.interval(days=1)),
        known_on=known_day(rows.updated),
    )  # fmt: skip


def mark_rows(ids: str) -> ir.Table:
    """The rows of `marks`: completed courses with final marks; ten California units are a full-year credit.

    Names of courses are those of CRSC where there are such files, else their ids.
    """
    rows = standing("SCSC", "school", "ssid", "year", "course", "section", "term", "marking_period")
    rows = with_courses(rows)
    attempted, earned = (
        (rows[name].try_cast("float64") * 10).round().cast("int64").cast("string").fill_null(rows[name])
        for name in ("attempted", "earned")
    )
    area = rows.uc_requirement.lower()
    area = ibis.ifelse(area.isin(tuple("abcdefg")), area, None)
    return rows.select(
        "file", "row", student_id=student(rows, ids), school_id=rows.school, school_year=year_text(rows),
        term_id=rows.term, course_id=rows.course, course_name=rows.of_course,
        subject=area.cases(*SUBJECTS.items(), else_="other"), a_g=area, mark_kind=ibis.literal("final"),
        mark=rows.mark, credits_attempted_hundredths=attempted, credits_earned_hundredths=earned,
        known_on=known_day(rows.updated),
    )  # fmt: skip


def with_courses(rows: ir.Table) -> ir.Table:
    """Rows with `of_course`, the name of their course in that school and year, and its area if they have none."""
    courses = standing("CRSC", "school", "year", "course")
    known = courses.select(
        at="school", within="year", what="course", called="course_name", area="uc_requirement"
    ).distinct(on=["at", "within", "what"])
    joined = rows.left_join(known, [("school", "at"), ("year", "within"), ("course", "what")])
    return joined.mutate(
        of_course=joined.called.fill_null(joined.course), uc_requirement=joined.uc_requirement.fill_null(joined.area)
    )


def incident_rows(ids: str) -> ir.Table:
    """The rows of `incidents`: a statutory offense is major."""
    rows = standing("SINC", "ssid", "incident")
    severity = ibis.ifelse(rows.statutory.upper() == "Y", "major", "minor")
    return rows.select(
        "file", "row", incident_id=rows.incident, student_id=student(rows, ids), school_id=rows.school,
        date=day_text(rows.date), severity=severity.fill_null("minor"), known_on=known_day(rows.updated),
    )  # fmt: skip


def action_rows(ids: str) -> ir.Table:
    """The rows of `discipline_actions`: results that take a student out of class, on the day of the incident."""
    rows = standing("SIRS", "ssid", "incident", "result")
    days = standing("SINC", "ssid", "incident").select(of="ssid", what="incident", day="date")
    rows = rows.filter(rows.result.isin(tuple(ACTIONS))).left_join(days, [("ssid", "of"), ("incident", "what")])
    removed = (rows.days.try_cast("float64") * 100).round().cast("int64").cast("string").fill_null(rows.days)
    return rows.select(
        "file", "row", incident_id=rows.incident, student_id=student(rows, ids), school_id=rows.school,
        date=day_text(rows.day), action=rows.result.cases(*ACTIONS.items(), else_=None),
        days_removed_hundredths=removed.fill_null("0"), known_on=known_day(rows.updated),
    )  # fmt: skip


def older_incident_rows(ids: str) -> ir.Table:
    """The rows of `incidents` that SDIS has: one of each student and incident, major unless all offenses are minor."""
    rows = standing("SDIS", "ssid", "incident", "offense", "result")
    minor = rows.offense.isin(MINOR_OFFENSES).fill_null(True)
    rows = rows.mutate(
        place=ibis.row_number().over(group_by=["ssid", "incident"], order_by=["file", "row"]),
        major=(~minor).any().over(group_by=["ssid", "incident"]),
    ).filter(ibis._.place == 0)
    return rows.select(
        "file", "row", incident_id=rows.incident, student_id=student(rows, ids), school_id=rows.school,
        date=day_text(rows.date), severity=ibis.ifelse(rows.major, "major", "minor"), known_on=known_day(rows.updated),
    )  # fmt: skip


def older_action_rows(ids: str) -> ir.Table:
    """The rows of `discipline_actions` that SDIS has: of each student, incident and result one."""
    rows = standing("SDIS", "ssid", "incident", "result")
    rows = rows.filter(rows.result.isin(tuple(ACTIONS)))
    removed = (rows.days.try_cast("float64") * 100).round().cast("int64").cast("string").fill_null(rows.days)
    return rows.select(
        "file", "row", incident_id=rows.incident, student_id=student(rows, ids), school_id=rows.school,
        date=day_text(rows.date), action=rows.result.cases(*ACTIONS.items(), else_=None),
        days_removed_hundredths=removed.fill_null("0"), known_on=known_day(rows.updated),
    )  # fmt: skip

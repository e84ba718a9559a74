"""The marts that follow from the resources of an Ed-Fi store: schools, calendars, people and enrollment."""

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.edfi.resources import RESOURCES

STATE = "State"
"""The identification system whose code is the state's id of a student."""

UNDATED = 1991
"""The school year of a student who was never enrolled: known since ever."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis has no types
def from_json(text: str, form: str) -> list[str]:  # type: ignore[empty-body]  # a function of DuckDB
    """The list of texts that a JSON text holds."""


@ibis.udf.scalar.builtin(name="from_json")  # type: ignore[untyped-decorator]  # ibis has no types
def lists_from_json(text: str, form: str) -> list[list[str]]:  # type: ignore[empty-body]  # a function of DuckDB
    """The list of lists of texts that a JSON text holds."""


def stored(name: str) -> ir.Table:
    """The rows of a resource in the store."""
    columns = RESOURCES[name].columns
    held = {"id": "string", "generation": "int32", "arrived": "int64", "place": "int32", "gone": "boolean"}
    return ibis.table({**held, **dict.fromkeys(columns, "string")}, name=name).select("id", *columns)


def texts(cell: ir.StringValue) -> ir.ArrayValue:
    """The texts of a list."""
    return from_json(cell, '["VARCHAR"]')


def pairs(cell: ir.StringValue) -> ir.ArrayValue:
    """The lists of a list."""
    return lists_from_json(cell, '[["VARCHAR"]]')


def key(*parts: ir.StringValue) -> ir.StringValue:
    """A key of several parts."""
    text, *others = parts
    for part in others:
        text = text + "|" + part
    return text


def year(cell: ir.StringValue) -> ir.IntegerValue:
    """A school year, by the year in which it ends: 2027, or 2026-2027."""
    return cell.right(4).try_cast("int64")


def day(cell: ir.StringValue) -> ir.DateValue:
    """A date, without a time."""
    return cell.left(10).try_cast("date")


def number(cell: ir.StringValue) -> ir.FloatingValue:
    """A number."""
    return cell.try_cast("float64")


def dim_school() -> ir.Table:
    """Schools."""
    rows = stored("schools")
    return rows.select(
        k_school="school", school_id="school", school_name="title", school_category=texts(rows.categories)[0]
    )


def dim_calendar_date(school_days: tuple[str, ...]) -> ir.Table:
    """Days of calendars; a school day is one with any of the events that `school_days` names."""
    rows = stored("calendarDates")
    events = texts(rows.events)
    in_session = ibis.or_(*(events.contains(word) for word in school_days))
    calendar = key(rows.school, rows.calendar, rows.year.right(4))
    return rows.select(
        k_calendar_date=key(calendar, rows.day), k_school_calendar=calendar, k_school="school",
        school_year=year(rows.year), calendar_date=day(rows.day), is_school_day=in_session, calendar_code="calendar",
    )  # fmt: skip


def dim_session() -> ir.Table:
    """Sessions."""
    rows = stored("sessions")
    return rows.select(
        k_session=key(rows.school, rows.year.right(4), rows.session), k_school="school", school_year=year(rows.year),
        session_begin_date=day(rows.begin), session_end_date=day(rows.end), academic_term="term",
        session_name="session",
    )  # fmt: skip


def dim_grading_period() -> ir.Table:
    """Grading periods, one for each school, year and descriptor."""
    rows = stored("gradingPeriods")
    rows = rows.select(
        "school", "period", school_year=year(rows.year), begin_date=day(rows.begin), end_date=day(rows.end)
    )
    found = rows.group_by(["school", "school_year", "period"]).aggregate(
        begin_date=rows.begin_date.min(), end_date=rows.end_date.max()
    )
    return found.select(
        "school_year", "begin_date", "end_date", k_school="school", grading_period="period",
        k_grading_period=key(found.school, found.school_year.cast("string"), found.period),
    )  # fmt: skip


def associations() -> ir.Table:
    """Enrollment with its school year, which the entry date gives where no member does."""
    rows = stored("studentSchoolAssociations")
    entered = day(rows.entry)
    by_date = entered.year() + (entered.month() >= 7).cast("int64")
    return rows.mutate(entry_date=entered, school_year=ibis.coalesce(year(rows.year), by_date))


def dim_student() -> ir.Table:
    """Students with what an association with an organization says of them; of several the one that says most."""
    said = stored("studentEducationOrganizationAssociations")
    fullness = (said.sex.notnull()).cast("int8") + (said.races.length() > 2).fill_null(False).cast("int8")
    order = [ibis.desc(fullness), ibis.asc("organization"), ibis.asc("id")]
    said = said.mutate(nth=ibis.row_number().over(group_by="student", order_by=order)).filter(ibis._.nth == 0)
    years = associations().group_by("student").aggregate(school_year=ibis._.school_year.max())
    rows = stored("students").drop("id").left_join(years, "student").drop("student_right")
    rows = rows.left_join(said.drop("id", "nth"), "student")
    codes = pairs(rows.codes)
    state = codes.filter(lambda code: code[0] == STATE)[0][1]
    return rows.select(
        k_student="student", school_year=rows.school_year.fill_null(UNDATED), student_unique_id="student",
        first_name="first", last_name="last", birth_date=day(rows.born), gender="sex",
        has_hispanic_latino_ethnicity=rows.hispanic.isin(["true", "1"]), race_array=texts(rows.races), state_id=state,
    )  # fmt: skip


def fct_student_school_association() -> ir.Table:
    """Enrollment."""
    rows = associations()
    return rows.select(
        "school_year", "entry_date", k_student="student", k_school="school", exit_withdraw_date=day(rows.exit),
        entry_grade_level="grade", exit_withdraw_type="exit_type",
        k_school_calendar=key(rows.school, rows.calendar, rows.school_year.cast("string")),
        is_primary_school=rows.main.try_cast("boolean"),
    )  # fmt: skip


def dim_staff() -> ir.Table:
    """Staff."""
    rows = stored("staffs")
    return rows.select(
        k_staff="staff", staff_unique_id="staff", first_name="first", last_name="last",
        email_address=texts(rows.mails)[0],
    )  # fmt: skip


def staff_assignments(*, at_schools: bool) -> ir.Table:
    """Assignments of staff to a school, or to another organization."""
    rows = stored("staffEducationOrganizationAssignmentAssociations")
    schools = stored("schools").select(organization="school")
    joined = rows.semi_join(schools, "organization") if at_schools else rows.anti_join(schools, "organization")
    return joined.select(
        k_staff="staff", k_school=joined.organization if at_schools else ibis.null("string"),
        staff_classification="classification", school_year=ibis.null("int64"), begin_date=day(joined.begin),
        end_date=day(joined.end),
    )  # fmt: skip


def fct_staff_school_association() -> ir.Table:
    """Assignments of staff to a school."""
    return staff_assignments(at_schools=True)


def fct_staff_ed_org_assignment() -> ir.Table:
    """Assignments of staff to the district."""
    return staff_assignments(at_schools=False)


def memberships(name: str) -> ir.Table:
    """Memberships in the programs of one resource."""
    rows = stored(name)
    return rows.select(
        k_student="student", program_enroll_begin_date=day(rows.begin), program_enroll_end_date=day(rows.end),
        k_program="program_type",
    )  # fmt: skip


def dim_program() -> ir.Table:
    """Programs by their type."""
    rows = stored("studentProgramAssociations").select("program_type").distinct()
    return rows.select("program_type", k_program="program_type")

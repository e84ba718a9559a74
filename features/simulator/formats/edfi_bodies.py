"""A simulated district as the resources of an Ed-Fi API: the bodies of each, out of its marts."""

import uuid
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from features.simulator.formats.latest_records import Frames

Body = dict[str, object]
Row = Mapping[str, object]

NAMESPACE = uuid.UUID("5b1a1d2e-6d0e-4a53-9f5e-0f6d9a4f2c11")
"""The namespace of resource ids: the same resource has the same id each time that it is written."""

LEA = 1
"""The id of the district as an education organization."""


def descriptor(kind: str, code: object) -> str | None:
    """A descriptor of the standard's namespace."""
    return f"uri://ed-fi.org/{kind}Descriptor#{code}" if said(code) else None


def said(value: object) -> bool:
    """Whether a cell has a value."""
    return value is not None and value == value  # NaN is not itself


def number(value: object) -> int | float | None:
    """A cell as a number."""
    if not said(value):
        return None
    found = float(str(value))
    return int(found) if found.is_integer() else found


def without_nulls(value: object) -> object:
    """A body without members that are null, as an API gives it."""
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def student(row: Row) -> Body:
    """The reference to the student of a fact."""
    return {"studentUniqueId": str(row["k_student"]).partition("|")[0]}


def school(row: Row) -> Body:
    """The reference to the school of a row."""
    return {"schoolId": number(row["k_school"])}


def year(row: Row) -> Body:
    """The reference to the school year of a row."""
    return {"schoolYear": number(row["school_year"])}


def section(row: Row, title: str) -> Body:
    """The reference to the section of a course at a school in a year."""
    at, in_year, course = str(row["k_course_section"]).split("|")
    return {
        "localCourseCode": course, "schoolId": number(at), "schoolYear": number(in_year), "sectionIdentifier": course,
        "sessionName": title,
    }  # fmt: skip


def session_name(school_year: object) -> str:
    """The session in which simulated courses are offered."""
    return f"{school_year} Year Round"


def schools(frames: Frames) -> Iterator[Body]:
    """Schools."""
    for row in rows_of(frames["dim_school"]):
        category = descriptor("SchoolCategory", row["school_category"])
        yield {
            "schoolId": number(row["school_id"]), "nameOfInstitution": row["school_name"],
            "schoolCategories": [{"schoolCategoryDescriptor": category}], "educationOrganizationCategories": [
                {"educationOrganizationCategoryDescriptor": descriptor("EducationOrganizationCategory", "School")}
            ], "gradeLevels": [],
        }  # fmt: skip


def calendar_dates(frames: Frames) -> Iterator[Body]:
    """Days of calendars."""
    for row in rows_of(frames["dim_calendar_date"]):
        event = "Instructional day" if row["is_school_day"] == "true" else "Non-instructional day"
        yield {
            "date": row["calendar_date"],
            "calendarReference": {"calendarCode": row["calendar_code"], **school(row), **year(row)},
            "calendarEvents": [{"calendarEventDescriptor": descriptor("CalendarEvent", event)}],
        }  # fmt: skip


def sessions(frames: Frames) -> Iterator[Body]:
    """Sessions."""
    for row in rows_of(frames["dim_session"]):
        yield {
            "sessionName": row["session_name"], "schoolReference": school(row), "schoolYearTypeReference": year(row),
            "beginDate": row["session_begin_date"], "endDate": row["session_end_date"],
            "termDescriptor": descriptor("Term", row["academic_term"]), "totalInstructionalDays": 90,
        }  # fmt: skip


def grading_periods(frames: Frames) -> Iterator[Body]:
    """Grading periods."""
    for row in rows_of(frames["dim_grading_period"]):
        yield {
            "gradingPeriodDescriptor": descriptor("GradingPeriod", row["grading_period"]),
            "gradingPeriodName": row["grading_period"], "schoolReference": school(row),
            "schoolYearTypeReference": year(row), "beginDate": row["begin_date"], "endDate": row["end_date"],
            "totalInstructionalDays": 45,
        }  # fmt: skip


def students(frames: Frames) -> Iterator[Body]:
    """Students."""
    for row in rows_of(frames["dim_student"].drop_duplicates("student_unique_id")):
        yield {
            "studentUniqueId": row["student_unique_id"], "firstName": row["first_name"],
            "lastSurname": row["last_name"], "birthDate": row["birth_date"],
        }  # fmt: skip


def student_organizations(frames: Frames) -> Iterator[Body]:
    """What the district says of students."""
    for row in rows_of(frames["dim_student"].drop_duplicates("student_unique_id")):
        races = row["race_array"] if isinstance(row["race_array"], list) else []
        system = descriptor("StudentIdentificationSystem", "State")
        code = {
            "studentIdentificationSystemDescriptor": system,
            "identificationCode": row["state_id"],
            "assigningOrganizationIdentificationCode": "State",
        }
        yield {
            "studentReference": student(row), "educationOrganizationReference": {"educationOrganizationId": LEA},
            "sexDescriptor": descriptor("Sex", row["gender"]),
            "hispanicLatinoEthnicity": bool(row["has_hispanic_latino_ethnicity"]),
            "races": [{"raceDescriptor": descriptor("Race", race)} for race in races],
            "studentIdentificationCodes": [code] if said(row["state_id"]) else [],
        }  # fmt: skip


def enrollments(frames: Frames) -> Iterator[Body]:
    """Enrollment."""
    for row in rows_of(frames["fct_student_school_association"]):
        _, track, _ = str(row["k_school_calendar"]).split("|")
        yield {
            "studentReference": student(row), "schoolReference": school(row), "entryDate": row["entry_date"],
            "entryGradeLevelDescriptor": descriptor("GradeLevel", row["entry_grade_level"]),
            "exitWithdrawDate": row["exit_withdraw_date"] if said(row["exit_withdraw_date"]) else None,
            "exitWithdrawTypeDescriptor": descriptor("ExitWithdrawType", row["exit_withdraw_type"]),
            "schoolYearTypeReference": year(row),
            "calendarReference": {"calendarCode": track, **school(row), **year(row)},
        }  # fmt: skip


def rows_of(frame: pd.DataFrame) -> Iterator[Row]:
    """The rows of a frame, by column."""
    names = [str(name) for name in frame.columns]
    return (dict(zip(names, cells, strict=True)) for cells in frame.itertuples(index=False, name=None))


def with_id(resource: str, body: Body) -> Body:
    """A body with the id of its resource, and without members that are null."""
    kept = without_nulls(body)
    if not isinstance(kept, dict):
        raise TypeError(resource)
    return {"id": uuid.uuid5(NAMESPACE, f"{resource} {identity(kept)}").hex, **kept}


def identity(body: Body) -> str:
    """What tells a body from others of its resource: it stays the same when what it says is corrected."""
    return repr(sorted((name, value) for name, value in body.items() if name.endswith(KEYS)))


KEYS = ("Reference", "UniqueId", "Id", "Identifier", "Code", "Name", "Date", "CategoryDescriptor", "date", "Descriptor")
"""Endings of members that may be a part of a resource's key."""

BodyMaker = Callable[[Frames], Iterator[Body]]

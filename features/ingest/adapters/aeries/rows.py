"""Objects of the Aeries API as rows of the files of a pull."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.ingest.adapters.aeries.api import Json, SchoolYear, entries, text

Row = tuple[str, ...]

COLUMNS: Mapping[str, Row] = {
    "schools": ("SchoolCode", "Name", "Level"),
    "terms": ("SchoolYear", "TermCode", "Kind", "StartDate", "EndDate"),
    "school_terms": ("SchoolCode", "SchoolYear", "TermCode", "Kind", "StartDate", "EndDate"),
    "calendar": ("SchoolCode", "Track", "CalendarDate", "SchoolYear", "InSession"),
    "students": ("StudentID", "FirstName", "LastName", "Birthdate", "StateStudentID"),
    "demographics": ("StudentID", "Attribute", "Code", "Since"),
    "programs": ("StudentID", "ProgramCode", "ParticipationStartDate", "ParticipationEndDate"),
    "programs-language": ("StudentID", "ProgramCode", "ParticipationStartDate", "ParticipationEndDate"),
    "enrollments": (
        "StudentID", "SchoolCode", "Track", "SchoolYear", "Grade", "EnterDate", "LeaveDate", "ExitReasonCode",
    ),
    "attendance": ("StudentID", "SchoolCode", "CalendarDate", "AbsenceType", "AbsentHundredths"),
    "marks": (
        "StudentID", "SchoolCode", "SchoolYear", "Term", "CourseID", "Title", "DepartmentCode", "UC_SubjectAreaCode",
        "Source", "Mark", "CreditAttempted", "CreditCompleted",
    ),
    "incidents": ("IncidentID", "StudentID", "SchoolOfIncidentCode", "IncidentDate", "ViolationCode"),
    "staff": ("StaffID", "FirstName", "LastName", "EmailAddress", "Role", "SchoolCode"),
    "actions": ("IncidentID", "StudentID", "SchoolOfIncidentCode", "StartDate", "ResultCode", "Days"),
}  # fmt: skip
"""The files of a pull and their columns; addresses, telephone numbers and contacts never are among them."""

MAIN = "main"
LEARNER, LEARNS = "L", "EL"
"""The language fluency of a student who learns English, and what a pull calls the program that it stands for."""

HIGH, MIDDLE = 9, 6
RACES = tuple(f"RaceCode{place}" for place in range(1, 6))
ALL_DAY = {"5": "0", "8": "0", "9": "0"}
"""Types of absence codes that miss nothing of a day: a tardy, excused or not."""

EXCUSED = ("2", "8", "S")
MISSED = ("1", "2", "3", "S")


@dataclass(frozen=True)
class AbsenceCodes:
    """What the codes of a school's attendance mean: type by code, `S` where a code is a suspension."""

    types: Mapping[str, str]
    periods: int

    def type_of(self, code: str) -> str:
        """The type of a code; the code itself where the school does not list it, so that parsing names it."""
        return self.types.get(code, code)


def absence_codes(objects: Sequence[Json], periods: int) -> AbsenceCodes:
    """The codes of a school."""
    found = {
        text(one, "AbsenceCode"): "S" if text(one, "IsSuspension") == "true" else text(one, "TypeCode")
        for one in objects
    }
    return AbsenceCodes(found, periods)


def school_row(one: Json) -> Row:
    """A school with the level of its highest grade."""
    high = text(one, "HighGradeLevel")
    grade = int(high) if high.lstrip("-").isdigit() else 0
    level = "high" if grade >= HIGH else "middle" if grade >= MIDDLE else "other"
    return text(one, "SchoolCode"), text(one, "Name"), level


DISTRICT_ROLE = "district"
"""The role of people who see every school."""


def staff_rows(one: Json, roles: Mapping[str, str]) -> Iterator[Row]:
    """Somebody of the staff whose title is one of `roles`; nobody who has left, or has no address to sign in with."""
    role, email = roles.get(text(one, "Title"), ""), text(one, "EmailAddress")
    if role and email and not text(one, "InactiveStatusCode") and not text(one, "LeaveDate"):
        school = text(one, "PrimaryAeriesSchool")
        at = "" if role == DISTRICT_ROLE or school == "0" else school
        yield text(one, "ID"), text(one, "FirstName"), text(one, "LastName"), email, role, at


def calendar_rows(days: Sequence[Json], school: str, year: SchoolYear, no_school: Sequence[str]) -> Iterator[Row]:
    """The days of a school's calendar and of each of its tracks: `main`, and those that a day names."""
    own = {text(each, "Track") for one in days for each in tracks_of(one)} - {""}
    for one in days:
        codes = {text(each, "Track"): text(each, "HolidayCode") for each in tracks_of(one)}
        for track in ("", *sorted(own)):
            closed = codes.get(track, text(one, "HolidayCode")) in no_school
            in_session = "false" if closed else "true"
            yield school, track or MAIN, text(one, "CalendarDate"), year.ends_in, in_session


def tracks_of(day: Json) -> list[Json]:
    """What a day of the calendar says of tracks."""
    found = day.get("TrackHolidays")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def student_rows(one: Json) -> Iterator[Row]:
    """A student."""
    yield tuple(text(one, name) for name in COLUMNS["students"])


def demographic_rows(one: Json) -> Iterator[Row]:
    """What a student's record says of sex, ethnicity and races, from the birth date on."""
    student, since = text(one, "StudentID"), text(one, "Birthdate") or "1900-01-01"
    if sex := text(one, "Gender"):
        yield student, "sex", sex, since
    if text(one, "EthnicityCode").upper() in ("Y", "H"):
        yield student, "race_ethnicity", "H", since
    for name in RACES:
        if race := text(one, name):
            yield student, "race_ethnicity", race, since


def program_row(one: Json) -> Row:
    """Membership of a program: its participation, else its eligibility."""
    start, end = (
        text(one, f"Participation{name}") or text(one, f"Eligibility{name}") for name in ("StartDate", "EndDate")
    )
    return text(one, "StudentID"), text(one, "ProgramCode"), start, end


def language_rows(one: Json) -> Iterator[Row]:
    """A student who learns English today, from the day on which the student came to the district: no other is told."""
    if text(one, "LanguageFluencyCode").upper() == LEARNER:
        since = text(one, "DistrictEnterDate") or text(one, "SchoolEnterDate")
        yield text(one, "StudentID"), LEARNS, since, ""


def enrollment_row(one: Json) -> Row:
    """A spell of enrollment; its year is named by the one in which it begins."""
    begins = text(one, "AcademicYear")
    year = str(int(begins) + 1) if begins.isdigit() else begins
    before = text(one, "StudentID"), text(one, "SchoolCode"), text(one, "Track") or MAIN, year
    return (*before, *(text(one, name) for name in ("Grade", "EnterDate", "LeaveDate", "ExitReasonCode")))


def attendance_rows(one: Json, school: str, codes: AbsenceCodes) -> Iterator[Row]:
    """A student's days with a code: by the code of the whole day, else by the periods that were missed."""
    for day in entries(one):
        date = text(day, "CalendarDate")
        if not date:
            continue
        found = day_type(day, codes)
        if found is not None:
            yield text(one, "StudentID"), school, date, *found


def day_type(day: Json, codes: AbsenceCodes) -> tuple[str, str] | None:
    """The type of a day and how much of it was missed, in hundredths; None for one with nothing to tell."""
    if code := text(day, "AllDayAttendanceCode"):
        kind = codes.type_of(code)
        return kind, ALL_DAY.get(kind, "100")
    classes = day.get("Classes")
    found = [codes.type_of(text(each, "AttendanceCode")) for each in classes if isinstance(each, dict)] if isinstance(
        classes, list
    ) else []  # fmt: skip
    missed = [kind for kind in found if kind in MISSED]
    if missed and codes.periods:
        share = min(100, round(100 * len(missed) / codes.periods))
        return "PE" if all(kind in EXCUSED for kind in missed) else "PU", str(share)
    late = next((kind for kind in found if kind in ALL_DAY), None)
    return None if late is None or missed else (late, "0")


def incident_rows(one: Json) -> Iterator[Row]:
    """A student's incidents; one without a number of its own is named by the student and its place."""
    for each in incidents_of(one):
        names = ("SchoolOfIncidentCode", "IncidentDate", "ViolationCode1")
        yield incident_id(each), text(each, "StudentID"), *(text(each, name) for name in names)


def action_rows(one: Json) -> Iterator[Row]:
    """What was decided of a student's incidents; one without a day began on that of the incident."""
    for incident in incidents_of(one):
        decided = incident.get("AdministrativeDecisions")
        for each in decided if isinstance(decided, list) else ():
            if isinstance(each, dict) and text(each, "ResultCode"):
                start = text(each, "StartDate") or text(incident, "IncidentDate")
                before = incident_id(incident), text(incident, "StudentID"), text(incident, "SchoolOfIncidentCode")
                yield *before, start, text(each, "ResultCode"), text(each, "Days") or "0"


def incidents_of(one: Json) -> Iterator[Json]:
    """The incidents of a student."""
    listed = one.get("AssertiveDisciplines")
    for each in listed if isinstance(listed, list) else [one]:
        if isinstance(each, dict) and text(each, "IncidentDate"):
            yield {"StudentID": one.get("StudentID"), **each}


def incident_id(one: Json) -> str:
    """The id of an incident."""
    own = text(one, "IncidentID")
    return own if own not in ("", "0") else f"{text(one, 'StudentID')}-{text(one, 'SequenceNumber')}"

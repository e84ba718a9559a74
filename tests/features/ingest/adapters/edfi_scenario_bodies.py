"""Bodies of the two students of the SIS certification of Ed-Fi, one at an elementary and one at a high school."""

from collections.abc import Iterator
from datetime import date, timedelta

from tests.features.ingest.adapters.edfi_server import Body

FIRST, SECOND = "111111", "222222"
SCHOOLS = {FIRST: 255901107, SECOND: 255901001}
LEA, YEAR, FALL = 255901, 2027, "2026-2027 Fall Semester"
COURSES = {FIRST: "ELA-01", SECOND: "ALG-2"}
SECTIONS = {FIRST: "ELA012017RM555", SECOND: "ALG12017RM901"}
ORGANIZATION = {"educationOrganizationReference": {"educationOrganizationId": LEA}}


def descriptor(kind: str, code: str) -> str:
    """A descriptor of the standard's namespace."""
    return f"uri://ed-fi.org/{kind}Descriptor#{code}"


def student(unique_id: str) -> Body:
    """The reference to a student."""
    return {"studentReference": {"studentUniqueId": unique_id}}


def at_school(unique_id: str) -> dict[str, object]:
    """The member that says a student's school."""
    return {"schoolId": SCHOOLS[unique_id]}


def session(unique_id: str, name: str = FALL) -> dict[str, object]:
    """The reference to the session of a student's school."""
    return {**at_school(unique_id), "schoolYear": YEAR, "sessionName": name}


def section(unique_id: str) -> dict[str, object]:
    """The reference to a student's section."""
    return {**session(unique_id), "localCourseCode": COURSES[unique_id], "sectionIdentifier": SECTIONS[unique_id]}


def calendar(unique_id: str) -> Body:
    """The reference to the calendar of a student's school."""
    return {**at_school(unique_id), "schoolYear": YEAR, "calendarCode": "107SS111111"}


def days() -> Iterator[date]:
    """The school days of the first ten weeks."""
    first = date(2026, 8, 31)
    return (day for day in (first + timedelta(days=n) for n in range(70)) if day.weekday() < 5)


def of_school(unique_id: str) -> Iterator[tuple[str, Body]]:
    """What stands before the scenarios of one school: calendar, session, grading period, course and section."""
    school = {"schoolReference": at_school(unique_id)}
    year = {"schoolYearTypeReference": {"schoolYear": YEAR}}
    yield "schools", {**at_school(unique_id), "nameOfInstitution": f"Grand Bend {unique_id}"}
    for day in days():
        yield "calendarDates", {
            "date": day.isoformat(), "calendarReference": calendar(unique_id),
            "calendarEvents": [{"calendarEventDescriptor": descriptor("CalendarEvent", "Instructional day")}],
        }  # fmt: skip
    yield "sessions", session_body(unique_id, FALL)
    yield "gradingPeriods", {
        **school, **year, "gradingPeriodDescriptor": descriptor("GradingPeriod", "First Six Weeks"),
        "gradingPeriodName": "First Six Weeks", "beginDate": "2026-08-31", "endDate": "2026-10-09",
    }  # fmt: skip
    yield "courses", {**ORGANIZATION, "courseCode": COURSES[unique_id], "courseTitle": COURSES[unique_id]}
    yield "courseOfferings", {
        **school, "localCourseCode": COURSES[unique_id], "sessionReference": session(unique_id),
        "courseReference": {"courseCode": COURSES[unique_id], "educationOrganizationId": LEA},
    }  # fmt: skip
    yield "sections", section_body(unique_id, SECTIONS[unique_id], FALL)
    yield "students", {"studentUniqueId": unique_id, "firstName": "A", "lastSurname": "B", "birthDate": "2012-01-01"}


def session_body(unique_id: str, name: str) -> Body:
    """The session of a student's school under a name."""
    return {
        "schoolReference": at_school(unique_id), "schoolYearTypeReference": {"schoolYear": YEAR}, "sessionName": name,
        "termDescriptor": descriptor("Term", "Fall Semester"), "beginDate": "2026-08-31", "endDate": "2026-12-18",
    }  # fmt: skip


def section_body(unique_id: str, identifier: str, in_session: str) -> Body:
    """A student's section under an identifier."""
    offering = {**session(unique_id, in_session), "localCourseCode": COURSES[unique_id]}
    return {"sectionIdentifier": identifier, "courseOfferingReference": offering, "availableCredits": 3}


def enrolled(unique_id: str, entry: str, exit_date: str = "", **more: object) -> Body:
    """An enrollment."""
    grade = "First grade" if unique_id == FIRST else "Ninth grade"
    left = {"exitWithdrawDate": exit_date, "exitWithdrawTypeDescriptor": descriptor("ExitWithdrawType", "Transferred")}
    return {
        **student(unique_id), "schoolReference": at_school(unique_id), "entryDate": entry, "primarySchool": True,
        "entryGradeLevelDescriptor": descriptor("GradeLevel", grade),
        "calendarReference": calendar(unique_id),
        **(left if exit_date else {}), **more,
    }  # fmt: skip


def in_section(unique_id: str, begin: str, end: str) -> Body:
    """A membership in a section."""
    return {**student(unique_id), "sectionReference": section(unique_id), "beginDate": begin, "endDate": end}


def event(unique_id: str, day: str, category: str, at: Body, **more: object) -> Body:
    """An attendance event, of the day or of a section."""
    said = {"eventDate": day, "attendanceEventCategoryDescriptor": descriptor("AttendanceEventCategory", category)}
    return {**student(unique_id), **said, **at, **more}


def of_day(unique_id: str) -> Body:
    """Where an event of the whole day belongs."""
    return {"schoolReference": at_school(unique_id), "sessionReference": session(unique_id)}


def incident(unique_id: str, number: str, **more: str) -> Body:
    """An incident."""
    school = {"schoolReference": at_school(unique_id)}
    return {**school, "incidentIdentifier": number, "incidentDate": "2026-09-25", **more}


def behavior(unique_id: str, number: str, code: str) -> dict[str, object]:
    """The members that say what a student did in an incident."""
    return {
        **student(unique_id), "behaviorDescriptor": descriptor("Behavior", code),
        "disciplineIncidentReference": {"incidentIdentifier": number, **at_school(unique_id)},
    }  # fmt: skip


def action(unique_id: str, number: str, code: str, discipline: str, length: int) -> Body:
    """What followed an incident."""
    of = {"studentUniqueId": unique_id, "incidentIdentifier": number, **at_school(unique_id),
          "behaviorDescriptor": descriptor("Behavior", code)}  # fmt: skip
    return {
        **student(unique_id), "disciplineActionIdentifier": number * 2, "disciplineDate": "2026-09-30",
        "disciplines": [{"disciplineDescriptor": descriptor("Discipline", discipline)}],
        "actualDisciplineActionLength": length, "responsibilitySchoolReference": at_school(unique_id),
        "studentDisciplineIncidentBehaviorAssociations": [
            {"studentDisciplineIncidentBehaviorAssociationReference": of}
        ],
    }  # fmt: skip


def grade(unique_id: str, begin: str, letter: str, number: int) -> Body:
    """A grade of the first six weeks."""
    period = {
        **at_school(unique_id), "schoolYear": YEAR, "gradingPeriodName": "First Six Weeks",
        "gradingPeriodDescriptor": descriptor("GradingPeriod", "First Six Weeks"),
    }  # fmt: skip
    return {
        "studentSectionAssociationReference": {
            **section(unique_id), "studentUniqueId": unique_id, "beginDate": begin
        },
        "gradingPeriodReference": period, "gradeTypeDescriptor": descriptor("GradeType", "Grading Period"),
        "letterGradeEarned": letter, "numericGradeEarned": number,
    }  # fmt: skip


def academic_record(organization: int, year: int, term: str) -> Body:
    """The academic record of the student at the high school, which the school holds or the district."""
    return {
        **student(SECOND), "educationOrganizationReference": {"educationOrganizationId": organization},
        "schoolYearTypeReference": {"schoolYear": year}, "termDescriptor": descriptor("Term", term),
    }  # fmt: skip


def transcript(organization: int, year: int, term: str, number: int) -> Body:
    """A course on the transcript of the student at the high school."""
    record = {
        "studentUniqueId": SECOND, "educationOrganizationId": organization, "schoolYear": year,
        "termDescriptor": descriptor("Term", term),
    }  # fmt: skip
    return {
        "courseReference": {"courseCode": COURSES[SECOND], "educationOrganizationId": LEA},
        "studentAcademicRecordReference": record,
        "courseAttemptResultDescriptor": descriptor("CourseAttemptResult", "Pass"), "attemptedCredits": 3,
        "earnedCredits": 3, "finalLetterGradeEarned": "A", "finalNumericGradeEarned": number,
    }  # fmt: skip

"""What the SIS certification of Ed-Fi has a vendor write, step by step, and the canonical records after each step.

Resources, members and values are those that `Ed-Fi-Alliance-OSS/certification-testing` asks for in its scenarios of
data standard 5 (enrollment, attendance, discipline, grades, transcripts), read as facts. Its own requests only check
what was written. Deletions stand last, as references demand; the new names of a session and a section are ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tests.features.ingest.adapters.edfi_scenario_bodies import (
    FALL,
    FIRST,
    LEA,
    SCHOOLS,
    SECOND,
    SECTIONS,
    academic_record,
    action,
    behavior,
    enrolled,
    event,
    grade,
    in_section,
    incident,
    of_day,
    section,
    section_body,
    session_body,
    transcript,
)
from tests.features.ingest.adapters.edfi_server import Body

Rows = Sequence[tuple[object, ...]]

OF_DAY, OF_SECTION = "studentSchoolAttendanceEvents", "studentSectionAttendanceEvents"
ENROLLED, IN_SECTION = "studentSchoolAssociations", "studentSectionAssociations"
BEHAVIOR, CONDUCT, OFFENSE = "studentDisciplineIncidentBehaviorAssociations", "School Code of Conduct", "State Offense"


@dataclass(frozen=True)
class Step:
    """One request of a SIS by the record that it writes, and the rows of each canonical table that it changes.

    `daily` and `by_section` are the rows of `attendance`, by which events count.
    """

    method: Literal["POST", "PUT", "DELETE"]
    resource: str
    record: str
    body: Body = field(default_factory=dict)
    expects: Mapping[str, Rows] = field(default_factory=dict)


def day_event(unique_id: str, day: str, category: str, **more: object) -> Body:
    """An attendance event of the whole day."""
    return event(unique_id, day, category, of_day(unique_id), **more)


def section_event(unique_id: str, day: str, category: str, **more: object) -> Body:
    """An attendance event of a section."""
    return event(unique_id, day, category, {"sectionReference": section(unique_id)}, **more)


HIGH = SCHOOLS[SECOND]
NINTH = (SECOND, "2026-08-31", None, None, 9)
TARDY, ABSENT = (FIRST, "2026-09-16", "tardy", 0, False), (SECOND, "2026-10-05", "absent", 100, False)
MINOR, MAJOR = ("1", FIRST, "minor"), ("2", SECOND, "major")
SERVICE = ("2", SECOND, "detention", 500)
ISS = ("2", SECOND, "in_school_suspension", 500)
FINAL = (SECOND, 2027, "S1", "ALG-2", "final", "A", 300)
EARLIER = (SECOND, 2022, "S2", "ALG-2", "final", "A", 300)


def progress(unique_id: str, letter: str) -> tuple[object, ...]:
    """The mark of the first six weeks."""
    return (unique_id, 2027, "W1", {FIRST: "ELA-01", SECOND: "ALG-2"}[unique_id], "progress", letter, None)


CREATED = (
    Step("POST", ENROLLED, "first", enrolled(FIRST, "2026-08-31", "2026-09-01"),
         {"enrollments": [(FIRST, "2026-08-31", "2026-09-01", "transferred", 1)]}),
    Step("POST", ENROLLED, "second", enrolled(SECOND, "2026-08-31"),
         {"enrollments": [(FIRST, "2026-08-31", "2026-09-01", "transferred", 1), NINTH]}),
    Step("PUT", ENROLLED, "first", enrolled(FIRST, "2026-09-01"),
         {"enrollments": [(FIRST, "2026-09-01", None, None, 1), NINTH]}),
    Step("POST", IN_SECTION, "first", in_section(FIRST, "2026-09-01", "2026-12-16")),
    Step("POST", IN_SECTION, "second", in_section(SECOND, "2026-08-31", "2026-12-16")),
    Step("POST", OF_DAY, "first", day_event(FIRST, "2026-09-16", "Tardy"), {"daily": [TARDY]}),
    Step("POST", OF_DAY, "second", day_event(SECOND, "2026-10-05", "Unexcused Absence"), {"daily": [TARDY, ABSENT]}),
    Step("POST", OF_SECTION, "first", section_event(FIRST, "2026-09-16", "Tardy"), {"by_section": [TARDY]}),
    Step("POST", OF_SECTION, "second", section_event(SECOND, "2026-10-05", "Unexcused Absence"),
         {"by_section": [TARDY, ABSENT]}),
    Step("POST", "disciplineIncidents", "first", incident(FIRST, "1", reporterName="Loyo, John")),
    Step("POST", "disciplineIncidents", "second", incident(SECOND, "2", reporterName="Smith, Jane")),
    Step("POST", BEHAVIOR, "first", behavior(FIRST, "1", CONDUCT), {"incidents": [MINOR]}),
    Step("POST", BEHAVIOR, "second", behavior(SECOND, "2", OFFENSE), {"incidents": [MINOR, MAJOR]}),
    Step("POST", "disciplineActions", "first", action(FIRST, "1", CONDUCT, "Out of School Suspension", 2),
         {"discipline_actions": [("1", FIRST, "out_of_school_suspension", 200)]}),
    Step("POST", "disciplineActions", "second", action(SECOND, "2", OFFENSE, "In School Suspension", 5),
         {"discipline_actions": [("1", FIRST, "out_of_school_suspension", 200), ISS]}),
    Step("POST", "grades", "first", grade(FIRST, "2026-09-01", "B", 80), {"marks": [progress(FIRST, "B")]}),
    Step("POST", "grades", "second", grade(SECOND, "2026-08-31", "A", 94),
         {"marks": [progress(FIRST, "B"), progress(SECOND, "A")]}),
    Step("POST", "studentAcademicRecords", "now", academic_record(HIGH, 2027, "Fall Semester")),
    Step("POST", "courseTranscripts", "first", transcript(HIGH, 2027, "Fall Semester", 98),
         {"marks": [progress(FIRST, "B"), progress(SECOND, "A"), FINAL]}),
)  # fmt: skip
"""Records come, and the entry of one is corrected, which is a part of its key."""

CHANGED = (
    Step("PUT", ENROLLED, "second", enrolled(SECOND, "2026-08-31", graduationPlanReference={
        "educationOrganizationId": LEA, "graduationSchoolYear": 2030,
        "graduationPlanTypeDescriptor": "uri://ed-fi.org/GraduationPlanTypeDescriptor#Recommended"})),
    Step("PUT", ENROLLED, "first", enrolled(FIRST, "2026-09-01", "2026-11-01"),
         {"enrollments": [(FIRST, "2026-09-01", "2026-11-01", "transferred", 1), NINTH]}),
    Step("PUT", IN_SECTION, "first", in_section(FIRST, "2026-09-01", "2026-12-10")),
    Step("PUT", IN_SECTION, "second", in_section(SECOND, "2026-08-31", "2026-12-10")),
    Step("PUT", OF_DAY, "first", day_event(FIRST, "2026-09-16", "Tardy", attendanceEventReason="Late")),
    Step("PUT", OF_DAY, "second",
         day_event(SECOND, "2026-10-05", "Unexcused Absence", attendanceEventReason="No Note")),
    Step("PUT", OF_SECTION, "first", section_event(FIRST, "2026-09-16", "Tardy", attendanceEventReason="Late")),
    Step("PUT", OF_SECTION, "second",
         section_event(SECOND, "2026-10-05", "Unexcused Absence", attendanceEventReason="No Note")),
    Step("PUT", "disciplineIncidents", "first", incident(FIRST, "1", reporterName="Villa, Mark")),
    Step("PUT", "disciplineIncidents", "second", incident(SECOND, "2", reporterName="Smith, Jane",
         incidentLocationDescriptor="uri://ed-fi.org/IncidentLocationDescriptor#Classroom")),
    Step("PUT", "disciplineActions", "first", action(FIRST, "1", CONDUCT, "In School Suspension", 2),
         {"discipline_actions": [("1", FIRST, "in_school_suspension", 200), ISS]}),
    Step("PUT", "disciplineActions", "second", action(SECOND, "2", OFFENSE, "Community Service", 5),
         {"discipline_actions": [("1", FIRST, "in_school_suspension", 200), SERVICE]}),
    Step("PUT", "grades", "first", grade(FIRST, "2026-09-01", "A", 91),
         {"marks": [progress(FIRST, "A"), progress(SECOND, "A"), FINAL]}),
    Step("POST", "grades", "second", grade(SECOND, "2026-08-31", "B", 89),
         {"marks": [progress(FIRST, "A"), progress(SECOND, "B"), FINAL]}),
    Step("PUT", "courseTranscripts", "first", transcript(HIGH, 2027, "Fall Semester", 100)),
    Step("POST", "studentAcademicRecords", "then", academic_record(LEA, 2022, "Spring Semester")),
    Step("POST", "courseTranscripts", "second", transcript(LEA, 2022, "Spring Semester", 92),
         {"marks": [progress(FIRST, "A"), progress(SECOND, "B"), FINAL, EARLIER]}),
)  # fmt: skip
"""Records change: in members that are read, and in members that are not."""

RENAMED = (
    Step("PUT", "sessions", FALL, session_body(SECOND, "Fall 2026")),
    Step("PUT", "sections", SECTIONS[SECOND], section_body(SECOND, "ALG-901", "Fall 2026")),
)
"""A session and a section get another key, and all that refers to them."""

DELETED = (
    Step("DELETE", "grades", "first", expects={"marks": [progress(SECOND, "B"), FINAL, EARLIER]}),
    Step("DELETE", OF_SECTION, "first", expects={"by_section": [ABSENT]}),
    Step("DELETE", OF_DAY, "first", expects={"daily": [ABSENT]}),
    Step("DELETE", "disciplineActions", "first", expects={"discipline_actions": [SERVICE]}),
    Step("DELETE", BEHAVIOR, "first", expects={"incidents": [MAJOR]}),
    Step("DELETE", IN_SECTION, "first"),
    Step("DELETE", ENROLLED, "first", expects={"enrollments": [NINTH]}),
)
"""Records go, what refers to others before them."""

SCENARIOS: Mapping[str, Sequence[Step]] = {
    "created": CREATED, "changed": CHANGED, "renamed": RENAMED, "deleted": DELETED
}  # fmt: skip

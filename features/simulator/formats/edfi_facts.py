"""A simulated district as the resources of an Ed-Fi API: programs, attendance, courses, marks, behavior and staff."""

from collections.abc import Iterator, Mapping

from features.simulator.formats import edfi_words as words
from features.simulator.formats.edfi_bodies import (
    LEA,
    Body,
    BodyMaker,
    calendar_dates,
    descriptor,
    enrollments,
    grading_periods,
    number,
    rows_of,
    said,
    school,
    schools,
    section,
    session_name,
    sessions,
    student,
    student_organizations,
    students,
    with_id,
    year,
)
from features.simulator.formats.latest_records import Frames
from features.simulator.formats.mart_frames import OF_PROGRAMS

ORGANIZATION = {"educationOrganizationId": LEA}


def attendance_events(frames: Frames) -> Iterator[Body]:
    """Events of whole days."""
    for row in rows_of(frames["fct_student_school_attendance_event"]):
        category = descriptor("AttendanceEventCategory", row["attendance_event_category"])
        date, in_year = str(row["k_calendar_date"]).rpartition("|")[2], str(row["k_student"]).rpartition("|")[2]
        yield {
            "studentReference": student(row), "schoolReference": school(row), "eventDate": date,
            "attendanceEventCategoryDescriptor": category, "eventDuration": number(row["event_duration"]),
            "sessionReference": {**school(row), "schoolYear": int(in_year), "sessionName": session_name(in_year)},
        }  # fmt: skip


def courses(frames: Frames) -> Iterator[Body]:
    """Courses of the district."""
    for row in rows_of(frames["dim_course"]):
        subject = descriptor("AcademicSubject", row["academic_subject"])
        yield {
            "educationOrganizationReference": ORGANIZATION, "courseCode": row["course_code"],
            "courseTitle": row["course_title"], "academicSubjects": [{"academicSubjectDescriptor": subject}],
            "identificationCodes": [], "numberOfParts": 1,
        }  # fmt: skip


def offered(frames: Frames) -> Iterator[tuple[Body, Mapping[str, object]]]:
    """The reference to each section of a course, and its row."""
    sections = frames["dim_course_section"]
    for row in rows_of(sections[sections["k_course"].notna()]):
        yield section(row, session_name(str(row["k_course_section"]).split("|")[1])), row


def course_offerings(frames: Frames) -> Iterator[Body]:
    """Courses that schools offer."""
    for one, row in offered(frames):
        at = {"schoolId": one["schoolId"]}
        yield {
            "localCourseCode": one["localCourseCode"], "schoolReference": at,
            "sessionReference": {**at, "schoolYear": one["schoolYear"], "sessionName": one["sessionName"]},
            "courseReference": {"courseCode": row["k_course"], **ORGANIZATION},
        }  # fmt: skip


def sections(frames: Frames) -> Iterator[Body]:
    """Sections of courses."""
    for one, row in offered(frames):
        reference = {name: one[name] for name in ("localCourseCode", "schoolId", "schoolYear", "sessionName")}
        yield {
            "sectionIdentifier": one["sectionIdentifier"], "courseOfferingReference": reference,
            "availableCredits": number(row["available_credits"]),
        }  # fmt: skip


def grades(frames: Frames) -> Iterator[Body]:
    """Marks in progress."""
    for row in rows_of(frames["fct_student_grades"]):
        period = words.PERIODS[str(row["k_grading_period"]).rpartition("|")[2]]
        yield {
            "gradeTypeDescriptor": descriptor("GradeType", row["grade_type"]),
            "gradingPeriodReference": {
                "gradingPeriodDescriptor": descriptor("GradingPeriod", period), "gradingPeriodName": period,
                **school(row), **year(row),
            },
            "studentSectionAssociationReference": {
                **section(row, session_name(row["school_year"])), **student(row), "beginDate": "2000-01-01",
            },
            "letterGradeEarned": row["letter_grade_earned"] if said(row["letter_grade_earned"]) else None,
        }  # fmt: skip


def course_transcripts(frames: Frames) -> Iterator[Body]:
    """Final marks."""
    for row in rows_of(frames["fct_course_transcripts"]):
        letter = row["final_letter_grade_earned"]
        yield {
            "courseReference": {"courseCode": row["k_course"], **ORGANIZATION},
            "studentAcademicRecordReference": {
                "educationOrganizationId": number(row["k_school"]), **year(row), **student(row),
                "termDescriptor": descriptor("Term", row["academic_term"]),
            },
            "courseAttemptResultDescriptor": descriptor("CourseAttemptResult", row["course_attempt_result"]),
            "finalLetterGradeEarned": letter if said(letter) else None,
            "earnedCredits": number(row["earned_credits"]), "attemptedCredits": number(row["attempted_credits"]),
        }  # fmt: skip


def academic_records(frames: Frames) -> Iterator[Body]:
    """Academic records with a diploma."""
    for row in rows_of(frames["fct_student_diploma"]):
        diploma = {
            "diplomaTypeDescriptor": descriptor("DiplomaType", row["diploma_type"]),
            "diplomaAwardDate": row["diploma_award_date"],
        }
        yield {
            "educationOrganizationReference": ORGANIZATION, "studentReference": student(row),
            "schoolYearTypeReference": {"schoolYear": int(str(row["k_student"]).rpartition("|")[2])},
            "termDescriptor": descriptor("Term", "Spring Semester"), "diplomas": [diploma],
        }  # fmt: skip


def incidents(frames: Frames) -> Iterator[Body]:
    """Incidents."""
    for row in rows_of(frames["dim_discipline_incident"]):
        yield {
            "incidentIdentifier": row["incident_id"], "schoolReference": school(row),
            "incidentDate": row["incident_date"],
        }  # fmt: skip


def behaviors(frames: Frames) -> Iterator[Body]:
    """What students did in incidents."""
    for row in rows_of(frames["fct_student_discipline_incident_behaviors"]):
        yield {
            "studentReference": student(row),
            "disciplineIncidentReference": {"incidentIdentifier": row["k_discipline_incident"], **school(row)},
            "behaviorDescriptor": descriptor("Behavior", row["behavior_type"]),
        }  # fmt: skip


def actions(frames: Frames) -> Iterator[Body]:
    """What followed incidents."""
    found = frames["fct_student_discipline_incident_behaviors"]
    behavior = dict(zip(found["k_student_discipline_incident_behavior"], found["behavior_type"], strict=True))
    for row in rows_of(frames["fct_student_discipline_actions"]):
        links = row["k_student_discipline_incident_behavior_array"]
        link = links[0] if isinstance(links, list) else None
        reference = {
            "incidentIdentifier": str(link).partition("|")[0],
            **school(row),
            **student(row),
            "behaviorDescriptor": descriptor("Behavior", behavior[link]),
        }
        yield {
            "disciplineActionIdentifier": row["discipline_action_id"], "studentReference": student(row),
            "disciplineDate": row["discipline_date"], "responsibilitySchoolReference": school(row),
            "disciplines": [{"disciplineDescriptor": descriptor("Discipline", row["discipline_action"])}],
            "actualDisciplineActionLength": number(row["actual_discipline_action_length"]),
            "studentDisciplineIncidentBehaviorAssociations": [
                {"studentDisciplineIncidentBehaviorAssociationReference": reference}
            ],
        }  # fmt: skip


def memberships(frames: Frames, mart: str, program_type: str) -> Iterator[Body]:
    """Memberships in one program."""
    for row in rows_of(frames[mart]):
        own = words.PROGRAM_TYPES.get(str(row["k_program"]), program_type)
        reference = {"programName": own, "programTypeDescriptor": descriptor("ProgramType", own), **ORGANIZATION}
        end = row["program_enroll_end_date"]
        yield {
            "beginDate": row["program_enroll_begin_date"], "endDate": end if said(end) else None,
            "educationOrganizationReference": ORGANIZATION, "programReference": reference,
            "studentReference": student(row),
        }  # fmt: skip


def staffs(frames: Frames) -> Iterator[Body]:
    """Staff."""
    for row in rows_of(frames["dim_staff"]):
        mail = {
            "electronicMailAddress": row["email_address"],
            "electronicMailTypeDescriptor": descriptor("ElectronicMailType", "Work"),
        }
        yield {
            "staffUniqueId": row["staff_unique_id"], "firstName": row["first_name"], "lastSurname": row["last_name"],
            "electronicMails": [mail],
        }  # fmt: skip


def assignments(frames: Frames) -> Iterator[Body]:
    """Where staff work, and as what."""
    for row in rows_of(frames["dim_staff"]):
        at = number(row["k_school"]) if said(row["k_school"]) else LEA
        yield {
            "staffReference": {"staffUniqueId": row["k_staff"]}, "beginDate": "2020-07-01",
            "educationOrganizationReference": {"educationOrganizationId": at},
            "staffClassificationDescriptor": descriptor("StaffClassification", row["staff_classification"]),
        }  # fmt: skip


MAKERS: Mapping[str, BodyMaker] = {
    "schools": schools, "calendarDates": calendar_dates, "sessions": sessions, "gradingPeriods": grading_periods,
    "students": students, "studentEducationOrganizationAssociations": student_organizations,
    "studentSchoolAssociations": enrollments, "studentSchoolAttendanceEvents": attendance_events, "courses": courses,
    "courseOfferings": course_offerings, "sections": sections, "grades": grades,
    "studentAcademicRecords": academic_records, "courseTranscripts": course_transcripts,
    "disciplineIncidents": incidents, "studentDisciplineIncidentBehaviorAssociations": behaviors,
    "disciplineActions": actions, "staffs": staffs, "staffEducationOrganizationAssignmentAssociations": assignments,
}  # fmt: skip
"""What makes the bodies of each resource."""

PROGRAM_RESOURCES = {
    "special_education": "studentSpecialEducationProgramAssociations",
    "english_learner": "studentLanguageInstructionProgramAssociations",
    "homeless": "studentHomelessProgramAssociations",
    "low_income": "studentSchoolFoodServiceProgramAssociations",
}


def bodies_of(frames: Frames) -> dict[str, list[Body]]:
    """The bodies of every resource of a district's marts, each with its id."""
    found = {name: [with_id(name, body) for body in make(frames)] for name, make in MAKERS.items()}
    for program, name in PROGRAM_RESOURCES.items():
        made = memberships(frames, OF_PROGRAMS[program], words.PROGRAM_TYPES[program])
        found[name] = [with_id(name, body) for body in made]
    rest = memberships(frames, "fct_student_program_association", "")
    return {**found, "studentProgramAssociations": [with_id("studentProgramAssociations", body) for body in rest]}

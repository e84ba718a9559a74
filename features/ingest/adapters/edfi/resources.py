"""The Ed-Fi resources that OnTrack reads, and the members that it uses of each, in data standard 4 and 5."""

from collections.abc import Mapping
from dataclasses import dataclass

STUDENT = "studentReference.studentUniqueId"
SCHOOL = "schoolReference.schoolId"
YEAR = "schoolYearTypeReference.schoolYear"


@dataclass(frozen=True)
class Resource:
    """One resource: column of the store = the path of a member in a body.

    `a.b` is a member of a member. `a[].b` is a list of texts, `a[].b,c` a list of lists of them. Of several paths,
    separated by `|`, the first that a body has counts: data standards differ.
    """

    name: str
    columns: Mapping[str, str]


def resource(name: str, **columns: str) -> Resource:
    """A resource with its columns."""
    return Resource(name, columns)


def program(name: str) -> Resource:
    """A resource of memberships in a program."""
    return resource(
        name, student=STUDENT, program_type="programReference.programTypeDescriptor", begin="beginDate", end="endDate"
    )


BEHAVIOR = "studentDisciplineIncidentBehaviorAssociations[].studentDisciplineIncidentBehaviorAssociationReference"

RESOURCES: Mapping[str, Resource] = {
    one.name: one
    for one in (
        resource(
            "schools", school="schoolId", title="nameOfInstitution",
            categories="schoolCategories[].schoolCategoryDescriptor",
        ),
        resource(
            "calendarDates", school="calendarReference.schoolId", calendar="calendarReference.calendarCode",
            year="calendarReference.schoolYear", day="date", events="calendarEvents[].calendarEventDescriptor",
        ),
        resource(
            "sessions", school=SCHOOL, year=YEAR, session="sessionName", term="termDescriptor", begin="beginDate",
            end="endDate",
        ),
        resource(
            "gradingPeriods", school=SCHOOL, year=YEAR, period="gradingPeriodDescriptor", begin="beginDate",
            end="endDate", title="gradingPeriodName|periodSequence",
        ),
        resource("students", student="studentUniqueId", first="firstName", last="lastSurname", born="birthDate"),
        resource(
            "studentEducationOrganizationAssociations", student=STUDENT,
            organization="educationOrganizationReference.educationOrganizationId", sex="sexDescriptor",
            hispanic="hispanicLatinoEthnicity", races="races[].raceDescriptor",
            codes="studentIdentificationCodes[].studentIdentificationSystemDescriptor,identificationCode",
        ),
        resource(
            "studentSchoolAssociations", student=STUDENT, school=SCHOOL, entry="entryDate",
            grade="entryGradeLevelDescriptor", exit="exitWithdrawDate", exit_type="exitWithdrawTypeDescriptor",
            main="primarySchool", year=f"{YEAR}|calendarReference.schoolYear",
            calendar="calendarReference.calendarCode",
        ),
        resource(
            "studentSchoolAttendanceEvents", student=STUDENT, school=SCHOOL, day="eventDate",
            category="attendanceEventCategoryDescriptor", duration="eventDuration",
            session="sessionReference.sessionName", year="sessionReference.schoolYear",
        ),
        resource(
            "studentSectionAttendanceEvents", student=STUDENT, school="sectionReference.schoolId", day="eventDate",
            category="attendanceEventCategoryDescriptor", duration="eventDuration",
            section="sectionReference.sectionIdentifier", course="sectionReference.localCourseCode",
            session="sectionReference.sessionName", year="sectionReference.schoolYear",
        ),
        resource(
            "courses", organization="educationOrganizationReference.educationOrganizationId", course="courseCode",
            title="courseTitle", subjects="academicSubjects[].academicSubjectDescriptor|academicSubjectDescriptor",
        ),
        resource(
            "courseOfferings", local="localCourseCode", school=SCHOOL, session="sessionReference.sessionName",
            year="sessionReference.schoolYear", course="courseReference.courseCode",
            organization="courseReference.educationOrganizationId",
        ),
        resource(
            "sections", section="sectionIdentifier", local="courseOfferingReference.localCourseCode",
            school="courseOfferingReference.schoolId", session="courseOfferingReference.sessionName",
            year="courseOfferingReference.schoolYear", credits="availableCredits",
        ),
        resource(
            "studentSectionAssociations", student=STUDENT, school="sectionReference.schoolId",
            section="sectionReference.sectionIdentifier", local="sectionReference.localCourseCode",
            session="sectionReference.sessionName", year="sectionReference.schoolYear", begin="beginDate",
            end="endDate",
        ),
        resource(
            "grades", student="studentSectionAssociationReference.studentUniqueId",
            school="studentSectionAssociationReference.schoolId",
            section="studentSectionAssociationReference.sectionIdentifier",
            local="studentSectionAssociationReference.localCourseCode",
            session="studentSectionAssociationReference.sessionName",
            year="studentSectionAssociationReference.schoolYear",
            period="gradingPeriodReference.gradingPeriodDescriptor", type="gradeTypeDescriptor",
            letter="letterGradeEarned", number="numericGradeEarned",
        ),
        resource(
            "studentAcademicRecords", student=STUDENT, year=YEAR, term="termDescriptor",
            organization="educationOrganizationReference.educationOrganizationId",
            diplomas="diplomas[].diplomaTypeDescriptor,diplomaAwardDate",
        ),
        resource(
            "courseTranscripts", student="studentAcademicRecordReference.studentUniqueId",
            organization="studentAcademicRecordReference.educationOrganizationId",
            year="studentAcademicRecordReference.schoolYear", term="studentAcademicRecordReference.termDescriptor",
            course="courseReference.courseCode", offered_by="courseReference.educationOrganizationId",
            result="courseAttemptResultDescriptor", letter="finalLetterGradeEarned", number="finalNumericGradeEarned",
            earned="earnedCredits", attempted="attemptedCredits", method="methodCreditEarnedDescriptor",
        ),
        resource("disciplineIncidents", school=SCHOOL, incident="incidentIdentifier", day="incidentDate"),
        resource(
            "studentDisciplineIncidentBehaviorAssociations", student=STUDENT,
            school="disciplineIncidentReference.schoolId", incident="disciplineIncidentReference.incidentIdentifier",
            behavior="behaviorDescriptor",
        ),
        resource(
            "disciplineActions", student=STUDENT, action="disciplineActionIdentifier", day="disciplineDate",
            disciplines="disciplines[].disciplineDescriptor", length="disciplineActionLength",
            actual="actualDisciplineActionLength", school="responsibilitySchoolReference.schoolId",
            behaviors=f"{BEHAVIOR}.incidentIdentifier,{BEHAVIOR}.schoolId,{BEHAVIOR}.behaviorDescriptor",
        ),
        program("studentSpecialEducationProgramAssociations"),
        program("studentLanguageInstructionProgramAssociations"),
        program("studentHomelessProgramAssociations"),
        program("studentSchoolFoodServiceProgramAssociations"),
        program("studentProgramAssociations"),
        resource(
            "staffs", staff="staffUniqueId", first="firstName", last="lastSurname",
            mails="electronicMails[].electronicMailAddress",
        ),
        resource(
            "staffEducationOrganizationAssignmentAssociations", staff="staffReference.staffUniqueId",
            organization="educationOrganizationReference.educationOrganizationId",
            classification="staffClassificationDescriptor", begin="beginDate", end="endDate",
        ),
    )
}  # fmt: skip
"""Every resource by name, those that others refer to before them."""

"""What the default descriptors of Ed-Fi mean, and words that districts often add; a district's own go before them."""

from collections.abc import Mapping

Codes = Mapping[str, str]

GRADES = (
    "Kindergarten", "First grade", "Second grade", "Third grade", "Fourth grade", "Fifth grade", "Sixth grade",
    "Seventh grade", "Eighth grade", "Ninth grade", "Tenth grade", "Eleventh grade", "Twelfth grade", "Grade 13",
)  # fmt: skip

GRADE_LEVELS: Codes = {
    **{word: str(grade) for grade, word in enumerate(GRADES)},
    **dict.fromkeys(("Preschool", "Prekindergarten", "Preschool/Prekindergarten", "Early Education"), "-1"),
    "Transitional Kindergarten": "0",
}
"""Grade level descriptors."""

SCHOOL_LEVELS: Codes = {
    "High School": "high", "Secondary School": "high", "Middle School": "middle", "Junior High School": "middle",
    "Intermediate School": "middle",
}  # fmt: skip
"""School category descriptors; any other is `other`."""

ATTENDANCE_KINDS: Codes = {
    "Excused Absence": "absent", "Unexcused Absence": "absent", "Absence": "absent", "Absent": "absent",
    "Tardy": "tardy", "Excused Tardy": "tardy", "Unexcused Tardy": "tardy", "Late": "tardy",
    "Early departure": "partial", "Partial": "partial", "Partial Excused Absence": "partial",
    "Partial Unexcused Absence": "partial", "Suspension": "suspended", "In School Suspension": "suspended",
    "Out of School Suspension": "suspended",
}  # fmt: skip
"""Attendance event category descriptors."""

PRESENT = ("In Attendance", "Present")
"""Attendance event categories that are no exception."""

EXCUSED: Codes = {
    **{word: str(word.startswith(("Excused", "Partial Excused"))).lower() for word in ATTENDANCE_KINDS},
    **dict.fromkeys(("Suspension", "In School Suspension", "Out of School Suspension"), "true"),
}
"""Whether an attendance event category excuses."""

MISSED = {"absent": 1.0, "suspended": 1.0, "partial": 0.5, "tardy": 0.0}
"""How much of the day each kind of event misses where neither the warehouse nor a duration says so."""

EXIT_KINDS: Codes = {
    "Completed": "completed", "Graduated": "completed", "Dropout": "left", "Expelled": "left", "Incarcerated": "left",
    "Involuntarily Removed": "left", "Reached maximum age": "left",
    "Died or is permanently incapacitated": "deceased", "End of school year": "",
    "Enrolled in a high school diploma program": "transferred", "Transferred": "transferred",
    "Transferred within district": "moved_school", "Other": "unknown", "Withdrawn": "unknown",
}  # fmt: skip
"""Exit and withdraw type descriptors."""

NEVER_ENROLLED = ("No show", "Invalid enrollment")
"""Exit and withdraw types of rows that are no enrollment."""

TERM_IDS: Codes = {
    **{f"{nth} {unit}": f"{letter}{place}"
       for unit, letter, most in (("Quarter", "Q", 4), ("Nine Weeks", "Q", 4), ("Trimester", "T", 3),
                                  ("Semester", "S", 2), ("Six Weeks", "W", 6))
       for place, nth in enumerate(("First", "Second", "Third", "Fourth", "Fifth", "Sixth")[:most], 1)},
    "Fall Semester": "S1", "Spring Semester": "S2", "Summer Semester": "SU", "Year Round": "Y", "End of Year": "Y",
}  # fmt: skip
"""Grading period and term descriptors, as short ids; a district's own word stays the id."""

TERM_KINDS: Codes = {
    word: {"Q": "quarter", "W": "quarter", "T": "trimester", "S": "semester", "Y": "year"}[code[0]]
    for word, code in TERM_IDS.items() if code != "SU"
} | {"Summer Semester": "summer"}  # fmt: skip
"""How long the terms of those descriptors are; the length of another one says so."""

SUBJECTS: Codes = {
    **dict.fromkeys(("English Language Arts", "English", "Reading", "Writing", "ELA"), "ela"),
    **dict.fromkeys(("Mathematics", "Math"), "math"),
    **dict.fromkeys(("Science", "Life and Physical Sciences"), "science"),
    **dict.fromkeys(("Social Studies", "Social Sciences and History", "History"), "social_science"),
}
"""Academic subject descriptors; any other is `other`."""

MARK_KINDS: Codes = {
    "Grading Period": "progress", "Progress Report": "progress", "Mid-Term Grade": "progress", "Semester": "final",
    "Final": "final",
}  # fmt: skip
"""Grade type descriptors."""

NO_MARK_OF_COURSE = ("Conduct", "Exam")
"""Grade types that are no mark of a course."""

CREDIT_KINDS: Codes = {
    "Classroom credit": "course", "Transfer credit": "transfer", "Credit by examination": "exam",
    "Credit recovery": "course", "Online credit": "course", "Vocational credit": "course",
    "Adult education credit": "course", "Converted occupational experience credit": "course",
}  # fmt: skip
"""Method credit earned descriptors."""

SEVERITIES: Codes = {
    "State Offense": "major", "School Violation": "minor", "School Code of Conduct": "minor", "Other": "minor",
}  # fmt: skip
"""Behavior descriptors."""

ACTIONS: Codes = {
    "Conference": "conference", "Parent Conference": "conference", "Other": "conference",
    "Detention": "detention", "Community Service": "detention",
    "Removal from Classroom": "in_school_suspension", "In School Suspension": "in_school_suspension",
    "Out of School Suspension": "out_of_school_suspension",
    **dict.fromkeys(("Expulsion", "Expulsion with Services", "Expulsion under Guns Free School Act",
                     "Expulsion under Guns Free School Act with Services"), "expulsion"),
}  # fmt: skip
"""Discipline descriptors."""

NO_ACTION = ("No action for incident",)
"""Disciplines that are none."""

PROGRAMS: Codes = {
    "Special Education": "special_education", "English as a Second Language (ESL)": "english_learner",
    "Bilingual": "english_learner", "Homeless": "homeless", "Foster Care": "foster",
    "Student School Food Service": "low_income", "Economic Disadvantaged": "low_income",
}  # fmt: skip
"""Program type descriptors of programs that audits know; memberships of others are left out."""

DIPLOMAS: Codes = {
    "Regular diploma": "diploma", "Endorsed/advanced diploma": "diploma", "Regents diploma": "diploma",
    "International Baccalaureate": "diploma", "Modified diploma": "diploma", "Other diploma": "diploma",
    "Career and Technical Education certificate": "certificate", "Certificate of attendance": "certificate",
    "Certificate of completion": "certificate", "Occupational license": "certificate",
    "High school equivalency credential, other than GED": "equivalency",
    "General Educational Development (GED) credential": "equivalency",
    "Graduation with high school equivalency": "equivalency", "Other": "certificate",
}  # fmt: skip
"""Diploma type descriptors."""

ROLES: Codes = {
    "Counselor": "counselor", "School Counselor": "counselor", "Principal": "principal",
    "Assistant Principal": "principal", "School Administrator": "principal", "LEA Administrator": "district",
    "Superintendent": "district", "Assistant Superintendent": "district",
}  # fmt: skip
"""Staff classification descriptors of people who may sign in; others are left out."""

"""The descriptors with which a simulated district says its records in Ed-Fi's words."""

from features.ingest.adapters.marts.descriptor_codes import GRADES

GRADE_LEVELS = {str(grade): word for grade, word in enumerate(GRADES)}
LEVELS = {"middle": "Middle School", "high": "High School", "other": "Other"}
SEXES = {"F": "Female", "M": "Male", "X": "Non-binary"}
EXITS = {
    "moved_school": "Transferred within district", "transferred": "Transferred", "left": "Dropout",
    "completed": "Graduated", "deceased": "Died or is permanently incapacitated", "unknown": "Other",
}  # fmt: skip
PERIODS = {"Q1": "First Nine Weeks", "Q2": "Second Nine Weeks", "Q3": "Third Nine Weeks", "Q4": "Fourth Nine Weeks"}
SESSIONS = {"S1": "Fall Semester", "S2": "Spring Semester"}
SUBJECTS = {
    "ela": "English Language Arts", "math": "Mathematics", "science": "Science", "social_science": "Social Studies",
    "other": "Other",
}  # fmt: skip
ATTENDANCE = {
    ("absent", "true"): "Excused Absence", ("absent", "false"): "Unexcused Absence", ("tardy", "false"): "Tardy",
    ("partial", "true"): "Partial Excused Absence", ("partial", "false"): "Partial Unexcused Absence",
    ("suspended", "true"): "Suspension",
}  # fmt: skip
BEHAVIORS = {"major": "State Offense", "minor": "School Code of Conduct"}
ACTIONS = {
    "conference": "Conference", "detention": "Detention", "in_school_suspension": "In School Suspension",
    "out_of_school_suspension": "Out of School Suspension", "expulsion": "Expulsion",
}  # fmt: skip
DIPLOMAS = {
    "diploma": "Regular diploma", "certificate": "Certificate of completion",
    "equivalency": "High school equivalency credential, other than GED",
}  # fmt: skip
ROLES = {"counselor": "Counselor", "principal": "Principal", "district": "LEA Administrator"}
PROGRAM_TYPES = {
    "english_learner": "English as a Second Language (ESL)", "special_education": "Special Education",
    "low_income": "Student School Food Service", "homeless": "Homeless", "foster": "Foster Care",
}  # fmt: skip

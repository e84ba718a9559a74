"""A simulated district as the marts of an Ed-Fi warehouse: people, schools and enrollment."""

import pandas as pd

from features.simulator.formats import edfi_words as words
from features.simulator.formats.latest_records import Frames, joined, school_year_of

OF_PROGRAMS = {
    "special_education": "fct_student_special_education_program_association",
    "english_learner": "fct_student_language_instruction_program_association",
    "homeless": "fct_student_homeless_program_association",
    "low_income": "fct_student_school_food_service_program_associations",
}
"""Programs with a mart of their own; the others stand in `fct_student_program_association`."""

LATINO = "Latino"


def k_student(rows: pd.DataFrame, school_year: "pd.Series[str]") -> "pd.Series[str]":
    """The key of students, one a year."""
    return joined(rows["student_id"], school_year)


def dim_school(records: Frames) -> pd.DataFrame:
    """Schools."""
    rows = records["schools"]
    return pd.DataFrame({
        "k_school": rows["school_id"], "school_id": rows["school_id"], "school_name": rows["name"],
        "school_category": rows["level"].map(words.LEVELS),
    })  # fmt: skip


def dim_calendar_date(records: Frames) -> pd.DataFrame:
    """Days of calendars; the code of a calendar is the track."""
    rows = records["calendar_days"]
    calendar = joined(rows["school_id"], rows["track"], rows["school_year"])
    return pd.DataFrame({
        "k_calendar_date": joined(rows["school_id"], rows["track"], rows["date"]), "k_school_calendar": calendar,
        "k_school": rows["school_id"], "school_year": rows["school_year"], "calendar_date": rows["date"],
        "is_school_day": rows["in_session"], "calendar_code": rows["track"],
    })  # fmt: skip


def each_school(records: Frames, terms: pd.DataFrame) -> pd.DataFrame:
    """Terms at every school."""
    return records["schools"][["school_id"]].merge(terms, how="cross")


def dim_session(records: Frames) -> pd.DataFrame:
    """Semesters as sessions of every school."""
    terms = records["terms"]
    rows = each_school(records, terms[terms["term_id"].isin(words.SESSIONS)])
    word = rows["term_id"].map(words.SESSIONS)
    return pd.DataFrame({
        "k_session": joined(rows["school_id"], rows["school_year"], rows["term_id"]), "k_school": rows["school_id"],
        "school_year": rows["school_year"], "session_begin_date": rows["start_date"],
        "session_end_date": rows["end_date"], "academic_term": word, "session_name": rows["school_year"] + " " + word,
    })  # fmt: skip


def dim_grading_period(records: Frames) -> pd.DataFrame:
    """Quarters as grading periods of every school."""
    terms = records["terms"]
    rows = each_school(records, terms[terms["term_id"].isin(words.PERIODS)])
    return pd.DataFrame({
        "k_grading_period": joined(rows["school_id"], rows["school_year"], rows["term_id"]),
        "k_school": rows["school_id"], "school_year": rows["school_year"],
        "grading_period": rows["term_id"].map(words.PERIODS), "begin_date": rows["start_date"],
        "end_date": rows["end_date"],
    })  # fmt: skip


def dim_student(records: Frames, years: pd.DataFrame) -> pd.DataFrame:
    """Students in each year in which a record names them; races apart from Hispanic or Latino ethnicity."""
    said = records["demographics"]
    sex = said[said["attribute"] == "sex"].set_index("student_id")["value"].map(words.SEXES)
    races = said[said["attribute"] == "race_ethnicity"].groupby("student_id")["value"].agg(list)
    rows = years.merge(records["students"], on="student_id")
    held = rows["student_id"].map(races).map(lambda found: found if isinstance(found, list) else [])
    return pd.DataFrame({
        "k_student": k_student(rows, rows["school_year"]), "school_year": rows["school_year"],
        "student_unique_id": rows["student_id"], "first_name": rows["first_name"], "last_name": rows["last_name"],
        "birth_date": rows["birth_date"], "state_id": rows["state_id"], "gender": rows["student_id"].map(sex),
        "has_hispanic_latino_ethnicity": held.map(lambda found: LATINO in found),
        "race_array": held.map(lambda found: [race for race in found if race != LATINO]),
    })  # fmt: skip


def fct_student_school_association(records: Frames) -> pd.DataFrame:
    """Enrollment."""
    rows = records["enrollments"]
    return pd.DataFrame({
        "k_student": k_student(rows, rows["school_year"]), "k_school": rows["school_id"],
        "school_year": rows["school_year"], "entry_date": rows["entry_date"], "exit_withdraw_date": rows["exit_date"],
        "entry_grade_level": rows["grade_level"].map(words.GRADE_LEVELS),
        "k_school_calendar": joined(rows["school_id"], rows["track"], rows["school_year"]),
        "exit_withdraw_type": rows["exit_kind"].map(words.EXITS), "is_primary_school": None,
    })  # fmt: skip


def program_marts(records: Frames) -> Frames:
    """Memberships in programs, and the programs without a mart of their own."""
    rows = records["programs"]
    spells = pd.DataFrame({
        "k_student": k_student(rows, school_year_of(rows["start_date"])), "program": rows["program"],
        "program_enroll_begin_date": rows["start_date"], "program_enroll_end_date": rows["end_date"],
        "k_program": rows["program"],
    })  # fmt: skip
    own = {mart: spells[spells["program"] == program] for program, mart in OF_PROGRAMS.items()}
    rest = spells[~spells["program"].isin(OF_PROGRAMS)]
    types = rest[["k_program"]].drop_duplicates()
    programs = types.assign(program_type=types["k_program"].map(words.PROGRAM_TYPES))
    return {**own, "fct_student_program_association": rest, "dim_program": programs}


def staff_marts(records: Frames) -> Frames:
    """Staff and their assignments, at a school or in the district."""
    rows = records["staff"]
    given = pd.DataFrame({
        "k_staff": rows["staff_id"], "k_school": rows["school_id"], "staff_unique_id": rows["staff_id"],
        "first_name": rows["first_name"], "last_name": rows["last_name"], "email_address": rows["email"],
        "staff_classification": rows["role"].map(words.ROLES), "school_year": None, "begin_date": None,
        "end_date": None,
    })  # fmt: skip
    in_district = given["k_school"].isna()
    return {
        "dim_staff": given,
        "fct_staff_school_association": given[~in_district],
        "fct_staff_ed_org_assignment": given[in_district],
    }

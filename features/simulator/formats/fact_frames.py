"""A simulated district as the marts of an Ed-Fi warehouse: attendance, marks, behavior and diplomas."""

import pandas as pd

from features.simulator.formats import edfi_words as words
from features.simulator.formats.latest_records import Frames, joined, school_year_of
from features.simulator.formats.mart_frames import k_student

DAY = "day"


def fct_student_school_attendance_event(records: Frames) -> pd.DataFrame:
    """Events of whole days, each on the day of the student's calendar."""
    rows = records["attendance"]
    rows = rows[rows["section_id"] == DAY].assign(school_year=lambda events: school_year_of(events["date"]))
    rows = with_tracks(rows, records["enrollments"])
    return pd.DataFrame({
        "k_student": k_student(rows, rows["school_year"]), "k_school": rows["school_id"],
        "k_calendar_date": joined(rows["school_id"], rows["track"], rows["date"]),
        "attendance_event_category": categories(rows), "is_absent": in_units(rows["absent_hundredths"]),
        "event_duration": in_units(rows["absent_hundredths"]),
    })  # fmt: skip


def fct_student_section_attendance_event(records: Frames) -> pd.DataFrame:
    """Events of sections; a section of the simulation is a class period."""
    rows = records["attendance"]
    rows = rows[rows["section_id"] != DAY]
    return pd.DataFrame({
        "k_student": k_student(rows, school_year_of(rows["date"])), "k_school": rows["school_id"],
        "k_course_section": joined(rows["school_id"], rows["section_id"]), "attendance_event_date": rows["date"],
        "attendance_event_category": categories(rows), "is_absent": in_units(rows["absent_hundredths"]),
        "event_duration": in_units(rows["absent_hundredths"]),
    })  # fmt: skip


def with_tracks(rows: pd.DataFrame, enrollments: pd.DataFrame) -> pd.DataFrame:
    """Rows with the track on which the student is at that school in that year."""
    key = ["student_id", "school_id", "school_year"]
    return rows.merge(enrollments.drop_duplicates(key)[[*key, "track"]], on=key, how="left")


def categories(rows: pd.DataFrame) -> "pd.Series[str]":
    """The attendance event category of rows."""
    said = pd.Series(list(zip(rows["kind"], rows["excused"], strict=True)), index=rows.index, dtype="object")
    return said.map(words.ATTENDANCE)


def in_units(hundredths: "pd.Series[str]") -> "pd.Series[float]":
    """Hundredths as a number of whole ones."""
    return pd.to_numeric(hundredths) / 100


def course_marts(records: Frames) -> Frames:
    """Courses, and a section of each at a school and in a year; periods of attendance are sections too."""
    rows = records["marks"]
    courses = rows.drop_duplicates(["course_id"])
    at_schools = rows.drop_duplicates(["school_id", "school_year", "course_id"])
    periods = records["attendance"][["school_id", "section_id"]].drop_duplicates()
    periods = periods[periods["section_id"] != DAY]
    sections = pd.DataFrame({
        "k_course_section": joined(at_schools["school_id"], at_schools["school_year"], at_schools["course_id"]),
        "k_course": at_schools["course_id"], "section_id": at_schools["course_id"],
        "course_code": at_schools["course_id"], "course_title": at_schools["course_name"],
        "academic_subject": at_schools["subject"].map(words.SUBJECTS),
        "available_credits": in_units(at_schools["credits_attempted_hundredths"]),
    })  # fmt: skip
    of_periods = pd.DataFrame({
        "k_course_section": joined(periods["school_id"], periods["section_id"]), "section_id": periods["section_id"],
    })  # fmt: skip
    return {
        "dim_course": pd.DataFrame({
            "k_course": courses["course_id"], "course_code": courses["course_id"],
            "course_title": courses["course_name"], "academic_subject": courses["subject"].map(words.SUBJECTS),
        }),
        "dim_course_section": pd.concat([sections, of_periods], ignore_index=True),
    }  # fmt: skip


def fct_student_grades(records: Frames) -> pd.DataFrame:
    """Marks in progress."""
    rows = records["marks"]
    rows = rows[rows["mark_kind"] == "progress"]
    return pd.DataFrame({
        "k_student": k_student(rows, rows["school_year"]), "k_school": rows["school_id"],
        "k_grading_period": joined(rows["school_id"], rows["school_year"], rows["term_id"]),
        "k_course_section": joined(rows["school_id"], rows["school_year"], rows["course_id"]),
        "grade_type": "Grading Period", "school_year": rows["school_year"], "letter_grade_earned": rows["mark"],
        "numeric_grade_earned": None,
    })  # fmt: skip


def fct_course_transcripts(records: Frames) -> pd.DataFrame:
    """Final marks."""
    rows = records["marks"]
    rows = rows[rows["mark_kind"] == "final"]
    earned = pd.to_numeric(rows["credits_earned_hundredths"]) > 0
    return pd.DataFrame({
        "k_course": rows["course_id"], "k_student": k_student(rows, rows["school_year"]),
        "k_school": rows["school_id"], "school_year": rows["school_year"],
        "academic_term": rows["term_id"].map(words.SESSIONS),
        "course_attempt_result": earned.map({True: "Pass", False: "Fail"}),
        "final_letter_grade_earned": rows["mark"], "final_numeric_grade_earned": None,
        "earned_credits": in_units(rows["credits_earned_hundredths"]),
        "attempted_credits": in_units(rows["credits_attempted_hundredths"]), "method_credit_earned": None,
    })  # fmt: skip


def behavior_marts(records: Frames) -> Frames:
    """Incidents, who was in them, and what followed."""
    rows, followed = records["incidents"], records["discipline_actions"]
    once = rows.drop_duplicates(["incident_id"])
    behaviors = pd.DataFrame({
        "k_student": k_student(rows, school_year_of(rows["date"])), "k_school": rows["school_id"],
        "k_discipline_incident": rows["incident_id"],
        "k_student_discipline_incident_behavior": joined(rows["incident_id"], rows["student_id"]),
        "behavior_type": rows["severity"].map(words.BEHAVIORS),
        "severity_order": rows["severity"].map({"minor": 1, "major": 2}),
    })  # fmt: skip
    link = joined(followed["incident_id"], followed["student_id"])
    actions = pd.DataFrame({
        "k_student": k_student(followed, school_year_of(followed["date"])), "k_school": followed["school_id"],
        "discipline_action_id": joined(link, followed["action"], followed["date"]),
        "discipline_date": followed["date"], "discipline_action": followed["action"].map(words.ACTIONS),
        "k_student_discipline_incident_behavior_array": link.map(lambda one: [one]),
        "discipline_action_length": None,
        "actual_discipline_action_length": in_units(followed["days_removed_hundredths"]),
    })  # fmt: skip
    return {
        "dim_discipline_incident": pd.DataFrame({
            "k_discipline_incident": once["incident_id"], "k_school": once["school_id"],
            "incident_id": once["incident_id"], "incident_date": once["date"],
        }),
        "fct_student_discipline_incident_behaviors": behaviors,
        "fct_student_discipline_actions": actions,
    }  # fmt: skip


def fct_student_diploma(records: Frames) -> pd.DataFrame:
    """Diplomas."""
    rows = records["completions"]
    return pd.DataFrame({
        "k_student": k_student(rows, school_year_of(rows["date"])), "diploma_type": rows["kind"].map(words.DIPLOMAS),
        "diploma_award_date": rows["date"],
    })  # fmt: skip

"""A simulated district as a stranger's system exports it: other files, headers, codes, dates, shares and dialect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from hypothesis import strategies as st

HEADERS: Mapping[str, tuple[str, ...]] = {
    "student_id": ("student number", "stu id", "pupil id", "local student id"),
    "school_id": ("school code", "school number", "sch id", "campus id"),
    "schools.name": ("school name", "name"),
    "level": ("school type", "level"),
    "school_year": ("school year", "year", "academic year"),
    "term_id": ("term", "marking period", "term code"),
    "terms.kind": ("term type", "term kind"),
    "start_date": ("start date", "begin date", "date from"),
    "end_date": ("end date", "stop date", "date to"),
    "track": ("track", "calendar track"),
    "date": ("date", "event date", "calendar date"),
    "in_session": ("in session", "instructional day", "is school day"),
    "attendance_taken": ("attendance taken", "taken"),
    "first_name": ("first name", "given name", "legal first name"),
    "last_name": ("last name", "surname", "legal last name"),
    "birth_date": ("birth date", "dob", "date of birth"),
    "state_id": ("state id", "ssid", "state student id"),
    "attribute": ("attribute", "demographic type"),
    "demographics.value": ("value", "attribute value"),
    "program": ("program", "program name", "program code"),
    "grade_level": ("grade", "grade level", "gr"),
    "entry_date": ("entry date", "enrollment date", "enter date"),
    "exit_date": ("exit date", "withdrawal date", "leave date"),
    "exit_kind": ("exit code", "withdrawal reason", "exit reason"),
    "section_id": ("section", "period", "section id"),
    "attendance.kind": ("attendance code", "absence code", "att code"),
    "absent_hundredths": ("portion absent", "absence share"),
    "excused": ("excused", "excused flag", "is excused"),
    "course_id": ("course code", "course id", "course number"),
    "course_name": ("course title", "course name"),
    "subject": ("department", "subject area", "subject"),
    "a_g": ("a-g", "uc/csu", "a-g area"),
    "mark_kind": ("grade type", "mark type"),
    "mark": ("letter grade", "grade", "mark"),
    "points_hundredths": ("gpa points", "grade points"),
    "credits_attempted_hundredths": ("credits attempted", "attempted credits", "potential credits"),
    "credits_earned_hundredths": ("credits earned", "earned credits"),
    "incident_id": ("incident id", "referral id", "incident number"),
    "severity": ("severity", "incident type", "offense level"),
    "action": ("action", "discipline code", "action taken"),
    "days_removed_hundredths": ("days removed", "days suspended"),
    "completions.kind": ("diploma type", "completion type"),
    "staff_id": ("staff id", "employee id", "staff number"),
    "email": ("email", "email address"),
    "role": ("role", "job title"),
    "support_id": ("support id", "intervention id"),
    "supports.kind": ("support type", "kind"),
    "known_on": ("date entered", "last modified", "posted", "entered on"),
}
"""Canonical column, with its table where two have one = names that systems use."""

FILES: Mapping[str, tuple[str, ...]] = {
    "schools": ("Schools", "school_list"), "terms": ("Terms", "MarkingTerms"),
    "calendar_days": ("Calendar", "cal_dates"),
    "students": ("Students", "stu_roster"), "demographics": ("Demographics", "stu_demo"),
    "programs": ("Programs", "SpecialPrograms"), "enrollments": ("Enrollment", "enr_history"),
    "attendance": ("Attendance", "ATT_DAILY", "absences"), "marks": ("Grades", "report_card_marks", "StoredGrades"),
    "incidents": ("Incidents", "Behavior_incidents"), "discipline_actions": ("Discipline", "actions_taken"),
    "completions": ("Diplomas", "graduates"), "staff": ("Staff", "users"), "caseloads": ("Caseload", "counselor_list"),
    "supports": ("Supports", "interventions"),
}  # fmt: skip

CODES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "attendance.kind": (
        {"absent": "A", "partial": "HD", "tardy": "T", "suspended": "OSS"},
        {"absent": "Absent", "partial": "Half Day", "tardy": "Tardy", "suspended": "Suspension"},
        {"absent": "UNX", "partial": "PT", "tardy": "L", "suspended": "S"},
    ),
    "level": ({"middle": "MS", "high": "HS", "other": "ES"}, {"middle": "Middle", "high": "High", "other": "K-8"}),
    "exit_kind": (
        {"moved_school": "T160", "transferred": "T180", "left": "E300", "completed": "E230", "deceased": "D",
         "unknown": "UNK"},
        {"moved_school": "Moved", "transferred": "Transfer Out", "left": "Dropout", "completed": "Graduated",
         "deceased": "Deceased", "unknown": "Unknown"},
    ),
    "subject": (
        {"ela": "ENG", "math": "MTH", "science": "SCI", "social_science": "HIST", "other": "ELEC"},
        {"ela": "English", "math": "Mathematics", "science": "Science", "social_science": "Social Studies",
         "other": "Elective"},
    ),
    "mark_kind": ({"progress": "PR", "final": "FG"}, {"progress": "Progress Report", "final": "Final"}),
    "severity": ({"minor": "Minor", "major": "Major"}, {"minor": "1", "major": "2"}),
    "action": (
        {"conference": "CONF", "detention": "DET", "in_school_suspension": "ISS", "out_of_school_suspension": "OSS",
         "expulsion": "EXP"},
    ),
    "completions.kind": ({"diploma": "100", "certificate": "120", "equivalency": "330"},),
    "role": ({"counselor": "Guidance Counselor", "principal": "Principal", "district": "District Administrator"},),
}  # fmt: skip
"""What systems write for our words; a column that is not here keeps ours."""

BOOLEANS = ({"true": "1", "false": "0"}, {"true": "Y", "false": "N"}, {"true": "Yes", "false": "No"})
DATES = ("%Y-%m-%d", "%m/%d/%Y", "%d-%b-%Y", "%Y%m%d", "%m/%d/%Y %H:%M:%S")
SHARES = ("absent_hundredths", "points_hundredths", "credits_attempted_hundredths", "credits_earned_hundredths",
          "days_removed_hundredths")  # fmt: skip
DAYS = ("start_date", "end_date", "date", "birth_date", "entry_date", "exit_date", "known_on")
FLAGS = ("in_session", "attendance_taken", "excused")
STYLES = ("snake", "UPPER", "Title Words", "CamelCase")


@dataclass(frozen=True)
class Stranger:
    """How a system exports: a choice for every name and code, by number, and one dialect."""

    names: int
    codes: int
    style: str
    dates: str
    delimiter: str
    encoding: str
    null: str
    whole: bool
    lost_zeros: bool
    odd_code: bool
    split: bool


STRANGERS = st.builds(
    Stranger,
    names=st.integers(0, 11),
    codes=st.integers(0, 5),
    style=st.sampled_from(STYLES),
    dates=st.sampled_from(DATES),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    null=st.sampled_from(["", "NULL", "N/A"]),
    whole=st.booleans(),
    lost_zeros=st.booleans(),
    odd_code=st.booleans(),
    split=st.booleans(),
)


def write_stranger(canonical: Path, folder: Path, stranger: Stranger) -> Path:
    """The folder with the district's files as this system exports them."""
    folder.mkdir(parents=True)
    for table, names in FILES.items():
        rows = pd.read_csv(canonical / f"{table}.csv", dtype=str, keep_default_na=False)
        exported = rows.apply(lambda cells, table=table: exported_cells(table, cells, stranger))
        exported.columns = [header(table, str(name), stranger) for name in rows.columns]
        exported["Comment"] = "seen"
        name = names[stranger.names % len(names)]
        middle = len(exported) // 2
        parts = {f"{name}_1": exported[:middle], f"{name}_2": exported[middle:]}
        for stem, part in (parts if stranger.split and table == "attendance" else {name: exported}).items():
            text = part.to_csv(index=False, sep=stranger.delimiter, lineterminator="\r\n")
            (folder / f"{stem}.txt").write_bytes(text.encode(stranger.encoding, "replace"))
    return folder


def header(table: str, name: str, stranger: Stranger) -> str:
    """What the system calls a column."""
    choices = HEADERS.get(f"{table}.{name}", HEADERS.get(name, (name,)))
    words = choices[stranger.names % len(choices)]
    match stranger.style:
        case "snake":
            return words.replace(" ", "_")
        case "UPPER":
            return words.upper().replace(" ", "_")
        case "CamelCase":
            return "".join(word.title() for word in words.split())
    return words.title()


def exported_cells(table: str, cells: "pd.Series[str]", stranger: Stranger) -> "pd.Series[str]":
    """A column's cells as the system writes them."""
    name = str(cells.name)
    codes = CODES.get(f"{table}.{name}", CODES.get(name))
    if name in FLAGS:
        cells = cells.replace(dict(BOOLEANS[stranger.codes % len(BOOLEANS)]))
    elif codes:
        cells = cells.replace(dict(codes[stranger.codes % len(codes)]))
        if stranger.odd_code and (table, name) == ("attendance", "kind"):
            cells = cells.replace({codes[stranger.codes % len(codes)]["partial"]: ODD_CODE})
    elif name in DAYS:
        cells = cells.map(lambda day: date.fromisoformat(day).strftime(stranger.dates) if day else stranger.null)
    elif name in SHARES and stranger.whole:
        cells = cells.map(lambda share: f"{int(share) / 100:g}" if share else share)
    elif name == "student_id":
        cells = cells.map(lambda one: f"0{one}" if not stranger.lost_zeros or table == "students" else one)
    return cells


ODD_CODE = "QX7"
"""A code of half a day that nobody can guess."""

"""A simulated district as CALPADS ODS extracts: a caret between cells, no header, each row with its record type."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from features.simulator.formats.latest_records import latest_of
from features.simulator.formats.uncarried_tables import copy_uncarried
from features.sources.calpads import Calpads, layouts_of

FOLDER = "calpads"
EXITS = {
    "completed": "E230", "deceased": "E130", "left": "E300", "moved_school": "E155", "transferred": "T160",
    "unknown": "N420",
}  # fmt: skip
RACES = {"Native American": "100", "Asian": "200", "Pacific Islander": "300", "Black": "600", "White": "700"}
PROGRAMS = {"special_education": "144", "low_income": "181", "homeless": "191", "foster": "190"}
RESULTS = {"out_of_school_suspension": "100", "in_school_suspension": "110", "expulsion": "200"}
AWARDS = {"diploma": "100", "certificate": "120", "equivalency": "320"}

Cells = Mapping[str, object]


def write_calpads(records: Path, folder: Path, _district_id: str) -> dict[str, int]:
    """Writes a folder of our CSV as extracts, and the tables that they do not carry as our CSV beside; rows by file."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    tables = {name: latest_of(name, records / f"{name}.csv").fillna("") for name in Calpads.gives}
    people = tables["students"].set_index("student_id")
    files = {
        "SENR": enrollments(tables, people), "SINF": information(tables, people), "SPRG": programs(tables["programs"]),
        "SELA": language_statuses(tables["programs"]),
        "SCSC": marks(tables["marks"]), "CRSC": courses(tables["marks"]), "SINC": incidents(tables["incidents"]),
        "SIRS": actions(tables["discipline_actions"]),
    }  # fmt: skip
    written = {f"{FOLDER}/{name}-R.txt": write_extract(folder, name, rows, people) for name, rows in files.items()}
    return written | copy_uncarried(records, folder, Calpads.gives)


def write_extract(folder: Path, record: str, rows: pd.DataFrame, people: pd.DataFrame) -> int:
    """Writes the rows of a record type as its newest layout has them, with the columns of an extract; how many."""
    columns = layouts_of(Calpads())[record][0].columns
    whole = rows.assign(type=f"{record}-R", lea="1234567", updated=compact(rows["known_on"]))
    if "local_id" in rows:
        state = rows["local_id"].map(people["state_id"])
        whole["ssid"] = state.where(state != "", "S" + rows["local_id"])
    lines = whole.reindex(columns=[*columns, "uploaded", "updated"])
    lines.to_csv(folder / FOLDER / f"{record}-R.txt", sep="^", header=False, index=False, lineterminator="\r\n")
    return len(lines)


def compact(days: "pd.Series[str]") -> "pd.Series[str]":
    """Days as YYYYMMDD."""
    return days.str.replace("-", "")


def of_year(school_year: "pd.Series[str]") -> "pd.Series[str]":
    """School years such as 2025-2026."""
    return (school_year.astype("int64") - 1).astype("str") + "-" + school_year


def enrollments(tables: Mapping[str, pd.DataFrame], people: pd.DataFrame) -> pd.DataFrame:
    """Rows of SENR; an award stands with the exit as a completer."""
    rows, awards = tables["enrollments"], tables["completions"].drop_duplicates("student_id").set_index("student_id")
    completed = rows["exit_kind"] == "completed"
    award = rows["student_id"].map(awards["kind"]).map(AWARDS).where(completed)
    return pd.DataFrame({
        "local_id": rows["student_id"], "school": rows["school_id"], "year": of_year(rows["school_year"]),
        "first_name": rows["student_id"].map(people["first_name"]),
        "last_name": rows["student_id"].map(people["last_name"]),
        "birth_date": compact(rows["student_id"].map(people["birth_date"])), "start": compact(rows["entry_date"]),
        "status": "10", "grade": rows["grade_level"].str.zfill(2), "exit": compact(rows["exit_date"]),
        "exit_reason": rows["exit_kind"].map(EXITS), "completion": award, "known_on": rows["known_on"],
    })  # fmt: skip


def information(tables: Mapping[str, pd.DataFrame], people: pd.DataFrame) -> pd.DataFrame:
    """Rows of SINF: one of each student, races side by side."""
    said = tables["demographics"]
    sex = said[said["attribute"] == "sex"].drop_duplicates("student_id").set_index("student_id")["value"]
    races = said[(said["attribute"] == "race_ethnicity") & (said["value"] != "Latino")]
    numbered = races.assign(code=races["value"].map(RACES), place=races.groupby("student_id").cumcount() + 1)
    wide = numbered.pivot_table(index="student_id", columns="place", values="code", aggfunc="first")
    latino = set(said.loc[said["value"] == "Latino", "student_id"])
    ids = people.index.to_series()
    found: dict[str, object] = {
        "local_id": ids, "birth_date": compact(people["birth_date"]), "gender": ids.map(sex),
        "hispanic": ids.isin(latino).map({True: "Y", False: "N"}), "known_on": people["known_on"],
    }  # fmt: skip
    return pd.DataFrame(found | {f"race_{place}": ids.map(wide[place]) for place in wide.columns}, index=people.index)


def programs(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of SPRG of the programs that have a code there."""
    rows = rows[rows["program"].isin(PROGRAMS)]
    return pd.DataFrame({
        "local_id": rows["student_id"], "program": rows["program"].map(PROGRAMS), "start": compact(rows["start_date"]),
        "end": compact(rows["end_date"]), "known_on": rows["known_on"],
    })  # fmt: skip


def language_statuses(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of SELA: a student learns English from a day on, and is fluent from the day after the last."""
    rows = rows[rows["program"] == "english_learner"]
    ended = rows[rows["end_date"] != ""]
    after = (pd.to_datetime(ended["end_date"]) + pd.Timedelta(days=1)).dt.strftime("%Y%m%d")
    found = (
        pd.DataFrame({"local_id": part["student_id"], "status": status, "start": start, "known_on": part["known_on"]})
        for part, status, start in ((rows, "EL", compact(rows["start_date"])), (ended, "RFEP", after))
    )
    return pd.concat(found, ignore_index=True)


def marks(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of SCSC: final marks; a full-year credit is ten units."""
    rows = rows[rows["mark_kind"] == "final"]
    attempted, earned = (
        pd.to_numeric(rows[f"credits_{name}_hundredths"], errors="coerce") / 10 for name in ("attempted", "earned")
    )
    return pd.DataFrame({
        "local_id": rows["student_id"], "school": rows["school_id"], "year": of_year(rows["school_year"]),
        "course": rows["course_id"], "term": rows["term_id"], "attempted": attempted, "earned": earned,
        "mark": rows["mark"], "uc_requirement": rows["a_g"].str.upper(), "known_on": rows["known_on"],
    })  # fmt: skip


def courses(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of CRSC: each course of a school and year."""
    rows = rows[rows["mark_kind"] == "final"].drop_duplicates(["school_id", "school_year", "course_id"])
    return pd.DataFrame({
        "school": rows["school_id"], "year": of_year(rows["school_year"]), "course": rows["course_id"],
        "course_name": rows["course_name"], "uc_requirement": rows["a_g"].str.upper(), "known_on": rows["known_on"],
    })  # fmt: skip


def incidents(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of SINC."""
    return pd.DataFrame({
        "local_id": rows["student_id"], "school": rows["school_id"], "incident": rows["incident_id"],
        "date": compact(rows["date"]), "statutory": rows["severity"].map({"major": "Y", "minor": "N"}),
        "known_on": rows["known_on"],
    })  # fmt: skip


def actions(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of SIRS: results that take a student out of class."""
    rows = rows[rows["action"].isin(RESULTS)]
    return pd.DataFrame({
        "local_id": rows["student_id"], "school": rows["school_id"], "incident": rows["incident_id"],
        "result": rows["action"].map(RESULTS), "days": pd.to_numeric(rows["days_removed_hundredths"]) / 100,
        "known_on": rows["known_on"],
    })  # fmt: skip

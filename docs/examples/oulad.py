"""From the Open University's learning analytics data set to a prepared table: what was known on day N of a course.

    python docs/examples/oulad.py DATA 30 oulad_day30.csv
    ontrack train-table oulad_day30.csv docs/examples/oulad_day30.toml

Kuzilek, Hlosta, Zdrahal (2017), Scientific Data 4:170171, CC BY 4.0. Registrations and submissions become records of
a warehouse in memory, each known on its own day; the engine's view of day N then says what could be seen. A student
who had unregistered by then is in no row. The label is the final result.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from features.engine.view import View
from features.snapshots.given_tables import create_table
from features.tables import TABLES
from features.warehouse.reader import Reader

STARTS = {"2013B": date(2013, 2, 1), "2013J": date(2013, 10, 1), "2014B": date(2014, 2, 1)}
POINTS = 5
"""Hundredths of a grade point for each point of a score of 100."""
Rows = Sequence[Mapping[str, object]]
TAKEN = ["school_id", "student_key"]


def main(data: Path, day: int, out: Path) -> None:
    """Writes the table of one day."""
    parts = [as_known(data, presentation, day) for presentation in STARTS]
    rows = pd.concat(parts, ignore_index=True).sort_values(["presentation", *TAKEN])
    rows.to_csv(out, index=False)
    sys.stdout.write(
        f"{out}: {len(rows):,} rows of day {day}, {rows['off_track'].mean():.1%} failed or withdrew later\n"
    )


def as_known(data: Path, presentation: str, day: int) -> pd.DataFrame:
    """A row for everyone still registered on a day of a presentation, with what was visible at its end."""
    as_of = STARTS[presentation] + timedelta(days=day)
    reader = warehouse_of(data, presentation)
    view = View(as_of, as_of.year)
    spells = reader.visible(view, "enrollments")
    registered = spells[(spells["entry_date"].dt.date <= as_of) & spells["exit_date"].isna()]
    begun = pd.Timestamp(STARTS[presentation])
    enrolled = registered.assign(registered_before=(begun - registered["entry_date"]).dt.days)
    submitted = submissions(reader.visible(view, "marks"), plan_of(data, presentation), day)
    known = enrolled[[*TAKEN, "registered_before"]].merge(submitted, how="left", on=TAKEN)
    due = plan_of(data, presentation).query("due <= @day").groupby("school_id")["course_id"].nunique()
    known["submitted"] = known["submitted"].fillna(0)
    known["not_submitted"] = (known["school_id"].map(due).fillna(0) - known["submitted_due"].fillna(0)).clip(lower=0)
    found: pd.DataFrame = known.drop(columns="submitted_due").merge(about(data, presentation), on=TAKEN)
    return found


def submissions(marks: pd.DataFrame, plan: pd.DataFrame, day: int) -> pd.DataFrame:
    """What a student had handed in, from the marks that were visible."""
    rows = marks.merge(plan, on=["school_id", "course_id"])
    rows["day"] = (pd.to_datetime(rows["known_on"]) - pd.Timestamp(STARTS[str(rows["term_id"].iat[0])])).dt.days
    rows["score"] = rows["points_hundredths"] / POINTS
    rows["weighted"] = rows["score"] * rows["weight"] / 100
    rows["late"] = (rows["day"] - rows["due"]).clip(lower=0)
    rows["is_due"] = rows["due"] <= day
    grouped = rows.sort_values("day").groupby(TAKEN)
    found = grouped.agg(
        submitted=("course_id", "count"), submitted_due=("is_due", "sum"), mean_score=("score", "mean"),
        least_score=("score", "min"), last_score=("score", "last"), weighted_score=("weighted", "sum"),
        days_late=("late", "mean"), last_day=("day", "max"),
    )  # fmt: skip
    return found.assign(days_since_last=day - found["last_day"]).drop(columns="last_day").reset_index()


def warehouse_of(data: Path, presentation: str) -> Reader:
    """Registrations and submissions of a presentation as canonical records."""
    connection = duckdb.connect()
    rows = {"enrollments": spells_of(data, presentation), "marks": marks_of(data, presentation)}
    for name, held in rows.items():
        create_table(connection, TABLES[name], held, STARTS[presentation])
    return Reader(connection)


def spells_of(data: Path, presentation: str) -> Rows:
    """A registration, and once it is known, its end."""
    rows = of_presentation(data, "student_registration", presentation)
    rows = rows.assign(begin=numbers(rows["date_registration"]), end=numbers(rows["date_unregistration"]))
    rows = rows.dropna(subset=["begin"])
    begun = pd.DataFrame(
        {
            "student_key": rows["id_student"].astype("str"),
            "school_id": rows["code_module"] + f" {presentation}",
            "entry_date": day_of(rows["begin"], presentation),
            "known_on": day_of(rows["begin"], presentation),
        }
    ).assign(track="main", school_year=STARTS[presentation].year, grade_level=13)
    ended = begun.assign(exit_date=day_of(rows["end"], presentation), exit_kind="left")
    ended = ended.assign(known_on=ended[["entry_date", "exit_date"]].max(axis=1))[rows["end"].notna()]
    at_once = rows["end"] <= rows["begin"]  # a few had left by the day they registered
    return [*as_rows(begun[~at_once]), *as_rows(ended)]


def marks_of(data: Path, presentation: str) -> Rows:
    """A submission as a mark in progress, known on the day it was handed in; one carried over, from the first day."""
    rows = pd.read_parquet(data / "student_assessment.parquet")
    rows = rows.assign(course_id=rows["id_assessment"].astype("str")).merge(plan_of(data, presentation), on="course_id")
    points = numbers(rows["score"]) * POINTS
    return as_rows(
        pd.DataFrame(
            {
                "student_key": rows["id_student"].astype("str"),
                "school_id": rows["school_id"],
                "course_id": rows["course_id"],
                "course_name": rows["course_id"],
                "points_hundredths": points.round().astype("Int64"),
                "known_on": day_of(rows["date_submitted"].clip(lower=0), presentation),
            }
        ).assign(
            school_year=STARTS[presentation].year, term_id=presentation, subject="other", mark_kind="progress",
            credits_attempted_hundredths=0,
        )
    )  # fmt: skip


def day_of(days: pd.Series, presentation: str) -> pd.Series:
    """Days after the first day of a presentation as dates; missing where they are."""
    return pd.Timestamp(STARTS[presentation]) + pd.to_timedelta(days, unit="D")


def as_rows(frame: pd.DataFrame) -> Rows:
    """A frame as canonical rows: dates as dates, None where there is nothing."""
    columns = {
        str(name): values.dt.date if pd.api.types.is_datetime64_any_dtype(values) else values
        for name, values in frame.items()
    }
    lists = {
        name: values.astype("object").where(frame[name].notna(), None).tolist() for name, values in columns.items()
    }
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def plan_of(data: Path, presentation: str) -> pd.DataFrame:
    """What is to be handed in, by when, and what it weighs: published before the course begins. Exams are left out."""
    rows = of_presentation(data, "assessment", presentation)
    rows = rows[rows["assessment_type"] != "Exam"]
    return pd.DataFrame(
        {
            "school_id": rows["code_module"] + f" {presentation}", "course_id": rows["id_assessment"].astype(str),
            "due": numbers(rows["date"]), "weight": rows["weight"],
        }
    )  # fmt: skip


def about(data: Path, presentation: str) -> pd.DataFrame:
    """What stands on the registration form, the groups to audit by, and how the course ended."""
    rows = of_presentation(data, "student", presentation)
    deprived = rows["imd_band"].str.extract(r"^(\d+)")[0].astype("float64")
    return pd.DataFrame(
        {
            "student_key": rows["id_student"].astype(str), "school_id": rows["code_module"] + f" {presentation}",
            "presentation": presentation, "module": rows["code_module"], "education": rows["highest_education"],
            "earlier_attempts": rows["num_of_prev_attempts"], "credits": rows["studied_credits"],
            "gender": rows["gender"], "age": rows["age_band"], "disability": rows["disability"],
            "deprivation": pd.cut(deprived, [-1, 19, 39, 59, 79, 100], labels=["1", "2", "3", "4", "5"]),
            "off_track": rows["final_result"].isin(["Fail", "Withdrawn"]),
        }
    )  # fmt: skip


def of_presentation(data: Path, name: str, presentation: str) -> pd.DataFrame:
    """The rows of one presentation."""
    rows = pd.read_parquet(data / f"{name}.parquet")
    return rows[rows["code_presentation"] == presentation]


def numbers(column: pd.Series) -> "pd.Series[float]":
    """A column of numbers that is stored as text; NaN where it holds none."""
    return pd.to_numeric(column, errors="coerce").astype("float64")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))

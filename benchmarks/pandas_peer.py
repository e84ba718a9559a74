"""Three features of `NinthGrade` in plain pandas, written without the engine: the numbers must be the same.

It gets what it needs and no more: this school year's rows, these columns.
"""

from datetime import date

import duckdb
import pandas as pd

from features.definitions.grade9 import NinthGrade
from features.language.feature_set import FeatureSet
from features.tables import TABLES

GRADE = 9
SPAN = 20


class ThreeFeatures(FeatureSet):
    """The same three features for the engine, so that both do the same work."""

    name = "three"
    cohort = NinthGrade.cohort

    absence_rate_20d = NinthGrade.absence_rate_20d
    gpa_now = NinthGrade.gpa_now
    incidents_year = NinthGrade.incidents_year


def three_features(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """The three features of the cohort on a date (index `student_key`, sorted), read from an open warehouse."""
    day = pd.Timestamp(as_of)
    spells = known(connection, "enrollments", "track, school_year, grade_level, exit_date", day)
    calendar = known(connection, "calendar_days", "school_year, in_session, attendance_taken", day)
    calendar = calendar[calendar["date"] <= day]
    year = int(calendar.loc[calendar["in_session"], "school_year"].max())
    spells = spells[spells["entry_date"] <= day]
    cohort = ninth_graders(spells, year, day)
    spells = spells[(spells["school_year"] == year) & spells["student_key"].isin(cohort)]
    spells = spells.assign(ends=spells["exit_date"].where(spells["exit_date"] <= day, day))
    days = enrolled_days(spells, calendar)
    first = calendar.loc[calendar["school_year"] == year, "date"].min()
    attendance = known(connection, "attendance", "absent_hundredths", day, since=f"date >= DATE '{first.date()}'")
    marks = known(connection, "marks", "mark, points_hundredths", day, since=f"school_year = {year}")
    incidents = known(connection, "incidents", "school_id, date", day)
    found = pd.DataFrame(index=cohort)
    return found.assign(
        absence_rate_20d=absence_rate(days, attendance),
        gpa_now=gpa(marks),
        incidents_year=incident_counts(incidents, spells, days),
    ).astype("float64")


def known(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str, day: pd.Timestamp, *, since: str = "true"
) -> pd.DataFrame:
    """The version of each row of a table that was known at the end of a day."""
    key = list(TABLES[name].key)
    wanted = ", ".join(dict.fromkeys([*key, *columns.split(", "), "known_on", "load_id", "withdrawn"]))
    rows = connection.execute(f"SELECT {wanted} FROM {name} WHERE {since}").df()
    rows = rows[rows["known_on"] <= day]
    newest = rows.sort_values(["known_on", "load_id"], kind="stable").drop_duplicates(key, keep="last")
    return newest[~newest["withdrawn"].astype(bool)]


def ninth_graders(spells: pd.DataFrame, year: int, day: pd.Timestamp) -> "pd.Index[str]":
    """First-time ninth graders enrolled on the day, sorted."""
    ninth = spells[spells["grade_level"] == GRADE]
    there = ninth["exit_date"].isna() | (ninth["exit_date"] > day)
    now = ninth.loc[there & (ninth["school_year"] == year), "student_key"]
    before = ninth.loc[ninth["school_year"] < year, "student_key"]
    cohort: pd.Index[str] = pd.Index(sorted(set(now) - set(before)), name="student_key")
    return cohort


def enrolled_days(spells: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    """A row for each student and school day enrolled; `days_ago` counts the student's own days backwards."""
    counted = calendar[calendar["in_session"] & calendar["attendance_taken"]]
    days = spells[["student_key", "school_id", "track", "school_year", "entry_date", "ends"]].merge(
        counted[["school_id", "track", "school_year", "date"]], on=["school_id", "track", "school_year"]
    )
    days = days[(days["date"] >= days["entry_date"]) & (days["date"] <= days["ends"])]
    days = days.sort_values(["entry_date", "date"], ascending=False, kind="stable")
    return days.assign(days_ago=days.groupby("student_key").cumcount())


def absence_rate(days: pd.DataFrame, attendance: pd.DataFrame) -> "pd.Series[float]":
    """Share of the last 20 school days missed; 0 for who has no exception on record."""
    held = days.groupby("student_key").size()
    recent = days[days["days_ago"] < SPAN]
    absences = recent.merge(attendance, on=["student_key", "school_id", "date"])
    missed = absences.groupby("student_key")["absent_hundredths"].sum().reindex(held.index, fill_value=0)
    return missed.astype("float64") / (100 * held.clip(upper=SPAN))


def gpa(marks: pd.DataFrame) -> "pd.Series[float]":
    """Mean grade points of each course's latest mark."""
    given = marks[marks["mark"].notna()]
    given = given.assign(final=given["mark_kind"] == "final").sort_values(["known_on", "final", "term_id"])
    latest = given.drop_duplicates(["student_key", "course_id"], keep="last")
    points = latest.groupby("student_key")["points_hundredths"].agg(["sum", "count"])
    return (points["sum"] / (100 * points["count"])).where(points["count"] > 0)


def incident_counts(incidents: pd.DataFrame, spells: pd.DataFrame, days: pd.DataFrame) -> "pd.Series[int]":
    """Incidents while enrolled this year; 0 for who had school days and none."""
    placed = incidents.merge(spells, on=["student_key", "school_id"])
    placed = placed[(placed["date"] >= placed["entry_date"]) & (placed["date"] <= placed["ends"])]
    return placed.groupby("student_key").size().reindex(pd.Index(days["student_key"].unique()), fill_value=0)

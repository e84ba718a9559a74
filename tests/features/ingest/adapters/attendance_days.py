"""The attendance day of an EDU warehouse beside ours: of each student and date what was missed, where it counts."""

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

THEIRS = """
WITH days AS (
    SELECT k_school, k_school_calendar, k_calendar_date, calendar_date AS day FROM '{marts}/dim_calendar_date/*.parquet'
    WHERE tenant_code = '{tenant}' AND is_school_day
), events AS (
    SELECT k_student, days.k_school, days.day, any_value(is_absent) AS is_absent
    FROM '{marts}/fct_student_school_attendance_event/*.parquet' JOIN days USING (k_calendar_date)
    WHERE tenant_code = '{tenant}' GROUP BY ALL
), sent AS (
    SELECT k_school, max(day) AS last_day FROM events GROUP BY ALL
), enrolled AS (
    SELECT DISTINCT e.k_student, e.k_school, days.day FROM '{marts}/fct_student_school_association/*.parquet' AS e
    JOIN days ON days.k_school_calendar = e.k_school_calendar AND days.day >= e.entry_date
        AND days.day <= coalesce(e.exit_withdraw_date, days.day)
    JOIN sent ON sent.k_school = e.k_school AND days.day <= sent.last_day
    WHERE tenant_code = '{tenant}' AND days.day <= DATE '{today}'
)
SELECT split_part(k_student, '|', 1) AS student, k_school AS school, day, coalesce(is_absent, 0) AS missed
FROM enrolled LEFT JOIN events USING (k_student, k_school, day)
"""
"""Its published rules: days of instruction up to today and to the school's last event that lie within an enrollment,
the day of exit among them; present unless an event says otherwise."""

OURS = """
WITH people AS (SELECT DISTINCT student_key, student_id FROM students),
spells AS (SELECT * FROM enrollments WHERE superseded_by_load IS NULL AND NOT withdrawn),
days AS (SELECT * FROM calendar_days WHERE superseded_by_load IS NULL AND NOT withdrawn AND in_session),
missed AS (
    SELECT student_key, school_id, date, sum(absent_hundredths) / 100 AS missed FROM attendance
    WHERE superseded_by_load IS NULL AND NOT withdrawn GROUP BY ALL
)
SELECT DISTINCT student_id AS student, school_id AS school, date AS day, coalesce(missed, 0) AS missed,
    attendance_taken AS taken
FROM spells JOIN days USING (school_id, track, school_year) JOIN people USING (student_key)
LEFT JOIN missed USING (student_key, school_id, date)
WHERE date >= entry_date AND date <= coalesce(exit_date, date) AND date <= DATE '{today}'
"""
"""Ours, of which those count on which attendance was taken."""

KEY = ["student", "school", "day"]


def their_days(marts: Path, tenant: str, today: date) -> pd.DataFrame:
    """Each student's days as the warehouse counts them."""
    with duckdb.connect(config={"threads": "1"}) as connection:
        found: pd.DataFrame = connection.sql(THEIRS.format(marts=marts, tenant=tenant, today=today)).df()
        return found


def our_days(warehouse: Path, today: date) -> pd.DataFrame:
    """Each student's days of instruction in our warehouse, with whether attendance was taken."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found: pd.DataFrame = connection.sql(OURS.format(today=today)).df()
        return found


def beside(theirs: pd.DataFrame, ours: pd.DataFrame) -> pd.DataFrame:
    """Both, day by day: `missed_theirs` and `missed_ours`, missing where a day is not counted there."""
    return theirs.merge(ours, on=KEY, how="outer", suffixes=("_theirs", "_ours"))

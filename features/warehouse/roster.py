"""The roster: who is who in a district on an as-of date. The only way a name leaves the warehouse."""

from dataclasses import dataclass

import ibis
import pandas as pd

from features.engine.view import View
from features.warehouse.reader import Reader


@dataclass(frozen=True)
class DistrictRoster:
    """People and places as frames of canonical columns; `students` also has `grade_level` and `school_id`."""

    schools: pd.DataFrame
    staff: pd.DataFrame
    caseloads: pd.DataFrame
    students: pd.DataFrame
    supports: pd.DataFrame


def read_roster(reader: Reader, view: View) -> DistrictRoster:
    """The district's roster on the view's as-of date, students enrolled that day only."""
    spells = view.rows("enrollments")
    there = spells.exit_date.isnull() | (spells.exit_date > view.as_of)
    now = spells.filter((spells.school_year == view.school_year) & (spells.entry_date <= view.as_of) & there)
    latest = ibis.row_number().over(group_by="student_key", order_by=[ibis.desc("entry_date"), ibis.asc("school_id")])
    placed = now.mutate(place=latest).filter(ibis._.place == 0).select("student_key", "school_id", "grade_level")
    names = view.rows("students").select("student_key", "student_id", "first_name", "last_name")
    students = names.inner_join(placed, "student_key").select(names, placed.school_id, placed.grade_level)
    caseloads = view.rows("caseloads")
    open_ones = caseloads.filter(caseloads.end_date.isnull() | (caseloads.end_date >= view.as_of))
    supports = view.rows("supports")
    return DistrictRoster(
        schools=reader.table(view.rows("schools").order_by("school_id")),
        staff=reader.table(view.rows("staff").order_by("staff_id")),
        caseloads=reader.table(open_ones.order_by("staff_id", "student_key")),
        students=reader.table(students.order_by("student_key")),
        supports=reader.table(supports.filter(supports.date <= view.as_of).order_by("student_key", "date")),
    )


def calendar_context(reader: Reader, view: View) -> dict[str, dict[str, pd.DataFrame]]:
    """Per school, `calendar_days` of this school year and the one before, and `terms`: what a live score needs."""
    days = view.rows("calendar_days")
    days = days.filter(days.school_year.isin([view.school_year - 1, view.school_year]) & (days.date <= view.as_of))
    terms = view.rows("terms").filter(ibis._.school_year == view.school_year)
    frames = {"calendar_days": reader.table(days.order_by("school_id", "track", "date")), "terms": reader.table(terms)}
    schools = sorted(frames["calendar_days"]["school_id"].unique())
    return {
        school: {
            "calendar_days": frames["calendar_days"].query("school_id == @school"),
            "terms": frames["terms"],
        }
        for school in schools
    }

"""Which series of terms students have, where schools or tracks have terms of their own."""

import pandas as pd

from features.engine.compilation import compile_script
from features.engine.school_terms import CALENDAR, DISTRICT, with_series, with_tracks
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.view_policies import ViewPolicies
from features.engine.visible_tables import VisibleTables
from features.language.outcome import Outcome
from features.warehouse.reader import Reader


def differ_by_school(outcome: Outcome, policies: ViewPolicies) -> bool:
    """Whether an outcome is decided on another day at another school."""
    return outcome.horizon.kind == "term" and policies.has_school_terms


def terms_of_series(reader: Reader, series: str) -> pd.DataFrame:
    """The terms of a series: the district's, or those of a school's track."""
    if series:
        terms = reader.current("school_terms")
        return terms[terms["school_id"] + "/" + terms["track"] == series]
    terms = reader.current("terms")
    return terms[terms["series"] == DISTRICT] if "series" in terms else terms


def series_of_year(reader: Reader, policies: ViewPolicies, school_year: int) -> tuple[str, ...]:
    """Every series of a school year; the district's alone where no school has its own."""
    if not policies.has_school_terms:
        return (DISTRICT,)
    terms = reader.current("school_terms")
    own = terms[terms["school_year"] == school_year]
    return (DISTRICT, *sorted((own["school_id"] + "/" + own["track"]).unique()))


def series_of_students(reader: Reader, view: View) -> "pd.Series[str]":
    """The series of everyone enrolled this school year by the view's as-of date, by `student_key`."""
    rows = reader.run(series_script(view.shape), view.values)
    return rows.set_index("student_key")["series"]


@cached_script
def series_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for the series of everyone enrolled this school year, by the school entered last."""
    tables = VisibleTables(shape)
    spells = tables.begun().filter(lambda rows: rows.school_year == tables.school_year)
    last = spells.group_by("student_key").aggregate(
        school_id=spells.school_id.argmax(spells.entry_date), school_year=spells.school_year.max()
    )
    placed = with_tracks(last, spells).select("student_key", *CALENDAR)
    return compile_script(with_series(placed, tables.rows("school_terms")).select("student_key", "series"))

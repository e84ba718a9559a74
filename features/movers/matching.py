"""Who moved: students of two districts with one statewide id, enrolled in the one now and in the other before."""

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script, query_script
from features.engine.sql_script import Script
from features.engine.stored_tables import stored_table
from features.engine.view import ViewShape
from features.engine.visible_tables import VisibleTables
from features.errors import NothingKnown
from features.warehouse.reader import Reader

MATCHED = "matched_students"
"""The table of matched students' keys, while a script reads it."""


@dataclass(frozen=True)
class Matches:
    """Students of two districts with one statewide id.

    `pairs` has their `state_id`, `there` (the sender's key), `here` (the receiver's) and whether each `is_enrolled` in
    the receiver now. `ambiguous` are ids that several students of one district have, who are left alone.
    """

    pairs: pd.DataFrame
    ambiguous: int


def matches(sender: Reader, receiver: Reader, today: date) -> Matches:
    """The students whom two warehouses have under one statewide id; nothing else joins people."""
    there, again = told_once(sender)
    here, twice = told_once(receiver)
    pairs = here.rename("here").to_frame().join(there.rename("there"), how="inner").rename_axis("state_id")
    shared = len((again & {*here.index, *twice}) | (twice & {*there.index, *again}))
    now = enrolled_now(receiver, today) if len(pairs) else set()
    return Matches(pairs.reset_index().assign(is_enrolled=lambda rows: rows["here"].isin(now)), shared)


def told_once(reader: Reader) -> "tuple[pd.Series[str], set[str]]":
    """The key of the student of each statewide id that one student has, and the ids that several have."""
    found = reader.run(query_script(statewide_ids)).astype("str")
    several = found["state_id"].duplicated(keep=False)
    once = found[~several].set_index("state_id")["student_key"]
    return once, set(found.loc[several, "state_id"])


def statewide_ids() -> ir.Table:
    """Current students with a statewide id: `state_id` and `student_key`."""
    rows = stored_table("students")
    rows = rows.filter(rows.superseded_by_load.isnull() & ~rows.withdrawn)
    told = rows.select("student_key", state_id=rows.state_id.strip())
    return told.filter(told.state_id.length() > 0)


def enrolled_now(reader: Reader, today: date) -> set[str]:
    """The keys of everyone who is enrolled today."""
    try:
        view = reader.view(today)
    except NothingKnown:
        return set()
    return set(reader.run(enrolled_script(view.shape), view.values)["student_key"])


@cached_script
def enrolled_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for the keys of everyone enrolled on the as-of date."""
    return compile_script(VisibleTables(shape).there().select("student_key").distinct())


def spells_here(receiver: Reader, keys: pd.Index) -> pd.DataFrame:
    """The receiver's own spells of these students: `student_key`, `entry_date`, `exit_date`, `school_year`."""
    with receiver.showing(MATCHED, pa.table({"student_key": pa.array(keys, pa.string())})):
        return receiver.run(query_script(current_spells))


def current_spells() -> ir.Table:
    """Current enrollments of the matched students."""
    rows = stored_table("enrollments")
    rows = rows.filter(rows.superseded_by_load.isnull() & ~rows.withdrawn)
    asked = ibis.table({"student_key": "string"}, name=MATCHED)
    return rows.semi_join(asked, "student_key").select("student_key", "entry_date", "exit_date", "school_year")

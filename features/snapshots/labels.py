"""How cohorts turned out: a label is true, false, or missing with the reason why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from features.engine.compilation import compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.expressions import as_condition
from features.engine.members import LISTED, ListedMembers, Members
from features.engine.school_terms import DISTRICT
from features.engine.script_cache import cached_script
from features.engine.snapshot_query import with_measures
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.language.outcome import CENSORED, Outcome
from features.snapshots.outcome_periods import OutcomePeriod, outcome_period, why_open, why_unknown
from features.snapshots.snapshot import Snapshot
from features.snapshots.term_series import differ_by_school, series_of_students
from features.warehouse.reader import Reader

WHEREABOUTS_UNKNOWN = "no record of where the student went"
GRACE_DAYS = 14
"""Days: a spell without a kind of exit that ends so shortly before the last day that counts went on to the end."""


@dataclass(frozen=True)
class Labels:
    """How a cohort turned out: `off_track` per `student_key`, missing where it cannot be said, and why not.

    `horizon` is the day by which it is known, None where no such day is on record.
    """

    outcome: str
    school_year: int
    horizon: date | None
    off_track: "pd.Series[bool]"
    missing_because: "pd.Series[str]"


def label_outcome(reader: Reader, outcome: Outcome, as_of: date, *, observed_on: date) -> Labels:
    """How the cohort of the as-of date turned out, as far as can be said on `observed_on`.

    While the horizon lies after `observed_on`, every label is missing: an unfinished year is not a false one.
    """
    start = reader.view(as_of)
    if differ_by_school(outcome, start.policies):
        return label_by_series(reader, outcome, start, observed_on)
    why, period = why_unknown(reader, outcome, as_of, observed_on), outcome_period(reader, outcome, as_of)
    horizon = period.known_by if period else None
    if why or period is None:
        keys = cohort_keys(reader, outcome.cohort, start)
        rows = nothing_told(keys, why)
        return Labels(
            outcome.name, start.school_year, horizon, rows["off_track"].astype("boolean"), rows["missing_because"]
        )
    script = label_script(outcome, start.shape, period.view.shape)
    rows = reader.run(script, {**start.values, **period.view.values}).set_index("student_key")
    return Labels(
        outcome.name, start.school_year, horizon, rows["off_track"].astype("boolean"), rows["missing_because"]
    )


def nothing_told(keys: "Sequence[str] | pd.Series[str]", why: str) -> pd.DataFrame:
    """Labels of these students of whom nothing can be said, and why not, by `student_key`."""
    index = pd.Index(keys, name="student_key")
    nothing = pd.Series(pd.NA, index=index, dtype="boolean")
    return pd.DataFrame({"off_track": nothing, "missing_because": pd.Series(why, index=index, dtype="object")})


def label_by_series(reader: Reader, outcome: Outcome, start: View, observed_on: date) -> Labels:
    """The labels where the next term is each school's own; `horizon` is the day by which the last of them is known."""
    keys = cohort_keys(reader, outcome.cohort, start)
    of_students = series_of_students(reader, start).reindex(pd.Index(keys)).fillna(DISTRICT)
    parts, horizons = [nothing_told(keys[:0], "")], [date.min]
    for series, own in of_students.groupby(of_students):
        period = outcome_period(reader, outcome, start.as_of, str(series))
        why, students = why_unknown(reader, outcome, start.as_of, observed_on, str(series)), [*map(str, own.index)]
        told = nothing_told(students, why) if why or period is None else labels_of(reader, outcome, period, students)
        parts.append(told[["off_track", "missing_because"]])
        horizons += [period.known_by] if period else []
    rows = pd.concat(parts).reindex(pd.Index(keys, name="student_key"))
    horizon = max(horizons) if len(horizons) > 1 else None
    return Labels(
        outcome.name, start.school_year, horizon, rows["off_track"].astype("boolean"), rows["missing_because"]
    )


def label_snapshots(
    reader: Reader, outcome: Outcome, snapshots: Sequence[Snapshot], *, observed_on: date
) -> list[Labels]:
    """How each of some snapshots of the outcome's cohort turned out: as `label_outcome` says of their as-of dates.

    What became of a student is the same for all dates whose outcome is decided on the same day: it is asked once.
    """
    if differ_by_school(outcome, reader.policies()):
        return [label_outcome(reader, outcome, one.as_of, observed_on=observed_on) for one in snapshots]
    told: dict[OutcomePeriod | None, pd.DataFrame] = {}
    periods = [outcome_period(reader, outcome, one.as_of) for one in snapshots]
    for period in dict.fromkeys(periods):
        if period and not why_open(reader, outcome, period, observed_on):
            keys = [one.features.index for one, own in zip(snapshots, periods, strict=True) if own == period]
            told[period] = labels_of(reader, outcome, period, sorted({key for one in keys for key in one}))
    return [
        labels_from(outcome, one, period, told[period].loc[one.features.index])
        if period in told and period
        else label_outcome(reader, outcome, one.as_of, observed_on=observed_on)
        for one, period in zip(snapshots, periods, strict=True)
    ]


def labels_of(reader: Reader, outcome: Outcome, period: OutcomePeriod, keys: Sequence[str]) -> pd.DataFrame:
    """The labels of these students at the end of a period, by `student_key`."""
    with reader.showing(LISTED, pa.table({"student_key": pa.array(keys, pa.string())})):
        rows = reader.run(listed_label_script(outcome, period.view.shape), period.view.values)
    return rows.set_index("student_key")


def labels_from(outcome: Outcome, snapshot: Snapshot, period: OutcomePeriod, rows: pd.DataFrame) -> Labels:
    """The labels in rows of a snapshot's students."""
    off_track = rows["off_track"].astype("boolean")
    return Labels(outcome.name, snapshot.school_year, period.known_by, off_track, rows["missing_because"])


def cohort_keys(reader: Reader, cohort: Cohort, view: View) -> "pd.Series[str]":
    """The `student_key` of everyone of the cohort on the view's as-of date, sorted."""
    return reader.run(cohort_script(cohort, view.shape), view.values)["student_key"]


@cached_script
def cohort_script(cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for the students of a cohort."""
    steps = CompiledSteps()
    students = Members(VisibleTables(shape, steps=steps), cohort).table().select("student_key").order_by("student_key")
    return compile_script(students, steps)


@cached_script
def label_script(outcome: Outcome, start: ViewShape, horizon: ViewShape) -> Script:
    """DuckDB's SQL for the labels of the cohort that stood at `start`, seen from the horizon."""
    steps = CompiledSteps()
    members = Members(VisibleTables(start, steps=steps), outcome.cohort)
    return compile_script(label_members(outcome, members, VisibleTables(horizon, steps=steps)), steps)


@cached_script
def listed_label_script(outcome: Outcome, horizon: ViewShape) -> Script:
    """DuckDB's SQL for the labels of the students listed, seen from the horizon."""
    steps = CompiledSteps()
    members = ListedMembers(VisibleTables(horizon, steps=steps), outcome.cohort)
    return compile_script(label_members(outcome, members, VisibleTables(horizon, steps=steps)), steps)


def label_members(outcome: Outcome, members: Members, horizon: VisibleTables) -> ir.Table:
    """`student_key`, `off_track` (missing where it cannot be said) and `missing_because` of each member.

    And `left_on`, the day on which a student who ended off track had left school, if so.
    """
    horizon = horizon.of(members)
    cohort = with_exits(members.numbered().select("student_key"), horizon)
    asked = [outcome.off_track, *([outcome.judged_if] if outcome.judged_if else [])]
    table, columns = with_measures(cohort, asked, horizon)
    told = as_condition(outcome.off_track, table, columns)
    if outcome.leaving_is_off_track:
        told = ibis.coalesce(told, ibis.ifelse(table.exit_kind == "left", True, ibis.null("boolean")))
    judged = as_condition(outcome.judged_if, table, columns) if outcome.judged_if else ibis.literal(True)
    gone = [(table.exit_kind == kind, words) for kind, words in CENSORED.items()]
    gone.append((ibis.coalesce(table.vanished, True), WHEREABOUTS_UNKNOWN))
    why = ibis.cases(
        *((~table.has_finished & ibis.coalesce(held, False), words) for held, words in gone),
        (~ibis.coalesce(judged, False), "too little on record to judge"),
        (told.isnull(), "the records do not tell"),
        else_=ibis.null("string"),
    )
    off_track = ibis.ifelse(why.isnull(), told, ibis.null("boolean"))
    left_on = ibis.ifelse(off_track & (table.exit_kind == "left"), table.exit_date, ibis.null("date"))
    found = table.select("student_key", off_track=off_track, missing_because=why, left_on=left_on)
    return members.with_keys(found).order_by("student_key")


def with_exits(cohort: ir.Table, tables: VisibleTables) -> ir.Table:
    """The cohort with how each student's last spell ended, and whether the student `has_finished` school."""
    exits, finished = last_exits(tables), tables.rows("completions").select("student_key").distinct()
    table = cohort.left_join(exits, "student_key").select(cohort, exits.exit_kind, exits.exit_date, exits.vanished)
    return table.left_join(finished, "student_key").select(table, has_finished=finished.student_key.notnull())


def last_exits(tables: VisibleTables) -> ir.Table:
    """How and when each student's last spell ended, and whether the student `vanished`.

    Vanished is who ended a spell without a kind of exit, or by a move to another school, well before the last day that
    counts, or has no spell in its school year.
    """
    spells = tables.records("enrollments").filter(lambda rows: rows.is_last)
    open_ended = spells.exit_kind.isnull() | (spells.exit_kind == "moved_school")
    early = spells.exit_date.notnull() & (spells.ends < tables.last_day - ibis.interval(days=GRACE_DAYS))
    vanished = open_ended & (early | (spells.school_year < tables.school_year))
    return spells.select("student_key", "exit_kind", "exit_date", vanished=vanished)

"""How cohorts turned out: a label is true, false, or missing with the reason why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from features.engine.compilation import Steps, compile_script
from features.engine.expressions import as_condition
from features.engine.members import LISTED, ListedMembers, Members
from features.engine.script_cache import cached_script
from features.engine.snapshot_query import with_measures
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape, school_year_of
from features.engine.view_policies import AS_BEFORE, ViewPolicies
from features.engine.visible_tables import VisibleTables
from features.language.cohorts import Cohort
from features.language.outcome import CENSORED, Outcome
from features.snapshots.snapshot import Snapshot, first_school_days
from features.warehouse.reader import Reader

WHEREABOUTS_UNKNOWN = "no record of where the student went"
UNFINISHED = "the horizon is ahead"
GRACE_DAYS = 14
"""Days: a spell without a kind of exit that ends so shortly before the last day that counts went on to the end."""

SUMMER = timedelta(days=92)
"""The most that lies between two school years."""

SUBYEAR_TERMS = ("semester", "trimester", "quarter")
"""Kinds of marking terms within a year, in the order in which the next one is looked for."""


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


@dataclass(frozen=True)
class OutcomePeriod:
    """The last day that counts for a label, when its records are in, and where in the calendar it lies."""

    through: date
    known_by: date
    school_year: int
    term_from: date | None = None
    policies: ViewPolicies = AS_BEFORE

    @property
    def view(self) -> View:
        """The records as the label sees them."""
        return View(
            self.known_by, self.school_year, None, self.through, self.term_from, "horizon", policies=self.policies
        )


def label_outcome(reader: Reader, outcome: Outcome, as_of: date, *, observed_on: date) -> Labels:
    """How the cohort of the as-of date turned out, as far as can be said on `observed_on`.

    While the horizon lies after `observed_on`, every label is missing: an unfinished year is not a false one.
    """
    start = reader.view(as_of)
    why, period = why_unknown(reader, outcome, as_of, observed_on), outcome_period(reader, outcome, as_of)
    horizon = period.known_by if period else None
    if why or period is None:
        keys = cohort_keys(reader, outcome.cohort, start)
        nothing = pd.Series(pd.NA, index=pd.Index(keys, name="student_key"), dtype="boolean")
        return Labels(outcome.name, start.school_year, horizon, nothing, nothing.astype("object").fillna(why))
    script = label_script(outcome, start.shape, period.view.shape)
    rows = reader.run(script, {**start.values, **period.view.values}).set_index("student_key")
    return Labels(
        outcome.name, start.school_year, horizon, rows["off_track"].astype("boolean"), rows["missing_because"]
    )


def label_snapshots(
    reader: Reader, outcome: Outcome, snapshots: Sequence[Snapshot], *, observed_on: date
) -> list[Labels]:
    """How each of some snapshots of the outcome's cohort turned out: as `label_outcome` says of their as-of dates.

    What became of a student is the same for all dates whose outcome is decided on the same day: it is asked once.
    """
    told: dict[OutcomePeriod | None, pd.DataFrame] = {}
    periods = [outcome_period(reader, outcome, one.as_of) for one in snapshots]
    known = [not why_unknown(reader, outcome, one.as_of, observed_on) for one in snapshots]
    for period in dict.fromkeys(period for period, is_known in zip(periods, known, strict=True) if is_known and period):
        keys = [one.features.index for one, own in zip(snapshots, periods, strict=True) if own == period]
        told[period] = labels_of(reader, outcome, period, sorted({key for one in keys for key in one}))
    return [
        labels_from(outcome, one, period, told[period].loc[one.features.index])
        if period and period in told and is_known
        else label_outcome(reader, outcome, one.as_of, observed_on=observed_on)
        for one, period, is_known in zip(snapshots, periods, known, strict=True)
    ]


def labels_of(reader: Reader, outcome: Outcome, period: OutcomePeriod, keys: Sequence[str]) -> pd.DataFrame:
    """The labels of these students at the end of a period, by `student_key`."""
    reader.connection.register(LISTED, pa.table({"student_key": pa.array(keys, pa.string())}))
    try:
        rows = reader.run(listed_label_script(outcome, period.view.shape), period.view.values)
    finally:
        reader.connection.unregister(LISTED)
    return rows.set_index("student_key")


def labels_from(outcome: Outcome, snapshot: Snapshot, period: OutcomePeriod, rows: pd.DataFrame) -> Labels:
    """The labels in rows of a snapshot's students."""
    off_track = rows["off_track"].astype("boolean")
    return Labels(outcome.name, snapshot.school_year, period.known_by, off_track, rows["missing_because"])


def why_unknown(reader: Reader, outcome: Outcome, as_of: date, observed_on: date) -> str:
    """Why nothing can be said of anyone of that date's cohort on `observed_on`; empty where it can."""
    period = outcome_period(reader, outcome, as_of)
    if period is None:
        return "no marking term begins after the as-of date in its school year"
    if observed_on < period.known_by:
        return UNFINISHED
    calendar_ends = reader.last_school_day(max(first_school_days(reader)))
    if period.through > calendar_ends + SUMMER:
        return f"the calendar on record ends on {calendar_ends}, and what counts is up to {period.through}"
    return what_is_not_on_record(reader, outcome)


def what_is_not_on_record(reader: Reader, outcome: Outcome) -> str:
    """Which table that an outcome needs has no row; empty where each has one."""
    missing = [name for name in outcome.needs if not reader.has_rows(name)]
    return f"no {missing[0].replace('_', ' ')} on record" if missing else ""


def outcome_period(reader: Reader, outcome: Outcome, as_of: date) -> OutcomePeriod | None:
    """When the outcome of the as-of date's cohort is decided; None where the year has no such term."""
    horizon, firsts = outcome.horizon, first_school_days(reader)
    start = school_year_of(list(firsts.items()), as_of) or min(firsts)
    posting, policies = timedelta(days=horizon.posting_days), reader.policies()
    if horizon.kind == "year":
        last = last_school_day(reader, start + horizon.later)
        return OutcomePeriod(last, last + posting, start + horizon.later, policies=policies)
    if horizon.kind == "months":
        through = (pd.Timestamp(as_of) + pd.DateOffset(months=horizon.later)).date()
        year = school_year_of(list(firsts.items()), through) or start
        return OutcomePeriod(through, through + posting, year, policies=policies)
    span = next_term(reader, start, as_of)
    return OutcomePeriod(span[1], span[1] + posting, start, span[0], policies) if span else None


def last_school_day(reader: Reader, school_year: int) -> date:
    """The last day of instruction of a school year; of one that is not on record, about when it will be."""
    latest = min(school_year, max(first_school_days(reader)))
    return reader.last_school_day(latest) + timedelta(days=365 * (school_year - latest))


def next_term(reader: Reader, school_year: int, as_of: date) -> tuple[date, date] | None:
    """First and last day of the marking term of the school year that begins next after a date."""
    terms = reader.current("terms")
    terms = terms[terms["school_year"] == school_year]
    kinds = [kind for kind in SUBYEAR_TERMS if kind in set(terms["kind"])]
    later = terms[(terms["kind"] == kinds[0]) & (terms["start_date"] > pd.Timestamp(as_of))] if kinds else terms[:0]
    if later.empty:
        return None
    first = later.sort_values(["start_date", "end_date", "term_id"]).iloc[0]
    return pd.Timestamp(first["start_date"]).date(), pd.Timestamp(first["end_date"]).date()


def cohort_keys(reader: Reader, cohort: Cohort, view: View) -> "pd.Series[str]":
    """The `student_key` of everyone of the cohort on the view's as-of date, sorted."""
    return reader.run(cohort_script(cohort, view.shape), view.values)["student_key"]


@cached_script
def cohort_script(cohort: Cohort, shape: ViewShape) -> Script:
    """DuckDB's SQL for the students of a cohort."""
    steps = Steps()
    students = Members(VisibleTables(shape, steps=steps), cohort).table().select("student_key").order_by("student_key")
    return compile_script(students, steps)


@cached_script
def label_script(outcome: Outcome, start: ViewShape, horizon: ViewShape) -> Script:
    """DuckDB's SQL for the labels of the cohort that stood at `start`, seen from the horizon."""
    steps = Steps()
    members = Members(VisibleTables(start, steps=steps), outcome.cohort)
    return compile_script(label_members(outcome, members, VisibleTables(horizon, steps=steps)), steps)


@cached_script
def listed_label_script(outcome: Outcome, horizon: ViewShape) -> Script:
    """DuckDB's SQL for the labels of the students listed, seen from the horizon."""
    steps = Steps()
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

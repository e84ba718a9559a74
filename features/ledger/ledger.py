"""Builds the ledger: the resolution of every flag, from the records and a day alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from features.engine.compilation import compile_script
from features.engine.compiled_steps import CompiledSteps
from features.engine.parameters import text_parameter
from features.engine.school_terms import DISTRICT
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape, school_year_of
from features.engine.visible_tables import VisibleTables
from features.language.outcome import Outcome
from features.ledger.cohort_history import CohortHistory, flags_known
from features.ledger.flag_resolution import (
    NEVER,
    FlagArrays,
    FlagResolutions,
    Runs,
    StudentEndings,
    Supports,
    days_in,
    first_flags,
    flag_rows,
    resolve_flags,
    student_frame,
    student_rows,
)
from features.snapshots.labels import label_members
from features.snapshots.outcome_periods import OutcomePeriod, outcome_period, periods_by_series, why_unknown
from features.snapshots.snapshot import first_school_days
from features.snapshots.term_series import series_of_students
from features.warehouse.reader import Reader
from features.warehouse.reader_as_of import ReaderAsOf

RUN = ("as_of", "run_id", "release_id", "scorer", "capacity")
"""What all flags of a run share."""


@dataclass(frozen=True)
class Ledger:
    """What became of the flags of one outcome, as it could be said at the end of a day.

    `flags` has a row per flag, by date, run and place on the list: `student_key`, `run_id`, `as_of`, `release_id`,
    `scorer`, `capacity`, `list_position`, `risk`, `at_random` (whether a lot alone listed the student), `school_year`,
    `resolution`. `students` has a row per student and
    school year in which lists were made, by year and key: `student_key`, `school_year`, `school_id`, `grade_level`,
    `off_track` (missing where it cannot be said), `missing_because`, `ended_on` (the day by which the outcome came, or
    the last one that counts), `first_flag` (date, missing for those never flagged), `supported_on` (the first contact
    or plan since then) and `resolution` (of the first flag, missing without one). Texts are categories.
    """

    outcome: str
    flags: pd.DataFrame
    students: pd.DataFrame


@dataclass(frozen=True)
class DateGroup:
    """Dates of lists whose outcome the same records decide; `unknown_because` says why it is not known, if so.

    `by_series` has the period of each series of terms, where schools differ in it; `period` is then the last of them.
    """

    dates: tuple[date, ...]
    school_year: int
    period: OutcomePeriod | None
    unknown_because: str
    by_series: tuple[tuple[str, OutcomePeriod | None], ...] = ()

    @property
    def through(self) -> np.datetime64:
        """The last day that counts, NaT where there is none."""
        return np.datetime64(self.period.through) if self.period else NEVER


def build_ledger(reader: Reader, outcome: Outcome, on: date) -> Ledger:
    """What became of every flag of an outcome, as it could be said at the end of the day `on`.

    A function of the warehouse and the day alone: of flags whose as-of date had come, of records that were known, and
    of labels as `features.snapshots.labels` tells them, once for all dates that the same records decide. A flag

    - `came_true` where the student ended off track, and `did_not` where not;
    - did not, and was `supported_first`, where a contact or a plan is dated after the flag's as-of date and on or
      before the last day that counts;
    - `moved_away` where the student went elsewhere, or nobody knows where;
    - is `still_open` while the horizon is ahead;
    - is `not_told` where the student died, where too little is on record, or where the records do not tell.

    The dates on which lists were made are those of the flags: a run that flagged nobody leaves no trace. Students are
    those who belonged to the cohort at some time from the first list of the group to the last, and everyone flagged.
    A student with several groups in a school year (the next term, so many months) counts by that of the first flag;
    without one, by the first that ended off track, else the first that can be told. `ended_on` is the day on which a
    student left school who ended off track, else the last day that counts.
    """
    view = View(on, 0, role="known", policies=reader.policies())
    known = reader.known_at(view)
    raised = known.run(runs_script(outcome.name, known.seen.shape), known.seen.values)
    if raised.empty:
        return empty_ledger(outcome, raised)
    groups = group_dates(known, outcome, sorted({stamp.date() for stamp in raised["as_of"]}))
    endings = find_endings(known, outcome, groups)
    runs, supports = runs_with_groups(raised, groups), find_supports(known, endings)
    flags = find_flags(known, outcome, endings)
    found = resolve_flags(flags, runs, endings, supports)
    return Ledger(outcome.name, flag_rows(flags, runs, found, endings.keys), student_rows(flags, runs, found, endings))


def empty_ledger(outcome: Outcome, raised: pd.DataFrame) -> Ledger:
    """The ledger of an outcome for which nobody was flagged yet."""
    none, never = np.zeros(0, dtype=np.int64), np.zeros(0, dtype="datetime64[D]")
    columns = ("school_id", "grade_level", "off_track", "missing_because", "left_on")
    endings = StudentEndings(pd.DataFrame(columns=columns), pd.Index([], dtype="str"), none, none, none, never)
    flags, runs, found = (
        FlagArrays(none, none, none, np.zeros(0), np.zeros(0, dtype=np.bool_)),
        Runs(raised, none, none),
        FlagResolutions(none, none, never),
    )
    students = student_frame(endings, none, first_flags(flags, runs, found, none))
    return Ledger(outcome.name, flag_rows(flags, runs, found, endings.keys), students)


@cached_script
def runs_script(outcome: str, known: ViewShape) -> Script:
    """DuckDB's SQL for the runs that raised flags, in order."""
    return compile_script(select_runs(flags_known(outcome, known)).order_by(*RUN))


def select_runs(flags: ir.Table) -> ir.Table:
    """The runs that raised flags, a row each."""
    return flags.select(*RUN).distinct()


def group_dates(reader: ReaderAsOf, outcome: Outcome, dates: Sequence[date]) -> list[DateGroup]:
    """The dates in groups, in the order of their first dates; where the year decides, a year has one period."""
    firsts, of_year = list(first_school_days(reader).items()), outcome.horizon.kind == "year"
    years = {day: school_year_of(firsts, day) or min(firsts)[0] for day in dates}
    asked = {years[day] if of_year else day: day for day in dates}
    periods = {alike: outcome_period(reader, outcome, day) for alike, day in asked.items()}
    series = {alike: periods_by_series(reader, outcome, day) for alike, day in asked.items()}
    found: dict[tuple[int, OutcomePeriod | None, tuple[tuple[str, OutcomePeriod | None], ...]], list[date]] = {}
    for day in dates:
        alike = years[day] if of_year else day
        found.setdefault((years[day], periods[alike], series[alike]), []).append(day)
    return [
        DateGroup(tuple(days), year, period, why_unknown(reader, outcome, days[0], reader.seen.as_of), by_series)
        for (year, period, by_series), days in found.items()
    ]


def find_endings(reader: ReaderAsOf, outcome: Outcome, groups: Sequence[DateGroup]) -> StudentEndings:
    """Everyone whom the lists were about, and how they turned out."""
    frames = [group_endings(reader, outcome, group) for group in groups]
    sizes = [len(frame) for frame in frames]
    rows = pd.concat(frames, ignore_index=True)
    keys = pd.Index(rows["student_key"].unique()).sort_values()
    return StudentEndings(
        rows=rows.drop(columns="student_key"),
        keys=keys,
        student=keys.get_indexer(pd.Index(rows["student_key"])),
        group=np.repeat(np.arange(len(groups)), sizes),
        school_year=np.repeat([group.school_year for group in groups], sizes),
        through=np.repeat(np.array([group.through for group in groups]), sizes),
    )


def group_endings(reader: ReaderAsOf, outcome: Outcome, group: DateGroup) -> pd.DataFrame:
    """Everyone whom the lists of a group were about, and how they turned out, as `endings_script` says."""
    start = View(group.dates[-1], group.school_year, policies=reader.seen.policies)
    if group.by_series and not group.unknown_because:
        return endings_by_series(reader, outcome, group, start)
    values = {**reader.seen.values, "since": group.dates[0]}
    if group.unknown_because or group.period is None:
        script, values = (
            untold_script(outcome, start.shape, reader.seen.shape),
            {**values, "because": group.unknown_because},
        )
    else:
        horizon = group.period.view
        script = endings_script(outcome, start.shape, horizon.shape, reader.seen.shape)
        values = {**values, **horizon.values}
    return reader.run(script, {**values, **start.values})


def endings_by_series(reader: ReaderAsOf, outcome: Outcome, group: DateGroup, start: View) -> pd.DataFrame:
    """The same where students' next term is that of their own school."""
    series, parts = series_of_students(reader, start), []
    for name, period in group.by_series:
        why = "" if period else "no marking term begins after the as-of date in its school year"
        rows = group_endings(reader, outcome, replace(group, period=period, unknown_because=why, by_series=()))
        parts.append(rows[rows["student_key"].map(series).fillna(DISTRICT) == name])
    return pd.concat(parts).sort_values("student_key")


@cached_script
def endings_script(outcome: Outcome, start: ViewShape, horizon: ViewShape, known: ViewShape) -> Script:
    """DuckDB's SQL for everyone whom the lists of a group were about, by flags that were known on a day.

    `student_key`, `school_id`, `grade_level`, `off_track`, `missing_because` and `left_on`.
    """
    steps = CompiledSteps()
    members = CohortHistory(VisibleTables(start, steps=steps), outcome.cohort, flags_known(outcome.name, known))
    found = label_members(outcome, members, VisibleTables(horizon, steps=steps))
    people = members.table().select("student_key", "school_id", "grade_level")
    columns = [found[name] for name in ("off_track", "missing_because", "left_on")]
    told = people.inner_join(found, "student_key").select(people, *columns)
    return compile_script(told.order_by("student_key"), steps)


@cached_script
def untold_script(outcome: Outcome, start: ViewShape, known: ViewShape) -> Script:
    """DuckDB's SQL for the same people where no outcome is known yet: the parameter `because` says why."""
    steps = CompiledSteps()
    members = CohortHistory(VisibleTables(start, steps=steps), outcome.cohort, flags_known(outcome.name, known))
    people = members.table().select("student_key", "school_id", "grade_level")
    untold = people.mutate(
        off_track=ibis.null("boolean"), missing_because=text_parameter("because"), left_on=ibis.null("date")
    )
    return compile_script(untold.order_by("student_key"), steps)


def runs_with_groups(raised: pd.DataFrame, groups: Sequence[DateGroup]) -> Runs:
    """The runs with the groups of their dates."""
    places = {day: place for place, group in enumerate(groups) for day in group.dates}
    group = np.array([places[stamp.date()] for stamp in raised["as_of"]], dtype=np.int64)
    return Runs(raised, group, np.array([one.school_year for one in groups], dtype=np.int64)[group])


def find_flags(reader: ReaderAsOf, outcome: Outcome, endings: StudentEndings) -> FlagArrays:
    """The flags by run and place on the list."""
    shape, values = reader.seen.shape, reader.seen.values
    keys = pd.Index(reader.run(flagged_script(outcome.name, shape), values)["student_key"])
    rows = reader.run(flags_script(outcome.name, shape), values)
    student = endings.keys.get_indexer(keys)[rows["student"].to_numpy(dtype=np.int64)]
    run, position = (rows[name].to_numpy(dtype=np.int64) for name in ("run", "list_position"))
    at_random = rows["at_random"].to_numpy(dtype=np.bool_)
    return FlagArrays(run, student, position, rows["risk"].to_numpy(dtype=np.float64), at_random)


@cached_script
def flagged_script(outcome: str, known: ViewShape) -> Script:
    """DuckDB's SQL for the students who were flagged, in order."""
    return compile_script(flags_known(outcome, known).select("student_key").distinct().order_by("student_key"))


@cached_script
def flags_script(outcome: str, known: ViewShape) -> Script:
    """DuckDB's SQL for the flags with the numbers of their run and student."""
    return compile_script(number_flags(flags_known(outcome, known)))


def number_flags(flags: ir.Table) -> ir.Table:
    """Flags with the numbers of their run and student, both in order: shorter to carry than their names."""
    runs = select_runs(flags).mutate(run=ibis.row_number().over(order_by=list(RUN)))
    students = flags.select("student_key").distinct().mutate(student=ibis.row_number().over(order_by="student_key"))
    joined = flags.inner_join(runs, list(RUN)).inner_join(students, "student_key")
    by_lot = joined.at_random.fill_null(False).name("at_random")
    told = joined.select("run", "student", "list_position", "risk", by_lot)
    return told.order_by("run", "list_position", "student")


def find_supports(reader: ReaderAsOf, endings: StudentEndings) -> Supports:
    """Contacts and plans of those whom the lists were about."""
    rows = reader.run(supports_script(reader.seen.shape), reader.seen.values)
    student, day = endings.keys.get_indexer(pd.Index(rows["student_key"])), days_in(rows["date"])
    return Supports.of(student[student >= 0], day[student >= 0])


@cached_script
def supports_script(known: ViewShape) -> Script:
    """DuckDB's SQL for the days on which each student had a contact or a plan."""
    tables = VisibleTables(known)
    supports = tables.rows("supports")
    return compile_script(supports.filter(supports.date <= tables.as_of).select("student_key", "date").distinct())

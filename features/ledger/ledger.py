"""The ledger: what became of every flag, from the records and a date alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from features.engine.sql_script import Script, Steps, script_of
from features.engine.view import View, school_year_of
from features.language.outcome import Outcome
from features.ledger.cohort_history import KnownOn, Watched, flags_by
from features.ledger.resolution import (
    NEVER,
    Listed,
    Resolved,
    Runs,
    Supports,
    Watching,
    days_in,
    first_flags,
    flag_rows,
    resolved,
    student_frame,
    student_rows,
)
from features.snapshots.labels import Period, labels, period_of, unsaid
from features.snapshots.snapshot import first_school_days
from features.warehouse.warehouse import Reader

RUN = ("as_of", "run_id", "release_id", "scorer", "capacity")
"""What all flags of a run share."""


@dataclass(frozen=True)
class Ledger:
    """What became of the flags of one outcome, as it could be said at the end of a day.

    `flags` has a row per flag, by date, run and place on the list: `student_key`, `run_id`, `as_of`, `release_id`,
    `scorer`, `capacity`, `list_position`, `risk`, `school_year`, `resolution`. `students` has a row per student and
    school year in which lists were made, by year and key: `student_key`, `school_year`, `school_id`, `grade_level`,
    `off_track` (missing where it cannot be said), `missing_because`, `ended_on` (the day by which the outcome came, or
    the last one that counts), `first_flag` (date, missing for those never flagged), `supported_on` (the first contact
    or plan since then) and `resolution` (of the first flag, missing without one). Texts are categories.
    """

    outcome: str
    flags: pd.DataFrame
    students: pd.DataFrame


@dataclass(frozen=True)
class Group:
    """Dates of lists that are decided by the same records; `unsaid` is why nothing can be said of them, if so."""

    dates: tuple[date, ...]
    school_year: int
    period: Period | None
    unsaid: str

    @property
    def through(self) -> np.datetime64:
        """The last day that counts, NaT where there is none."""
        return np.datetime64(self.period.through) if self.period else NEVER


def ledger_of(reader: Reader, outcome: Outcome, on: date) -> Ledger:
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
    known = KnownOn(reader.connection, on)
    raised = known.table(runs_of(flags_by(on, outcome.name)).order_by(*RUN))
    if raised.empty:
        return nothing(outcome, raised)
    groups = groups_of(known, outcome, sorted({stamp.date() for stamp in raised["as_of"]}))
    watching = watching_of(known, outcome, groups)
    runs, supports = runs_in(raised, groups), supports_of(known, watching)
    listed = listed_of(known, outcome, watching)
    found = resolved(listed, runs, watching, supports)
    return Ledger(
        outcome.name, flag_rows(listed, runs, found, watching.keys), student_rows(listed, runs, found, watching)
    )


def nothing(outcome: Outcome, raised: pd.DataFrame) -> Ledger:
    """The ledger of an outcome for which nobody was flagged yet."""
    none, never = np.zeros(0, dtype=np.int64), np.zeros(0, dtype="datetime64[D]")
    columns = ("school_id", "grade_level", "off_track", "missing_because", "left_on")
    watching = Watching(pd.DataFrame(columns=columns), pd.Index([], dtype="str"), none, none, none, never)
    listed, runs, found = Listed(none, none, none, np.zeros(0)), Runs(raised, none, none), Resolved(none, none, never)
    students = student_frame(watching, none, first_flags(listed, runs, found, none))
    return Ledger(outcome.name, flag_rows(listed, runs, found, watching.keys), students)


def runs_of(flags: ir.Table) -> ir.Table:
    """The runs that raised flags, a row each."""
    return flags.select(*RUN).distinct()


def groups_of(reader: KnownOn, outcome: Outcome, dates: Sequence[date]) -> list[Group]:
    """The dates in groups, in the order of their first ones; where the year decides, those of one have one period."""
    firsts, of_year = list(first_school_days(reader).items()), outcome.horizon.kind == "year"
    years = {day: school_year_of(firsts, day) or min(firsts)[0] for day in dates}
    asked = {years[day] if of_year else day: day for day in dates}
    periods = {alike: period_of(reader, outcome, day) for alike, day in asked.items()}
    found: dict[tuple[int, Period | None], list[date]] = {}
    for day in dates:
        found.setdefault((years[day], periods[years[day] if of_year else day]), []).append(day)
    return [
        Group(tuple(days), year, period, unsaid(reader, outcome, days[0], reader.day))
        for (year, period), days in found.items()
    ]


def watching_of(reader: KnownOn, outcome: Outcome, groups: Sequence[Group]) -> Watching:
    """Everyone whom the lists were about, and how they turned out."""
    frames = [watched_script(outcome, group, reader.day).frame(reader.connection) for group in groups]
    sizes = [len(frame) for frame in frames]
    rows = pd.concat(frames, ignore_index=True)
    keys = pd.Index(rows["student_key"].unique()).sort_values()
    return Watching(
        rows=rows.drop(columns="student_key"),
        keys=keys,
        student=keys.get_indexer(pd.Index(rows["student_key"])),
        group=np.repeat(np.arange(len(groups)), sizes),
        school_year=np.repeat([group.school_year for group in groups], sizes),
        through=np.repeat(np.array([group.through for group in groups]), sizes),
    )


@lru_cache(maxsize=256)
def watched_script(outcome: Outcome, group: Group, day: date) -> Script:
    """DuckDB's SQL for everyone whom the lists of a group were about, by flags that were known on a day.

    `student_key`, `school_id`, `grade_level`, `off_track`, `missing_because` and `left_on`.
    """
    steps = Steps()
    start = View(group.dates[-1], group.school_year, steps=steps)
    members = Watched(start, outcome.cohort, since=group.dates[0], flags=flags_by(day, outcome.name))
    people = members.table().select("student_key", "school_id", "grade_level")
    if group.unsaid or group.period is None:
        why = ibis.literal(group.unsaid)
        told = people.mutate(off_track=ibis.null("boolean"), missing_because=why, left_on=ibis.null("date"))
    else:
        found = labels(outcome, members, replace(group.period.view, steps=steps))
        columns = [found[name] for name in ("off_track", "missing_because", "left_on")]
        told = people.inner_join(found, "student_key").select(people, *columns)
    return script_of(told.order_by("student_key"), steps)


def runs_in(raised: pd.DataFrame, groups: Sequence[Group]) -> Runs:
    """The runs with the groups of their dates."""
    places = {day: place for place, group in enumerate(groups) for day in group.dates}
    group = np.array([places[stamp.date()] for stamp in raised["as_of"]], dtype=np.int64)
    return Runs(raised, group, np.array([one.school_year for one in groups], dtype=np.int64)[group])


def listed_of(reader: KnownOn, outcome: Outcome, watching: Watching) -> Listed:
    """The flags by run and place on the list."""
    flags = flags_by(reader.day, outcome.name)
    keys = pd.Index(reader.table(flags.select("student_key").distinct().order_by("student_key"))["student_key"])
    rows = reader.table(numbered(flags))
    student = watching.keys.get_indexer(keys)[rows["student"].to_numpy(dtype=np.int64)]
    run, position = (rows[name].to_numpy(dtype=np.int64) for name in ("run", "list_position"))
    return Listed(run, student, position, rows["risk"].to_numpy(dtype=np.float64))


def numbered(flags: ir.Table) -> ir.Table:
    """Flags with the numbers of their run and student, both in order, which are shorter than their names."""
    runs = runs_of(flags).mutate(run=ibis.row_number().over(order_by=list(RUN)))
    students = flags.select("student_key").distinct().mutate(student=ibis.row_number().over(order_by="student_key"))
    joined = flags.inner_join(runs, list(RUN)).inner_join(students, "student_key")
    return joined.select("run", "student", "list_position", "risk").order_by("run", "list_position", "student")


def supports_of(reader: KnownOn, watching: Watching) -> Supports:
    """Contacts and plans of those whom the lists were about."""
    table = reader.rows("supports")
    rows = reader.table(table.filter(table.date <= reader.day).select("student_key", "date").distinct())
    student, day = watching.keys.get_indexer(pd.Index(rows["student_key"])), days_in(rows["date"])
    return Supports.of(student[student >= 0], day[student >= 0])

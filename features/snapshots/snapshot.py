"""Snapshots, run against a warehouse."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from features.engine.several_dates import MOST_DATES, SeveralDates, can_be_together, put_dates, rows_by_date
from features.engine.snapshot_query import SnapshotQuery, named_quantities, snapshot_script
from features.engine.validity_intervals import IntervalTables, intervals_made, students_within
from features.engine.view import KeyRange, View
from features.errors import NothingKnown
from features.language.cohorts import Cohort
from features.language.feature_set import FeatureSet
from features.schedule import scheduled_days
from features.warehouse.reader import Reader
from features.warehouse.reader_pool import AT_ONCE, one_thread_each

MIN_SCHOOL_DAYS = 10
"""With fewer school days on record this year, and none of a year before, there is no score: too little is known."""


@dataclass(frozen=True)
class Snapshot:
    """What was known about each student of a cohort at the end of a local day.

    `features` has a row per student (index `student_key`, sorted) and a float column per feature, plus `rule_signals`
    where the feature set names a rule; missing is NaN. `context`, with the same index, holds what the student does not
    own, such as the school's absence rate: only it depends on other students, and of a part of them it has no column.
    `peers` holds the signals of the other published rules where they were asked for. `school`, `grade`, `school_days`
    (enrolled this school year, attendance taken) and `days_before` (the same of all earlier years) have the same index.
    `school_week` is that of the as-of date, None where the year is not on record.
    """

    feature_set: str
    as_of: date
    school_year: int
    features: pd.DataFrame
    context: pd.DataFrame
    peers: pd.DataFrame
    school: "pd.Series[str]"
    grade: "pd.Series[int]"
    school_days: "pd.Series[int]"
    days_before: "pd.Series[int]"
    school_week: int | None = None

    @property
    def is_scorable(self) -> "pd.Series[bool]":
        """Of whom enough is on record: a day of an earlier school year, or MIN_SCHOOL_DAYS of this one."""
        return (self.days_before > 0) | (self.school_days >= MIN_SCHOOL_DAYS)


def build_snapshot(
    reader: Reader,
    feature_set: type[FeatureSet],
    as_of: date,
    *,
    cohort: Cohort | None = None,
    loads_through: int | None = None,
    with_peers: bool = False,
    part: KeyRange | None = None,
    with_transfers: bool = False,
) -> Snapshot:
    """The feature set's cohort on the as-of date, or a part of it; NothingKnown for a date or a cohort of nobody.

    A score is made `with_transfers`, the records that came with students from other districts; training has none.
    """
    look = reader.view_with_transfers if with_transfers else reader.view
    view = replace(look(as_of, loads_through=loads_through), part=part)
    return snapshot_of_view(reader, feature_set, view, cohort=cohort, with_peers=with_peers)


def snapshot_of_view(
    reader: Reader, feature_set: type[FeatureSet], view: View, *, cohort: Cohort | None = None, with_peers: bool = False
) -> Snapshot:
    """The same where the view is known already; NothingKnown for a cohort of nobody."""
    query = SnapshotQuery(feature_set, view.shape, cohort, with_peers)
    return snapshot_of_someone(query, view, reader.run(snapshot_script(query), view.values))


def snapshot_of_someone(query: SnapshotQuery, view: View, rows: pd.DataFrame) -> Snapshot:
    """The snapshot in the rows that its query found; NothingKnown where there are none."""
    snapshot = snapshot_from_rows(query.feature_set, view, rows)
    if snapshot.features.empty:
        grades = ", ".join(map(str, query.members.grade_levels))
        raise NothingKnown(
            f"{query.feature_set.name}: nobody was enrolled in grade {grades} on {view.as_of}; "
            "choose a date in session, or check enrollments.csv"
        )
    return snapshot


FEW, FEW_APART = 1, 3
"""Dates of one school year up to which intervals cost more than ranking versions on each: in one script, or in none."""
MOST_STUDENTS = 25_000
"""Students up to whom intervals are made: those of more would not fit in memory."""
ROWS_AT_ONCE = 40_000
"""Students × dates of one script: more are of no use, and would be more than fits in memory."""


def build_snapshots(
    reader: Reader,
    feature_set: type[FeatureSet],
    dates: Sequence[date],
    *,
    cohort: Cohort | None = None,
    with_peers: bool = False,
) -> list[Snapshot]:
    """The snapshots of several dates, in their order; NothingKnown as for one.

    The dates of a school year read the same intervals of the records; each is the snapshot that it is alone, to the
    last bit.
    """
    views = [reader.view(day) for day in dates]
    if not reader.makes_intervals:
        return [snapshot_of_view(reader, feature_set, view, cohort=cohort, with_peers=with_peers) for view in views]
    by_year: dict[int, list[View]] = {}
    for view in views:
        by_year.setdefault(view.school_year, []).append(view)
    found: dict[View, Snapshot] = {}
    for own in by_year.values():
        taken = snapshots_of_year(reader, feature_set, own, cohort=cohort, with_peers=with_peers)
        found |= zip(own, taken, strict=True)
    return [found[view] for view in views]


def snapshots_of_year(
    reader: Reader, feature_set: type[FeatureSet], views: Sequence[View], *, cohort: Cohort | None, with_peers: bool
) -> list[Snapshot]:
    """The snapshots of several dates of one school year: in one script where that can be, else side by side."""
    query = SnapshotQuery(feature_set, views[0].shape, cohort, with_peers)
    year, connection = views[0].school_year, reader.connection
    few = FEW if can_be_together(query.shape) else FEW_APART
    students = students_within(connection, query.members, year) if len(views) > few else 0
    if not 0 < students <= MOST_STUDENTS:
        return snapshots_apart(reader, query, views)
    with intervals_made(connection, query.members, year):
        if not can_be_together(query.shape):
            return snapshots_apart(reader, replace(query, engine=IntervalTables), views)
        most = min(MOST_DATES, max(1, ROWS_AT_ONCE // students))
        parts = [views[start : start + most] for start in range(0, len(views), most)]
        return [one for part in parts for one in snapshots_together(reader, query, part)]


def snapshots_apart(reader: Reader, query: SnapshotQuery, views: Sequence[View]) -> list[Snapshot]:
    """The snapshots of several dates, side by side, each on one of DuckDB's threads."""

    def taken(view: View) -> Snapshot:
        rows = reader.for_thread().run(snapshot_script(query), view.values)
        return snapshot_of_someone(query, view, rows)

    with one_thread_each(reader.connection), ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(taken, views))


def snapshots_together(reader: Reader, query: SnapshotQuery, views: Sequence[View]) -> list[Snapshot]:
    """The snapshots of several dates by one script, which has intervals to read."""
    put_dates(reader.connection, views)
    rows = reader.run(snapshot_script(replace(query, engine=SeveralDates)), views[0].values)
    return [snapshot_of_someone(query, *one) for one in zip(views, rows_by_date(rows, len(views)), strict=True)]


def snapshot_from_rows(feature_set: type[FeatureSet], view: View, rows: pd.DataFrame) -> Snapshot:
    """The snapshot in the rows that its query found."""
    rows = rows.set_index("student_key")
    context = [] if view.part else list(feature_set.context())
    found = rows[list(named_quantities(feature_set, with_context=not view.part))].astype("float64")
    peers = [peer.name for peer in feature_set.peers if peer.name in rows]
    return Snapshot(
        feature_set=feature_set.name,
        as_of=view.as_of,
        school_year=view.school_year,
        features=found.drop(columns=context),
        context=found[context],
        peers=rows[peers].astype("float64"),
        school=rows["school_id"],
        grade=rows["grade_level"],
        school_days=rows["school_days"].astype("int64"),  # a sum, which DuckDB gives as a wider number
        days_before=rows["days_before"].astype("int64"),
        school_week=view.school_week,
    )


def scoring_dates(reader: Reader, schedule: tuple[str, ...], *, until: date) -> dict[int, list[date]]:
    """The scoring dates of each school year on record, from `training.as_of`, up to a date."""
    planned = {
        year: [day for day in scheduled_days(schedule, first, last) if day <= until]
        for year, (first, last) in sorted(reader.school_year_spans.items())
    }
    return {year: days for year, days in planned.items() if days}


def first_school_days(reader: Reader) -> Mapping[int, date]:
    """The first day of instruction of each school year."""
    return {year: first for year, (first, _) in reader.school_year_spans.items()}

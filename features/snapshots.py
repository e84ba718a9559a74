"""Snapshots and labels, run against a warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from features.compile import SnapshotQuery, label_sql, quantities, snapshot_sql
from features.engine import View
from features.language import Cohort, FeatureSet, Outcome
from features.warehouse import NothingKnown, Reader


@dataclass(frozen=True)
class Snapshot:
    """What was known about each student of a cohort at the end of a local day.

    `features` has a row per student (index `student_key`, sorted) and a float column per feature, plus
    `rule_signals` where the feature set names a rule; missing is NaN. `school` and `school_days` (enrolled this
    school year, attendance taken) have the same index.
    """

    feature_set: str
    as_of: date
    school_year: int
    features: pd.DataFrame
    school: "pd.Series[str]"
    school_days: "pd.Series[int]"


@dataclass(frozen=True)
class Labels:
    """How a cohort turned out: `off_track` per `student_key`, missing where it cannot be said, and why not."""

    outcome: str
    school_year: int
    horizon: date
    off_track: "pd.Series[bool]"
    missing_because: "pd.Series[str]"


def build_snapshot(
    reader: Reader, feature_set: type[FeatureSet], as_of: date, *, loads_through: int | None = None
) -> Snapshot:
    """The feature set's cohort on the as-of date; NothingKnown for a date or a cohort of nobody."""
    view = reader.view(as_of, loads_through=loads_through)
    snapshot = snapshot_in(
        feature_set, as_of, view.school_year, reader.frame(snapshot_sql(SnapshotQuery(feature_set, view)))
    )
    if snapshot.features.empty:
        raise NothingKnown(
            f"{feature_set.name}: nobody was enrolled in {grades_of(feature_set.cohort)} on {as_of}; "
            "choose a date in session, or check enrollments.csv"
        )
    return snapshot


def grades_of(cohort: Cohort) -> str:
    """A cohort's grades in words."""
    noun = "grade" if len(cohort.grade_levels) == 1 else "grades"
    return f"{noun} {', '.join(map(str, cohort.grade_levels))}"


def snapshot_in(feature_set: type[FeatureSet], as_of: date, school_year: int, rows: pd.DataFrame) -> Snapshot:
    """The snapshot in the rows that its query found."""
    rows = rows.set_index("student_key")
    features = rows[list(quantities(feature_set))].astype("float64")
    return Snapshot(feature_set.name, as_of, school_year, features, rows["school_id"], rows["school_days"])


def horizon_of(reader: Reader, outcome: Outcome, school_year: int) -> date:
    """The date by which an outcome of that school year is known."""
    return reader.last_school_day(school_year) + timedelta(days=outcome.posting_days)


def label_outcome(reader: Reader, outcome: Outcome, as_of: date, *, observed_on: date) -> Labels:
    """How the cohort of the as-of date turned out, as far as can be said on `observed_on`.

    While the horizon lies after `observed_on`, every label is missing: an unfinished year is not a false one.
    """
    start = reader.view(as_of)
    end = horizon_of(reader, outcome, start.school_year)
    rows = reader.frame(label_sql(outcome, start, View(end, start.school_year))).set_index("student_key")
    off_track = rows["off_track"].astype("boolean")
    because = rows["missing_because"]
    if observed_on < end:
        off_track = pd.Series(pd.NA, index=rows.index, dtype="boolean")
        because = pd.Series("the school year is unfinished", index=rows.index)
    return Labels(outcome.name, start.school_year, end, off_track, because)


def scoring_dates(reader: Reader, month_days: tuple[str, ...], *, until: date) -> dict[int, list[date]]:
    """The as-of dates of each school year on record, from month-days such as `11-20`, up to a date."""
    dates: dict[int, list[date]] = {}
    for year, first in sorted(first_school_days(reader).items()):
        for month_day in month_days:
            month, day = (int(part) for part in month_day.split("-"))
            candidate = date(year - 1 if month >= first.month else year, month, day)
            if first < candidate <= until:
                dates.setdefault(year, []).append(candidate)
    return dates


def first_school_days(reader: Reader) -> Mapping[int, date]:
    """The first day of instruction of each school year."""
    days = reader.current("calendar_days")
    firsts = days[days["in_session"].astype(bool)].groupby("school_year", as_index=False)["date"].min()
    years = zip(firsts["school_year"], firsts["date"], strict=True)
    return {int(year): pd.Timestamp(first).date() for year, first in years}

"""Snapshots of several dates of a school year, which read one set of intervals, are those of each date alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

import features.snapshots.snapshot as snapshots
from features.definitions.catalog import FEATURE_SETS
from features.definitions.grade9 import NinthGrade
from features.engine.several_dates import put_dates
from features.engine.view import View
from features.engine.view_policies import AS_BEFORE, ViewPolicies
from features.errors import NothingKnown
from features.language.feature_set import FeatureSet
from features.policies.attendance_policies import Periods
from features.warehouse.reader import Reader
from tests.drawn import reader_of
from tests.spec.drawn_snapshots import FULL, SURROUNDINGS, Looking, everything, holds, lines
from tests.spec.made_districts import AS_OF, Rows, merged

DAYS = [AS_OF + timedelta(days=n) for n in (-1, 0, 4)]
"""What becomes known after AS_OF becomes known among them."""
ALL = ViewPolicies(
    incomplete_days=1, any_track=True, short_days=True, has_overlaps=True, concurrent="shares",
    day_priority=("tardy", "absent"), periods=Periods(a_day=6), part_time=True, last_event_decides=True,
    has_sections=True,
)  # fmt: skip
"""Every policy at once: the dates are read one by one."""
SOME = replace(ALL, has_overlaps=False, last_event_decides=False)
"""Those policies under which the dates are read in one script."""


def views_of(policies: ViewPolicies) -> list[View]:
    """The views of those days."""
    return [View(day, 2026, first_day=date(2025, 9, 29), policies=policies) for day in DAYS]


def told_of(snapshot: snapshots.Snapshot) -> list[str]:
    """A snapshot to the last bit, with its context."""
    together = snapshot.features.join([snapshot.context, snapshot.peers, snapshot.school.rename("at")])
    return lines(together.assign(days=snapshot.school_days, before=snapshot.days_before).reset_index())


def alone(reader: Reader, feature_set: type[FeatureSet], view: View) -> list[str]:
    """The snapshot of one date; nothing where nobody is in the cohort."""
    try:
        return told_of(snapshots.snapshot_of_view(reader, feature_set, view, with_peers=True))
    except NothingKnown:
        return []


def same_as_alone(rows: Rows, feature_set: type[FeatureSet], policies: ViewPolicies) -> bool:
    """Whether several dates find what each of them finds alone."""
    reader = reader_of(merged(SURROUNDINGS, Looking(feature_set).moved(rows)))
    try:
        one_by_one = {view: alone(reader, feature_set, view) for view in views_of(policies)}
        views = [view for view, found in one_by_one.items() if found]
        together = snapshots.snapshots_of_year(reader, feature_set, views, cohort=None, with_peers=True)
        return [told_of(one) for one in together] == [one_by_one[view] for view in views]
    finally:
        reader.connection.close()


def tried(feature_set: type[FeatureSet], policies: ViewPolicies) -> None:
    """AssertionError where the dates of some district differ."""
    holds(lambda district: same_as_alone(everything(district), feature_set, policies), 300 if FULL else 2)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals are made for any number of dates."""
    monkeypatch.setattr(snapshots, "FEW", 0)
    monkeypatch.setattr(snapshots, "FEW_APART", 0)


SHORT = {"plain": (NinthGrade, AS_BEFORE), "policies": (NinthGrade, SOME), "every policy": (NinthGrade, ALL)}
LONG = {
    f"{name}, {words}": (one, policies) for name, one in FEATURE_SETS.items() for words, (_, policies) in SHORT.items()
}


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("case", LONG if FULL else SHORT)
def test_several_dates_find_what_each_finds_alone(case: str) -> None:
    """To the last bit, with corrections and withdrawals that become known between the dates."""
    tried(*(LONG if FULL else SHORT)[case])


@pytest.mark.usefixtures("always")
def test_dates_that_are_read_a_day_late_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What becomes known tomorrow would be seen today."""

    def put_late(connection: duckdb.DuckDBPyConnection, views: Sequence[View]) -> None:
        put_dates(connection, [replace(view, as_of=view.as_of + timedelta(days=1)) for view in views])

    monkeypatch.setattr(snapshots, "put_dates", put_late)
    with pytest.raises(AssertionError):
        tried(NinthGrade, AS_BEFORE)

"""A snapshot's SQL: the same for a date whether it was compiled for it or for any."""

from datetime import date
from functools import partial

import pandas as pd
import pytest

from features.definitions.catalog import FEATURE_SETS, OUTCOMES
from features.engine.snapshot_query import SnapshotQuery, compiled, for_day, snapshot_script
from features.engine.view import View
from features.language.feature_set import FeatureSet, Outcome, enrolled
from features.snapshots.evidence import behind_script, features_by_table, marks_script, weeks_script
from features.snapshots.labels import compiled_labels, label_script
from features.snapshots.snapshot import build_snapshot, build_snapshots
from tests.drawn import reader, school_days


@pytest.mark.parametrize("feature_set", FEATURE_SETS.values(), ids=lambda one: str(one.name))
@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2025, 1, 3)], ids=str)
def test_a_script_for_any_day_is_that_of_the_day(feature_set: type[FeatureSet], day: date) -> None:
    query = SnapshotQuery(feature_set, View(day, day.year + (day.month > 6)))
    assert snapshot_script(query) == compiled(query)


def test_so_is_the_script_of_the_records_behind_features() -> None:
    cohort, view = FEATURE_SETS["grade9"].cohort, View(date(2024, 2, 29), 2024)
    makes = [partial(weeks_script, cohort), partial(marks_script, cohort)]
    for table, named in features_by_table(FEATURE_SETS["grade9"], FEATURE_SETS["grade9"].features()).items():
        makes.append(partial(behind_script, table, cohort, named))
    for make in makes:
        assert for_day(make, view, cohort) == make(view)


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=lambda one: one.name)
def test_so_is_the_script_of_labels(outcome: Outcome) -> None:
    """Also of an outcome that is decided years later, or in a marking term."""
    start, through = View(date(2024, 2, 29), 2024), date(2024, 9, 16)
    term = date(2024, 4, 29) if outcome.horizon.kind == "term" else None
    horizon = View(date(2024, 10, 16), 2024 + outcome.horizon.later, through=through, term_from=term)
    assert label_script(outcome, start, horizon) == compiled_labels(outcome, start, horizon)


def test_snapshots_of_several_dates_are_those_of_each() -> None:
    """In the order asked for, taken side by side."""
    records = reader(
        {
            "calendar_days": school_days(date(2025, 9, 1), 150),
            "enrollments": "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-09-01 |",
            "attendance": "| student_id | date |\n| ada | 2025-10-02 |\n| ada | 2025-11-04 |",
        }
    )
    days = [date(2025, 11, 20), date(2025, 9, 30), date(2025, 10, 31)]
    found = build_snapshots(records, FEATURE_SETS["grade9"], days)
    assert [one.as_of for one in found] == days
    for one in found:
        alone = build_snapshot(records, FEATURE_SETS["grade9"], one.as_of)
        pd.testing.assert_frame_equal(one.features, alone.features, check_exact=True)
    assert [one.features["unexcused_days"].iloc[0] for one in found] == [2, 0, 1]


def test_a_script_of_one_cohort_is_not_that_of_another() -> None:
    """Nor is one that leaves out later loads, which is compiled for itself."""
    middle, view = FEATURE_SETS["grades6_8"], View(date(2026, 11, 20), 2027)
    scripts = [
        snapshot_script(SnapshotQuery(middle, view)),
        snapshot_script(SnapshotQuery(middle, view, enrolled(8))),
        snapshot_script(SnapshotQuery(middle, view, enrolled(8, on_census_day=True))),
        snapshot_script(SnapshotQuery(middle, View(view.as_of, 2027, loads_through=3))),
    ]
    assert len(set(scripts)) == len(scripts)

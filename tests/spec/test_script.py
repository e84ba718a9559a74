"""A snapshot's SQL: the same for a date whether it was compiled for it or for any."""

from datetime import date

import pytest

from features.catalog import FEATURE_SETS
from features.compile import SnapshotQuery, compiled, snapshot_script
from features.engine import View
from features.language import FeatureSet, enrolled


@pytest.mark.parametrize("feature_set", FEATURE_SETS.values(), ids=lambda one: str(one.name))
@pytest.mark.parametrize("day", [date(2026, 11, 20), date(2024, 2, 29), date(2025, 1, 3)], ids=str)
def test_a_script_for_any_day_is_that_of_the_day(feature_set: type[FeatureSet], day: date) -> None:
    query = SnapshotQuery(feature_set, View(day, day.year + (day.month > 6)))
    assert snapshot_script(query) == compiled(query)


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

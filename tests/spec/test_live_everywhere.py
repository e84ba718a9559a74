"""Every feature set that serves, under every policy: live records on SQLite give what the warehouse gives on DuckDB."""

from dataclasses import replace

import pytest

from features.definitions.catalog import FEATURE_SETS
from features.engine.view_policies import AS_BEFORE, ViewPolicies
from features.language.feature_set import FeatureSet
from features.snapshots.live_features import snapshot_of_records
from features.snapshots.snapshot import snapshot_of_view
from tests.drawn import reader
from tests.spec.test_live import AS_OF, DRAWN, given
from tests.sweeps import swept

POLICIES = {
    "none": AS_BEFORE,
    "all": ViewPolicies(
        unweighted=True,
        incomplete_days=30,
        any_track=True,
        short_days=True,
        day_priority=("absent", "partial", "tardy"),
        part_time=True,
        last_event_decides=True,
    ),
}
CASES = [(name, policies) for name in FEATURE_SETS for policies in POLICIES]


@pytest.mark.skipif(not swept("properties"), reason="compiles six feature sets for two engines: make properties")
@pytest.mark.parametrize(("name", "policies"), CASES)
def test_both_engines_give_the_same_bits(name: str, policies: str) -> None:
    feature_set: type[FeatureSet] = FEATURE_SETS[name]
    grade = feature_set.cohort.grade_levels[-1]
    spells = DRAWN["enrollments"].replace("| 9  ", f"| {grade} ").replace("| 8  ", f"| {grade - 1} ")
    records = reader({**DRAWN, "enrollments": spells})
    view = replace(records.view(AS_OF), policies=POLICIES[policies])
    stored = snapshot_of_view(records, feature_set, view).features
    live = snapshot_of_records(name, AS_OF, given(records), policies=POLICIES[policies]).features
    assert len(live) == 1
    assert live.equals(stored)

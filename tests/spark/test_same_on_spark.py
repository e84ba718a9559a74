"""The same definitions on a local Spark, over the warehouse's tables in a lake: every result is the same."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.definitions.catalog import FEATURE_SETS, OUTCOMES
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.lake.spark_reader import SparkReader
from features.language.feature_set import FeatureSet
from features.language.outcome import Outcome
from features.ledger.ledger import build_ledger
from features.quality.check import check_district
from features.settings import Settings
from features.snapshots.labels import label_outcome
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.spark.drawn_lakes import assert_equal, by_both
from tests.sweeps import swept
from training.cohort_examples import labelled_cohorts

AS_OF, LAST_YEAR, LATER = date(2026, 11, 20), date(2025, 11, 20), date(2026, 9, 25)
TRIED = list(OUTCOMES.values()) if swept("spark") else [OFF_TRACK_CHICAGO, OUTCOMES["core_f_next_term_10_12"]]
FEATURES = {name: one for name, one in FEATURE_SETS.items() if swept("spark") or name != "grade9"}
"""Those of grade 9 are read for training too, and of drawn districts."""


@pytest.mark.parametrize("feature_set", FEATURES.values(), ids=lambda one: str(one.name))
def test_every_feature_and_rule_is_the_same_on_spark(
    warehouse: Reader, lake: SparkReader, feature_set: type[FeatureSet]
) -> None:
    ours, theirs = by_both(warehouse, lake, lambda one: build_snapshot(one, feature_set, AS_OF, with_peers=True))
    assert len(ours.features) > 30
    for name in ("features", "context", "peers", "school", "grade", "school_days", "days_before"):
        assert_equal(getattr(ours, name), getattr(theirs, name))


@pytest.mark.parametrize("outcome", TRIED, ids=lambda one: str(one.name))
def test_every_label_is_the_same_on_spark(warehouse: Reader, lake: SparkReader, outcome: Outcome) -> None:
    ours, theirs = by_both(warehouse, lake, lambda one: label_outcome(one, outcome, LAST_YEAR, observed_on=LATER))
    assert ours.horizon == theirs.horizon
    pd.testing.assert_series_equal(ours.off_track, theirs.off_track)
    pd.testing.assert_series_equal(ours.missing_because, theirs.missing_because)


def test_the_ledger_is_the_same_on_spark(warehouse: Reader, lake: SparkReader) -> None:
    """One list came with the lake, the other was made on it, and lies with the results."""
    made, found = by_both(
        warehouse, lake, lambda one: one.current("flags").sort_values(["as_of", "student_key"], ignore_index=True)
    )
    pd.testing.assert_frame_equal(made, found)
    ours, theirs = by_both(warehouse, lake, lambda one: build_ledger(one, OFF_TRACK_CHICAGO, LATER))
    assert set(ours.flags["resolution"]) > {"came_true", "did_not"}
    pd.testing.assert_frame_equal(ours.flags, theirs.flags)
    pd.testing.assert_frame_equal(ours.students, theirs.students)


def test_a_check_finds_the_same_on_spark(settings: Settings, warehouse: Reader, lake: SparkReader) -> None:
    """Figures of every school, month and term, and what does not add up in them; people are never in a lake."""
    ours, theirs = by_both(warehouse, lake, lambda one: check_district(one, settings.district("north"), AS_OF))
    assert ours.months
    assert ours.terms
    assert ours.findings == theirs.findings
    assert (ours.months, ours.terms, ours.school_year) == (theirs.months, theirs.terms, theirs.school_year)


def test_what_a_training_run_reads_is_the_same_on_spark(warehouse: Reader, lake: SparkReader) -> None:
    """On two dates of a school year: cohorts, features, labels, groups and schools, by student."""
    schedule, feature_set = ("week 3", "11-20"), FEATURE_SETS["grade9"].rule_alone()
    ours, theirs = by_both(
        warehouse, lake, lambda one: labelled_cohorts(one, feature_set, OFF_TRACK_CHICAGO, schedule, observed_on=LATER)
    )
    assert (ours.years, ours.unlabelled, ours.left_out) == (theirs.years, theirs.unlabelled, theirs.left_out)
    assert len(ours.examples) > 100
    for name in ("features", "groups", "parts", "peers"):
        assert_equal(getattr(ours.examples, name), getattr(theirs.examples, name))
    for name in ("label", "student", "time", "school", "as_of", "week"):
        assert np.array_equal(getattr(ours.examples, name), getattr(theirs.examples, name))

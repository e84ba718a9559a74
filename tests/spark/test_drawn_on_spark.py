"""Drawn districts on both engines: every feature, rule, label and entry of the ledger is the same.

`make spark-full` draws others in every run, and more of them.
"""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from features.definitions.catalog import FEATURE_SETS, OUTCOMES
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.lake.spark_reader import SparkReader
from features.language.feature_set import FeatureSet
from features.language.outcome import Outcome
from features.ledger.ledger import build_ledger
from features.snapshots.labels import label_outcome
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from tests.spark.drawn_lakes import FULL, assert_equal, by_both, in_lake, lists, towns
from tests.spec.made_districts import AS_OF
from tests.spec.test_ledger_properties import DAYS

Engines = tuple[Reader, SparkReader]
TRIED = FEATURE_SETS if FULL else {"grade9": FEATURE_SETS["grade9"]}


@pytest.fixture(scope="module")
def drawn_towns(lake: SparkReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    with in_lake(lake, tmp_path_factory.mktemp("towns"), towns()) as engines:
        yield engines


@pytest.fixture(scope="module")
def drawn_lists(lake: SparkReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    with in_lake(lake, tmp_path_factory.mktemp("lists"), lists()) as engines:
        yield engines


@pytest.mark.parametrize("feature_set", TRIED.values(), ids=lambda one: str(one.name))
def test_every_feature_and_rule_of_drawn_towns_is_the_same(drawn_towns: Engines, feature_set: type[FeatureSet]) -> None:
    """Records in several versions, withdrawn, at odds with each other, and known later than the date."""
    ours, theirs = by_both(*drawn_towns, lambda one: build_snapshot(one, feature_set, AS_OF, with_peers=True))
    assert len(ours.features) > 5
    for name in ("features", "context", "peers", "school", "grade", "school_days", "days_before"):
        assert_equal(getattr(ours, name), getattr(theirs, name))


@pytest.mark.skipif(not FULL, reason="most drawn students have no label; the ledger has those of drawn lists")
@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=lambda one: str(one.name))
def test_every_label_of_drawn_towns_is_the_same(drawn_towns: Engines, outcome: Outcome) -> None:
    late = date(2030, 9, 1)  # so that no horizon is ahead
    ours, theirs = by_both(*drawn_towns, lambda one: label_outcome(one, outcome, AS_OF, observed_on=late))
    assert ours.horizon == theirs.horizon
    pd.testing.assert_series_equal(ours.off_track, theirs.off_track)
    pd.testing.assert_series_equal(ours.missing_because, theirs.missing_because)


@pytest.mark.parametrize("day", DAYS if FULL else DAYS[3:4], ids=str)
def test_the_ledger_of_drawn_lists_is_the_same(drawn_lists: Engines, day: date) -> None:
    ours, theirs = by_both(*drawn_lists, lambda one: build_ledger(one, OFF_TRACK_CHICAGO, day))
    assert len(ours.flags) > 10
    assert FULL or set(ours.flags["resolution"]) >= {"came_true", "did_not", "moved_away", "not_told"}
    pd.testing.assert_frame_equal(ours.flags, theirs.flags)
    pd.testing.assert_frame_equal(ours.students, theirs.students)

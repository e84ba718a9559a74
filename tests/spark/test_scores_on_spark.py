"""Scores computed on the executors: those of DuckDB, by a bundle that is verified where it scores."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.engine.dialect import compiling_for
from features.lake import results
from features.lake.session import SparkRefused
from features.lake.spark_reader import SparkReader
from features.settings import Settings
from features.snapshots.snapshot import snapshot_of_view
from features.warehouse.reader import Reader
from models.bundle.bundle import BundleParts, write_bundle
from models.bundle.signing import ensure_keys
from models.releases import Approval, ReleaseKey, promote
from models.scoring import reason_table_by
from serving.scoring.district_release import DistrictRelease, load_current_release
from serving.scoring.json_columns import reason_texts
from serving.scoring.ranking import Places, order_cohort, rank_together
from serving.scoring.score_lake import ORDER, in_order, list_rows, write_scores
from tests.serving.example_releases import OUTCOME, model_parts, rule_parts
from tests.serving.example_service import NOW

AS_OF = date(2026, 11, 20)


def released(settings: Settings, parts: BundleParts) -> DistrictRelease:
    """The release of a bundle of these parts, in service."""
    keys = ensure_keys(settings.home / "keys")
    bundle = write_bundle(settings.home / "bundles", parts, keys, {})
    key = ReleaseKey("north", OUTCOME, "9")
    promote(settings.home, key, bundle.path, public_key=keys.public_key, approval=Approval("a test"), now=NOW)
    return load_current_release(settings, "north")


@pytest.mark.parametrize("parts", [model_parts, rule_parts], ids=["model", "rule"])
def test_scores_reasons_and_the_list_are_those_of_duckdb(
    settings: Settings, warehouse: Reader, lake: SparkReader, tmp_path: Path, parts: Callable[[str], BundleParts]
) -> None:
    release, place, view = released(settings, parts("north")), str(tmp_path / "scores"), warehouse.view(AS_OF)
    with compiling_for("spark"):
        write_scores(settings, lake, release, view, place)
    scores = pd.read_parquet(place).set_index("student_key").sort_index()
    snapshot = snapshot_of_view(warehouse, release.feature_set, view, cohort=release.outcome.cohort)
    places = Places(settings.gate.capacity, settings.service.random_share)
    ours = order_cohort(release.bundle, snapshot, places, seed=settings.training.seed)
    theirs = in_order(
        settings, release, results.read_written(lake.scripts, place, ORDER).set_index("student_key"), view
    )
    assert len(scores) > 30
    pd.testing.assert_frame_equal(ours.table, theirs.table, rtol=1e-12, check_names=False)
    pd.testing.assert_frame_equal(*(list_rows(rank_together([one])[0]).to_pandas() for one in (ours, theirs)))
    needs = reason_table_by(release.bundle, snapshot).needs
    told = np.where(ours.table["risk"].reindex(snapshot.features.index).notna(), np.arange(len(scores)), -1)
    assert scores["reasons"].tolist() == reason_texts(needs.of(told)).to_pylist()
    assert any(json.loads(text) for text in scores["reasons"])


def test_a_bundle_that_is_not_as_signed_scores_nobody_where_the_students_lie(
    settings: Settings, warehouse: Reader, lake: SparkReader, tmp_path: Path
) -> None:
    release = released(settings, model_parts("north"))
    changed = shutil.copytree(release.entry.bundle_path, tmp_path / "changed")
    with (changed / "calibrator.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    view = warehouse.view(AS_OF)
    other = replace(release, entry=replace(release.entry, bundle_path=changed))
    with compiling_for("spark"), pytest.raises(SparkRefused, match="BundleRefused"):
        write_scores(settings, lake, other, view, str(tmp_path / "scores"))
    assert not list((tmp_path / "scores").rglob("*.parquet"))

"""Scores computed on the executors: those of DuckDB, by a bundle that is verified where it scores."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from py4j.protocol import Py4JError
from sqlalchemy import select

from features.engine.dialect import compiling_for
from features.errors import Refused
from features.lake import results
from features.lake.session import SparkRefused
from features.lake.spark_reader import SparkReader
from features.lake.spark_scripts import attempt
from features.progress import quietly
from features.settings import Settings
from features.snapshots.snapshot import snapshot_of_view
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from models.bundle.bundle import BundleParts, write_bundle
from models.bundle.signing import ensure_keys
from models.releases import Approval, ReleaseKey, promote
from models.scoring import reason_table_by
from serving.scoring import score_lake
from serving.scoring.district_release import DistrictRelease, load_current_release
from serving.scoring.json_columns import reason_texts
from serving.scoring.lake_list import refuse_other_records
from serving.scoring.ranking import Places, order_cohort, rank_together
from serving.scoring.score_district import score_district
from serving.scoring.score_lake import ORDER, in_order, list_rows, write_scores
from serving.store.database import engine_of
from serving.store.rows import Row
from tests.serving.example_releases import OUTCOME, judged_rule_parts, model_parts
from tests.serving.example_service import NOW
from tests.serving.scoring.test_lake_list import LEFT_OUT

AS_OF = date(2026, 11, 20)


def released(settings: Settings, parts: BundleParts) -> DistrictRelease:
    """The release of a bundle of these parts, in service."""
    keys = ensure_keys(settings.home / "keys")
    bundle = write_bundle(settings.home / "bundles", parts, keys, {})
    key = ReleaseKey("north", OUTCOME, "9")
    promote(settings.home, key, bundle.path, public_key=keys.public_key, approval=Approval("a test"), now=NOW)
    return load_current_release(settings, "north")


def test_scores_reasons_and_the_list_are_those_of_duckdb(
    settings: Settings, warehouse: Reader, lake: SparkReader, tmp_path: Path
) -> None:
    release, place, view = released(settings, model_parts("north")), str(tmp_path / "scores"), warehouse.view(AS_OF)
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


def test_a_list_of_a_lake_is_the_one_of_duckdb_in_the_service_database_too(
    settings: Settings, lake: SparkReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule's, with its flags where the ledger finds them: with the results, and on the district's own file."""
    released(settings, judged_rule_parts("north"))
    monkeypatch.setattr(score_lake, "open_lake", lambda *_: reading(lake))
    spark, duckdb = (
        settings.model_copy(
            update={
                "service": settings.service.model_copy(update={"database": f"sqlite:///{tmp_path / name}.db"}),
                "spark": settings.spark.model_copy(update={"pages": True}),
            }
        )
        for name in ("spark", "duckdb")
    )
    made = score_lake.score_lake(spark, "north", as_of=AS_OF, today=AS_OF, now=NOW, progress=quietly)
    ours = score_district(duckdb, engine_of(duckdb), "north", as_of=AS_OF, now=NOW, progress=quietly)
    assert made == ours
    found, told = (scores_in(one).drop(columns=list(LEFT_OUT["scores"])) for one in (spark, duckdb))
    pd.testing.assert_frame_equal(told, found, rtol=1e-12)
    with open_warehouse(settings.warehouse("north")) as reader:
        on_file = reader.current("flags")
    for flags in (pd.read_parquet(Path(settings.spark.results) / "flags"), on_file):
        assert (flags["run_id"] == made.list_id).sum() == made.listed > 0


def scores_in(settings: Settings) -> pd.DataFrame:
    """The scores in a service database, by student."""
    table = Row.metadata.tables["scores"]
    with engine_of(settings).connect() as connection:
        return pd.DataFrame(connection.execute(select(table).order_by(table.c.student_key)).mappings().all())


def test_names_of_a_file_with_other_records_are_not_put_to_a_lakes_scores(settings: Settings) -> None:
    with pytest.raises(Refused, match=r"spark\.pages: the lake has the records of load other, .* run `ontrack export"):
        refuse_other_records(settings, "north", "other")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND] Checkpoint block rdd_1 not found! k-ada", "lost an executor, .*run the"),
        ("Job aborted due to stage failure: k-ada", "failed at a query: Py4JError; its own log says more$"),
    ],
)
def test_what_java_says_ends_a_command_and_no_value_in_it_is_told(said: str, told: str) -> None:
    def fails() -> None:
        raise Py4JError(said)

    with pytest.raises(SparkRefused, match=told) as refused:
        attempt(fails)
    assert "k-ada" not in str(refused.value)


@contextmanager
def reading(lake: SparkReader) -> Iterator[SparkReader]:
    """A time in which the lake is read, as `open_lake` has it: the session goes on after it."""
    with compiling_for("spark"):
        yield lake


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

"""The same commands on a standalone cluster of two executors, and behind Spark Connect: `make spark-full`.

An executor that is killed ends the command with what to do, or not at all; nothing is left half written, and the next
one does it all.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from features.definitions.catalog import FEATURE_SETS
from features.settings import Settings
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import open_warehouse
from serving.scoring.ranking import Places, order_cohort
from tests.serving.example_releases import model_parts
from tests.spark.cluster import ON_LOOPBACK, connect_server, environment, executors, standalone, wait_until
from tests.spark.test_scores_on_spark import AS_OF, released
from tests.sweeps import swept

pytestmark = pytest.mark.skipif(not swept("spark"), reason="starts servers of its own: make spark-full")

SMALL = {**ON_LOOPBACK, "spark.executor.memory": "800m", "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1"}
SNAPSHOT = ("features", "snapshot", "--district", "north", "--as-of", str(AS_OF))
SCORE = ("score", "--district", "north", "--as-of", str(AS_OF))
COMMAND_SECONDS = 1200


def installation(folder: Path, settings: Settings, *, config: Mapping[str, str], **spark: str) -> Path:
    """The `ontrack.toml` of the district, whose lake is read by another Spark; its results go to the folder."""
    own = {"tables": settings.spark.tables, "results": str(folder / "results"), "memory": "1g", **spark}
    lines = [
        f"home = {json.dumps(str(settings.home))}", 'engine = "spark"',
        "[[districts]]", 'id = "north"', 'name = "North"',
        "[spark]", "partitions = 2", *(f"{name} = {json.dumps(value)}" for name, value in own.items()),
        "[spark.config]", *(f'"{name}" = {json.dumps(value)}' for name, value in config.items()),
    ]  # fmt: skip
    path = folder / "ontrack.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def begun(config: Path, *words: str) -> subprocess.Popen[str]:
    """A command that is under way."""
    command = [str(Path(sys.executable).with_name("ontrack")), "--config", str(config), *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment(), cwd=config.parent, stdout=pipe, stderr=pipe, text=True)


def done(config: Path, *words: str) -> str:
    """What a command says, which ends well."""
    process = begun(config, *words)
    out, said = process.communicate(timeout=COMMAND_SECONDS)
    assert process.returncode == 0, said[-2000:]
    return out


def assert_same_snapshot(settings: Settings, path: Path) -> None:
    """A snapshot that was written is the one that DuckDB takes."""
    with open_warehouse(settings.warehouse("north")) as reader:
        ours = build_snapshot(reader, FEATURE_SETS["grade9"], AS_OF)
    theirs = pd.read_parquet(path)
    expected = ours.features.join(ours.context)[theirs.columns]
    pd.testing.assert_frame_equal(expected, theirs, rtol=1e-12, atol=0, check_names=False)


def assert_same_scores(settings: Settings, results: Path) -> None:
    """Scores that were written are those that DuckDB makes, and the list is whole."""
    release = released(settings, model_parts("north"))
    with open_warehouse(settings.warehouse("north")) as reader:
        snapshot = build_snapshot(reader, release.feature_set, AS_OF, cohort=release.outcome.cohort)
    ours = order_cohort(release.bundle, snapshot, Places(settings.gate.capacity), seed=settings.training.seed).table
    scores, places = (pd.read_parquet(results / name).set_index("student_key") for name in ("scores", "lists"))
    pd.testing.assert_series_equal(ours["risk"], scores["risk"].reindex(ours.index), rtol=1e-12, check_names=False)
    assert places["position"].sort_values().index.tolist() == ours.index.tolist()


def killed_in_the_middle(config: Path, folder: Path, *words: str) -> tuple[int, str]:
    """The exit code and the error of a command of which an executor is killed when some of its tasks have ended."""
    for log in folder.glob("worker */app-*/*/stderr"):
        log.write_text("", encoding="utf-8")  # of the command before: tasks of this one are counted
    process = begun(config, *words)
    wait_until(lambda: tasks_ended(folder) > TASKS or process.poll() is not None, "tasks to end")
    assert process.poll() is None, process.communicate()[1][-2000:]
    os.kill(executors(folder)[0], signal.SIGKILL)
    _, said = process.communicate(timeout=COMMAND_SECONDS)
    return process.returncode, said


TASKS = 40


def tasks_ended(folder: Path) -> int:
    """How many tasks executors say they have ended."""
    logs = folder.glob("worker */app-*/*/stderr")
    return sum(log.read_text(encoding="utf-8", errors="replace").count("Finished task") for log in logs)


def test_a_cluster_gives_the_same_and_a_killed_executor_leaves_nothing_half_written(
    settings: Settings, tmp_path: Path
) -> None:
    released(settings, model_parts("north"))
    written = tmp_path / "snapshot.parquet"
    with standalone(tmp_path) as master:
        config = installation(tmp_path, settings, config=SMALL, master=master)
        for words, out in ((SNAPSHOT, written), (SCORE, tmp_path / "results")):
            code, said = killed_in_the_middle(config, tmp_path, *words, *([str(out)] if out == written else []))
            assert code in (0, 5), said[-2000:]
            if code:
                assert "run the command again" in said
                assert not written.exists()
                assert not [one for one in out.rglob("*.parquet") if "_temporary" not in one.parts]
            done(config, *words, *([str(out)] if out == written else []))
            if out == written:
                assert_same_snapshot(settings, written)
                written.unlink()
    assert_same_scores(settings, tmp_path / "results")


def test_spark_connect_gives_the_same(settings: Settings, tmp_path: Path) -> None:
    pytest.importorskip("grpc", reason="the client of Spark Connect is not installed")
    released(settings, model_parts("north"))
    written = tmp_path / "snapshot.parquet"
    with connect_server(tmp_path, {"spark.driver.memory": "1g"}) as address:
        config = installation(tmp_path, settings, config={}, connect=address)
        done(config, *SNAPSHOT, str(written))
        done(config, *SCORE)
    assert_same_snapshot(settings, written)
    assert_same_scores(settings, tmp_path / "results")

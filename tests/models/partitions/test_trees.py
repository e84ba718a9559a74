"""Trees grown on files: by one worker the same as in memory, by several always the same, and by a lost one none."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from features.errors import Refused
from models.estimators.fitting import FitSplit, fit_risk_model, parameters_for
from models.estimators.risk_model import RiskModel
from models.examples import Examples
from models.metrics.classification_metrics import evaluate
from models.partitions import trees, workers
from models.partitions.parquet_rows import Partitions
from models.partitions.trees import PartitionedGrowth, rounds_with_stopping, write_rows
from models.partitions.worker import Job
from models.partitions.workers import WorkerLost
from models.pool.pooled_model import fit_pooled
from tests.models.estimators.test_fitting import shuffled
from tests.models.row_examples import made_examples

Process = subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def examples() -> Examples:
    made = made_examples(2500, rows_per_student=2)
    return replace(made, time=2022 + np.arange(len(made)) // 2 % 5)  # so many years that they are split by year


@pytest.fixture(scope="module")
def in_memory(examples: Examples) -> RiskModel:
    return fit_risk_model(examples, seed=7, threads=1)


def grown(examples: Examples, scratch: Path, count: int) -> RiskModel:
    """The model of these rows, grown by so many workers."""
    growth = PartitionedGrowth(count, 1, 60, scratch)
    return fit_risk_model(examples, seed=7, threads=1, on_split=growth)


def test_one_worker_grows_the_trees_of_a_fit_in_memory(
    examples: Examples, in_memory: RiskModel, tmp_path: Path
) -> None:
    model = grown(examples, tmp_path, 1)
    assert model == in_memory
    assert model.workers == 1
    assert not list(tmp_path.iterdir())


def test_a_pools_model_is_grown_on_files_too(
    examples: Examples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a home whose path is given from where the command runs, as a fresh `ontrack.toml` has it."""
    monkeypatch.chdir(tmp_path)
    district = np.where(np.arange(len(examples)) // 2 % 3 == 0, "harbor", "mesa")
    growth = PartitionedGrowth(1, 1, 60, Path(".ontrack/partitions"))
    on_files, in_memory = (fit_pooled(examples, district, seed=7, threads=1, on_split=one) for one in (growth, None))
    for name in ("harbor", "mesa", "a new one"):
        assert on_files.model_for(name) == in_memory.model_for(name)
    assert on_files.model_for("harbor").workers == 1


def test_one_worker_finds_bins_on_the_rows_on_which_a_fit_in_memory_does(examples: Examples, tmp_path: Path) -> None:
    """Of many rows LightGBM draws some to find bins; here it draws 200, as of some millions 200,000."""
    growth, few = PartitionedGrowth(1, scratch=tmp_path), {"bin_construct_sample_cnt": 200}
    on_files, in_memory = (
        fit_risk_model(examples, seed=7, threads=1, tuned=few, on_split=one) for one in (growth, None)
    )
    assert on_files.booster_text == in_memory.booster_text


def test_one_worker_leaves_out_the_features_that_a_fit_in_memory_leaves_out(examples: Examples, tmp_path: Path) -> None:
    """LightGBM leaves out a feature that too few rows could split by: of a leaf of 50, not of its default of 20."""
    seldom = np.arange(len(examples)) % 40 == 0
    rows = replace(examples, features=examples.features.assign(moved=seldom.astype(object)))
    model = fit_risk_model(rows, seed=7, threads=1)
    assert grown(rows, tmp_path, 1).booster_text == model.booster_text
    place = examples.dictionary.names.index("moved")
    assert re.findall(r"feature_infos=(.*)", model.booster_text)[0].split(" ")[place] == "none"


def test_two_workers_grow_one_model_whatever_the_order_of_rows(
    examples: Examples, in_memory: RiskModel, tmp_path: Path
) -> None:
    first, second = (grown(one, tmp_path, 2) for one in (examples, shuffled(examples, 3)))
    assert first == second
    assert first.workers == 2
    assert first.booster_text != in_memory.booster_text
    test = made_examples(2000, seed=1)
    aucs = [evaluate(test.label, one.risk(test.features), [0.15]).roc_auc for one in (first, in_memory)]
    assert abs(aucs[0] - aucs[1]) < 0.02


def test_few_rows_are_fitted_in_memory(
    examples: Examples, in_memory: RiskModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "run_workers", None)
    growth = PartitionedGrowth(2, from_rows=len(examples) + 1)
    assert fit_risk_model(examples, seed=7, threads=1, on_split=growth) == in_memory


def test_more_workers_than_rows_allow_are_refused(examples: Examples, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"500 rows \(stopping\) for 26 workers; at least 20 for each"):
        grown(examples, tmp_path, 26)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Process]]:
    """The workers that were started, which have far more rounds to grow than a test waits for."""
    found: list[Process] = []
    start: Callable[[Job, int, int], Process] = workers.start

    def noted(job: Job, worker: int, log: int) -> Process:
        found.append(start(job, worker, log))
        return found[-1]

    monkeypatch.setattr(workers, "start", noted)
    monkeypatch.setattr(trees, "MOST_ROUNDS", 1_000_000)
    yield found
    assert found
    assert all(process.poll() is not None for process in found), "a worker is left running"


@pytest.mark.parametrize(
    ("sent", "leap", "says"),
    [
        (signal.SIGKILL, 0, r"worker 2 of 2 that grow trees was ended by signal 9"),
        (signal.SIGSTOP, 58, r"2 workers that grow trees said nothing for 60 seconds"),
    ],
)
def test_a_worker_that_dies_or_hangs_ends_the_fit(
    sent: signal.Signals,
    leap: int,
    says: str,
    examples: Examples,
    tmp_path: Path,
    running: list[Process],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hear: Callable[[int], bytes] = workers.said_by
    struck: list[int] = []  # once for each time that a worker is heard afterwards

    def strike(stream: int) -> bytes:
        said = hear(stream)
        if b"round" in said and not struck:
            os.kill(running[1].pid, sent)
        if b"round" in said or struck:
            struck.append(running[1].pid)
        return said

    def clock() -> float:
        """Leaps forward whenever somebody was heard: by 58 seconds, so that two of the 60 are left to wait for."""
        return time.monotonic() + leap * len(struck)

    monkeypatch.setattr(workers, "said_by", strike)
    monkeypatch.setattr(workers, "time", SimpleNamespace(monotonic=clock, sleep=time.sleep))
    with pytest.raises(WorkerLost, match=says) as lost:
        grown(examples, tmp_path, 2)
    assert struck
    assert lost.value.exit_code == 5
    assert "nothing is left running" in str(lost.value)
    assert not list(tmp_path.iterdir())


def test_a_worker_ends_and_takes_the_rows_away_when_who_started_it_is_gone(examples: Examples, tmp_path: Path) -> None:
    order = np.arange(len(examples))
    folder = tmp_path / "rows"
    partitions = Partitions(folder, 1, len(examples.dictionary.entries))
    write_rows(partitions, examples, FitSplit(order[:2000], order[2000:], order[2000:]))
    parameters = parameters_for(examples.dictionary, seed=7, threads=1)
    job = Job(folder=folder, workers=1, features=5, texts=[4], parameters=parameters, rounds=1_000_000, ports=[0])
    (folder / "job.json").write_text(job.model_dump_json())
    with (tmp_path / "log").open("wb") as log, workers.start(job, 0, log.fileno()) as process:
        while b"round" not in workers.said_by(process.stdout.fileno() if process.stdout else -1):
            pass
        if process.stdin:
            process.stdin.close()  # as the system does when the process ends that held it open
        assert process.wait(30) == 1
    assert not folder.exists()


def test_rounds_stop_where_a_fit_in_memory_stops() -> None:
    falls_again = np.array([3.0, 2.0, *[2.5] * 30, 1.0])
    assert rounds_with_stopping(falls_again) == 2
    assert rounds_with_stopping(falls_again[np.r_[0:20, 32]]) == 21

"""`python -m benchmarks.partitioned_fits`: one fit over many rows in memory, and on Parquet by one or more workers.

Each way is a process of its own with the same rows. On Parquet they are made and written a block at a time, and are
never one matrix. Memory is that of the whole tree of processes, pages that they share counted once, looked at five
times a second; what making the test rows and judging takes is in it, and in no time.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Annotated

import lightgbm as lgb
import numpy as np
import pandas as pd
import typer
from scipy.special import expit

from benchmarks.pool_scale import COLUMNS, DICTIONARY, TOLD
from models.estimators.calibration import fit_calibrator
from models.estimators.fitting import FitSplit, Parameters, fit_on_split, leaves_of_students, margins_of, parameters_for
from models.estimators.model_text import strip_text
from models.examples import Booleans, Examples, Floats
from models.metrics.classification_metrics import evaluate
from models.partitions.parquet_rows import Partitions, PartitionWriter
from models.partitions.trees import grow_on_partitions

BLOCK, DATES, HELD, TESTED = 65_536, 4, 5, 100_000
SILENT_SECONDS = 300
WAYS = ("memory-1", "memory-2", "worker-1", "worker-2", "workers-2", "workers-4")
"""In memory with one thread or two; one worker with one thread or two; two or four workers with one thread each."""


@dataclass(frozen=True)
class Found:
    """What a fit took and gives; `trees` is a digest of its text."""

    seconds: float
    processor_seconds: float
    rounds: int
    trees: str
    auc: float
    average_precision: float
    calibration_error: float
    recall: float


def blocks(rows: int, first: int = 0) -> Iterator[tuple[Floats, Booleans, Booleans]]:
    """Rows × features, labels, and whether a row is held out, a block at a time: the same for every way."""
    for place, start in enumerate(range(0, rows, BLOCK)):
        rng, count = np.random.default_rng([first, place]), min(BLOCK, rows - start)
        cells = rng.normal(size=(count, COLUMNS))
        label = rng.random(count) < expit(cells[:, :TOLD].sum(axis=1) / 2 - 2)
        yield cells, label, (np.arange(start, start + count) // DATES) % HELD == 0


def weights(count: int) -> Floats:
    """What rows count: a student's together as much as one student."""
    return np.full(count, 1 / DATES)


def fit(rows: int, way: str) -> Found:
    """One fit, judged on rows that it never saw."""
    kind, number = way.split("-")
    threads = 1 if kind == "workers" else int(number)
    parameters = leaves_of_students(parameters_for(DICTIONARY, seed=7, threads=threads), weights(rows))
    began, used = time.perf_counter(), processor_seconds()
    grown = in_memory(rows, parameters) if kind == "memory" else on_files(rows, parameters, workers_of(way))
    booster, rounds, margin, label = grown
    curve = fit_calibrator(margin, label, weights(len(label)))
    seconds, took = time.perf_counter() - began, processor_seconds() - used
    tested = [(margins_of(booster, cells, rounds, parameters), truth) for cells, truth, _ in blocks(TESTED, 1)]
    risk = curve.risk_of(np.concatenate([one for one, _ in tested]))
    figures = evaluate(np.concatenate([truth for _, truth in tested]), risk, [0.15])
    text = strip_text(booster.model_to_string(num_iteration=rounds))
    return Found(
        seconds, took, rounds, sha256(text.encode()).hexdigest()[:12], figures.roc_auc, figures.pr_auc,
        figures.calibration_error, figures.recall_at[0.15],
    )  # fmt: skip


def workers_of(way: str) -> int:
    """The workers of a way."""
    kind, number = way.split("-")
    return int(number) if kind == "workers" else 1


def processor_seconds() -> float:
    """The seconds of processors that this process and those it waited for took."""
    return sum(one.ru_utime + one.ru_stime for one in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def in_memory(rows: int, parameters: Parameters) -> tuple[lgb.Booster, int, Floats, Booleans]:
    """Trees of one matrix."""
    found = list(blocks(rows))
    cells, label, held = (np.concatenate([one[i] for one in found]) for i in range(3))
    del found
    examples = Examples(
        dictionary=DICTIONARY,
        features=pd.DataFrame(cells, columns=DICTIONARY.names, copy=False),
        label=label,
        student=(np.arange(rows) // DATES).astype(np.str_),
        time=np.full(rows, 2026),
    )
    last = np.flatnonzero(held)
    grown = fit_on_split(examples, FitSplit(np.flatnonzero(~held), last, last), parameters)
    return grown.booster, grown.rounds, grown.margin, label[last]


def on_files(rows: int, parameters: Parameters, workers: int) -> tuple[lgb.Booster, int, Floats, Booleans]:
    """Trees of files that are written a block at a time."""
    with tempfile.TemporaryDirectory() as folder:
        partitions = Partitions(Path(folder), workers, COLUMNS)
        with PartitionWriter(partitions) as writer:
            for cells, label, held in blocks(rows):
                writer.add("learning", cells[~held], label[~held], weights(int((~held).sum())))
                writer.add("stopping", cells[held], label[held], weights(int(held.sum())))
        grown = grow_on_partitions(partitions, parameters, [], silent_seconds=SILENT_SECONDS)
        return grown.booster, grown.rounds, grown.margin, partitions.column("stopping", "label") > 0


def memory_of_tree(process: int) -> int:
    """KiB of a process and all below it, pages that they share counted once."""
    found, below = 0, [process]
    while below:
        one = below.pop()
        try:
            below += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            found += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return found


def measured(rows: int, way: str) -> tuple[Found, float]:
    """What a way found in a process of its own, and its greatest memory in GiB."""
    command = [sys.executable, "-m", "benchmarks.partitioned_fits", "--rows", str(rows), "--only", way]
    process, most = subprocess.Popen(command, stdout=subprocess.PIPE), 0
    while process.poll() is None:
        most = max(most, memory_of_tree(process.pid))
        time.sleep(0.2)
    if process.returncode or process.stdout is None:
        raise typer.Exit(1)
    return Found(**json.loads(process.stdout.read())), most / 2**20


def main(
    rows: Annotated[int, typer.Option(min=10_000, help="Rows of the fit.")] = 2_000_000,
    only: Annotated[str, typer.Option(help="One way, as JSON.")] = "",
    ways: Annotated[list[str], typer.Option(help="Ways to compare.")] = list(WAYS),  # noqa: B006 - Typer reads it
) -> None:
    """Print each way's time, memory and figures."""
    if only:
        typer.echo(json.dumps(asdict(fit(rows, only))))
        return
    typer.echo(f"{rows:,} rows of {COLUMNS} features; judged on {TESTED:,} others")
    for way in ways:
        found, memory = measured(rows, way)
        typer.echo(
            f"{way:10} {found.seconds:5.0f} s, {found.processor_seconds:5.0f} s of processors, {memory:5.2f} GiB; "
            f"{found.rounds} rounds, trees {found.trees}; AUC {found.auc:.4f}, average precision "
            f"{found.average_precision:.4f}, calibration error {found.calibration_error:.4f}, recall at 15 of 100 "
            f"{found.recall:.4f}"
        )


if __name__ == "__main__":
    typer.run(main)

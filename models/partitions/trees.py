"""Grows trees on rows that lie as Parquet, by one worker or several, in place of a fit on one matrix in memory.

One worker grows the very trees that a fit in memory grows. Several grow others: each finds the bins of its share of
the features from its own rows, samples its own rows for each tree, sums come together in another order, and LightGBM
holds the directions of features by its plainer method there, as no worker has the sums of all features.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import lightgbm as lgb
import numpy as np

from features.errors import Refused
from features.settings import Settings
from models.estimators.fitting import (
    EARLY_STOPPING_ROUNDS,
    MOST_ROUNDS,
    FitSplit,
    GrownTrees,
    Parameters,
    fit_on_split,
    margins_of,
)
from models.examples import Examples, Floats, Places
from models.partitions.parquet_rows import ROWS_OF_BLOCK, Part, Partitions, PartitionWriter, blocks_of, in_written_order
from models.partitions.worker import LOSS, TEXT, Job
from models.partitions.workers import WorkerLost, run_workers

ONE_FIT = Lock()
"""Fits on partitions come one after the other, as each takes all workers."""
LEAST_ROWS = 20
"""Rows that a worker needs of each part."""


@dataclass(frozen=True)
class PartitionedGrowth:
    """How trees are grown on partitions: by how many workers, from how many rows on, and where the files lie."""

    workers: int
    from_rows: int = 0
    silent_seconds: float = 300
    scratch: Path | None = None

    def __call__(self, examples: Examples, parts: FitSplit, parameters: Parameters) -> GrownTrees:
        """The trees of these rows; fitted in memory where they are fewer than `from_rows`."""
        if len(examples) < self.from_rows:
            return fit_on_split(examples, parts, parameters)
        with ONE_FIT, self.folder() as folder:
            partitions = Partitions(Path(folder), self.workers, len(examples.dictionary.entries))
            write_rows(partitions, examples, parts)
            texts = [i for i, entry in enumerate(examples.dictionary.entries) if entry.kind == "text"]
            found = grow_on_partitions(partitions, parameters, texts, silent_seconds=self.silent_seconds)
        return GrownTrees(
            found.booster, found.rounds, found.margin, parts.calibrating, examples.dictionary, found.parameters
        )

    def folder(self) -> "tempfile.TemporaryDirectory[str]":
        """A folder that is gone when it is left, with the rows in it; workers, who run elsewhere, find it too."""
        if self.scratch:
            self.scratch.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix="partitions-", dir=self.scratch and self.scratch.absolute())


def growth_of(settings: Settings) -> PartitionedGrowth | None:
    """How an installation grows trees of many rows; None where it grows all in memory."""
    asked = settings.training.partitions
    if not asked.workers:
        return None
    return PartitionedGrowth(asked.workers, asked.from_rows, asked.silent_seconds, settings.home / "partitions")


@dataclass(frozen=True)
class TreesOfPartitions:
    """The trees of partitions, how many are used, and margins of the rows for the calibrator as those were written."""

    booster: lgb.Booster
    rounds: int
    margin: Floats
    parameters: Parameters


def write_rows(partitions: Partitions, examples: Examples, parts: FitSplit) -> None:
    """Writes the rows of a split, a block of them encoded at a time."""
    sides: dict[Part, Places] = {"learning": parts.learning, "stopping": parts.stopping}
    if parts.calibrating is not parts.stopping:
        sides["calibrating"] = parts.calibrating
    with PartitionWriter(partitions) as writer:
        for part, rows in sides.items():
            for places in blocks_of_places(rows, partitions.workers):
                writer.add(part, examples.matrix_of(places), examples.label[places], examples.weight[places])


def blocks_of_places(rows: Places, workers: int) -> Iterator[Places]:
    """Places of rows, as many at a time as fill a block of each worker."""
    for start in range(0, len(rows), ROWS_OF_BLOCK * workers):
        yield rows[start : start + ROWS_OF_BLOCK * workers]


def grow_on_partitions(
    partitions: Partitions, parameters: Parameters, texts: list[int], *, silent_seconds: float
) -> TreesOfPartitions:
    """Trees of the rows of written partitions; `texts` are the places of text features.

    Refused where a worker would have next to no rows; WorkerLost where a worker is lost, or says nothing for so long.
    """
    learned = {**parameters, **({} if partitions.workers == 1 else {"tree_learner": "data"})}
    calibrating: Part = "calibrating" if partitions.file(0, "calibrating").exists() else "stopping"
    refuse_few_rows(partitions)
    job = Job(
        folder=partitions.folder,
        workers=partitions.workers,
        features=partitions.features,
        texts=texts,
        parameters=learned,
        rounds=MOST_ROUNDS,
        ports=[],
    )
    run_workers(job, silent_seconds=silent_seconds)
    rounds = rounds_with_stopping(sum(np.load(job.result(one, LOSS)) for one in range(job.workers)))
    booster = lgb.Booster(model_str=same_text(job))
    shares = [
        np.concatenate([margins_of(booster, rows, rounds, parameters) for rows, *_ in blocks_of(file)])
        for file in (partitions.file(one, calibrating) for one in range(job.workers))
    ]
    told = {**learned, "num_machines": job.workers} if job.workers > 1 else learned
    return TreesOfPartitions(booster, rounds, in_written_order(shares), told)


def refuse_few_rows(partitions: Partitions) -> None:
    """Refuses partitions of which a worker would have next to nothing."""
    for part in ("learning", "stopping"):
        rows = len(partitions.column(part, "label"))
        if rows < LEAST_ROWS * partitions.workers:
            raise Refused(
                f"{rows} rows ({part}) for {partitions.workers} workers; at least {LEAST_ROWS} for each are needed: "
                "set fewer `training.partitions.workers`"
            )


def rounds_with_stopping(loss: Floats) -> int:
    """The number of rounds with the least loss, up to where it did not fall for long: as a fit in memory stops."""
    best = 0
    for place, value in enumerate(loss):
        if value < loss[best]:
            best = place
        elif place - best >= EARLY_STOPPING_ROUNDS:
            break
    return best + 1


def same_text(job: Job) -> str:
    """The trees, which all workers have alike; WorkerLost where they have not."""
    texts = {job.result(one, TEXT).read_text().partition("\nparameters:")[0] for one in range(job.workers)}
    if len(texts) > 1:
        raise WorkerLost(f"{job.workers} workers ended with different trees, none of which is used; run it again")
    return job.result(0, TEXT).read_text()

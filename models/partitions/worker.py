"""`python -m models.partitions.worker JOB PLACE`: one of the processes that grow trees together.

It reads its own share alone. What goes between the processes, by LightGBM's own sockets, are sums over rows in bins of
features' values, and where bins begin. It says a line after each block that it read and each round, so that whoever
started it sees that it lives, and ends when that process does.
"""

import os
import shutil
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from pydantic import BaseModel

from models.estimators.lightgbm_alone import import_lightgbm
from models.examples import Floats
from models.partitions.parquet_rows import LABEL, WEIGHT, Part, Partitions, matrix_of

TEXT, LOSS = "trees.txt", "loss.npy"
MINUTES = 10
"""For how long LightGBM itself waits for a worker at its start; whoever started the workers ends them before."""


class Job(BaseModel):
    """What all workers of a fit are told: where the rows lie, LightGBM's parameters, and the ports of the workers."""

    folder: Path
    workers: int
    features: int
    texts: list[int]
    parameters: dict[str, bool | float | int | str | list[int]]
    rounds: int
    ports: list[int]

    @property
    def partitions(self) -> Partitions:
        """The rows."""
        return Partitions(self.folder, self.workers, self.features)

    def result(self, worker: int, name: str) -> Path:
        """A file that a worker leaves."""
        return self.folder / f"share-{worker}" / name

    def parameters_of(self, worker: int) -> dict[str, Any]:
        """LightGBM's parameters for one worker; alone it grows trees as any process does."""
        if self.workers == 1:
            return dict(self.parameters)
        machines = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return {**self.parameters, "machines": machines, "local_listen_port": self.ports[worker], "time_out": MINUTES}


def say(what: str) -> None:
    """Says that the process lives."""
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


def rows_in_blocks(lgb: Any, file: Path) -> Any:
    """The rows of a file as LightGBM reads them: in blocks, of which one is held."""

    class Blocks(lgb.Sequence):  # type: ignore[misc]
        def __init__(self) -> None:
            self.stored = pq.ParquetFile(file)
            self.batch_size = max(self.stored.metadata.row_group(0).num_rows, 1)
            self.held, self.block = -1, np.empty((0, 0))

        def __len__(self) -> int:
            return int(self.stored.metadata.num_rows)

        def __getitem__(self, asked: int | slice) -> Floats:
            first = asked.start if isinstance(asked, slice) else int(asked)
            place, start = divmod(first, self.batch_size)
            if place != self.held:
                self.held, self.block = place, matrix_of(self.stored.read_row_group(place))
                say("read")
            return self.block if isinstance(asked, slice) else self.block[start]

    return Blocks()


def dataset_of(lgb: Any, job: Job, worker: int, part: Part, reference: Any = None) -> Any:
    """LightGBM's data of one part of a worker's share, made by the parameters by which a fit in memory makes its own.

    LightGBM leaves two of them out where rows come in blocks: the seed, by which rows are drawn that tell of bins, and
    the least rows of a leaf, by which features are left out that are the same in nearly all rows.
    """

    class DataOfFit(lgb.Dataset):  # type: ignore[misc]
        def get_params(self) -> dict[str, Any]:
            of_fit = {name: job.parameters[name] for name in ("seed", "min_data_in_leaf")}
            return {**super().get_params(), **of_fit}

    return DataOfFit(
        rows_in_blocks(lgb, job.partitions.file(worker, part)),
        job.partitions.shared(worker, part, LABEL),
        weight=job.partitions.shared(worker, part, WEIGHT),
        reference=reference,
        categorical_feature=job.texts,
        params={"verbosity": -1},
    )


def grow(job: Job, worker: int) -> None:
    """Grows all rounds with the other workers, and leaves the trees and the sum of losses after each round."""
    lgb = import_lightgbm()
    learning = dataset_of(lgb, job, worker, "learning")
    stopping = dataset_of(lgb, job, worker, "stopping", learning)
    seen: dict[str, dict[str, list[float]]] = {}
    booster = lgb.train(
        job.parameters_of(worker),
        learning,
        job.rounds,
        valid_sets=[stopping],
        callbacks=[lgb.record_evaluation(seen), lambda env: say(f"round {env.iteration + 1}")],
    )
    weight = job.partitions.shared(worker, "stopping", WEIGHT).sum()
    np.save(job.result(worker, LOSS), np.array(seen["valid_0"]["binary_logloss"]) * weight)
    job.result(worker, TEXT).write_text(booster.model_to_string(num_iteration=job.rounds))


def end_with_parent(folder: Path) -> None:
    """Ends this process and takes the rows away when the one that started it is gone, whatever LightGBM waits for."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    asked = Job.model_validate_json(Path(sys.argv[1]).read_bytes())
    Thread(target=end_with_parent, args=(asked.folder,), daemon=True).start()
    grow(asked, int(sys.argv[2]))

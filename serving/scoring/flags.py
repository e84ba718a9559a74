"""The flags of a list as rows of the warehouse, for the ledger."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import pandas as pd

from features.warehouse.file import change_warehouse, open_warehouse
from serving.scoring.scoring_run import ScoringRun


def write_flags(warehouse: Path, runs: Sequence[ScoringRun], made_on: date) -> None:
    """Adds the flags of a list's runs to the warehouse, once; their `known_on` is the day on which they were made.

    A student whom two outcomes list has a flag of each. `capacity` is how many an outcome could list: its places, and
    the places of students who have theirs by another outcome too.
    """
    with open_warehouse(warehouse) as reader:
        known = set(reader.current("flags")["run_id"])
        load_id = int(reader.current("loads")["load_id"].max())
    frames = [flag_rows(run, made_on, load_id) for run in runs if run.run_id not in known]
    rows = [frame for frame in frames if len(frame)]
    if rows:
        with change_warehouse(warehouse) as writer:
            writer.add("flags", pd.concat(rows, ignore_index=True))


class ListedRun(Protocol):
    """What the flags of a run are made of; `scores` has the columns of its place on the list for each student."""

    @property
    def run_id(self) -> str: ...  # noqa: D102
    @property
    def district_id(self) -> str: ...  # noqa: D102
    @property
    def outcome(self) -> str: ...  # noqa: D102
    @property
    def as_of(self) -> date: ...  # noqa: D102
    @property
    def release_id(self) -> str: ...  # noqa: D102
    @property
    def scorer(self) -> str: ...  # noqa: D102
    @property
    def capacity(self) -> int: ...  # noqa: D102
    @property
    def scores(self) -> pd.DataFrame: ...  # noqa: D102


def flag_rows(run: ListedRun, made_on: date, load_id: int) -> pd.DataFrame:
    """The rows of a run's flags."""
    flagged = run.scores[run.scores["flagged"].to_numpy(dtype=bool)]
    return flagged[["student_key", "list_position", "risk", "list_probability", "at_random"]].assign(
        run_id=run.run_id,
        outcome=run.outcome,
        as_of=run.as_of,
        release_id=run.release_id,
        scorer=run.scorer,
        capacity=max(run.capacity, len(flagged)),
        district_id=run.district_id,
        known_on=max(run.as_of, made_on),
        load_id=load_id,
        withdrawn=False,
    )

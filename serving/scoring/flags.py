"""The flags of a list as rows of the warehouse, for the ledger."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

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
    rows = [row for run in runs if run.run_id not in known for row in flag_rows(run, made_on, load_id)]
    if rows:
        with change_warehouse(warehouse) as writer:
            writer.add("flags", pd.DataFrame(rows))


def flag_rows(run: ScoringRun, made_on: date, load_id: int) -> list[dict[str, object]]:
    """The rows of a run's flags."""
    flagged = [score for score in run.scores if score.flagged]
    return [
        {
            "run_id": run.run_id,
            "student_key": score.student_key,
            "outcome": run.outcome,
            "as_of": run.as_of,
            "release_id": run.release_id,
            "scorer": run.scorer,
            "capacity": max(run.capacity, len(flagged)),
            "list_position": score.list_position,
            "risk": score.risk,
            "list_probability": score.list_probability,
            "at_random": score.at_random,
            "district_id": run.district_id,
            "known_on": max(run.as_of, made_on),
            "load_id": load_id,
            "withdrawn": False,
        }
        for score in flagged
    ]

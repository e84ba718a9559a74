"""A run's flags as rows of the warehouse, for the ledger."""

from datetime import date
from pathlib import Path

import pandas as pd

from features.warehouse.file import change_warehouse, open_warehouse
from serving.scoring.scoring_run import ScoringRun


def write_flags(warehouse: Path, run: ScoringRun, made_on: date) -> None:
    """Adds the run's flags to the warehouse, once; their `known_on` is the day on which they were made."""
    with open_warehouse(warehouse) as reader:
        if run.run_id in set(reader.current("flags")["run_id"]):
            return
        load_id = int(reader.current("loads")["load_id"].max())
    rows = [
        {
            "run_id": run.run_id,
            "student_key": score.student_key,
            "outcome": run.outcome,
            "as_of": run.as_of,
            "release_id": run.release_id,
            "scorer": run.scorer,
            "capacity": run.capacity,
            "list_position": score.list_position,
            "risk": score.risk,
            "list_probability": score.list_probability,
            "at_random": score.at_random,
            "district_id": run.district_id,
            "known_on": max(run.as_of, made_on),
            "load_id": load_id,
            "withdrawn": False,
        }
        for score in run.scores
        if score.flagged
    ]
    if rows:
        with change_warehouse(warehouse) as writer:
            writer.add("flags", pd.DataFrame(rows))

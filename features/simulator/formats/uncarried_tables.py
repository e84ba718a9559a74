"""The tables that another system's format does not carry, as our CSV in a folder beside it."""

import shutil
from collections.abc import Collection
from pathlib import Path

from features.simulator.csv_writer import SIMULATED

REST = "rest"
"""The folder of these tables."""


def copy_uncarried(records: Path, folder: Path, carried: Collection[str]) -> dict[str, int]:
    """Copies the files of tables that are not carried; their rows by table."""
    (folder / REST).mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    for name in SIMULATED:
        if name not in carried:
            place = Path(shutil.copy(records / f"{name}.csv", folder / REST))
            with place.open("rb") as file:
                rows[f"{REST}/{name}.csv"] = sum(1 for _ in file) - 1
    return rows

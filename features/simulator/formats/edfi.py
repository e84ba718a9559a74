"""Writes a simulated district as Ed-Fi resources, one JSON Lines file each, as bulk loaders take them."""

import json
from pathlib import Path

from features.simulator.formats.edfi_facts import bodies_of
from features.simulator.formats.latest_records import latest_records
from features.simulator.formats.marts import mart_frames_of


def write_resources(records: Path, folder: Path, _district_id: str) -> dict[str, int]:
    """Rows written by resource, out of a folder of simulated CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    bodies = bodies_of(mart_frames_of(latest_records(records)))
    for name, found in bodies.items():
        lines = (json.dumps(body, ensure_ascii=False) for body in found)
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return {name: len(found) for name, found in bodies.items()}

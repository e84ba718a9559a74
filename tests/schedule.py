"""The order in which groups of tests begin: the longest first, by what each took when the suite last ran here.

A long group that begins last leaves the other workers idle. On a clean clone the order is that of a list.
"""

import json
from collections.abc import Mapping
from pathlib import Path

KEPT = Path(__file__).parents[1] / ".pytest_cache" / "seconds.json"
FIRST = (
    "faults", "demo", "test_tutorial.py", "test_worker.py", "test_benchmarks.py", "test_collaborative_page.py",
    "test_nights.py", "test_planted_bias.py", "test_planted_truth.py", "test_support_in_browser.py",
    "test_properties.py", "test_api_imports.py", "test_train.py", "test_year_parts.py", "test_mutations.py",
    "test_tracking_server.py", "test_collaborative.py", "test_way_back.py", "test_file_modes.py",
    "test_hostile_records.py", "test_script.py", "test_several_dates.py", "test_audit_peers.py",
    "test_policies_that_meet.py", "test_oulad.py", "test_planted_faults.py", "test_strangers_folder.py",
    "test_load_scripts.py", "test_prepared_table.py", "test_aeries_api.py", "test_figures.py", "test_registry.py",
    "test_risk_change.py", "test_journeys_in_browser.py", "test_ledger.py", "test_caseload_in_browser.py",
    "test_import_steps.py", "test_fuzz.py",
)  # fmt: skip
"""The groups that take longest, the longest first."""
NEVER_RAN = (float("inf"), 0.0)
"""What a group is taken to need that never ran here, though others did: one that stands on the list, and another."""


def read_seconds(path: Path = KEPT) -> dict[str, float]:
    """The seconds that each group took; empty where the suite never ran here, or the file cannot be read."""
    try:
        found = json.loads(path.read_bytes())
        return {str(group): float(taken) for group, taken in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def keep_seconds(seconds: Mapping[str, float], path: Path = KEPT) -> None:
    """Keeps the seconds of groups that ran beside those of others; where no file can be written, nothing."""
    told = {group: round(taken, 1) for group, taken in {**read_seconds(path), **seconds}.items()}
    writing = path.with_suffix(".writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writing.write_text(json.dumps(told, indent=1, sort_keys=True), encoding="utf-8")
        writing.replace(path)
    except OSError:
        return


def rank_of(group: str, seconds: Mapping[str, float]) -> tuple[float, int]:
    """What puts groups in order: the seconds each took, or its place on the list where nothing is known."""
    name = group.rpartition("/")[2]
    place = FIRST.index(name) if name in FIRST else len(FIRST)
    if not seconds:
        return (0.0, place)
    return (-seconds.get(group, NEVER_RAN[place == len(FIRST)]), place)

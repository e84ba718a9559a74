"""Simulated districts in a folder, as the command line asks for them."""

from dataclasses import replace
from pathlib import Path

from features.errors import Refused
from features.simulator.collaborative import collaborative_plans, write_collaborative
from features.simulator.district import simulate_district
from features.simulator.formats.registry import write_as
from features.simulator.plan import Plan


def simulate(plan: Plan, folder: Path, *, districts: int = 1, truth: Path | None = None) -> dict[str, int]:
    """Rows written by table: one district in the folder, or a collaborative of several with a folder each."""
    if districts == 1:
        return simulate_district(plan, folder, truth=truth)
    several = collaborative_plans(plan.students, districts, today=plan.today, years=plan.years, seed=plan.seed)
    plans = [replace(one, marks_last=plan.marks_last) for one in several]
    written = write_collaborative(plans, folder, truth)
    return {name: sum(rows[name] for rows in written.values()) for name in written[plans[0].district_id]}


def simulate_as(form: str, plan: Plan, folder: Path) -> dict[str, int]:
    """Rows written by file: one district in the format of another system."""
    return write_as(form, folder, plan.district_id, lambda made: simulate_district(plan, made))


def refuse_several(districts: int, truth: Path | None) -> None:
    """Raise Refused where several districts, or the truth, are asked for in the format of another system."""
    if districts > 1 or truth:
        raise Refused("--format writes one district: run it once for each, and --truth with our own CSV")

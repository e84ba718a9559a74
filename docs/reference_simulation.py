"""The page of the simulation: its figures beside published ones, those that are off named as such."""

import tempfile
from datetime import date
from pathlib import Path

from docs.reference_text import heading, page, table
from features.simulator.district import simulate_state
from features.simulator.marginals import Marginal, marginals_of
from features.simulator.plan import state_plans

STUDENTS, DISTRICTS, YEARS = 6000, 3, 8
TODAY = date(2026, 11, 20)


def simulation_page() -> str:
    """What the simulated collaborative looks like."""
    found = figures()
    rows = [(one.says, f"{one.simulated:.0%}", one.source, "off" if one.is_off else "near") for one in found]
    off = [one for one in found if one.is_off]
    intro = (
        "The simulator writes records of students who do not exist, for the demo, the tests and the benchmarks. "
        f"Below is a collaborative of {STUDENTS:,} students in {DISTRICTS} districts over {YEARS - 1} finished years, "
        "as `ontrack simulate --districts` writes it, beside figures published about real students. It says nothing "
        "about how well OnTrack would do in a real district."
    )
    closing = (
        f"{len(off)} of {len(found)} figures are off. California's and the gradients come from different "
        "places and times: a state where 86 of 100 graduate, a city where far fewer did. The simulation keeps to "
        "California, so those who do badly graduate more often in it than they did in Chicago or San Francisco. "
        "The order is the same, the steps are smaller."
    )
    planted = (
        "Planted, so that an audit has something true to find: minor behavior of Black students is written down 1.6 "
        "times as often; poverty, disability, language, foster care and homelessness cost engagement and marks; one "
        "school records late and forgets days; half of the plans that follow a contact help. `--truth` writes who and "
        "what, apart from the records."
    )
    switched = (
        "A district's `Plan.planted` switches it: how much more often, how many days and what share, whether programs "
        "and schools differ at all, and, off unless asked for, a program whose members show only after November 20 how "
        "their year ends. With `NOTHING` only the help is left, and whatever an audit finds is chance."
    )
    head = ("Figure", "Simulated", "Published", "Is")
    return page("The simulation", intro, table(head, rows), closing, heading(2, "What is planted"), planted, switched)


def figures() -> tuple[Marginal, ...]:
    """The figures of a collaborative simulated now."""
    plans = state_plans(STUDENTS, DISTRICTS, today=TODAY, years=YEARS, seed=7)
    with tempfile.TemporaryDirectory() as kept:
        folders = {plan.district_id: Path(kept) / plan.district_id for plan in plans}
        simulate_state(plans, folders)
        return marginals_of(list(folders.values()), plans[0].school_years[:-1])

"""What becomes of a night and of each of its steps. DBOS stores these as JSON, so their keys never change."""

from collections.abc import Sequence
from typing import Literal, TypedDict

StepOutcome = Literal["done", "skipped", "breach", "refused", "failed", "fault"]
"""Monitoring found a breach; the data was refused; the machine failed; or OnTrack itself has a fault."""
NightOutcome = Literal["running", "done", "breach", "refused", "failed", "fault"]
WORST: tuple[NightOutcome, ...] = ("fault", "failed", "refused", "breach", "done")
STOPS: frozenset[StepOutcome] = frozenset({"refused", "failed", "fault"})
"""After these the night has no further step but its report."""
EXIT_CODES: dict[NightOutcome, int] = {"done": 0, "running": 5, "breach": 4, "refused": 3, "failed": 5, "fault": 5}


class StepResult(TypedDict):
    """The result of a step: its name, one word, and one sentence without a student's value."""

    step: str
    outcome: StepOutcome
    says: str


class NightResult(TypedDict):
    """The result of a district's night: its id, its local date, one word, and its steps."""

    district: str
    night_id: str
    night: str
    outcome: NightOutcome
    steps: list[StepResult]


def step_result(step: str, says: str, outcome: StepOutcome = "done") -> StepResult:
    """A step's result."""
    return StepResult(step=step, outcome=outcome, says=says)


def outcome_of_steps(steps: Sequence[StepResult]) -> NightOutcome:
    """The worst that became of a night's steps; a skipped one is as good as done."""
    found = {step["outcome"] for step in steps}
    return next((one for one in WORST if one in found), "done")


def exit_code_of(nights: Sequence[NightResult]) -> int:
    """The exit code of some nights: that of the worst."""
    outcomes = {night["outcome"] for night in nights}
    order: tuple[NightOutcome, ...] = ("running", *WORST)
    return next((EXIT_CODES[one] for one in order if one in outcomes), 0)

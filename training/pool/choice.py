"""Which of three serves a district: its own model, the pool's, or its rule; decided by rules declared beforehand."""

from dataclasses import dataclass
from typing import Literal

from models.metrics.intervals import Interval
from training.evaluation.scorers import OWN_MODEL
from training.gate.verdict import VERDICT_WORDS, more_or_fewer, signed
from training.run_result import RunResult

Taken = Literal["own", "pooled", "rule"]


@dataclass(frozen=True)
class Choice:
    """What a district takes, and why, in a sentence."""

    taken: Taken
    why: str


def choose(own: RunResult, pooled: RunResult | None, why_none: str = "") -> Choice:
    """The district's own model where it passes its gate, unless the pool's passes too and is shown to find more.

    The pool's where that alone passes; else the rule. A district's own needs nobody else's records.
    """
    if pooled is None:
        return alone(own, f"there is no pooled model for it: {why_none}")
    passes = own.verdict == "pass", pooled.verdict == "pass"
    lead = lead_over_own(pooled)
    beside = f" {lead_says(lead)}" if lead else ""
    if passes == (False, True):
        said = VERDICT_WORDS[own.verdict]
        return Choice("pooled", f"The pool's model passed this district's gate; its own did not ({said}).{beside}")
    if passes == (True, False):
        said = VERDICT_WORDS[pooled.verdict]
        return Choice("own", f"The district's own model passed its gate; the pool's did not ({said}).{beside}")
    if passes == (True, True):
        better = lead is not None and lead.low > 0
        which = "the pool's finds more, beyond chance" if better else "the pool's is not shown to find more"
        return Choice("pooled" if better else "own", f"Both models passed the gate, and {which}.{beside}")
    said = f"own: {VERDICT_WORDS[own.verdict]}; the pool's: {VERDICT_WORDS[pooled.verdict]}"
    return Choice("rule", f"Neither model passed this district's gate ({said}), so its rule serves.{beside}")


def alone(own: RunResult, why: str) -> Choice:
    """The choice without a pooled model."""
    if own.verdict == "pass":
        return Choice("own", f"The district's own model passed its gate; {why}.")
    return Choice("rule", f"Its own model did not pass its gate ({VERDICT_WORDS[own.verdict]}); {why}.")


def lead_over_own(pooled: RunResult) -> Interval | None:
    """How many more of those off track the pool's model lists than the district's own; None where nobody compared."""
    compared = pooled.main.compared
    return compared.leads.get(OWN_MODEL) if compared else None


def lead_says(lead: Interval) -> str:
    """The same in words."""
    return (
        f"Of 100 students who ended off track, the pool's lists {more_or_fewer(lead.estimate)} than the district's own "
        f"(95% interval {signed(lead.low)} to {signed(lead.high)})."
    )

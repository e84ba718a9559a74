"""Which of three serves a district: its own model, the pool's, or its rule; decided by rules declared beforehand."""

from dataclasses import dataclass
from typing import Literal

from models.metrics.intervals import Interval
from models.verdict import GateVerdict
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
    """What a district takes after a run of its own and one of the pool's; `why_none` where there is none of those."""
    if pooled is None:
        return decide(own.verdict, None, None, why_none)
    return decide(own.verdict, pooled.verdict, lead_over_own(pooled))


def decide(own: GateVerdict, pooled: GateVerdict | None, lead: Interval | None, why_none: str = "") -> Choice:
    """The district's own model where it passes its gate, unless the pool's passes too and is shown to find more.

    The pool's where that alone passes; else the rule. A district's own needs nobody else's records.
    """
    own_fell, beside = fell_short(own), f" {lead_says(lead)}" if lead else ""
    if pooled is None:
        return alone(own, f"there is no pooled model for it: {why_none}")
    if pooled == "pass" and own != "pass":
        return Choice("pooled", f"The pool's model passed this district's gate; {own_fell}.{beside}")
    if pooled == "pass" and lead is not None and lead.low > 0:
        return Choice("pooled", f"Both models passed the gate, and the pool's finds more, beyond chance.{beside}")
    if pooled == "pass":
        return Choice("own", f"Both models passed the gate, and the pool's is not shown to find more.{beside}")
    other = VERDICT_WORDS[pooled]
    if own == "pass":
        return Choice("own", f"The district's own model passed its gate; the pool's did not ({other}).{beside}")
    if own == "no_model":
        why = f"The pool's model did not pass this district's gate ({other}), and {own_fell}, so its rule serves."
        return Choice("rule", f"{why}{beside}")
    which = f"own: {VERDICT_WORDS[own]}; the pool's: {other}"
    return Choice("rule", f"Neither model passed this district's gate ({which}), so its rule serves.{beside}")


def fell_short(own: GateVerdict) -> str:
    """Why a district's own model does not serve, as a part of a sentence."""
    if own == "no_model":
        return "the district asked for none of its own"
    return f"its own did not ({VERDICT_WORDS[own]})"


def alone(own: GateVerdict, why: str) -> Choice:
    """The choice without a pooled model."""
    if own == "pass":
        return Choice("own", f"The district's own model passed its gate; {why}.")
    if own == "no_model":
        return Choice("rule", f"The district asked for no model of its own, so its rule serves; {why}.")
    return Choice("rule", f"Its own model did not pass its gate ({VERDICT_WORDS[own]}); {why}.")


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

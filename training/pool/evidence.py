"""The evidence of all districts of a pool together: how much more its model finds than their rules, and how alike.

Where each gate alone says "not enough evidence", several together may show it. That is no pass: what serves in a
district is decided by its own gate, as districts differ by more than chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from models.metrics.heterogeneity import Pooled
from models.metrics.intervals import Interval
from training.gate.verdict import more_or_fewer, signed
from training.pool.leave_one_out import LEAST_DISTRICTS, pooled_of
from training.run_result import RunResult


@dataclass(frozen=True)
class TogetherShown:
    """The leads of the pool's model over each district's rule to beat, and what they say together (random effects)."""

    leads: Mapping[str, Interval]
    pooled: Pooled

    @property
    def says(self) -> str:
        """The same in words."""
        found = self.pooled
        return (
            f"Over {found.districts} districts the pool's model lists {more_or_fewer(found.estimate)} of 100 students "
            f"who ended off track than the rules (95% interval {signed(found.low)} to {signed(found.high)}). "
            f"Beyond chance districts differ by about {found.tau * 100:.0f} of 100 "
            f"(I\u00b2 {found.i_squared * 100:.0f} of 100). That is no pass: each district's own gate decides."
        )

    def as_json(self) -> dict[str, object]:
        """The same as JSON values."""
        return {"leads": {name: vars(one) for name, one in self.leads.items()}, "pooled": vars(self.pooled)}


def shown_together(results: Mapping[str, RunResult]) -> TogetherShown | None:
    """What the gates of some districts saw of the pool's model; None with too few of them."""
    found = {name: lead for name, one in results.items() if (lead := lead_over_rule(one))}
    if len(found) < LEAST_DISTRICTS:
        return None
    return TogetherShown(found, pooled_of(list(found.values())))


def lead_over_rule(result: RunResult) -> Interval | None:
    """The lead over the rule to beat; None where nobody compared."""
    compared = result.main.compared
    lead = compared.leads.get("rule") if compared else None
    return None if lead is None else Interval(lead.estimate, lead.low, lead.high)

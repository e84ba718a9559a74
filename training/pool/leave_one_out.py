"""Leave one district out: what the pool's model would have shown in each district as if that were new."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from features.errors import Refused
from features.settings import Gate
from models.metrics.heterogeneity import Pooled, next_district, pool
from models.metrics.intervals import Z95, Interval
from training.evaluation.pooled_calibration import pooled_gap
from training.evaluation.rolling_evaluation import YearEvaluation
from training.gate.comparison import compare_lists
from training.gate.verdict import more_or_fewer, signed
from training.pool.pooled_years import Asked, PoolFits, judge_pooled

LEAST_DISTRICTS = 3
"""Districts, fewer of which cannot say what another may expect."""


@dataclass(frozen=True)
class AsNew:
    """A district as if it were new: the lead of a model without its records over its rule, and the calibration gap."""

    lead: Interval
    gap: Interval


@dataclass(frozen=True)
class LeftOut:
    """The districts, each as if it were new, and what they let expect of one that is.

    `lead` and `gap` are 95% prediction intervals: what another district like these will show.
    """

    districts: Mapping[str, AsNew]
    leads: Pooled
    lead: Interval
    gap: Interval

    @property
    def shown(self) -> bool:
        """Whether the model finds more than the rule on average over districts it never saw, beyond chance."""
        return len(self.districts) >= LEAST_DISTRICTS and self.leads.low > 0

    @property
    def says(self) -> str:
        """The same in words."""
        mean = self.leads
        if len(self.districts) < LEAST_DISTRICTS:
            return f"Fewer than {LEAST_DISTRICTS} other districts can say what a new one may expect."
        return (
            f"In {mean.districts} districts as if each were new, the pool's model lists {more_or_fewer(mean.estimate)} "
            f"of 100 students off track than the rule (95% interval {signed(mean.low)} to {signed(mean.high)}); "
            f"another one can expect {signed(self.lead.low)} to {signed(self.lead.high)} "
            f"(I\u00b2 {mean.i_squared * 100:.0f} of 100)."
        )


def as_new(asked: Asked, fits: PoolFits, bounds: Gate, *, without: Collection[str] = ()) -> AsNew:
    """What a district's judged years show of a model that learned from none of its records; Refused without one."""
    found = judge_pooled(fits, asked, without={*without, asked.district_id})
    return shown_in(found.years, bounds, seed=fits.seed)


def shown_in(years: Sequence[YearEvaluation], bounds: Gate, *, seed: int) -> AsNew:
    """The lead over the district's own rule, and the calibration gap, over some judged years."""
    heard = {one.split.test: (one.judged.test, one.judged.listed_by) for one in years}
    compared = compare_lists(heard, None, bounds, seed=seed)
    if "rule" not in compared.leads:
        raise Refused("no published rule fits the cohort, so there is nothing to be better than")
    gap = pooled_gap([one.judged for one in years], replicates=bounds.replicates, seed=seed)
    return AsNew(compared.leads["rule"], gap)


def leave_one_out(
    asked: Sequence[Asked], fits: PoolFits, bounds: Gate, *, without: Collection[str] = ()
) -> LeftOut | None:
    """Each district as if it were new; None where that can be judged in none. `without` are left out of every fit."""
    found = {}
    for one in asked:
        try:
            found[one.district_id] = as_new(one, fits, bounds, without=without)
        except Refused:
            continue
    if not found:
        return None
    leads, gaps = pooled_of([one.lead for one in found.values()]), pooled_of([one.gap for one in found.values()])
    return LeftOut(found, leads, next_district(leads), next_district(gaps))


def pooled_of(intervals: Sequence[Interval]) -> Pooled:
    """The random-effects estimate of some intervals; one without width counts as one of a thousandth."""
    errors = [max((one.high - one.low) / (2 * Z95), SMALLEST_ERROR) for one in intervals]
    return pool([one.estimate for one in intervals], errors)


SMALLEST_ERROR = 1e-3
"""The standard error of an interval without width: draws that all agree are no proof of certainty."""

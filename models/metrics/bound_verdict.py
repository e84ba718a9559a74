"""A verdict on a figure by its interval: inside its bounds, beyond one of them, or not enough evidence to say."""

from math import inf

from scipy.stats import norm

from models.metrics.intervals import Z95, Interval
from models.verdict import Verdict


def bound_verdict(found: Interval, *, above: float = -inf, below: float = inf) -> Verdict:
    """`pass` where the whole interval lies above one bound and below the other, `fail` where all of it is beyond one.

    Anything else is not enough evidence, whatever the estimate: an interval that reaches past a bound, and one that
    does not exist. This is the confidence interval inclusion rule (Westlake 1972): with one
    bound it is a test of non-inferiority, or of superiority where the bound is 0; with two, one of equivalence.
    """
    if found.low > above and found.high < below:
        return "pass"
    return "fail" if found.high < above or found.low > below else "not_enough_evidence"


def excludes_zero(found: Interval, *, comparisons: int = 1) -> bool:
    """Whether a 95% interval lies on one side of zero, widened where it is one of several (Bonferroni)."""
    wider = float(norm.isf(0.025 / comparisons)) / Z95
    low, high = (found.estimate + (end - found.estimate) * wider for end in (found.low, found.high))
    return low > 0 or high < 0

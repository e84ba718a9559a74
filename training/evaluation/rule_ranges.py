"""The ranges of a rule's shares in one more year, where the years before bear them out."""

from collections.abc import Sequence

import numpy as np

from models.estimators.published_rule import Range, RuleModel
from models.estimators.year_ranges import LEAST_YEARS, YearCounts, year_counts, year_ranges
from models.examples import Examples, Floats
from models.metrics.bound_verdict import excludes_zero
from models.metrics.intervals import Z95, Interval
from training.evaluation.evaluation import counts_of, shares_of_rule


def ranges_of_rule(rule: RuleModel, examples: Examples, scorer: str) -> tuple[Range, ...]:
    """The range of each share of a rule in one more year, by all years of these rows; none where none is borne out.

    Each year with enough before it is asked first: ranges by the years before it have to hold what happened in it. A
    district whose years are too few to ask one tells no ranges.
    """
    return year_ranges(rule, counts_by_year(rule, examples, scorer)) if are_borne_out(examples, scorer) else ()


def are_borne_out(examples: Examples, scorer: str) -> bool:
    """Whether in every year that has enough before it no share was shown to lie outside the range of then."""
    years = np.unique(examples.time)[LEAST_YEARS:]
    return len(years) > 0 and all(held_in(examples, int(year), scorer, years=len(years)) for year in years)


def held_in(examples: Examples, year: int, scorer: str, *, years: int) -> bool:
    """Whether one of some years bears out the ranges of the years before it."""
    before, own = examples.take(examples.time < year), examples.take(examples.time == year)
    rule = shares_of_rule(before, scorer)
    ranges = year_ranges(rule, counts_by_year(rule, before, scorer))
    (found,) = counts_by_year(rule, own, scorer)
    return not any(
        is_outside(off_track, n, told, comparisons=years * len(ranges))
        for off_track, n, told in zip(found.off_track, found.n, ranges, strict=True)
        if n
    )


def is_outside(off_track: float, n: float, told: Range, *, comparisons: int) -> bool:
    """Whether so many of so many students are shown not to come of a share in a range."""
    share = off_track / n
    nearest = float(np.clip(share, *told))
    error = float(np.sqrt(max(nearest * (1 - nearest), 1 / n) / n))
    gap = share - nearest
    return excludes_zero(Interval(gap, gap - Z95 * error, gap + Z95 * error), comparisons=comparisons)


def counts_by_year(rule: RuleModel, examples: Examples, scorer: str) -> Sequence[YearCounts]:
    """Each year's students by the rule's counts, oldest first."""
    signals: Floats = counts_of(examples)[scorer]
    rows = [np.flatnonzero(examples.time == year) for year in np.unique(examples.time)]
    return [year_counts(rule, signals[own], examples.label[own], examples.student[own]) for own in rows]

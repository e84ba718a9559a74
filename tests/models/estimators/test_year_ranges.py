"""Between which shares a rule's counts lie in a year that nobody has seen."""

import numpy as np
import pytest

from models.estimators.monotone_shares import LevelCounts, fit_monotone_shares
from models.estimators.published_rule import RuleModel
from models.estimators.year_ranges import YearCounts, year_counts, year_ranges
from models.examples import Floats

LEVELS = np.arange(3.0)


def rule_of(years: list[YearCounts]) -> RuleModel:
    """The rule whose shares these years have together."""
    n, off_track = (np.sum([getattr(one, name) for one in years], axis=0) for name in ("n", "off_track"))
    fitted = fit_monotone_shares(LevelCounts(LEVELS, n, off_track))
    told = (fitted.pooled_n, fitted.low, fitted.high)
    evidence = dict(zip(("pooled_n", "low", "high"), (tuple(one.tolist()) for one in told), strict=True))
    shares, overall = tuple(fitted.shares.tolist()), float(off_track.sum() / n.sum())
    return RuleModel((0.0, 1.0, 2.0), shares, tuple(n), overall, off_track=tuple(off_track), **evidence)


def year(*of: str) -> YearCounts:
    """One year's counts, from "ended off track of students" at each count of signals."""
    off_track, n = np.array([one.split(" of ") for one in of], dtype=np.float64).T
    return YearCounts(n, off_track)


USUAL, WORSE = year("16 of 160", "10 of 30", "6 of 10"), year("32 of 160", "16 of 30", "8 of 10")


@pytest.mark.parametrize(
    ("years", "ranges"),
    [
        ([USUAL] * 4, [(8, 13), (26, 43), (45, 74)]),
        ([USUAL, WORSE, USUAL, WORSE], [(3, 48), (12, 80), (26, 93)]),
        ([USUAL, WORSE], []),
    ],
    ids=["years alike: no wider than chance", "years that differ", "two years leave nothing out"],
)
def test_a_range_is_as_wide_as_the_years_differ(years: list[YearCounts], ranges: list[tuple[int, int]]) -> None:
    found = year_ranges(rule_of(years), years)
    assert [(round(100 * low), round(100 * high)) for low, high in found] == ranges


def test_a_rule_within_its_ranges_orders_as_before_and_tells_as_many_students() -> None:
    rule = rule_of([USUAL, WORSE, USUAL])
    told = rule.within(year_ranges(rule, [USUAL, WORSE, USUAL]))
    assert (told.shares, told.pooled_n) == (rule.shares, rule.pooled_n)
    assert all(wide < low for wide, low in zip(told.low, rule.low, strict=True))
    assert all(wide > high for wide, high in zip(told.high, rule.high, strict=True))
    with pytest.raises(ValueError, match="each for every count"):
        rule.within([(0.0, 1.0)])


def test_the_counts_of_a_year_are_of_students_however_many_dates_they_have() -> None:
    rule = rule_of([USUAL])
    signals, label = np.array([0.0, 0.0, 1.0, 2.0, np.nan]), np.array([True, False, False, True, True])
    found = year_counts(rule, signals, label, np.array(["ada", "ben", "ben", "cyd", "dee"]))
    assert found.n.tolist() == [1.5, 0.5, 1.0]
    assert found.off_track.tolist() == [1.0, 0.0, 1.0]


def drawn_years(rng: np.random.Generator, years: int, apart: float) -> tuple[list[YearCounts], Floats]:
    """Years of a small district whose log odds differ by so much, and the true shares of the last of them."""
    odds, part = rng.uniform(-2.5, -1.5) + rng.uniform(0.7, 1.4) * LEVELS, [0.8, 0.15, 0.05]
    truth = 1 / (1 + np.exp(-odds - rng.normal(scale=apart, size=(years, 1))))
    students = rng.multinomial(205, part, size=years) + 1
    drawn = rng.binomial(students, truth)
    return [YearCounts(n * 1.0, ended * 1.0) for n, ended in zip(students, drawn, strict=True)], truth[-1]


@pytest.mark.parametrize("apart", [0.0, 0.3, 0.5])
def test_in_drawn_districts_ranges_hold_the_share_of_a_year_that_they_were_not_made_of(apart: float) -> None:
    rng, held = np.random.default_rng(11), []
    for _ in range(120):
        (*known, _), truth = drawn_years(rng, 5, apart)
        ranges = np.array(year_ranges(rule_of(known), known))
        held.append((ranges[:, 0] <= truth) & (truth <= ranges[:, 1]))
    assert (np.mean(held, axis=0) >= 0.9).all()

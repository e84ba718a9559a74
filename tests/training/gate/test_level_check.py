"""Where the mean risk missed in a judged year, a list is in order and no number is told, by model and rule alike."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.examples import Examples
from models.feature_dictionary import FeatureDictionary
from models.metrics.intervals import Interval
from tests.training.gate.gate_examples import BOUNDS, evidence, lead, result_of
from training.evaluation.level_by_year import LevelGap, gaps_by_date, level_gaps_of_rule
from training.evaluation.temporal_split import Split
from training.evaluation.year_parts import WHOLE_YEAR
from training.gate.checks import GateEvidence, check_evidence
from training.gate.level_check import check_level
from training.gate.verdict import GateCheck, GateResult

NEAR, FAR = LevelGap(2025, 5, Interval(0.02, 0.0, 0.04)), LevelGap(2026, 2, Interval(0.04, 0.02, 0.06))
CHANCE = LevelGap(2026, 2, Interval(0.05, -0.01, 0.11))
OPEN = Interval(0.06, 0.03, 0.11)


def verdict_on(*gaps: LevelGap) -> GateCheck:
    """The check on these dates."""
    found = check_level(gaps, bound=0.03)
    assert found is not None
    return found


def judged(given: GateEvidence) -> GateResult:
    """The gate's answer."""
    return result_of(check_evidence(given, BOUNDS))


@pytest.mark.parametrize(
    ("gaps", "verdict"),
    [((NEAR, NEAR), "pass"), ((NEAR, FAR), "not_enough_evidence"), ((NEAR, CHANCE), "pass")],
    ids=["near in every year", "one year missed", "far, but no farther than chance"],
)
def test_one_date_of_one_year_that_missed_beyond_chance_unsettles_the_level(
    gaps: tuple[LevelGap, ...], verdict: str
) -> None:
    found = verdict_on(*gaps)
    assert (found.code, found.verdict, found.decides) == ("GATE16", verdict, False)


def test_a_miss_is_named_with_its_week_and_year_and_too_high_counts_as_too_low() -> None:
    assert "school week 2 of 2025–26: of 100 students, 4 more ended off track" in verdict_on(NEAR, FAR).says
    below = LevelGap(2026, 0, Interval(-0.05, -0.07, -0.03))
    assert "in 2025–26: of 100 students, 5 fewer ended off track" in verdict_on(NEAR, below).says


def test_of_many_years_one_may_miss_by_chance() -> None:
    edge = LevelGap(2026, 2, Interval(0.04, 0.005, 0.075))
    assert [edge.misses(0.03, years=years) for years in (1, 5)] == [True, False]


def test_without_a_date_that_can_be_judged_nothing_is_asked() -> None:
    assert check_level((), bound=0.03) is None


@pytest.mark.parametrize("gaps", [(NEAR,), (NEAR, FAR)], ids=["the level held", "it missed"])
def test_risks_that_are_open_keep_no_list_from_being_made_and_none_of_them_is_told(gaps: tuple[LevelGap, ...]) -> None:
    in_order = judged(replace(evidence(in_groups=OPEN), level=gaps))
    found = {one.code: one for one in in_order.checks}
    assert (in_order.verdict, found["GATE16"].verdict) == ("pass", "not_enough_evidence")
    assert found["GATE09"].says.endswith("so this need not be shown.")


def test_the_check_that_is_open_is_named_where_the_level_held() -> None:
    found = judged(replace(evidence(in_groups=OPEN), level=(NEAR,)))
    assert "open by GATE09. So the list is made in order" in found.checks[-1].says


def test_where_risks_are_asked_for_and_no_date_can_be_judged_what_is_open_keeps_a_model_from_serving() -> None:
    assert judged(evidence(in_groups=OPEN)).verdict == "not_enough_evidence"


def test_settled_risks_are_told() -> None:
    found = judged(replace(evidence(), level=(NEAR,)))
    assert (found.verdict, found.checks[-1].verdict) == ("pass", "pass")


def test_risks_that_are_shown_to_be_wrong_fail_though_none_is_told() -> None:
    wrong = evidence(in_groups=Interval(0.2, 0.15, 0.25))
    assert judged(replace(wrong, level=(FAR,))).verdict == "fail"


def test_an_order_that_is_not_shown_to_be_better_does_not_serve_without_numbers_either() -> None:
    unproven = evidence(over_school=lead(-0.02, 0.1))
    assert judged(replace(unproven, level=(FAR,))).verdict == "not_enough_evidence"


def years_of(off_track: dict[int, tuple[int, int]]) -> Examples:
    """In each year 200 students without a signal and 100 with one, so many of whom ended off track."""
    label = [[np.arange(200) < none, np.arange(100) < one] for none, one in off_track.values()]
    year = np.repeat(list(off_track), 300)
    return Examples(
        dictionary=FeatureDictionary(()),
        features=pd.DataFrame(index=range(len(year))),
        label=np.concatenate([part for both in label for part in both]),
        student=np.arange(len(year)).astype(np.str_),
        time=year,
        rule=np.tile(np.repeat([0.0, 1.0], [200, 100]), len(off_track)),
        as_of=np.char.add(year.astype(np.str_), "-09-01"),
        week=np.full(len(year), 3),
    )


def test_on_each_date_the_gap_is_the_share_less_the_mean_risk_with_the_error_of_both_years() -> None:
    test = years_of({2026: (20, 40)})
    (found,) = gaps_by_date(test, np.full(300, 0.1), learned=600)
    half = 1.96 * np.sqrt(0.2 * 0.8 * (1 / 300 + 1 / 600))
    assert (found.year, found.week) == (2026, 3)
    assert (found.gap.estimate, found.gap.high) == pytest.approx((0.1, 0.1 + half), abs=1e-4)


def test_a_date_with_fewer_than_20_students_off_track_says_nothing() -> None:
    assert list(gaps_by_date(years_of({2026: (9, 10)}), np.full(300, 0.5), learned=0)) == []


def test_a_rule_is_judged_in_each_year_by_its_shares_of_the_years_before() -> None:
    together = years_of({2024: (20, 40), 2025: (20, 40), 2026: (60, 60)})
    splits = (Split((2024,), 2025), Split((2024, 2025), 2026))
    steady, moved = level_gaps_of_rule(together, splits, WHOLE_YEAR)
    assert abs(steady.gap.estimate) < 0.01
    assert (steady.misses(0.03, years=2), moved.misses(0.03, years=2)) == (False, True)
    assert moved.gap.estimate == pytest.approx(0.2, abs=0.01)

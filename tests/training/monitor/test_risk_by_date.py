"""MON12: the average risk of a school week beside the share off track of that week, the first weeks too."""

from datetime import date, timedelta

import pytest

from features.settings import Monitor
from training.monitor.checks import Verdict
from training.monitor.risk_by_date import DatedRisk, JudgedDate, JudgedDates, judged_dates, risk_by_date_check

BOUNDS = Monitor(calibration_bound=0.05)
FIRST = date(2026, 8, 17)
SHARES = {3: 0.205, 7: 0.204, 12: 0.203, 14: 0.202, 23: 0.208, 28: 0.212}
JUDGED = JudgedDates(test_year=2026, by_date=tuple(JudgedDate(week=w, n=1190, share=s) for w, s in SHARES.items()))
ONE_DAY = {3: 0.051, 7: 0.065, 12: 0.199, 14: 0.188, 23: 0.225, 28: 0.222}
"""The average risks of a model that learned on one day of November, on a year that it never saw."""


def given(risks: dict[int, float], n: int = 1190) -> list[DatedRisk]:
    """The average risks of school weeks."""
    return [DatedRisk(week, FIRST + timedelta(weeks=week - 1), n, risk) for week, risk in risks.items()]


def test_risks_a_quarter_of_the_truth_in_the_first_weeks_are_a_breach_that_names_them() -> None:
    found = risk_by_date_check(given(ONE_DAY), JUDGED, BOUNDS, 10)
    assert found.verdict == "breach"
    assert found.says.startswith(
        "Week 3 of the school year (August 31, 2026): the average risk of 1,190 students is 5 of 100; of those of week"
        " 3 in 2025–26, 21 of 100 ended off track (difference -18 to -13; allowed is 5)."
    )
    assert "Week 7 of the school year" in found.says
    assert "Week 12" not in found.says
    assert found.figure == pytest.approx(-0.154, abs=0.001)


def test_risks_that_hold_in_every_week_are_ok() -> None:
    found = risk_by_date_check(given({week: share + 0.01 for week, share in SHARES.items()}), JUDGED, BOUNDS, 10)
    assert (found.verdict, found.do) == ("ok", "")
    assert found.says.startswith("Of 6 school weeks, this one is farthest: Week ")


@pytest.mark.parametrize(("n", "verdict"), [(40, "not_enough_evidence"), (4000, "breach")])
def test_a_difference_is_a_breach_only_beyond_chance(n: int, verdict: Verdict) -> None:
    judged = JudgedDates(test_year=2026, by_date=(JudgedDate(week=5, n=n, share=0.2),))
    assert risk_by_date_check(given({5: 0.12}, n), judged, BOUNDS, 10).verdict == verdict


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (judged_dates({}), "does not say how many ended off track by school week"),
        (JudgedDates(by_date=(JudgedDate(week=9, n=500, share=0.2),)), "No school week of this year"),
        (JudgedDates(by_date=(JudgedDate(week=3, n=4, share=0.2),)), "No school week of this year"),
        (JudgedDates(by_date=(JudgedDate(week=3, n=500),)), "No school week of this year"),
    ],
)
def test_without_enough_to_compare_nothing_is_said(judged: JudgedDates, says: str) -> None:
    found = risk_by_date_check(given({3: 0.05}), judged, BOUNDS, 10)
    assert found.verdict == "not_enough_evidence"
    assert says in found.says

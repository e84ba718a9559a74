"""Checks over what became of live lists, each on drawn ledgers: ok, breach, and not enough evidence."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.settings import Gate, Monitor, Settings
from features.warehouse.freshness import Freshness
from models.metrics.intervals import Interval
from tests.training.monitor.drawn_ledgers import ledger
from training.monitor.checks import CODES, MonitorCheck, share_of
from training.monitor.finished_year import FinishedYear, last_finished_year, list_like_judged
from training.monitor.freshness import LatestList, freshness_check, latest_list, listed_check
from training.monitor.list_checks import calibration_bins, calibration_check, hits_check, stays_check
from training.reference_profile import Promise

BOUNDS = Monitor()
SETTINGS = Settings(gate=Gate(replicates=200))
PROMISE = Promise("model", 2025, 0.15, hits=Interval(0.60, 0.55, 0.65), found=0.60, stays=0.80)
LEAST = SETTINGS.audit.smallest_group

LISTS = """
| n   | off_track | first_flag | supported_on | risk |
| {a} | true      | 2025-11-20 | 2025-12-01   | 0.60 |
| {b} | false     | 2025-11-20 |              | 0.60 |
| 30  | true      |            |              |      |
| 200 | false     |            |              |      |
"""


def told_in(drawing: str) -> FinishedYear:
    found = last_finished_year(ledger(drawing))
    assert found
    return found


def hits(drawing: str, promise: Promise | None = PROMISE) -> MonitorCheck:
    told = told_in(drawing)
    return hits_check(told, list_like_judged(told, [date(2025, 11, 20)]), promise, BOUNDS, LEAST)


def calibration(drawing: str) -> MonitorCheck:
    return calibration_check(told_in(drawing), BOUNDS, LEAST, replicates=200, seed=7)


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [
        (650, 350, "ok"),
        (60, 40, "not_enough_evidence"),
        (52, 48, "not_enough_evidence"),
        (30, 70, "breach"),
        (3, 7, "not_enough_evidence"),
        (11, 14, "not_enough_evidence"),
    ],
)
def test_hits_are_as_promised_or_short_of_it_only_where_the_whole_interval_is(
    right: int, wrong: int, verdict: str
) -> None:
    found = hits(LISTS.format(a=right, b=wrong))
    assert found.verdict == verdict
    assert found.code == "MON05"


SUPPORTED_FIRST = "| {n} | false | 2025-11-20 | 2025-12-01 | 0.60 |\n"


def test_a_hit_rate_that_fell_by_no_more_than_were_supported_first_is_no_breach() -> None:
    without = hits(LISTS.format(a=30, b=70))
    helped = hits(LISTS.format(a=30, b=40) + SUPPORTED_FIRST.format(n=30))
    assert (without.verdict, helped.verdict) == ("breach", "not_enough_evidence")
    assert helped.figure == without.figure == 0.30
    assert "30 students supported first and on track may count either way" in helped.says


def test_a_list_that_was_wrong_whoever_was_supported_first_is_a_breach() -> None:
    assert hits(LISTS.format(a=20, b=75) + SUPPORTED_FIRST.format(n=5)).verdict == "breach"


def test_risks_are_not_said_to_be_too_high_because_support_came_first() -> None:
    helped = calibration(LISTS.format(a=30, b=40) + SUPPORTED_FIRST.format(n=30))
    assert helped.verdict == "not_enough_evidence"
    assert calibration(LISTS.format(a=95, b=0) + SUPPORTED_FIRST.format(n=5)).verdict == "breach"


def test_a_list_far_from_a_judged_date_is_held_against_no_promise() -> None:
    found = hits(LISTS.format(a=30, b=70).replace("2025-11-20", "2026-03-20"))
    assert found.verdict == "not_enough_evidence"
    assert "near a date like those judged" in found.says


def test_a_list_of_a_release_that_is_gone_is_held_against_no_promise() -> None:
    assert hits(LISTS.format(a=30, b=70), None).verdict == "not_enough_evidence"


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [(60, 40, "ok"), (30, 70, "breach"), (95, 5, "breach"), (4, 6, "not_enough_evidence")],
)
def test_risks_of_those_listed_are_held_against_what_happened(right: int, wrong: int, verdict: str) -> None:
    found = calibration(LISTS.format(a=right, b=wrong))
    assert found.verdict == verdict
    assert verdict == "not_enough_evidence" or "Only the risks of those listed are kept" in found.says


def test_calibration_is_of_the_first_flag_of_each_student() -> None:
    """The second list says the same risk of everyone, and is not looked at."""
    made = ledger(LISTS.format(a=60, b=40))
    later = made.flags.assign(as_of=pd.Timestamp("2025-12-20"), run_id="2025-12-20-run", risk=0.01)
    both = replace(made, flags=pd.concat([later, made.flags], ignore_index=True))
    told = last_finished_year(both)
    assert told
    assert set(told.risk[told.listed]) == {0.60}
    assert np.isnan(told.risk[~told.listed]).all()


def test_no_calibration_bin_is_of_a_small_group() -> None:
    bins = calibration_bins(told_in(LISTS.format(a=25, b=15)), LEAST)
    assert len(bins) == 3
    assert min(one.n for one in bins) >= LEAST
    assert calibration_bins(told_in(LISTS.format(a=4, b=4)), LEAST) == ()


def test_a_year_that_nobody_can_tell_yet_is_not_the_last_told_one() -> None:
    drawing = LISTS.format(a=20, b=20) + "| 50 | | 2026-11-20 | | 0.3 |\n"
    made = ledger(drawing.replace("| 0.3 |", "| 0.30 |"))
    made.students.loc[made.students["first_flag"] == "2026-11-20", "school_year"] = 2027
    told = last_finished_year(made)
    assert told
    assert (told.school_year, told.unsaid) == (2026, 0)
    assert last_finished_year(ledger("| n | off_track |\n| 5 | |")) is None
    early = "| n | off_track | school_year |\n| 9 | | 2027 |\n| 3 | true | 2027 |\n| 9 | true | 2026 |"
    found = last_finished_year(ledger(early))
    assert found
    assert found.school_year == 2026


WEEKS = """
| n   | first_flag | lists                            |
| {a} | 2025-11-06 | 2025-11-06 2025-11-13 2025-11-20 |
| {b} | 2025-11-06 | 2025-11-06                       |
| {b} | 2025-11-13 | 2025-11-13                       |
"""


@pytest.mark.parametrize(("stay", "go", "verdict"), [(80, 20, "ok"), (30, 70, "breach"), (2, 2, "not_enough_evidence")])
def test_a_list_that_changes_from_week_to_week_breaches(stay: int, go: int, verdict: str) -> None:
    found = stays_check(ledger(WEEKS.format(a=stay, b=go)), PROMISE, BOUNDS, LEAST)
    assert found.verdict == verdict


def test_lists_a_month_apart_say_nothing_of_steadiness() -> None:
    drawing = "| n | first_flag | lists |\n| 90 | 2025-11-06 | 2025-11-06 2025-12-06 |"
    assert stays_check(ledger(drawing), PROMISE, BOUNDS, LEAST).verdict == "not_enough_evidence"


def fresh(**changed: object) -> Freshness:
    days = tuple(day.date() for day in pd.bdate_range("2025-08-18", "2025-11-20"))
    schools = pd.DataFrame({"silent": [1, 1], "expected": [9.0, 4.0]}, index=pd.Index(["10", "20"], name="school_id"))
    return replace(Freshness(days, date(2025, 11, 19), date(2025, 11, 10), schools), **changed)  # type: ignore[arg-type] # fields by name


def silent(days: int, expected: float) -> pd.DataFrame:
    index = pd.Index(["10", "20"], name="school_id")
    return pd.DataFrame({"silent": [1, days], "expected": [9.0, expected]}, index=index)


@pytest.mark.parametrize(
    ("changed", "verdict", "words"),
    [
        ({}, "ok", "1 school day without new attendance"),
        ({"attendance": date(2025, 11, 10)}, "breach", "8 school days without new attendance"),
        ({"attendance": None}, "breach", "69 school days without new attendance"),
        ({"marks": date(2025, 8, 20)}, "breach", "66 school days without new marks"),
        ({"schools": silent(8, 30.0)}, "breach", "School 20 sent no attendance"),
        ({"schools": silent(8, 2.0)}, "ok", "limit 5"),
        ({"days": ()}, "not_enough_evidence", "No school day"),
    ],
)
def test_records_that_stopped_coming_breach(changed: dict[str, object], verdict: str, words: str) -> None:
    found = freshness_check(fresh(**changed), BOUNDS)
    assert found.verdict == verdict
    assert words in found.says


def test_holidays_make_nothing_stale() -> None:
    """Four school days lie between, whatever the calendar says of weekends."""
    assert fresh().days_since(date(2025, 11, 14)) == 4
    assert fresh().days_since(date(2025, 12, 24)) == 0


MADE = LatestList(date(2025, 11, 20), 2, "model", 30, 200, 0.15)


@pytest.mark.parametrize(
    ("lists", "verdict"),
    [
        (MADE, "ok"),
        (replace(MADE, days_since=11), "breach"),
        (replace(MADE, listed=60), "breach"),
        (replace(MADE, listed=10), "breach"),
        (replace(MADE, listed=10, scorer="rule"), "ok"),
        (replace(MADE, cohort=0), "not_enough_evidence"),
    ],
)
def test_an_old_list_and_one_of_another_length_breach_and_a_rule_may_list_fewer(
    lists: LatestList, verdict: str
) -> None:
    assert listed_check(lists, BOUNDS).verdict == verdict


def test_the_latest_list_is_that_of_the_latest_run() -> None:
    made = ledger("| n | first_flag | lists |\n| 20 | 2025-11-06 | 2025-11-06 2025-11-13 |\n| 9 | 2025-11-06 | |")
    found = latest_list(made, fresh(), 200, 0.15)
    assert (found.made_on, found.listed, found.days_since) == (date(2025, 11, 13), 20, 5)


def test_the_interval_of_a_share_holds_it_and_is_wide_over_few() -> None:
    assert (share_of(0, 11).low, share_of(11, 11).high) == (0.0, 1.0)
    assert share_of(0, 11).high > 0.2
    assert share_of(300, 600).high - share_of(300, 600).low < 0.09


def test_every_code_says_what_is_asked_and_what_to_do() -> None:
    assert list(CODES) == [f"MON{at:02d}" for at in range(1, 14)]
    assert all(code.asks.endswith(".") and code.do.endswith(".") for code in CODES.values())

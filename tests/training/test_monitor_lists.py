"""Checks over what became of live lists, each on drawn ledgers: ok, breach, and not enough evidence."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.freshness import Freshness
from features.settings import Audit, Gate, Monitor, Settings
from models.metrics import Interval
from tests.training.drawn_ledgers import groups_in, ledger
from training.monitor.checks import CODES, MonitorCheck, share_of
from training.monitor.fresh import LatestList, freshness_check, latest_list, listed_check
from training.monitor.group_checks import acted_check, hits_by_group_check, lead_check, missed_check
from training.monitor.groups import LiveAudit, live_audit_of
from training.monitor.lists import acted_on, calibration_bins, calibration_check, hits_check, stays_check
from training.monitor.told import ToldYear, last_told, list_like_judged
from training.promised import Promise

BOUNDS = Monitor()
SETTINGS = Settings(gate=Gate(replicates=200))
PROMISE = Promise("model", 2025, 0.15, hits=Interval(0.60, 0.55, 0.65), found=0.60, stays=0.80)
LEAST = SETTINGS.audit.smallest_group

LISTS = """
| n   | off_track | first_flag | supported_on | risk |
| {a} | true      | 2025-11-20 | 2025-12-01   | 0.60 |
| {b} | false     | 2025-11-20 | 2025-12-01   | 0.60 |
| 30  | true      |            |              |      |
| 200 | false     |            |              |      |
"""


def told_in(drawing: str) -> ToldYear:
    found = last_told(ledger(drawing))
    assert found
    return found


def hits(drawing: str, promise: Promise | None = PROMISE) -> MonitorCheck:
    told = told_in(drawing)
    return hits_check(told, list_like_judged(told, ("11-20",)), promise, BOUNDS, LEAST)


def calibration(drawing: str) -> MonitorCheck:
    return calibration_check(told_in(drawing), BOUNDS, LEAST, replicates=200, seed=7)


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [(60, 40, "ok"), (52, 48, "ok"), (30, 70, "breach"), (3, 7, "not_enough_evidence"), (11, 14, "ok")],
)
def test_hits_short_of_the_promise_breach_only_where_the_interval_excludes_it(
    right: int, wrong: int, verdict: str
) -> None:
    found = hits(LISTS.format(a=right, b=wrong))
    assert found.verdict == verdict
    assert found.code == "MON05"


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
    told = last_told(both)
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
    told = last_told(made)
    assert told
    assert (told.school_year, told.unsaid) == (2026, 0)
    assert last_told(ledger("| n | off_track |\n| 5 | |")) is None
    early = "| n | off_track | school_year |\n| 9 | | 2027 |\n| 3 | true | 2027 |\n| 9 | true | 2026 |"
    found = last_told(ledger(early))
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


ACTED = """
| n   | off_track | first_flag | supported_on | language |
| {a} | false     | 2025-11-20 | 2025-12-01   | English  |
| {b} | false     | 2025-11-20 | 2026-02-01   | English  |
| 60  | true      | 2025-11-20 | 2025-12-01   | English  |
| {c} | true      | 2025-11-20 | 2025-12-01   | Spanish  |
| {d} | false     | 2025-11-20 |              | Spanish  |
| 200 | false     |            |              | English  |
| 200 | false     |            |              | Spanish  |
"""


def acted(drawing: str, on: date = date(2026, 7, 1)) -> MonitorCheck:
    made = ledger(drawing)
    found = last_told(made)
    live = live_audit_of(found, groups_in(drawing, "language"), {}, SETTINGS) if found else None
    recorded = bool(made.students["supported_on"].notna().any())
    return acted_check(acted_on(made, on, BOUNDS, LEAST), recorded, live, BOUNDS)


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "verdict"),
    [(60, 20, 60, 20, "ok"), (0, 240, 20, 20, "breach"), (140, 0, 16, 44, "breach")],
)
def test_flags_that_nobody_acts_on_breach_in_all_or_in_a_group(a: int, b: int, c: int, d: int, verdict: str) -> None:
    found = acted(ACTED.format(a=a, b=b, c=c, d=d))
    assert found.verdict == verdict
    if a == 140:
        assert "students recorded as Spanish" in found.says


def test_acting_late_is_not_acting_in_time_and_a_young_flag_is_not_judged() -> None:
    drawing = "| n | off_track | first_flag | supported_on | language |\n| 40 | | 2025-11-20 | 2026-02-01 | English |"
    assert acted(drawing).figure == 0.0
    assert acted(drawing, on=date(2025, 12, 1)).verdict == "not_enough_evidence"


def test_a_district_that_records_no_contact_is_not_told_that_nobody_acts() -> None:
    found = acted("| n | off_track | first_flag | language |\n| 40 | | 2025-11-20 | English |")
    assert found.verdict == "not_enough_evidence"
    assert "none is recorded" in found.says


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


GROUPED = """
| n   | off_track | first_flag | ended_on   | language |
| {a} | true      | 2025-11-20 | 2026-06-05 | English  |
| {b} | false     | 2025-11-20 |            | English  |
| {c} | true      |            | 2026-06-05 | English  |
| 300 | false     |            |            | English  |
| {d} | true      | {day}      | 2026-06-05 | Spanish  |
| {e} | false     | {day}      |            | Spanish  |
| {f} | true      |            | 2026-06-05 | Spanish  |
| 150 | false     |            |            | Spanish  |
"""


def grouped(*, day: str = "2025-11-20", **cells: int) -> tuple[ToldYear, LiveAudit]:
    usual = {"a": 60, "b": 40, "c": 40, "d": 30, "e": 20, "f": 20}
    drawing = GROUPED.format(day=day, **{**usual, **cells})
    told = told_in(drawing)
    return told, live_audit_of(told, groups_in(drawing, "language"), {"10": "high"}, SETTINGS)


def test_groups_alike_breach_nothing() -> None:
    told, live = grouped()
    found = [
        hits_by_group_check(told, live, BOUNDS),
        missed_check(told, live, PROMISE, BOUNDS, LEAST),
        lead_check(told, live, BOUNDS),
    ]
    assert {check.verdict for check in found} == {"ok"}
    assert [check.code for check in found] == ["MON06", "MON07", "MON08"]


def test_flags_that_are_wrong_more_often_in_a_group_breach() -> None:
    told, live = grouped(d=12, e=48)
    found = hits_by_group_check(told, live, BOUNDS)
    assert found.verdict == "breach"
    assert "students recorded as Spanish" in found.says


def test_a_group_that_is_missed_more_often_breaches_and_so_does_a_promise_not_kept() -> None:
    told, live = grouped(d=8, f=60)
    found = missed_check(told, live, PROMISE, BOUNDS, LEAST)
    assert found.verdict == "breach"
    assert "were listed" in found.says
    assert "would have been" not in found.says
    told, live = grouped(a=20, c=120, d=10, f=60)
    assert missed_check(told, live, PROMISE, BOUNDS, LEAST).verdict == "breach"
    assert missed_check(told, live, replace(PROMISE, found=0.2), BOUNDS, LEAST).verdict == "ok"


def test_a_group_that_is_listed_months_later_breaches() -> None:
    told, live = grouped(day="2026-03-20")
    found = lead_check(told, live, BOUNDS)
    assert found.verdict == "breach"
    assert found.figure is not None
    assert found.figure > 20


def test_what_cannot_be_told_of_groups_is_not_called_alike() -> None:
    told, live = grouped(d=2, e=2, f=2)
    assert {table.of: len(table.groups) for table in live.audit.tables}["language"] == 0
    found = [hits_by_group_check(told, live, BOUNDS), lead_check(told, live, BOUNDS)]
    assert {check.verdict for check in found} == {"not_enough_evidence"}
    few = told_in("| n | off_track | first_flag |\n| 5 | true | 2025-11-20 |\n| 40 | false | |")
    assert missed_check(few, live, PROMISE, BOUNDS, LEAST).verdict == "not_enough_evidence"


SMALL = """
| n   | off_track | first_flag | supported_on | language |
| 60  | true      | 2025-11-20 | 2025-12-01   | English  |
| 140 | false     |            |              | English  |
| 30  | true      | 2025-11-20 | 2025-12-01   | Spanish  |
| 60  | false     |            |              | Spanish  |
| 3   | true      | 2025-11-20 |              | Hmong    |
| 2   | false     |            |              | Hmong    |
| 15  | true      | 2025-11-20 | 2025-12-01   | Arabic   |
| 20  | false     |            |              | Arabic   |
"""


@pytest.mark.parametrize(("least", "apart"), [(2, True), (11, False)])
def test_a_small_group_is_folded_before_anything_is_computed(least: int, apart: bool) -> None:
    settings = SETTINGS.model_copy(update={"audit": Audit(smallest_group=least)})
    live = live_audit_of(told_in(SMALL), groups_in(SMALL, "language"), {}, settings)
    table = live.audit.table("language")
    assert table
    assert ("Hmong" in [group.name for group in table.groups]) is apart
    assert ("Hmong" in live.acted.shares["language"]) is apart
    if not apart:
        assert [group.name for group in table.groups] == ["English", "Spanish", "Arabic / Hmong"]


def test_only_what_can_be_told_of_live_lists_is_computed() -> None:
    _, live = grouped()
    names = {name for table in live.audit.tables for group in table.groups for name in group.figures}
    assert names == {
        "share_off_track", "selection_rate", "recall", "false_positive_rate", "false_discovery_rate", "lead_weeks",
    }  # fmt: skip
    assert [check.code for check in live.checks] == ["EWS101", "EWS102", "EWS103", "EWS106", "EWS107"]


def test_the_interval_of_a_share_holds_it_and_is_wide_over_few() -> None:
    assert (share_of(0, 11).low, share_of(11, 11).high) == (0.0, 1.0)
    assert share_of(0, 11).high > 0.2
    assert share_of(300, 600).high - share_of(300, 600).low < 0.09


def test_every_code_says_what_is_asked_and_what_to_do() -> None:
    assert list(CODES) == [f"MON{at:02d}" for at in range(1, 12)]
    assert all(code.asks.endswith(".") and code.do.endswith(".") for code in CODES.values())

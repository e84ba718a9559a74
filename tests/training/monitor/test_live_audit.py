"""Checks over groups on drawn ledgers: hits, missed, lead and what was acted on, small groups folded first."""

from dataclasses import replace
from datetime import date

import pytest

from features.settings import Audit, Gate, Monitor, Settings
from models.metrics.intervals import Interval
from tests.training.monitor.drawn_ledgers import groups_in, ledger
from training.monitor.checks import MonitorCheck
from training.monitor.finished_year import FinishedYear, last_finished_year
from training.monitor.group_checks import acted_check, hits_by_group_check, lead_check, missed_check
from training.monitor.list_checks import acted_on
from training.monitor.live_audit import LiveAudit, live_audit_of
from training.reference_profile import Promise

BOUNDS = Monitor()
SETTINGS = Settings(gate=Gate(replicates=200))
PROMISE = Promise("model", 2025, 0.15, hits=Interval(0.60, 0.55, 0.65), found=0.60, stays=0.80)
LEAST = SETTINGS.audit.smallest_group


def told_in(drawing: str) -> FinishedYear:
    found = last_finished_year(ledger(drawing))
    assert found
    return found


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
    found = last_finished_year(made)
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


def grouped(*, day: str = "2025-11-20", **cells: int) -> tuple[FinishedYear, LiveAudit]:
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

"""The whole of monitoring on a drawn district: its verdict, its JSON, and a page without a student on it."""

import json
import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tests.training.monitor.drawn_ledgers import groups_in, ledger
from tests.training.monitor.monitor_inputs import inputs_over, made_features
from tests.training.report.report_page import FORBIDDEN, Page
from training.monitor.checks import CODES
from training.monitor.report import render_monitor
from training.monitor.run import MonitorResult, result_in_words, run_monitor

DRAWN = """
| n   | off_track | first_flag | supported_on | risk | language | lists                 |
| 55  | true      | 2025-11-13 | 2025-12-01   | 0.62 | English  | 2025-11-13 2025-11-20 |
| 35  | false     | 2025-11-13 | 2025-12-01   | 0.58 | English  | 2025-11-13 2025-11-20 |
| 25  | true      | 2025-11-20 | 2025-12-01   | 0.58 | Spanish  |                       |
| 17  | false     | 2025-11-20 | 2025-12-01   | 0.58 | Spanish  |                       |
| 5   | true      |            |              |      | Hmong    |                       |
| 4   | false     |            |              |      | Hmong    |                       |
| 12  | true      | 2025-11-20 | 2025-12-01   | 0.60 | Arabic   |                       |
| 8   | false     | 2025-11-20 | 2025-12-01   | 0.60 | Arabic   |                       |
| 30  | false     |            |              |      | Arabic   |                       |
| 30  | true      |            |              |      | English  |                       |
| 12  | true      |            |              |      | Spanish  |                       |
| 300 | false     |            |              |      | English  |                       |
| 150 | false     |            |              |      | Spanish  |                       |
| 7   |           | 2025-11-20 |              | 0.50 | English  |                       |
"""
NOW = "| n  | off_track | first_flag | school_year | risk |\n| 44 |           | 2026-11-19 | 2027        | 0.55 |"


def drawn(features: pd.DataFrame | None = None) -> MonitorResult:
    """What monitoring finds over the drawn school year and this year's latest list."""
    made, now = ledger(DRAWN), ledger(NOW)
    names = {key: f"now{key}" for key in now.students["student_key"]}
    later = [frame.assign(student_key=frame["student_key"].map(names)) for frame in (now.flags, now.students)]
    both = replace(
        made,
        flags=pd.concat([made.flags, later[0]], ignore_index=True),
        students=pd.concat([made.students, later[1]], ignore_index=True),
    )
    return run_monitor(inputs_over(both, groups_in(DRAWN, "language"), features))


@cache
def quiet() -> MonitorResult:
    """A district in which nothing is planted."""
    return drawn()


@cache
def shifted() -> MonitorResult:
    """The same with one feature ten times as large."""
    features = made_features(300, seed=2)
    return drawn(features.assign(absence_rate=features["absence_rate"] * 10))


def verdicts(found: MonitorResult) -> dict[str, str]:
    return {check.code: check.verdict for check in found.checks}


HELD = {**dict.fromkeys(CODES, "ok"), "MON05": "not_enough_evidence"}
"""A hundred students listed cannot show that flags are right within 5 of 100 of a promise."""


def test_a_district_as_promised_breaches_nothing_and_says_what_too_few_students_cannot_show() -> None:
    assert verdicts(quiet()) == HELD
    assert quiet().verdict == "ok"


def test_a_planted_drift_is_the_only_breach() -> None:
    assert verdicts(shifted()) == {**HELD, "MON02": "breach"}
    assert shifted().verdict == "breach"
    assert [one.name for one in shifted().drifts if one.named] == ["absence_rate"]


def test_a_first_year_without_an_end_is_no_breach_and_no_proof() -> None:
    found = run_monitor(inputs_over(ledger(NOW), pd.DataFrame()))
    unsaid = {code for code, verdict in verdicts(found).items() if verdict == "not_enough_evidence"}
    assert unsaid == {"MON04", "MON05", "MON06", "MON07", "MON08", "MON09", "MON10"}
    assert (found.live_audit, found.calibration) == (None, ())
    assert "svg" not in Page(html_of(found)).tags


def test_the_json_has_every_check_with_figure_threshold_and_interval() -> None:
    written = json.loads(json.dumps(quiet().as_json(), allow_nan=False))
    assert set(written) == {
        "verdict", "district", "outcome", "on", "release_id", "scorer", "bundle", "promised_hits", "checks", "drifts",
        "calibration", "live_audit", "answers",
    }  # fmt: skip
    assert [check["code"] for check in written["checks"]] == list(CODES)
    for check in written["checks"]:
        assert set(check) == {"code", "title", "verdict", "says", "figure", "interval", "threshold", "do"}
    hits = next(check for check in written["checks"] if check["code"] == "MON05")
    assert hits["interval"]["low"] < hits["figure"] < hits["interval"]["high"]
    assert hits["threshold"] == pytest.approx(0.55)
    assert {table["of"] for table in written["live_audit"]["audit"]["tables"]} >= {"language"}
    assert written["live_audit"]["unsaid"] == 7


def html_of(found: MonitorResult) -> str:
    return render_monitor(found, district="North & South <b>Unified</b>", outcome="off track at the end of grade 9")


@pytest.mark.parametrize("found", [quiet, shifted], ids=["quiet", "shifted"])
def test_the_page_is_whole_fetches_nothing_and_runs_nothing(found: object) -> None:
    assert callable(found)
    html = html_of(found())
    page = Page(html)
    assert page.open == []
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "form", "object", "b"})
    assert not re.search(r"https?:|//|url\(|@import|javascript:|\son\w+=", html)
    assert [word for word in FORBIDDEN if word in html.lower()] == []
    assert len(html) < 100_000


def test_neither_page_nor_json_holds_a_student_or_a_small_group() -> None:
    for text in (html_of(quiet()), json.dumps(quiet().as_json()), result_in_words(quiet(), Path("x"))):
        assert not re.search(r"key\d{5}", text)
        assert "north-0001" in text
    rows = Page(html_of(quiet())).texts["tr"]
    assert [row for row in rows if row.startswith("Hmong")] == []
    assert any(row.startswith("Arabic / Hmong 59 ") for row in rows)


def test_the_page_says_first_what_is_in_breach_and_what_to_do() -> None:
    says = Page(html_of(shifted())).texts["p"]
    assert says[1] == "1 of 13 checks is in breach."
    assert "To do: See <code>ontrack check</code> and the export" in html_of(shifted())
    assert Page(html_of(quiet())).texts["p"][1] == "No check is in breach."


def test_every_check_stands_with_its_verdict_and_links_to_what_it_asks() -> None:
    html = html_of(quiet())
    assert len(Page(html).rows("✓ Ok")) == len(CODES) - 1
    assert len(Page(html).rows("? Not enough evidence")) == 1
    for code in CODES:
        assert f'href="#{code}"' in html
        assert f'id="{code}"' in html


def test_the_charts_have_their_figures_beside_them() -> None:
    page = Page(html_of(quiet()))
    assert "svg" in page.tags
    assert page.rows("English")
    assert page.texts["tr"].count("Risk given, of 100 Students Ended off track, of 100 ") == 1


def test_what_is_printed_is_a_line_a_check_and_what_to_do() -> None:
    lines = result_in_words(shifted(), Path("report.html")).splitlines()
    assert [line for line in lines if "  MON02  " in line][-1].startswith("to do")
    assert lines[-2:] == ["verdict  breach", "report   report.html"]
    assert date(2026, 11, 20).isoformat() in lines[0]

"""`ontrack check`: figures and findings on a screen, as JSON, and in the exit code."""

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from features.commands import app
from features.quality.check_codes import CHECKS, Finding
from features.quality.check_report import SHOWN, say_warnings
from features.settings import District, Settings, Total
from features.simulator.plan import Plan
from tests.districts import simulated_warehouse

TODAY = date(2026, 11, 20)
TOTALS = (Total(school_id="10", month="2026-10", incidents=0, enrolled=10_000),)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated_warehouse(Plan("north", 400, TODAY, years=2), tmp_path_factory.mktemp("made") / "north.duckdb")


@pytest.fixture
def settings(made: Path, tmp_path: Path) -> Settings:
    """An installation with the warehouse of a simulated district."""
    settings = Settings(home=tmp_path, today=TODAY, districts=(District(id="north", name="North Unified"),))
    settings.warehouse("north").parent.mkdir()
    shutil.copy(made, settings.warehouse("north"))
    return settings


def spoil(settings: Settings, statement: str) -> None:
    """The warehouse after a statement."""
    with duckdb.connect(str(settings.warehouse("north"))) as connection:
        connection.execute(statement)


def asked(settings: Settings, *arguments: str) -> Result:
    """What the command answers."""
    return CliRunner().invoke(app, ["check", "--district", "north", *arguments], obj=settings)


def with_totals(settings: Settings) -> Settings:
    """The same with declared totals that are far off."""
    district = settings.district("north").model_copy(update={"totals": TOTALS})
    return settings.model_copy(update={"districts": (district,)})


def test_a_district_that_adds_up_is_said_to(settings: Settings) -> None:
    answer = asked(settings)
    assert answer.exit_code == 0
    assert "nothing found: the records add up" in answer.stdout
    for month in ("2026-08", "2026-09", "2026-10", "2026-11"):
        assert f"10      {month}" in answer.stdout
    assert "2026-06" not in answer.stdout
    assert "quarter 1" in answer.stdout


def test_json_has_every_figure_beside_a_year_before_and_beside_the_declared_one(settings: Settings) -> None:
    answer = json.loads(asked(with_totals(settings), "--json").stdout)
    assert (answer["district"], answer["today"], answer["school_year"]) == ("north", "2026-11-20", 2027)
    october = next(one for one in answer["months"] if (one["school_id"], one["month"]) == ("10", "2026-10"))
    assert october["absence_rate"] == october["absent_hundredths"] / 100 / october["student_days"]
    assert october["taken_until"] == october["latest_absence"] == "2026-10-30"
    assert october["year_before"]["month"] == "2025-10"
    assert october["declared"] == {"enrolled": 10_000, "absent_days": None, "incidents": 0}
    (quarter,) = (one for one in answer["terms"] if one["school_id"] == "10")
    assert quarter["marks"] == sum(quarter["letters"].values())
    assert quarter["year_before"] >= quarter["year_before_by_now"] > 0
    assert {one["code"]: one["severity"] for one in answer["findings"]}["CHECK10"] == "error"


def test_an_error_is_told_and_ends_with_the_exit_code_of_refused_data(settings: Settings) -> None:
    answer = asked(with_totals(settings))
    assert answer.exit_code == 3
    assert f"CHECK10 error: {CHECKS['CHECK10'].means}" in answer.stdout
    assert "school 10, 2026-10: " in answer.stdout
    assert "declared are 10,000" in answer.stdout


def test_a_month_may_be_asked_for(settings: Settings) -> None:
    """Also one of an earlier year; findings of other months are left out, those of no month are not."""
    spoil(
        settings, "UPDATE calendar_days SET attendance_taken = false WHERE date BETWEEN '2026-03-01' AND '2026-04-30'"
    )
    spoil(settings, "DELETE FROM staff")
    answer = json.loads(asked(settings, "--month", "2026-03", "--json").stdout)
    assert {one["month"] for one in answer["months"]} == {"2026-03"}
    assert {one["school_year"] for one in answer["terms"]} == {2026}
    assert {(one["code"], one["month"]) for one in answer["findings"]} == {("CHECK02", ""), ("CHECK09", "2026-03")}


def test_a_month_without_school_says_so(settings: Settings) -> None:
    assert "no school days in 2026-07" in asked(settings, "--month", "2026-07").stdout


@pytest.mark.parametrize("month", ["2026", "2026-13", "march"])
def test_what_is_no_month_is_a_mistake_of_use(settings: Settings, month: str) -> None:
    assert asked(settings, "--month", month).exit_code == 2


def test_many_findings_of_a_kind_are_counted_on_the_screen(settings: Settings) -> None:
    spoil(
        settings, "UPDATE calendar_days SET attendance_taken = false WHERE school_year = 2026 AND date <> '2026-05-29'"
    )
    told = asked(settings).stdout
    listed = [line for line in told.splitlines() if "attendance taken on" in line]
    assert len(listed) == SHOWN
    assert "more; --json has all of them" in told


def test_warnings_are_told_on_standard_error_a_line_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    say_warnings([Finding("CHECK09", "one"), Finding("CHECK09", "two"), Finding("CHECK19", "three")], "north")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "warning CHECK09 one (and 1 more: ontrack check --district north)",
        "warning CHECK19 three",
    ]

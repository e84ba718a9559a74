"""Sources of a district: who owns which table, and what falls away for want of one."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.definitions.catalog import OUTCOMES
from features.errors import SettingsRefused
from features.settings import District
from features.settings_file import load_settings
from features.snapshots.source_gaps import gaps_of, given_to
from features.snapshots.source_report import fallen_lines, gaps_of_kind
from features.sources.csv import CsvFiles
from features.sources.declaration import SENT_TABLES
from features.sources.oneroster import OneRosterCsv
from ontrack import app

TWO = """
[[districts]]
id = "harbor"
name = "Harbor"
[[districts.sources]]
kind = "oneroster-csv"
folder = "roster"
{roster}
[[districts.sources]]
kind = "csv"
folder = "sis"
{csv}
"""


def settings_file(folder: Path, *, roster: str = "", csv: str = "") -> Path:
    """An `ontrack.toml` of a district with two sources."""
    path = folder / "ontrack.toml"
    path.write_text(TWO.format(roster=roster, csv=csv), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("roster", "csv", "said"),
    [
        ("", 'tables = ["marks"]', "roster and sis both own marks"),
        ('tables = ["incidents"]', "", "incidents: this source gives schools"),
        ('folderr = "x"', "", "folderr: unknown key; did you mean 'folder'"),
        ('folder = "sis"', "", "Cannot overwrite"),
    ],
)
def test_sources_that_cannot_be_together_are_refused(tmp_path: Path, roster: str, csv: str, said: str) -> None:
    with pytest.raises(SettingsRefused, match=said):
        load_settings(settings_file(tmp_path, roster=roster, csv=csv))


def test_csv_files_own_what_no_other_source_owns(tmp_path: Path) -> None:
    path = settings_file(tmp_path, roster='tables = ["students", "enrollments"]')
    told = CliRunner().invoke(app, ["--config", str(path), "sources", "--district", "harbor", "--json"])
    owned = {one["source"]: one["owns"] for one in json.loads(told.stdout)["sources"]}
    assert owned["roster"] == ["students", "enrollments"]
    assert sorted(owned["sis"] + owned["roster"]) == sorted(SENT_TABLES)


def test_a_roster_alone_leaves_out_what_reads_attendance_and_marks_without_credits() -> None:
    gaps = gaps_of_kind(OneRosterCsv)
    assert gaps.features["grade9.absence_rate_20d"] == "attendance, calendar_days"
    assert gaps.rules["chicago_mid_year"] == "marks.credits_earned_hundredths"
    assert "grade9_off_track_chicago" in gaps.outcomes
    assert "grade9.grade_level" not in gaps.features


def test_a_district_is_given_what_its_settings_declare() -> None:
    source = OneRosterCsv(folder="roster", marks_in=("Final",), credits=0.5)
    both = District(id="harbor", name="Harbor", sources=(source, CsvFiles(folder="sis")))
    gaps = gaps_of(given_to(both), OUTCOMES)
    assert gaps.tables == ()
    assert "chicago_mid_year" not in gaps.rules
    without = both.model_copy(update={"sources": (source.model_copy(update={"marks_in": ()}), CsvFiles(folder="sis"))})
    assert gaps_of(given_to(without), OUTCOMES).rules["chicago_mid_year"] == "marks"


def test_files_in_our_own_shape_leave_nothing_out() -> None:
    gaps = gaps_of_kind(CsvFiles)
    assert (gaps.tables, gaps.columns, gaps.features, gaps.rules, gaps.outcomes) == ((), (), {}, {}, {})


def test_what_falls_away_is_said_in_a_line_for_each_source(tmp_path: Path) -> None:
    """Of a table that both could have sent, each is told; of a column, the owner of its table; of nothing, nobody."""
    said = list(fallen_lines(load_settings(settings_file(tmp_path, csv='tables = ["attendance"]')), "harbor"))
    assert [line.partition(" does not give ")[0] for line in said] == ["roster (oneroster-csv)", "sis (csv)"]
    assert "calendar_days" in said[0]
    assert "calendar_days" in said[1]
    assert "marks.credits_earned_hundredths" not in said[1]
    assert said[1].partition("; what falls away: ")[2][0].isdigit()
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "ontrack.toml").write_text('[[districts]]\nid = "harbor"\nname = "H"\n', encoding="utf-8")
    assert not list(fallen_lines(load_settings(whole / "ontrack.toml"), "harbor"))


def test_a_dry_run_says_it_before_it_reads_the_files(tmp_path: Path) -> None:
    path = settings_file(tmp_path, csv='tables = ["attendance"]')
    told = CliRunner().invoke(
        app, ["--config", str(path), "ingest", "--district", "harbor", str(tmp_path), "--dry-run"]
    )
    assert "sis (csv) does not give" in told.stdout
    assert "`ontrack sources --district harbor` names them" in told.stdout

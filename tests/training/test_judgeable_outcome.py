"""`ontrack features outcomes` and `ontrack train` say the same of an outcome that cannot be judged yet."""

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import ontrack
from features.simulator.plan import Plan
from tests.districts import simulated_warehouse

OUTCOME = "left_within_12_months_9"
WHY = "school year 2026 was first scored on 2025-11-20, and no earlier year's outcome was known before that day"
TODAY = date(2026, 12, 21)
"""The outcomes of 2025 and of 2026, each scored on November 20, are known."""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of a small district with three school years."""
    home = tmp_path_factory.mktemp("home")
    simulated_warehouse(Plan("lakeside", 200, today=TODAY, years=3), home / "warehouses" / "lakeside.duckdb")
    path = home / "ontrack.toml"
    path.write_text(
        f'home = "."\ntoday = {TODAY}\n\n[training]\nas_of = ["11-20"]\noutcome = "{OUTCOME}"\n\n'
        '[[districts]]\nid = "lakeside"\nname = "Lakeside Schools"\n',
        encoding="utf-8",
    )
    return path


def test_both_commands_say_why_an_outcome_cannot_be_judged_and_from_when_it_can(config: Path) -> None:
    listed = CliRunner().invoke(
        ontrack.app, ["--config", str(config), "features", "outcomes", "--district", "lakeside", "--json"]
    )
    found = {row["outcome"]: row["judged"] for row in json.loads(listed.stdout)}
    assert found[OUTCOME] == f"not yet: {WHY}; from 2027-12-20 on"
    assert found["grade9_off_track_chicago"] == "yes, on 1 school year: 2026"

    trained = CliRunner().invoke(ontrack.app, ["--config", str(config), "train", "--district", "lakeside"])
    assert trained.exit_code == 0, trained.output
    assert (
        f"GATE01  No model could be fitted: {OUTCOME} cannot be judged yet on {TODAY}: {WHY}; it can be judged from "
        "2027-12-20 on."
    ) in trained.stdout
    assert "next     ontrack promote --district lakeside " in trained.stdout


def test_an_outcome_that_the_records_tell_of_nobody_is_served_by_its_rule_which_says_so(
    config: Path, tmp_path: Path
) -> None:
    """As where no mark has a subject; and one of whose cohort somebody was in the last year alone."""
    (tmp_path / "warehouses").mkdir()
    warehouse = tmp_path / "warehouses" / "lakeside.duckdb"
    shutil.copy(config.parent / "warehouses" / "lakeside.duckdb", warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE marks SET subject = 'other'")
    (tmp_path / "ontrack.toml").write_text(config.read_text(encoding="utf-8"), encoding="utf-8")
    said = ["--config", str(tmp_path / "ontrack.toml"), "train", "--district", "lakeside", "--outcome"]
    trained = CliRunner().invoke(ontrack.app, [*said, "core_f_next_term_6_8"])
    assert trained.exit_code == 0, trained.output
    assert "core_f_next_term_6_8 cannot be judged: of none of the students enrolled in grades 6" in trained.stdout
    assert "next     ontrack promote --district lakeside " in trained.stdout
    trained = CliRunner().invoke(ontrack.app, [*said, "core_f_next_term_9_again"])
    assert trained.exit_code == 0, trained.output

"""The page about a prepared table, from its command to its exit codes, on a made table with the columns it names."""

import json
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import ontrack
from features.errors import Refused
from models.release_checks import GateRefused
from tests.docs.pages import DOCS, Shown, blocks, steps
from training.prepared_table.examples import prepare
from training.prepared_table.file import read_table
from training.prepared_table.spec import TableSpec

PAGE = DOCS / "how-to" / "prepared-table.md"
SETTINGS = 'home = "home"\n[gate]\nreplicates = 100\n[[districts]]\nid = "lakeside"\nname = "Lakeside"\n'
"""Few draws, so that the command ends in seconds."""


def made_table(rows: int = 300) -> pd.DataFrame:
    """Students with the columns that the page's command and its spec name; the older ones end off track more often."""
    rng = np.random.default_rng(4)
    age, grade = rng.integers(17, 40, rows), rng.normal(130, 15, rows).round(1)
    off = rng.random(rows) < 1 / (1 + np.exp(-(0.1 * (age - 25) - 0.05 * (grade - 130))))
    return pd.DataFrame(
        {
            "student_id": [f"s{i}" for i in range(rows)],
            "campus": rng.choice(["North", "South"], rows),
            "Age_at_enrollment": age,
            "Admission_grade": grade,
            "Gender": rng.integers(0, 2, rows),
            "Scholarship_holder": rng.integers(0, 2, rows),
            "Curricular_units_1st_sem_grade": off.astype(float),
            "Status": np.where(off, "Dropout", "Graduate"),
        }
    )


def few_folds() -> str:
    """The example's spec with two folds and one seed, which ends in seconds too."""
    spec = (DOCS / "examples" / "uci697_at_enrolment.toml").read_text(encoding="utf-8")
    quick = spec.replace("k = 5, seeds = [0, 1, 2]", "k = 2, seeds = [0]")
    assert quick != spec
    return quick


def invoke(command: str) -> Result:
    """What a command does in the current folder."""
    return CliRunner().invoke(ontrack.app, shlex.split(command)[1:])


def test_the_page_is_gone_through_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its courses of the Open University are run where their data are: tests/training/prepared_table/test_oulad.py."""
    monkeypatch.chdir(tmp_path)
    Path("docs/examples").mkdir(parents=True)
    Path("docs/examples/uci697_at_enrolment.toml").write_text(few_folds(), encoding="utf-8")
    (tmp_path / "ontrack.toml").write_text(SETTINGS, encoding="utf-8")
    made_table().to_csv("data.csv.gz", index=False)
    command = next(step.command for step in steps(PAGE) if isinstance(step, Shown))
    trained = invoke(command)
    assert trained.exit_code == 0, (trained.output, trained.exception)
    spec = TableSpec.model_validate(tomllib.loads(blocks(PAGE, "toml")[0]))
    assert "Admission_grade" in prepare(read_table(Path("data.csv.gz")), spec).examples.features.columns
    answer = json.loads(trained.stdout)
    assert answer.keys() == json.loads(blocks(PAGE, "json")[0]).keys()
    assert Path(answer["report"]).is_file()
    promoted = invoke(f'ontrack promote --district lakeside {answer["bundle"]} --approved-by "Ana Li"')
    assert isinstance(promoted.exception, GateRefused)
    assert exit_code_of(command.replace("uci697_at_enrolment", "none")) == 2
    made_table().drop(columns="Status").to_csv("data.csv.gz", index=False)
    assert exit_code_of(command) == 3


def test_the_table_with_several_rows_a_student_is_judged_by_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ontrack.toml").write_text(SETTINGS, encoding="utf-8")
    Path("weekly.toml").write_text(blocks(PAGE, "toml")[1], encoding="utf-8")
    weekly_table().to_csv("weekly.csv.gz", index=False)
    command = next(step.command for step in steps(PAGE) if isinstance(step, Shown) and "weekly" in step.command)
    trained = invoke(command)
    assert trained.exit_code == 0, (trained.output, trained.exception)
    periods = json.loads(trained.stdout)["periods"]
    assert [(one["by"], one["value"]) for one in periods] == [
        ("year", "2026"), ("seen_on", "2025-10-03"), ("seen_on", "2026-03-06"),
    ]  # fmt: skip
    Path("weekly.toml").write_text("\n".join(blocks(PAGE, "toml")[1].splitlines()[2:]), encoding="utf-8")
    refused = invoke(command).exception
    assert isinstance(refused, Refused)
    assert 'Add the line id = "student_id" to the spec' in str(refused)


def weekly_table() -> pd.DataFrame:
    """The students of two years, each seen twice."""
    once = made_table(600).drop(columns="Curricular_units_1st_sem_grade")
    years = once.assign(year=2025 + np.arange(600) % 2)
    seen = [years.assign(seen_on=(years["year"] - before).astype(str) + day) for before, day in SEEN_ON]
    return pd.concat(seen, ignore_index=True)


SEEN_ON = ((1, "-10-03"), (0, "-03-06"))
"""How many years before the end of the school year, and the day."""


def exit_code_of(command: str) -> int:
    """The exit code that a refused command ends with."""
    refused = invoke(command).exception
    assert isinstance(refused, Refused), refused
    return refused.exit_code

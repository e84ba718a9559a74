"""Real courses, day by day: what came later is in no table, and the model keeps up with logistic regression."""

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.progress import quietly
from tests.kept_folders import kept_findings
from tests.oulad_table import DATA, DAY, oulad_table, recipe
from tests.training.prepared_table import test_prepared_table as terms
from tests.training.prepared_table.test_prepared_table import FEW_DRAWS, MADE_ON
from training.prepared_table.train import train_table

REPOSITORY = Path(__file__).parents[3]
EXAMPLES = REPOSITORY / "docs" / "examples"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="OULAD is not beside this checkout: ../shared/data/oulad")


@pytest.fixture(scope="module")
def table() -> Path:
    return oulad_table()


def test_what_came_later_is_not_in_the_table(table: Path, tmp_path: Path) -> None:
    """Everything handed in, and everyone who left, after the day is taken out of the data: the table stays the same."""
    shutil.copytree(DATA, tmp_path / "data")
    for name, column in (("student_assessment", "date_submitted"), ("student_registration", "date_unregistration")):
        path = tmp_path / "data" / f"{name}.parquet"
        rows = pd.read_parquet(path)
        later = pd.to_numeric(rows[column], errors="coerce") > DAY
        kept = rows[~later] if name == "student_assessment" else rows.assign(**{column: rows[column].mask(later)})
        assert later.sum() > 1000
        kept.to_parquet(path)
    recipe().main(tmp_path / "data", DAY, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == table.read_bytes()


def test_who_had_left_by_the_day_is_in_no_row(table: Path) -> None:
    rows = pd.read_csv(table)
    assert len(rows) > 18_000
    gone = pd.read_parquet(DATA / "student_registration.parquet")
    gone = gone[pd.to_numeric(gone["date_unregistration"], errors="coerce") <= DAY]
    left = set(zip(gone["id_student"], gone["code_module"] + " " + gone["code_presentation"], strict=True))
    assert not left & set(zip(rows["student_key"], rows["school_id"], strict=True))


def judged(table: Path) -> dict[str, Any]:
    """How a later presentation is judged, which takes 7 seconds."""
    spec = EXAMPLES / "oulad_day30.toml"

    def found(work: Path) -> dict[str, object]:
        """What the training found."""
        answer = train_table(table, spec, work, made_on=MADE_ON, progress=quietly, terms=FEW_DRAWS)
        aucs = {name: answer.trained.figures[name].roc_auc for name in ("model", "logistic")}
        leaks = [leak.feature for leak in answer.trained.leaks]
        return {**aucs, "leaks": leaks, "share_off_track": answer.as_json()["share_off_track"]}

    said: dict[str, Any] = kept_findings("oulad-judged", [__file__, terms.__file__, spec, table], found)
    return said


def test_a_later_presentation_is_judged_by_a_model_of_the_ones_before(table: Path) -> None:
    found = judged(table)
    assert found["model"] > 0.75
    assert found["leaks"] == []
    assert found["model"] >= found["logistic"] - 0.005
    assert found["share_off_track"] == {
        "learned_from": pytest.approx(0.441, abs=0.003),
        "judged": pytest.approx(0.483, abs=0.003),
    }

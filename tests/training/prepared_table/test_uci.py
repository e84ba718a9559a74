"""`train-table` on real students: the model keeps up with logistic regression and its risks mean what they say."""

from pathlib import Path
from typing import Any

import pytest

from features.progress import quietly
from tests.kept_folders import kept_findings
from tests.training.prepared_table import test_prepared_table as terms
from tests.training.prepared_table.test_prepared_table import FEW_DRAWS, MADE_ON
from training.prepared_table.train import train_table

REPOSITORY = Path(__file__).parents[3]
DATA = REPOSITORY.parent / "shared" / "data" / "uci697_dropout" / "data.csv.gz"
EXAMPLES = REPOSITORY / "docs" / "examples"


def judged() -> dict[str, Any]:
    """How a model of real students is judged beside logistic regression, which takes 5 seconds."""
    example = EXAMPLES / "uci697_after_semester_1.toml"
    spec = example.read_text(encoding="utf-8")
    quick = spec.replace("k = 5, seeds = [0, 1, 2]", "k = 3, seeds = [0]")
    assert quick != spec

    def found(work: Path) -> dict[str, object]:
        """What the training found."""
        (work / "quick.toml").write_text(quick, encoding="utf-8")
        answer = train_table(
            DATA, work / "quick.toml", work / "home", made_on=MADE_ON, progress=quietly, terms=FEW_DRAWS
        )
        trained = answer.trained
        model, ages = trained.figures["model"], trained.audit.list.table("age")
        return {
            "rows": [model.n, model.positives],
            "roc_auc": model.roc_auc,
            "calibration_error": model.calibration_error,
            "logistic": trained.figures["logistic"].roc_auc,
            "leaks": [leak.feature for leak in trained.leaks],
            "columns": list(trained.model.dictionary.names),
            "ages": [group.name for group in ages.groups] if ages else None,
        }

    said: dict[str, Any] = kept_findings("uci-judged", [__file__, terms.__file__, example, DATA], found)
    return said


@pytest.mark.skipif(
    not DATA.exists(), reason="UCI data set 697 is not beside this checkout: ../shared/data/uci697_dropout"
)
def test_a_view_of_uci_697_is_predicted_as_well_as_by_logistic_regression() -> None:
    found = judged()
    assert found["rows"] == [4424, 1421]
    assert found["roc_auc"] > 0.89
    assert found["roc_auc"] >= found["logistic"] - 0.005
    assert found["calibration_error"] <= 0.02
    assert found["leaks"] == []
    assert not any(name.startswith("Curricular_units_2nd_sem") for name in found["columns"])
    assert found["ages"] == ["< 21", "21 to < 25", ">= 25"]


@pytest.mark.parametrize("name", ["at_enrolment", "after_semester_1", "after_semester_2"])
def test_the_examples_differ_in_their_columns_only(name: str) -> None:
    lines = (EXAMPLES / f"uci697_{name}.toml").read_text(encoding="utf-8").splitlines()
    first = (EXAMPLES / "uci697_at_enrolment.toml").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if not line.startswith(("#", "exclude"))} == {
        line for line in first if not line.startswith(("#", "exclude"))
    }

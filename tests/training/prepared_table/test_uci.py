"""`train-table` on real students: the model keeps up with logistic regression and its risks mean what they say."""

from pathlib import Path

import pytest

from features.progress import quietly
from tests.training.prepared_table.test_prepared_table import FEW_DRAWS, MADE_ON
from training.prepared_table.train import train_table

REPOSITORY = Path(__file__).parents[3]
DATA = REPOSITORY.parent / "shared" / "data" / "uci697_dropout" / "data.csv.gz"
EXAMPLES = REPOSITORY / "docs" / "examples"


@pytest.mark.skipif(
    not DATA.exists(), reason="UCI data set 697 is not beside this checkout: ../shared/data/uci697_dropout"
)
def test_a_view_of_uci_697_is_predicted_as_well_as_by_logistic_regression(tmp_path: Path) -> None:
    spec = (EXAMPLES / "uci697_after_semester_1.toml").read_text(encoding="utf-8")
    quick = spec.replace("k = 5, seeds = [0, 1, 2]", "k = 3, seeds = [0]")
    assert quick != spec
    (tmp_path / "quick.toml").write_text(quick, encoding="utf-8")
    spec_path, home = tmp_path / "quick.toml", tmp_path / "home"
    answer = train_table(DATA, spec_path, home, made_on=MADE_ON, progress=quietly, terms=FEW_DRAWS)
    model, logistic = (answer.trained.figures[name] for name in ("model", "logistic"))
    assert (model.n, model.positives) == (4424, 1421)
    assert model.roc_auc > 0.89
    assert model.roc_auc >= logistic.roc_auc - 0.005
    assert model.calibration_error <= 0.02
    assert answer.trained.leaks == ()
    assert not any(name.startswith("Curricular_units_2nd_sem") for name in answer.trained.model.dictionary.names)
    ages = answer.trained.audit.list.table("age")
    assert ages
    assert [group.name for group in ages.groups] == ["< 21", "21 to < 25", ">= 25"]


@pytest.mark.parametrize("name", ["at_enrolment", "after_semester_1", "after_semester_2"])
def test_the_examples_differ_in_their_columns_only(name: str) -> None:
    lines = (EXAMPLES / f"uci697_{name}.toml").read_text(encoding="utf-8").splitlines()
    first = (EXAMPLES / "uci697_at_enrolment.toml").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if not line.startswith(("#", "exclude"))} == {
        line for line in first if not line.startswith(("#", "exclude"))
    }

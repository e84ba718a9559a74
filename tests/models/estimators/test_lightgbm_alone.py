"""LightGBM is imported without scikit-learn where a process only predicts."""

import subprocess
import sys

AFTER = "import sys; from models.estimators.lightgbm_alone import import_lightgbm as f; lgb = f(); "


def said(program: str) -> str:
    """What a new process prints."""
    return subprocess.run([sys.executable, "-c", AFTER + program], capture_output=True, text=True, check=True).stdout


def test_a_process_that_predicts_imports_no_scikit_learn_and_can_do_so_later() -> None:
    assert said("print('sklearn' in sys.modules, 'scipy.stats' in sys.modules)").split() == ["False", "False"]
    assert said("import sklearn; print(lgb.Booster, f() is lgb)").endswith("True\n")

"""`shap.TreeExplainer` on a model's trees, by its own code."""

import numpy as np
import pandas as pd

from benchmarks.figures import DifferentAnswersError
from models.estimators.risk_model import RiskModel
from models.examples import Floats

NEAR = 1e-4
"""How far values may lie apart, in log odds: those of many rows have 32 bits."""


class Explainer:
    """The explainer of a model."""

    def __init__(self, model: RiskModel) -> None:
        import shap  # takes seconds and warns: only where it is needed

        self.explainer = shap.TreeExplainer(model.booster)
        # otherwise it hands LightGBM's trees back to LightGBM, and there would be nothing to compare
        self.explainer.model.model_type = "internal"

    def values(self, encoded: Floats) -> Floats:
        """Rows × features: the SHAP value of each."""
        return np.asarray(self.explainer.shap_values(encoded, check_additivity=False), dtype=np.float64)


def refuse_other_values(model: RiskModel, rows: pd.DataFrame) -> None:
    """DifferentAnswersError where a model's contributions are not what the explainer finds."""
    found = Explainer(model).values(model.dictionary.encode(rows))
    if not np.allclose(model.contributions(rows)[:, :-1], found, rtol=0, atol=NEAR):
        raise DifferentAnswersError("a model's contributions and shap.TreeExplainer differ")

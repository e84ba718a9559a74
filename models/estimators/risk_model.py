"""The risk model: native LightGBM text, a calibrator and a feature dictionary."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.estimators.calibration import Calibrator
from models.estimators.fit_record import FitRecord
from models.estimators.lightgbm_alone import import_lightgbm
from models.estimators.shap_values import contributions_of
from models.examples import Floats, Texts
from models.feature_dictionary import FeatureDictionary

if TYPE_CHECKING:
    import lightgbm as lgb

SCHOOL_WEEK = "school_week"
"""The feature that says how much of the year is known."""


@dataclass(frozen=True)
class RiskModel:
    """A fitted model: each row's risk depends on that row, and on its school, alone.

    `booster_text` is LightGBM's own text, already verified: a damaged text does not raise when read.
    `threads` is how many threads one prediction may use. `fit` says how a model was fitted, None for one of a bundle.
    """

    booster_text: str
    calibrator: Calibrator
    dictionary: FeatureDictionary
    threads: int = 1
    fit: FitRecord | None = field(default=None, compare=False, repr=False)

    @property
    def workers(self) -> int:
        """How many processes grew its trees together, where it is known how it was fitted; else 1."""
        return int(self.fit.parameters.get("num_machines", 1)) if self.fit else 1

    @cached_property
    def booster(self) -> "lgb.Booster":
        """The parsed trees."""
        booster: lgb.Booster = import_lightgbm().Booster(model_str=self.booster_text)
        return booster

    def margin(self, features: pd.DataFrame) -> Floats:
        """The raw score of each row, in log odds before calibration."""
        if features.empty:
            return np.empty(0)
        rows = self.dictionary.encode(features)
        return np.asarray(self.booster.predict(rows, raw_score=True, num_threads=self.threads), dtype=np.float64)

    def risk(self, features: pd.DataFrame, school: Texts | None = None) -> Floats:
        """The calibrated probability of ending off track of each row, in [0, 1], given each row's school.

        A row's school has no part in it where `school` is None, or the features lack the school week.
        """
        return self.risk_of(self.margin(features), features, school)

    def risk_of(self, margin: Floats, features: pd.DataFrame, school: Texts | None = None) -> Floats:
        """The same where the rows' margins are known already."""
        if school is None or SCHOOL_WEEK not in features or features.empty:
            return self.calibrator.risk_of(margin)
        week = features[SCHOOL_WEEK].to_numpy(dtype=np.float64)
        return self.calibrator.risk_of(margin, self.calibrator.schools.of(school, week))

    def contributions(self, features: pd.DataFrame) -> Floats:
        """Rows × (features + 1): the SHAP value of each feature, then the base value; a row sums to its margin."""
        rows = self.dictionary.encode(features)
        return contributions_of(self.booster, self.booster_text, rows, threads=self.threads)

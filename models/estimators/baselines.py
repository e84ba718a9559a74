"""Baselines that a model has to beat: L2 logistic regression, and a school-only model."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from features.errors import Refused
from models.examples import Examples, Floats, fixed_order
from models.feature_dictionary import FeatureDictionary
from models.metrics.classification_metrics import refuse_one_class

MOST_CATEGORIES = 30
PRECISE = 1e-6
"""The steepest slope of the mean loss at which a fit ends: at the usual 1e-4 risks are off by up to 0.02."""
SCHOOL_PRIOR = 20.0
"""How many average students are added to each school's own, which draws small schools to the overall share."""


@dataclass(frozen=True)
class LogisticBaseline:
    """L2 logistic regression on the same features: fitted each time, never stored."""

    pipeline: Pipeline

    def risk(self, examples: Examples) -> Floats:
        """The risk of each row, in [0, 1]."""
        return np.asarray(self.pipeline.predict_proba(examples.matrix())[:, 1], dtype=np.float64)


@dataclass(frozen=True)
class SchoolOnlyBaseline:
    """The share off track of each school in the training rows; an unseen school has the overall share."""

    shares: "pd.Series[float]"
    overall: float

    def risk(self, examples: Examples) -> Floats:
        """The risk of each row, in [0, 1]."""
        known = pd.Series(school_of(examples)).map(self.shares).fillna(self.overall)
        return np.asarray(known, dtype=np.float64)


def fit_logistic(examples: Examples) -> LogisticBaseline:
    """L2 logistic regression: numbers imputed by their median with an indicator and standardised, text one-hot."""
    refuse_one_class(examples.label)
    order = fixed_order(examples)
    regression = LogisticRegression(C=1.0, solver="newton-cholesky", tol=PRECISE)
    pipeline = make_pipeline(preprocessing(examples.dictionary), regression)
    weight = {"logisticregression__sample_weight": examples.weight[order]}
    return LogisticBaseline(pipeline.fit(examples.matrix_of(order), examples.label[order], **weight))


def preprocessing(dictionary: FeatureDictionary) -> ColumnTransformer:
    """Preprocessing of the estimator's matrix, in which text is a category's position and missing is NaN."""
    texts = [i for i, entry in enumerate(dictionary.entries) if entry.kind == "text"]
    numbers = [i for i, entry in enumerate(dictionary.entries) if entry.kind != "text"]
    impute = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MOST_CATEGORIES, sparse_output=False)
    return ColumnTransformer([("numbers", make_pipeline(impute, StandardScaler()), numbers), ("texts", one_hot, texts)])


def fit_school_only(examples: Examples) -> SchoolOnlyBaseline:
    """Each school's share off track, drawn towards the overall share where it has few students."""
    weight = examples.weight
    overall = float(np.average(examples.label, weights=weight))
    rows = pd.DataFrame({"students": weight, "off_track": weight * examples.label})
    by_school = rows.groupby(school_of(examples)).sum()
    shares = (by_school.off_track + SCHOOL_PRIOR * overall) / (by_school.students + SCHOOL_PRIOR)
    return SchoolOnlyBaseline(shares, overall)


def school_of(examples: Examples) -> "np.typing.NDArray[np.str_]":
    """The school of each row; Refused where the examples have none."""
    if examples.school is None:
        raise Refused("these rows have no school: a school-only model needs one")
    return examples.school

"""Risk and reasons by the scorer that serves: a model over its features, or the published rule over its signals."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from features.definitions.catalog import SERVABLE
from features.language.feature_set import FeatureSet, Outcome
from models.bundle.bundle import Bundle
from models.bundle.manifest import BundleRefused
from models.estimators.published_rule import TOO_FEW, RuleModel, SimilarStudents
from models.estimators.risk_model import RiskModel
from models.examples import Floats
from models.explanations.reason_columns import ReasonTable
from models.explanations.reason_stability import ReasonStability, stability_in
from models.explanations.reasons import Reasons, reason_table, to_reasons
from models.explanations.rule_reasons import rule_reason_table

if TYPE_CHECKING:
    from features.snapshots.snapshot import Snapshot

RULE_SIGNALS = "rule_signals"
"""The column of a snapshot with the count of signals of the feature set's published rule."""
Scorer = RiskModel | RuleModel


def feature_set_of_bundle(bundle: Bundle) -> type[FeatureSet]:
    """The feature set that a bundle was made for; where a rule serves, no more of it than the rule needs."""
    found = SERVABLE[bundle.feature_set]
    return found.rule_alone() if bundle.kind == "rule" else found


def refuse_prepared_table(bundle: Bundle) -> None:
    """Raise BundleRefused where a bundle is over the columns of a table: there are no records to compute them from."""
    if bundle.feature_set not in SERVABLE:
        raise BundleRefused(f"bundle {bundle.path.name}: made from a prepared table; train on the district's records")


def refuse_other_definition(bundle: Bundle, outcome: Outcome) -> None:
    """Raise BundleRefused where the outcome has changed since the bundle learned it: a threshold, its cohort."""
    if bundle.metrics.get("definition", outcome.definition) != outcome.definition:
        raise BundleRefused(
            f"bundle {bundle.path.name}: it learned another definition of {outcome.name} than the settings have now "
            f"({outcome.says}); train again"
        )


def risk_of(scorer: Scorer, features: pd.DataFrame, school: "pd.Series[str]") -> Floats:
    """The risk of each row of a snapshot, whose students are at these schools, in [0, 1]."""
    if isinstance(scorer, RuleModel):
        return scorer.risk(features[RULE_SIGNALS].to_numpy(dtype=np.float64))
    return scorer.risk(features, np.asarray(school, dtype=np.str_))


def is_told(scorer: Scorer, snapshot: "Snapshot") -> "pd.Series[bool]":
    """Of whom the scorer can say something: not a rule without a count of a student without a day of attendance."""
    if not isinstance(scorer, RuleModel):
        return pd.Series(True, index=snapshot.features.index)
    return snapshot.features[RULE_SIGNALS].notna() | (snapshot.school_days > 0)


def order_of(scorer: Scorer, features: pd.DataFrame) -> Floats:
    """What rows are listed by, the highest first: a model's risk, or the rule's count, 0 where it is missing.

    A model lists by the student's own records, without the offset of the school: nobody is listed for where they are.
    """
    if isinstance(scorer, RuleModel):
        return features[RULE_SIGNALS].fillna(0.0).to_numpy(dtype=np.float64)
    return scorer.risk(features)


def similar_students_of(
    scorer: Scorer, features: pd.DataFrame, *, least: int, told: bool = True
) -> list[SimilarStudents | None]:
    """The past students behind each row's risk, fewer than `least` never told; None where the scorer is a model.

    Unless numbers are `told` on the date, a model's risk is as one behind which too few stand.
    """
    if isinstance(scorer, RuleModel):
        return scorer.similar_students(features[RULE_SIGNALS].to_numpy(dtype=np.float64), least=least)
    return [None if told else TOO_FEW] * len(features)


def reasons_by(bundle: Bundle, snapshot: "Snapshot") -> list[Reasons]:
    """The reasons of each student of a snapshot, by the scorer of a bundle."""
    return to_reasons(reason_table_by(bundle, snapshot))


def reason_table_by(bundle: Bundle, snapshot: "Snapshot") -> ReasonTable:
    """The same in columns, for a whole cohort."""
    return reason_table_of(
        bundle.scorer,
        snapshot.features,
        SERVABLE[bundle.feature_set],
        stability_in(bundle.metrics),
        names=bundle.dictionary.names,
        days=np.asarray(snapshot.school_days, dtype=np.float64),
    )


def reasons_of(
    scorer: Scorer,
    features: pd.DataFrame,
    feature_set: type[FeatureSet],
    stability: ReasonStability | None = None,
    *,
    names: Collection[str] | None = None,
    days: Floats | None = None,
) -> list[Reasons]:
    """The reasons of each row: by a model's contributions, or by the rule's signs.

    `stability` says which of a model's reasons are stable; others are never given. Where the bundle has none of it (an
    old one, a prepared table), all are. A rule's signs are what it counts, and hold. `names` are
    the features for which the district sends data, `days` the school days of each student so far.
    """
    return to_reasons(reason_table_of(scorer, features, feature_set, stability, names=names, days=days))


def reason_table_of(
    scorer: Scorer,
    features: pd.DataFrame,
    feature_set: type[FeatureSet],
    stability: ReasonStability | None = None,
    *,
    names: Collection[str] | None = None,
    days: Floats | None = None,
) -> ReasonTable:
    """The same in columns, for a whole cohort."""
    if isinstance(scorer, RiskModel):
        return reason_table(scorer, features, never_said=stability.never_said if stability else (), days=days)
    return rule_reason_table(features, feature_set, names)

"""Risk and reasons from whatever serves: a model over its features, or the published rule over its signals."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from features.definitions.catalog import SERVED
from features.language.feature_set import Feature, FeatureSet, Outcome, Sign
from features.snapshots.snapshot import Snapshot
from models.bundle.bundle import Bundle, BundleRefused
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.examples import Floats
from models.explanations.reason_stability import Stability, stability_in
from models.explanations.reasons import MOST_REASONS, Reason, Reasons, top_reasons

RULE_SIGNALS = "rule_signals"
"""The column of a snapshot that holds what the feature set's published rule counts."""

Scorer = RiskModel | RuleModel


def refuse_prepared_table(bundle: Bundle) -> None:
    """Raise BundleRefused where a bundle is over the columns of a table: there are no records to compute them from."""
    if bundle.feature_set not in SERVED:
        raise BundleRefused(f"bundle {bundle.path.name}: made from a prepared table; train on the district's records")


def refuse_other_definition(bundle: Bundle, outcome: Outcome) -> None:
    """Raise BundleRefused where the outcome has changed since the bundle learned it: a threshold, its cohort."""
    if bundle.metrics.get("definition", outcome.definition) != outcome.definition:
        raise BundleRefused(
            f"bundle {bundle.path.name}: it learned another definition of {outcome.name} than the settings have now "
            f"({outcome.says}); train again"
        )


def risk_of(scorer: Scorer, features: pd.DataFrame) -> Floats:
    """The risk of each row of a snapshot, in [0, 1]."""
    if isinstance(scorer, RuleModel):
        return scorer.risk(features[RULE_SIGNALS].to_numpy(dtype=np.float64))
    return scorer.risk(features)


def order_of(scorer: Scorer, features: pd.DataFrame) -> Floats:
    """What each row is listed by, the highest first: a model's risk, the rule's own count; one that is missing is 0."""
    if isinstance(scorer, RuleModel):
        return features[RULE_SIGNALS].fillna(0.0).to_numpy(dtype=np.float64)
    return scorer.risk(features)


def reasons_by(bundle: Bundle, snapshot: Snapshot) -> list[Reasons]:
    """Per student of a snapshot, what speaks for them and what stands out, by what serves."""
    return reasons_of(
        bundle.scorer,
        snapshot.features,
        SERVED[bundle.feature_set],
        stability_in(bundle.metrics),
        names=bundle.dictionary.names,
        days=np.asarray(snapshot.school_days, dtype=np.float64),
    )


def reasons_of(
    scorer: Scorer,
    features: pd.DataFrame,
    feature_set: type[FeatureSet],
    stability: Stability | None = None,
    *,
    names: Collection[str] | None = None,
    days: Floats | None = None,
) -> list[Reasons]:
    """Per row, what speaks for a student and what stands out: by a model's contributions, or by the rule's signs.

    `stability` is what the bundle says of how a model's reasons hold: those that do not are never given. Where it says
    nothing (a bundle from before, a prepared table), all are. A rule's signs are what it counts, and hold. `names` are
    the features for which the district sends data, `days` the school days of each student so far.
    """
    if isinstance(scorer, RiskModel):
        return top_reasons(scorer, features, never_said=stability.never_said if stability else (), days=days)
    return signs_of(features, feature_set, names)


def signs_of(
    features: pd.DataFrame, feature_set: type[FeatureSet], names: Collection[str] | None = None
) -> list[Reasons]:
    """Per row, the signs of the published rule that are met, and as strengths those that are clearly not.

    A contribution is what the feature adds to the count of signals, or would add. Only those of `names` are said: of
    the others the district sends no data.
    """
    signs = feature_set.indicator.reasons if feature_set.indicator else ()
    named = feature_set.features()
    known = [(sign, named[sign.feature]) for sign in signs if names is None or sign.feature in names]
    found = sorted(known, key=lambda one: not one[1].can_change)
    rows = features[[sign.feature for sign, _ in found]].to_numpy(dtype=np.float64).tolist()
    return [of_signs(list(zip(found, row, strict=True))) for row in rows]


def of_signs(found: list[tuple[tuple[Sign, Feature], float]]) -> Reasons:
    """What the signs of one student say; a concept that stands out is no strength too, nor two of them."""
    needs = tuple(
        Reason(sign.feature, value, value if sign.each else 1.0, feature.domain, feature.concept)
        for (sign, feature), value in found
        if sign.met_by(value)
    )
    taken = {concept_of(one) for one in needs}
    strengths = []
    for (sign, feature), value in found:
        reason = Reason(sign.feature, value, -1.0, feature.domain, feature.concept)
        clear = feature.strength is not None and feature.strength.met_by(value) and not sign.met_by(value)
        if clear and concept_of(reason) not in taken:
            taken.add(concept_of(reason))
            strengths.append(reason)
    return Reasons(tuple(strengths[:MOST_REASONS]), needs)


def concept_of(reason: Reason) -> str:
    """What a reason is about; one without a concept is about itself."""
    return reason.concept or reason.code

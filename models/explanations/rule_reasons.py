"""Reasons of the published rule: its signs that are met, and those that are clearly not."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from features.language.feature_set import Feature, FeatureSet, Sign
from models.explanations.reasons import MOST_REASONS, Reason, Reasons


def rule_reasons(
    features: pd.DataFrame, feature_set: type[FeatureSet], names: Collection[str] | None = None
) -> list[Reasons]:
    """The reasons of each row: signs of the published rule that are met, and as strengths those clearly not met.

    A contribution is what the feature adds to the count of signals, or would add. Only those of `names` are said: of
    the others the district sends no data.
    """
    signs = feature_set.indicator.reasons if feature_set.indicator else ()
    named = feature_set.features()
    known = [(sign, named[sign.feature]) for sign in signs if names is None or sign.feature in names]
    found = sorted(known, key=lambda one: not one[1].can_change)
    rows = features[[sign.feature for sign, _ in found]].to_numpy(dtype=np.float64).tolist()
    return [reasons_of_signs(list(zip(found, row, strict=True))) for row in rows]


def reasons_of_signs(found: list[tuple[tuple[Sign, Feature], float]]) -> Reasons:
    """The reasons of one student's signs; a concept that stands out is not a strength too, and is one at most once."""
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
    """The concept of a reason; one without a concept is its own."""
    return reason.concept or reason.code

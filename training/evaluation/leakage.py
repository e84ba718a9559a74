"""Leakage: features that predict the outcome in the training years and not in the next one.

Records that are filled in afterwards look like that: last year's have it already, this year's do not yet. In a random
split of rows such a feature is the best one there is; in a year that lies ahead it is worth nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from models.examples import Booleans, Examples, Floats

TELLS = 0.90
"""ROC AUC from which one feature alone tells so much that it is looked at."""
FALLS = 0.15
"""By how much it must fall in the test year to be named."""
TOO_GOOD = 0.99
"""ROC AUC, in every year, that no record known at the time has."""


@dataclass(frozen=True)
class Leak:
    """A feature that leaks the outcome: its own ROC AUC in the training years and in the test year."""

    feature: str
    in_training: float
    in_test: float

    @property
    def says(self) -> str:
        """What was found, in one sentence."""
        if self.in_training - self.in_test > FALLS:
            return (
                f"{self.feature} alone tells who ends off track in the training years (ROC AUC {self.in_training:.2f}) "
                f"but not in the test year ({self.in_test:.2f}): its records are probably filled in afterwards."
            )
        return (
            f"{self.feature} alone tells almost without error who ends off track (ROC AUC {self.in_training:.2f} and "
            f"{self.in_test:.2f}): it probably holds the outcome."
        )


def find_leaks(learn: Examples, test: Examples) -> tuple[Leak, ...]:
    """The features that leak the outcome, worst first."""
    before, after = auc_by_feature(learn), auc_by_feature(test)
    found = [Leak(name, before[name], after[name]) for name in before]
    named = [one for one in found if knows_the_end(one)]
    return tuple(sorted(named, key=lambda one: -one.in_training))


def knows_the_end(one: Leak) -> bool:
    """Whether a feature predicts the outcome in training and not in the test year, or too well in both."""
    fell = one.in_training >= TELLS and one.in_training - one.in_test > FALLS
    return fell or min(one.in_training, one.in_test) >= TOO_GOOD


def auc_by_feature(examples: Examples) -> Mapping[str, float]:
    """The ROC AUC of each feature alone, in either direction: the mean over years."""
    years = [examples.take(examples.time == year) for year in np.unique(examples.time)]
    judged = [(one.matrix(), one.label) for one in years if one.label.any() and not one.label.all()]
    names = examples.dictionary.names
    if not judged:
        return dict.fromkeys(names, 0.5)
    signed = np.mean([[auc_of(rows[:, at], label) for at in range(len(names))] for rows, label in judged], axis=0)
    return {name: float(max(auc, 1 - auc)) for name, auc in zip(names, signed, strict=True)}


def auc_of(values: Floats, label: Booleans) -> float:
    """The ROC AUC of one column; a missing value stands in the middle."""
    present = ~np.isnan(values)
    middle = np.median(values[present]) if present.any() else 0.0
    ranks = rankdata(np.where(present, values, middle))
    positives = int(label.sum())
    won = ranks[label].sum() - positives * (positives + 1) / 2
    return float(won / (positives * (len(label) - positives)))

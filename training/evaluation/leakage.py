"""Leakage: features that know the end, by their value, by being filled in, or by their category.

Records that are filled in afterwards predict the outcome in the training years and not in the next one: last year's
have it already, this year's do not yet. In a random split of rows such a feature is the best one there is; in a year
that lies ahead it is worth nothing. Others hold the outcome in every year, such as a date of withdrawal that only those
who left have.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import pandas as pd

from features.settings import Audit
from models.examples import Examples
from models.fairness.significance import standard_error_of_auc
from presentation.numbers import of_100
from training.evaluation.univariate_scores import (
    Cut,
    Reading,
    Sample,
    UnivariateScore,
    auc_by_date,
    best_cut,
    samples_of,
    univariate_scores,
    weights_by_value,
)

TELLS = 0.90
"""ROC AUC from which one feature alone tells so much that it is looked at."""
FALLS = 0.15
"""By how much it must fall in the test year to be named."""
BEYOND_CHANCE = 3.0
"""Standard errors that a fall must have: a test year of few students off track falls by itself."""
TOO_GOOD = 0.99
"""ROC AUC, in every year, that no record known at the time has."""
TOO_GOOD_MARK = 0.85
"""Youden's J, in every year, that no single mark (filled in or not, a category, yes or no) known at the time has."""
MARKED, TOLD = 0.30, 0.75
"""Share of those off track whom a single mark, or an amount, tells in every year with hardly anybody else among them.

Measured where features are known at the time: up to .19 for marks (courses of the Open University on day 220, nothing
handed in) and up to .62 for amounts (a simulated district in late May, the year's grade points)."""

ALMOST_ALL, MOST_NAMED = 0.9, 5
"""Share off track from which a category is named, and how many are."""


@dataclass(frozen=True)
class Leak:
    """A feature that leaks the outcome, its own ROC AUC in the training years and in the test year, and how it tells.

    `reading` is what of it tells. `marked` is the share of those off track whom it tells in the training years with
    hardly anybody else among them, 0 where that is not how. `missing` says that the mark is a missing value.
    `categories` are those that tell, only such as are not small.
    """

    feature: str
    in_training: float
    in_test: float
    reading: Reading = "value"
    marked: float = 0.0
    missing: bool = False
    categories: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """What was found, in one sentence."""
        if self.in_training - self.in_test > FALLS:
            return (
                f"{self.subject} {self.tells} in the training years (ROC AUC {self.in_training:.2f}) "
                f"but not in the test year ({self.in_test:.2f}): its records are probably filled in afterwards."
            )
        without_error = "" if self.marked else "almost without error "
        aucs = dict.fromkeys((f"{self.in_training:.2f}", f"{self.in_test:.2f}"))
        return (
            f"{self.subject} {self.tells.replace('tells ', f'tells {without_error}', 1)} "
            f"(ROC AUC {' and '.join(aucs)}): it probably holds the outcome."
        )

    @property
    def subject(self) -> str:
        """What of the feature tells, as a sentence begins."""
        if self.reading == "missing":
            return f"That {self.feature} is {'missing' if self.missing else 'filled in'}"
        if self.reading == "value":
            return f"{self.feature} alone"
        named = f" ({', '.join(self.categories)})" if self.categories else ""
        return f"The category of {self.feature}{named}"

    @property
    def tells(self) -> str:
        """Whom it tells."""
        if not self.marked:
            return "tells who ends off track"
        return f"tells {of_100(self.marked)} of 100 students who ended off track and hardly anybody else"


@dataclass(frozen=True)
class Told:
    """How well one end of a score tells who ends off track: its ROC AUC, and its best cuts.

    `error` is the standard error of a difference of both ROC AUCs. `training` is in the training years, `both` in all
    rows.
    """

    auc: float
    later: float
    error: float
    training: Cut
    both: Cut

    @property
    def fell(self) -> bool:
        """Whether it tells less in the test year, beyond chance."""
        return self.auc - self.later > max(FALLS, BEYOND_CHANCE * self.error)


def find_leaks(learn: Examples, test: Examples, *, least: int = Audit().smallest_group) -> tuple[Leak, ...]:
    """The features that leak the outcome, worst first, each named once; categories of `least` students or more."""
    before, after = samples_of(learn, test)
    by_feature = groupby(univariate_scores(before, after), lambda score: score.feature)
    found = (next(leaks_in(scores, before, after), None) for _, scores in by_feature)
    named = [with_categories(one, learn, least) for one in found if one]
    return tuple(sorted(named, key=lambda one: -one.in_training))


def leaks_in(scores: Iterator[UnivariateScore], before: Sample, after: Sample) -> Iterator[Leak]:
    """The leaks in the readings of one feature."""
    for score in scores:
        limit = TOLD if score.amount else MARKED
        for high, told in enumerate(both_ends(score, before, after)):
            if knows_the_end(told, score.amount):
                cut = told.training if told.fell else told.both
                marked = cut.certain if cut.certain >= limit else 0.0
                yield Leak(score.feature, told.auc, told.later, score.reading, marked, bool(high))


def both_ends(score: UnivariateScore, before: Sample, after: Sample) -> Iterator[Told]:
    """How well low values tell, then how well high ones do."""
    auc = auc_by_date(score.learn, before)
    later = auc if after is before else auc_by_date(score.test, after)
    training = weights_by_value(score.learn, before)
    both = training if after is before else training + weights_by_value(score.test, after)
    classes = np.array([before.classes, after.classes]).T
    ends = ((1 - auc, 1 - later, training, both), (auc, later, training.falling, both.falling))
    for told, after_told, rows, every in ends:
        yield Told(told, after_told, standard_error_of_auc(told, *classes), best_cut(rows), best_cut(every))


def knows_the_end(told: Told, amount: bool) -> bool:
    """Whether a score tells in training and not in the test year, or too well in both."""
    limit = TOLD if amount else MARKED
    if told.fell:
        return told.auc >= TELLS or told.training.certain >= limit
    marks = not amount and told.both.youden >= TOO_GOOD_MARK
    return min(told.auc, told.later) >= TOO_GOOD or told.both.certain >= limit or marks


def with_categories(leak: Leak, learn: Examples, least: int) -> Leak:
    """The leak with the categories that tell: almost all who have one ended off track, and they are not few."""
    if leak.reading != "category":
        return leak
    rows = pd.DataFrame({"student": learn.student, "off_track": learn.label})
    held = rows.groupby(learn.features[leak.feature].to_numpy()).agg({"student": "nunique", "off_track": "mean"})
    told = held[(held["student"] >= least) & (held["off_track"] >= ALMOST_ALL)]
    named = told.sort_values("student", ascending=False, kind="stable").index[:MOST_NAMED]
    return replace(leak, categories=tuple(f"{one:g}" if isinstance(one, float) else str(one) for one in named))

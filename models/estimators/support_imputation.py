"""Imputation of the outcome that students supported after being listed would have had without support.

A student who ended off track although supported would have done so without. One who ended on track is imputed: from
the records, by a logistic regression fitted on students who were not supported, and from the share whom support kept on
track, which is one less the ratio of observed to expected among those supported (a standardized ratio).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from models.estimators.baselines import preprocessing
from models.examples import NOT_SUPPORTED, SUPPORTED_FIRST, Booleans, Examples, Floats, Integers, fixed_order

PRIOR_PRECISION = 1.0
"""Of the normal prior on the coefficient of each standardized column; that of logistic regression elsewhere."""


@dataclass(frozen=True)
class Posterior:
    """The coefficients of a logistic regression, the intercept last, and a root of their covariance (Laplace)."""

    mode: Floats
    root: Floats

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Coefficients drawn at random."""
        return np.asarray(self.mode + self.root @ rng.normal(size=len(self.mode)), dtype=np.float64)


@dataclass(frozen=True)
class SupportedStudents:
    """Rows of supported students: what the regression reads, the label, and the number of student and year of each."""

    columns: Floats
    label: Booleans
    unit: Integers

    def chances(self, coefficients: Floats, weights: Floats) -> Floats:
        """Each student's chance to have ended off track without support, given that they ended on track with it.

        `weights` says how often each student counts where the share kept on track is estimated. Support is taken to
        put nobody off track: where more ended off track than expected, that share is nought.
        """
        expected, observed = (self.by_student(one) for one in (expit(self.columns @ coefficients), self.label))
        kept = max(0.0, 1 - float(weights @ observed) / float(weights @ expected))
        return np.asarray(expected * kept / (1 - expected + expected * kept), dtype=np.float64)

    def by_student(self, values: Floats | Booleans) -> Floats:
        """The mean value of each student and year."""
        return np.bincount(self.unit, weights=values) / np.bincount(self.unit)


def outcomes_without_support(examples: Examples, *, draws: int = 0, seed: int = 0) -> Floats:
    """(1 + draws) × rows: each row's label as it was observed, and a chance where the student was supported first.

    First the most likely chances, then such as the coefficients and the share kept on track could be (drawn from their
    posterior, and from a bootstrap of the supported). The same for any order of rows and any names of students. Labels
    stay as observed where those of students not supported are of one class.
    """
    labels = np.tile(examples.observed.astype(np.float64), (1 + draws, 1))
    if examples.support is None or not (examples.support == SUPPORTED_FIRST).any():
        return labels
    order = fixed_order(examples)
    ordered, support = examples.take(order), examples.support[order]
    known: Booleans = support == NOT_SUPPORTED
    if len(np.unique(ordered.label[known])) == 1:
        return labels
    unit = student_years(ordered)
    supported, posterior = fit_on_unsupported(ordered, known, unit)
    first = support[~known] == SUPPORTED_FIRST
    chances = chances_drawn(supported, posterior, draws, np.random.default_rng(seed))
    labels[:, order[~known][first]] = np.stack(list(chances))[:, supported.unit[first]]
    return labels


def fit_on_unsupported(examples: Examples, known: Booleans, unit: Integers) -> tuple[SupportedStudents, Posterior]:
    """The supported students, and the regression fitted on all others; a student's rows of a year weigh 1 together."""
    weights = 1 / np.bincount(unit)[unit][known]
    columns = with_bend(regression_columns(examples), examples.label, known, weights)
    supported = SupportedStudents(columns[~known], examples.observed[~known], pd.factorize(unit[~known])[0])
    return supported, fit_posterior(columns[known], examples.label[known], weights)


def chances_drawn(
    supported: SupportedStudents, posterior: Posterior, draws: int, rng: np.random.Generator
) -> Iterator[Floats]:
    """The supported students' chances: the most likely, and so many draws."""
    students = int(supported.unit.max()) + 1
    yield supported.chances(posterior.mode, np.ones(students))
    for _ in range(draws):
        weights = rng.multinomial(students, np.full(students, 1 / students)).astype(np.float64)
        yield supported.chances(posterior.drawn(rng), weights)


def student_years(examples: Examples) -> Integers:
    """The number of each row's student and year, by first appearance."""
    years, year = np.unique(examples.time, return_inverse=True)
    return pd.factorize(pd.factorize(examples.student)[0].astype(np.int64) * len(years) + year)[0]


def regression_columns(examples: Examples) -> Floats:
    """Rows × standardized columns: features, the counts of published rules, the years, and ones for the intercept."""
    features = preprocessing(examples.dictionary).fit_transform(examples.matrix())
    own = [] if examples.rule is None else [examples.rule]
    counts = [*own, *(examples.peers[name] for name in examples.peers.columns)]
    years = [examples.time == year for year in np.unique(examples.time)[1:]]
    given = [np.nan_to_num(np.asarray(one, dtype=np.float64)) for one in (*counts, *years)]
    added = StandardScaler().fit_transform(np.column_stack(given)) if given else np.empty((len(examples), 0))
    return np.hstack([features, added, np.ones((len(examples), 1))])


def with_bend(columns: Floats, label: Booleans, known: Booleans, weights: Floats) -> Floats:
    """The columns with one more: by how much the log odds of a first fit are above zero (softplus), standardized.

    Records that say the same twice make a straight line too steep where it ends, at the top of a list; so it may bend.
    """
    odds = columns @ fit_posterior(columns[known], label[known], weights).mode
    bend = StandardScaler().fit_transform(np.logaddexp(0, odds)[:, None])
    return np.hstack([columns[:, :-1], bend, columns[:, -1:]])


def fit_posterior(columns: Floats, label: Booleans, weights: Floats) -> Posterior:
    """Fits the regression under a normal prior around zero on every coefficient but the intercept."""
    fitted = LogisticRegression(C=1 / PRIOR_PRECISION, max_iter=2000).fit(columns[:, :-1], label, weights)
    mode = np.append(fitted.coef_[0], fitted.intercept_)
    risk = expit(columns @ mode)
    prior = np.diag(np.append(np.full(len(mode) - 1, PRIOR_PRECISION), 0.0))
    precision = (columns * (weights * risk * (1 - risk))[:, None]).T @ columns + prior
    return Posterior(mode, np.linalg.cholesky(np.linalg.inv(precision)))


def draw_outcomes(examples: Examples, *, seed: int) -> Booleans:
    """Each row's label, drawn from its chance without support where the student was supported first.

    The rows of a student in a year are drawn together. The same for any order of rows and any names of students.
    """
    chance, order = outcomes_without_support(examples)[0], fixed_order(examples)
    unit = student_years(examples.take(order))
    label = np.empty(len(examples), dtype=np.bool_)
    label[order] = np.random.default_rng(seed).random(len(examples))[unit] < chance[order]
    return label

"""Refits a model on other draws of its students, and measures whether they give the same reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd

from models.estimators.fitting import (
    DEFAULT_PARAMETERS,
    ParameterValue,
    leaves_of_students,
    lightgbm_dataset,
    parameters_for,
    tree_rows,
)
from models.estimators.parallel_fits import parallel_map
from models.estimators.risk_model import RiskModel
from models.estimators.shap_values import contributions_of
from models.examples import Booleans, Examples, Floats, Places
from models.explanations.concepts import Concepts, concepts_of
from models.explanations.reason_stability import LEAST_RANK, LEAST_SIGN, ConceptStability, ReasonStability
from models.explanations.reasons import (
    LEAST_CONTRIBUTION,
    MOST_REASONS,
    SIDES,
    Explanation,
    ReasonCandidates,
    Side,
    candidates_on,
    rank_concepts,
)

REFITS = 10
MOST_LEARNING = 12_000
"""The most rows of one refit, so that it takes no longer than the fit. Fewer rows make reasons less stable only."""
MOST_EXPLAINED = 2_000
"""The most rows whose reasons are compared."""
LEAST_ROWS = 30
"""The least rows with a reason from which its stability is measured."""
HALF = LEAST_CONTRIBUTION / 2


def measure_stability(
    model: RiskModel,
    learn: Examples,
    test: Examples,
    *,
    seed: int,
    tuned: Mapping[str, ParameterValue] = DEFAULT_PARAMETERS,
) -> ReasonStability:
    """Measures how stable the model's reasons are over refits on draws of the students its trees learned from.

    `learn`, `seed` and `tuned` are those of the fit; `test` are rows that it did not see. The same for any order of
    rows and any names of students.
    """
    rng = np.random.default_rng([seed, REFITS])
    asked = test.take(np.sort(rng.permutation(len(test))[:MOST_EXPLAINED])).matrix()
    served = explain_with(model, model.booster, asked)
    refits = parallel_map(
        lambda draw: explain_with(model, refit(model, learn, draw, tuned), asked), drawn_samples(learn, rng, seed)
    )
    found = [compare_side(side, served, refits) for side in SIDES]
    given = sum(one.given for one in found)
    holds = sum(one.agreed for one in found) / given if given else None
    return ReasonStability(len(refits), len(asked), holds, tuple(one for each in found for one in each.held))


@dataclass(frozen=True)
class Sample:
    """Rows of students drawn with replacement, the weight of each, and the seed of the refit on them."""

    rows: Places
    weight: Floats
    seed: int


def drawn_samples(learn: Examples, rng: np.random.Generator, seed: int) -> Iterator[Sample]:
    """The samples that the model is refitted on; a draw in which all ended alike is skipped."""
    rows = tree_rows(learn, seed=seed)
    students, counted = pd.factorize(learn.student[rows])[0], learn.weight
    for number in range(REFITS):
        drawn = rows[draw_students(students, rng)]
        if 0 < np.count_nonzero(learn.label[drawn]) < len(drawn):
            yield Sample(drawn, counted[drawn], seed + number)


def refit(model: RiskModel, learn: Examples, sample: Sample, tuned: Mapping[str, ParameterValue]) -> lgb.Booster:
    """Trees like the model's, grown on a sample of its students."""
    parameters = {**parameters_for(model.dictionary, seed=sample.seed, threads=model.threads), **tuned}
    data = lightgbm_dataset(learn.matrix_of(sample.rows), learn.label[sample.rows], model.dictionary, sample.weight)
    return lgb.train(leaves_of_students(parameters, sample.weight), data, model.booster.num_trees())


def draw_students(students: Places, rng: np.random.Generator) -> Places:
    """Draws as many students as there are, or as fill `MOST_LEARNING`, with replacement, each with all rows."""
    each = int(students.max()) + 1
    drawn = rng.integers(each, size=max(1, round(each * min(1.0, MOST_LEARNING / len(students)))))
    return np.repeat(np.arange(len(students)), np.bincount(drawn, minlength=each)[students])


def explain_with(model: RiskModel, booster: lgb.Booster, cells: Floats) -> Explanation:
    """Explains rows by a model's own trees, or by those of a refit."""
    found = contributions_of(booster, booster.model_to_string(), cells, threads=model.threads)
    return Explanation(model.dictionary.entries, concepts_of(model.dictionary.entries), found[:, :-1], cells)


@dataclass(frozen=True)
class SideStability:
    """One side of every concept; `agreed` is the summed share of refits that agree with the `given` reasons."""

    held: tuple[ConceptStability, ...]
    agreed: float
    given: int


def compare_side(side: Side, served: Explanation, refits: Sequence[Explanation]) -> SideStability:
    """Compares the reasons of one side; an unstable one is dropped, and what takes its place is compared too.

    Concepts with too few rows are dropped last.
    """
    concepts, said = served.concepts, candidates_on(side, served)
    others = [candidates_on(side, one) for one in refits]
    same = mean_of([one.size >= HALF for one in others], said)
    held, kept = (
        {name: ConceptStability(name, side) for name in concepts.names},
        np.ones(len(concepts.names), dtype=np.bool_),
    )
    while True:
        given = given_reasons(said, concepts, kept, MOST_REASONS)
        again = mean_of([given_reasons(one, concepts, kept, MOST_REASONS + 1) for one in others], said)
        rows, sign, rank = given.sum(axis=0), share_of(same, given), share_of(again, given)
        enough = rows >= LEAST_ROWS
        for i in np.flatnonzero(kept & enough):
            held[concepts.names[i]] = ConceptStability(
                concepts.names[i], side, int(rows[i]), float(sign[i]), float(rank[i])
            )
        turns, crowded, rare = enough & (sign < LEAST_SIGN), enough & (rank < LEAST_RANK), ~enough
        fails = next((kept & one for one in (turns, crowded, rare) if (kept & one).any()), None)
        if fails is None:
            return SideStability(tuple(held.values()), float(same[given].sum()), int(given.sum()))
        kept &= ~fails


def mean_of(answers: Sequence[Booleans], said: ReasonCandidates) -> Floats:
    """Rows × concepts: the share of refits whose answer is yes; 0 without refits."""
    return np.mean(answers, axis=0) if answers else np.zeros(said.size.shape)


def share_of(yes: Floats, where: Booleans) -> Floats:
    """Per concept, the mean over the rows where it is given; NaN where these are too few."""
    rows = where.sum(axis=0)
    return np.where(rows >= LEAST_ROWS, (yes * where).sum(axis=0) / np.maximum(rows, 1), np.nan)


def given_reasons(said: ReasonCandidates, concepts: Concepts, kept: Booleans, most: int) -> Booleans:
    """Rows × concepts: whether each is among the first `most` of the kept candidates."""
    chosen = rank_concepts(concepts, said, kept, most)
    return np.asarray((chosen[:, :, None] == np.arange(len(concepts.names))).any(axis=1))

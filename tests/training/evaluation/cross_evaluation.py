"""Rows judged by models of the other folds, as a prepared table's are."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.examples import Examples, fixed_order
from training.evaluation.evaluation import CrossEvaluation, Risks, fit_and_evaluate
from training.prepared_table.evaluation import Part, parts_of, put_together


def cross_evaluate(examples: Examples, units: npt.NDArray[np.str_], *, k: int, seeds: Sequence[int]) -> CrossEvaluation:
    """The risks of all rows, once a seed, with folds of whole units."""
    order = fixed_order(examples)
    ordered, dealt = examples.take(order), units[order]
    return CrossEvaluation(ordered, tuple(put_together(parts_of(ordered, dealt, k, seed), judged) for seed in seeds))


def judged(part: Part) -> Risks:
    """Every scorer's risk of the part's test rows."""
    return fit_and_evaluate(part.learn, part.test, seed=part.seed, threads=1).risks

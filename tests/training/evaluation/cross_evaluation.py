"""Rows judged by models of the other folds, as a prepared table's are."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.estimators.parallel_fits import parallel_map
from models.examples import Examples, fixed_order
from training.evaluation.evaluation import CrossEvaluation, Risks, fit_and_evaluate
from training.prepared_table.evaluation import Fold, folds_of, put_together


def cross_evaluate(examples: Examples, units: npt.NDArray[np.str_], *, k: int, seeds: Sequence[int]) -> CrossEvaluation:
    """The risks of all rows, once a seed, with folds of whole units."""
    order = fixed_order(examples)
    ordered, dealt = examples.take(order), units[order]

    def judged(fold: Fold) -> tuple[npt.NDArray[np.int64], Risks]:
        part = fold.part_of(ordered)
        return part.rows, fit_and_evaluate(part.learn, part.test, seed=part.seed, threads=1).risks

    by_seed = [put_together(parallel_map(judged, folds_of(dealt, k, seed))) for seed in seeds]
    return CrossEvaluation(ordered, tuple(by_seed))

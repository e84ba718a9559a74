"""Rolling evaluation: each year that can be judged, by a model fitted in the same way on the years before it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features.errors import Refused
from models.estimators.fitting import GrowOnSplit, ParameterValue
from models.examples import Examples, in_fixed_order
from models.metrics.bootstrap import calibration_gap
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval
from models.partitions.workers import WorkerLost
from training.evaluation.evaluation import Evaluation, fit_and_evaluate
from training.evaluation.temporal_split import Split
from training.evaluation.year_parts import WHOLE_YEAR, YearPart

AT_ONCE = 2
"""Years that are judged side by side: LightGBM leaves the other core to a second thread."""


@dataclass(frozen=True)
class YearEvaluation:
    """One test year: its split, every scorer's risks, and how they are looked at."""

    split: Split
    judged: Evaluation
    recipe: "Recipe"

    @cached_property
    def figures(self) -> Mapping[str, ClassificationMetrics]:
        """Each scorer's figures; found when they are asked for, as of a year in parts only those of its parts are."""
        return self.judged.figures(self.recipe.capacities)

    @cached_property
    def gap(self) -> Interval:
        """The calibration gap: the share off track less the mean risk."""
        test, risk, recipe = self.judged.test, self.judged.risks["model"], self.recipe
        return calibration_gap(test.label, risk, test.student, replicates=recipe.replicates, seed=recipe.seed)

    def as_json(self) -> dict[str, object]:
        """The year as JSON values."""
        return {
            "test_year": self.split.test,
            "train_years": list(self.split.train),
            "calibration_gap": {"estimate": self.gap.estimate, "low": self.gap.low, "high": self.gap.high},
            "metrics": {name: figures.as_json() for name, figures in self.figures.items()},
        }


@dataclass(frozen=True)
class Recipe:
    """How every year is fitted and evaluated."""

    seed: int
    threads: int
    replicates: int
    capacities: tuple[float, ...]
    tuned: Mapping[str, ParameterValue]
    parts: tuple[YearPart, ...] = (WHOLE_YEAR,)
    on_split: GrowOnSplit | None = None


def evaluate_year(examples: Examples, split: Split, recipe: Recipe) -> YearEvaluation:
    """The evaluation of a split's test year; Refused where its training years do not allow a model."""
    learn = examples.take(np.isin(examples.time, split.train))
    test = in_fixed_order(examples.take(examples.time == split.test))
    return YearEvaluation(split, judge_by(recipe, learn, test), recipe)


def judge_by(recipe: Recipe, learn: Examples, test: Examples) -> Evaluation:
    """The model fitted on some rows, and it and the baselines on others; Refused where those do not allow a model."""
    judged = fit_and_evaluate(
        learn,
        test,
        seed=recipe.seed,
        threads=recipe.threads,
        tuned=recipe.tuned,
        parts=recipe.parts,
        on_split=recipe.on_split,
    )
    judged.refuse_one_end()
    return judged


def in_part(year: YearEvaluation, part: YearPart) -> YearEvaluation:
    """The same of the scoring dates of one part of the year."""
    held = part.holds(year.judged.test)
    return year if held.all() else replace(year, judged=year.judged.take(held))


def evaluate_earlier_years(examples: Examples, splits: Sequence[Split], recipe: Recipe) -> tuple[YearEvaluation, ...]:
    """The years before the test year that could be judged; one with too little in it is left out."""

    def judged(split: Split) -> YearEvaluation | None:
        try:
            return evaluate_year(examples, split, recipe)
        except WorkerLost:
            raise
        except Refused:
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(one for one in pool.map(judged, splits) if one)

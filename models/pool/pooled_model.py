"""One model of several districts: trees of all their rows, and a calibrator of each district's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from models.estimators.calibration import Calibrator, fit_calibrator
from models.estimators.fitting import DEFAULT_PARAMETERS, GrownTrees, GrowOnSplit, ParameterValue, grow_trees
from models.estimators.partial_pooling import Margins, Spread, fit_deviation, spread_between, standing_apart
from models.estimators.risk_model import RiskModel
from models.estimators.school_offsets import fit_school_offsets
from models.examples import Examples, Places, Texts


@dataclass(frozen=True)
class PooledFit:
    """Trees fitted on the rows of all districts, the pool's own curve, and how far the districts differ from it.

    `district` says whose each row is.
    """

    rows: Examples
    district: Texts
    trees: GrownTrees
    curve: Calibrator
    spread: Spread
    threads: int

    def held(self, name: str) -> Places:
        """Where among the rows that no tree saw those of a district are."""
        return np.flatnonzero(self.district[self.trees.places] == name)

    @cached_property
    def standing_apart(self) -> Mapping[str, float]:
        """The districts in which the pool's risks say more or less than in the others, as `standing_apart` has it."""
        names = [str(name) for name in np.unique(self.district[self.trees.places])]
        return standing_apart({name: self.margins(name) for name in names})

    def margins(self, name: str) -> Margins:
        """The pool's log odds for a district's rows that no tree saw."""
        return margins_of(self.rows, self.district, self.trees, self.curve, name)

    def model_for(self, name: str, begins: tuple[int, ...] = ()) -> RiskModel:
        """The model as it is calibrated in a district; with the pool's curve where that has no rows in it.

        The offsets of the district's schools come on top, as in a model of its own.
        """
        held = self.held(name)
        if not len(held):
            return self.trees.calibrated(self.curve, self.threads)
        curve = fit_deviation(self.margins(name), self.spread).of(self.curve)
        rows = self.rows.take(self.trees.places[held])
        schools = fit_school_offsets(curve.log_odds(self.trees.margin[held]), rows, begins)
        return self.trees.calibrated(replace(curve, schools=schools), self.threads)


def fit_pooled(
    rows: Examples,
    district: Texts,
    *,
    seed: int,
    threads: int,
    tuned: Mapping[str, ParameterValue] = DEFAULT_PARAMETERS,
    on_split: GrowOnSplit | None = None,
) -> PooledFit:
    """Fits the trees, the pool's curve and the spread between districts; Refused as `fit_risk_model` refuses."""
    trees = grow_trees(rows, seed=seed, threads=threads, tuned=tuned, on_split=on_split)
    curve = fit_calibrator(trees.margin, rows.label[trees.places], rows.weight[trees.places])
    names = [str(name) for name in np.unique(district[trees.places])]
    spread = spread_between([margins_of(rows, district, trees, curve, name) for name in names])
    return PooledFit(rows, district, trees, curve, spread, threads)


def margins_of(rows: Examples, district: Texts, trees: GrownTrees, curve: Calibrator, name: str) -> Margins:
    """The pool's log odds for one district's rows that no tree saw."""
    held = np.flatnonzero(district[trees.places] == name)
    places = trees.places[held]
    log_odds = curve.log_odds(trees.margin[held])
    return Margins(log_odds, rows.label[places], rows.weight[places], rows.student[places])

"""How a model was fitted, for those who compare runs: it is in no file of a bundle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.examples import Floats

if TYPE_CHECKING:
    import lightgbm as lgb

Parameter = bool | float | int | str


@dataclass(frozen=True)
class FitRecord:
    """LightGBM's parameters, the number of rounds, and each feature's share of all gain and of all splits.

    Shares are by feature name and add up to 1; all are 0 where no tree splits. `monotone_constraints`, one for each
    feature, is given as the number of features that have one; it is missing where none has.
    """

    parameters: Mapping[str, Parameter]
    rounds: int
    gain: Mapping[str, float]
    splits: Mapping[str, float]


def fit_record_of(
    booster: "lgb.Booster", rounds: int, parameters: Mapping[str, Parameter | list[int]], names: Sequence[str]
) -> FitRecord:
    """The record of a booster as LightGBM fitted it, of its first `rounds` trees."""
    plain: dict[str, Parameter] = {
        name: sum(direction != 0 for direction in value) if isinstance(value, list) else value
        for name, value in parameters.items()
    }
    gain, splits = (
        np.asarray(booster.feature_importance(kind, iteration=rounds), dtype=np.float64) for kind in ("gain", "split")
    )
    return FitRecord(plain, rounds, shares_of(names, gain), shares_of(names, splits))


def shares_of(names: Sequence[str], importance: Floats) -> dict[str, float]:
    """Each feature's share of the whole importance."""
    return dict(zip(names, (importance / (importance.sum() or 1.0)).tolist(), strict=True))

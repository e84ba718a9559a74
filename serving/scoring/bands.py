"""Bands: a risk put into one of three steps, or none where there is no score."""

from typing import Literal

import numpy as np

from models.examples import Floats, Texts

Band = Literal["few", "some", "many", "unknown"]


def band_of(risk: float | None, cuts: tuple[float, float]) -> Band:
    """The band of a risk in [0, 1]: `some` from the first cut on, `many` from the second."""
    if risk is None:
        return "unknown"
    some, many = cuts
    if risk >= many:
        return "many"
    return "some" if risk >= some else "few"


def bands_of(risks: Floats, cuts: tuple[float, float]) -> Texts:
    """The band of each of many risks; NaN has none."""
    names: list[Band] = ["few", "some", "many"]
    return np.where(np.isnan(risks), "unknown", np.array(names)[np.searchsorted(cuts, risks, side="right").clip(0, 2)])

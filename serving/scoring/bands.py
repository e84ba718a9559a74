"""Bands: a risk put into one of three steps, or none where there is no score."""

from typing import Literal

Band = Literal["few", "some", "many", "unknown"]


def band_of(risk: float | None, cuts: tuple[float, float]) -> Band:
    """The band of a risk in [0, 1]: `some` from the first cut on, `many` from the second."""
    if risk is None:
        return "unknown"
    some, many = cuts
    if risk >= many:
        return "many"
    return "some" if risk >= some else "few"

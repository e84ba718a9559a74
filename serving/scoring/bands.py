"""Bands: a risk put into one of three steps, or none where there is no score."""

from typing import Literal

Band = Literal["few", "some", "many", "unknown"]

MIN_SCHOOL_DAYS = 10
"""With fewer school days on record this year there is no score: the records say too little."""


def band_of(risk: float | None, cuts: tuple[float, float]) -> Band:
    """The band of a risk in [0, 1]: `some` from the first cut on, `many` from the second."""
    if risk is None:
        return "unknown"
    some, many = cuts
    if risk >= many:
        return "many"
    return "some" if risk >= some else "few"

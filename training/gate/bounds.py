"""What a district bounds, and which of its bounds are looser than the defaults: every loosening is on record."""

from collections.abc import Mapping
from typing import Literal

from features.settings import Gate

LOOSER: Mapping[str, Literal["higher", "lower"]] = {
    "minimum_off_track": "lower",
    "calibration_bound": "higher",
    "group_calibration_bound": "higher",
    "level_bound": "higher",
    "recall_gap_bound": "higher",
    "champion_margin": "higher",
    "logistic_margin": "higher",
    "support_margin": "lower",
    "data_warnings": "higher",
}
"""In which direction each bound lets more models serve, or more numbers be told."""


def primary_of(bounds: Gate) -> str:
    """The one figure that decides, declared before a run."""
    return f"recall at {bounds.capacity:g} of the cohort"


def loosened_bounds(bounds: Gate) -> tuple[str, ...]:
    """Each bound that is looser than its default, with both."""
    usual = Gate()
    return tuple(
        f"gate.{name} is {getattr(bounds, name):g}; the default is {getattr(usual, name):g}"
        for name, way in LOOSER.items()
        if is_looser(getattr(bounds, name), getattr(usual, name), way)
    )


def is_looser(value: float, usual: float, way: Literal["higher", "lower"]) -> bool:
    """Whether a value lets more models serve than the usual one."""
    return value > usual if way == "higher" else value < usual

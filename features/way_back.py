"""The way back on track: what the outcome's own published rule still asks of a student this year, exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["reachable", "not_reachable", "met"]


@dataclass(frozen=True)
class Step:
    """One thing that the rule asks for: a code, and the numbers that its sentence says."""

    code: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class WayBack:
    """What is left to do by `until`, the last day that counts.

    `met` is who needs to do nothing more; `not_reachable` whom no record of this year could bring back, with the steps
    that cannot be done any more.
    """

    state: State
    steps: tuple[Step, ...]
    until: date

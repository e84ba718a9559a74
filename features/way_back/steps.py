"""What a way back on track is said in: its state and its steps; it loads no engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

WayBackState = Literal["reachable", "not_reachable", "met"]


@dataclass(frozen=True)
class WayBackStep:
    """One requirement of the rule: a code, and the numbers in its sentence."""

    code: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class WayBack:
    """What is left to do by `until`, the last day that counts.

    `met` is who needs to do nothing more; `not_reachable` whom no record of this year could bring back, with the steps
    that cannot be done any more.
    """

    state: WayBackState
    steps: tuple[WayBackStep, ...]
    until: date

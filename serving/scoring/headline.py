"""How the list of the test year turned out, and the gate's verdict, as the bundle has them."""

from dataclasses import dataclass
from typing import cast, get_args

from pydantic import BaseModel

from features.errors import Refused
from models.bundle.bundle import Bundle
from models.metrics.track_record import WIDEST_HALF_INTERVAL
from models.verdict import GateVerdict


@dataclass(frozen=True)
class Headline:
    """Of 100 students listed like this in the test year, how many ended off track.

    `per_hundred`, `low` and `high` (the interval) are counts of 100.
    """

    per_hundred: float
    low: float
    high: float
    listed: int
    test_year: int

    @property
    def is_close(self) -> bool:
        """Whether the interval is as narrow as that of a track record has to be."""
        return (self.high - self.low) / 2 <= WIDEST_HALF_INTERVAL


def gate_verdict(bundle: Bundle) -> GateVerdict:
    """The gate's verdict on the district's model, which is signed into the bundle."""
    found = (bundle.gate or {}).get("verdict")
    if found not in get_args(GateVerdict):
        raise Refused(f"bundle {bundle.digest[:16]}: gate.json has no verdict; train again")
    return cast(GateVerdict, found)


class Share(BaseModel):
    """A share with its interval, as `metrics.json` has it."""

    estimate: float
    low: float
    high: float


class HeadlineFigures(BaseModel):
    """The part of `metrics.json` that the headline needs."""

    headline: dict[str, Share]
    listed: int
    test_year: int
    serving_rule: str = "rule"


def headline_of_bundle(bundle: Bundle) -> Headline | None:
    """How the test year's list turned out; None where nothing could be judged."""
    figures = HeadlineFigures.model_validate(bundle.metrics)
    found = figures.headline.get("model" if bundle.kind == "model" else figures.serving_rule)
    if found is None:
        return None
    return Headline(found.estimate * 100, found.low * 100, found.high * 100, figures.listed, figures.test_year)

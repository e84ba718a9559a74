"""What was promised of a list: how the one of the held-out year turned out, and the gate's verdict."""

from typing import Literal

from pydantic import BaseModel

from features.errors import Refused
from models.bundle.bundle import Bundle
from serving.scoring.scoring_run import Headline

MAX_HALF_WIDTH = 0.15
"""Half the width of the interval beyond which past lists say too little to be quoted."""


def gate_verdict(bundle: Bundle) -> Literal["pass", "fail", "not_enough_evidence"]:
    """The gate's verdict on the model of this district, signed into the bundle."""
    found = (bundle.gate or {}).get("verdict")
    if found not in ("pass", "fail", "not_enough_evidence"):
        raise Refused(f"bundle {bundle.digest[:16]}: gate.json has no verdict; train again")
    return found


class Share(BaseModel):
    """A share with its interval, as `metrics.json` has it."""

    estimate: float
    low: float
    high: float


class HeadlineFigures(BaseModel):
    """What of `metrics.json` the headline is made of."""

    headline: dict[str, Share]
    listed: int
    test_year: int
    serving_rule: str = "rule"


def headline_of_bundle(bundle: Bundle) -> Headline | None:
    """How the test year's list turned out; None where the interval is too wide to say."""
    figures = HeadlineFigures.model_validate(bundle.metrics)
    found = figures.headline.get("model" if bundle.kind == "model" else figures.serving_rule)
    if found is None or (found.high - found.low) / 2 > MAX_HALF_WIDTH:
        return None
    return Headline(found.estimate * 100, found.low * 100, found.high * 100, figures.listed, figures.test_year)

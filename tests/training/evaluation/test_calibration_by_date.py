"""Scoring dates of a year: a wrong one is seen though the whole is right, and a small one says so."""

from dataclasses import replace

import numpy as np
import pytest

from models.examples import Examples, Floats
from tests.models.row_examples import made_examples
from training.evaluation.calibration_by_date import DateCalibration, calibrations_by_date

RISK = np.full(2000, 0.3)
FALL, SPRING = "2025-11-20", "2026-02-20"


def on_two_dates(*, first: int = 1000) -> Examples:
    """Some rows of one date, the others of a later one; 2 and 4 of 10 end off track."""
    rng = np.random.default_rng(1)
    early = np.arange(2000) < first
    label = rng.random(2000) < np.where(early, 0.2, 0.4)
    return replace(made_examples(2000), label=label, as_of=np.where(early, FALL, SPRING))


def by_date(test: Examples, order: Floats = RISK) -> tuple[DateCalibration, ...]:
    """The scoring dates of these rows."""
    return calibrations_by_date(test, RISK, {"model": order}, capacity=0.15, replicates=200, seed=1)


def test_a_date_that_risks_are_wrong_about_is_seen_though_the_whole_is_right() -> None:
    found = {one.value: one for one in by_date(on_two_dates())}
    assert set(found) == {FALL, SPRING}
    early, late = found[FALL].gap, found[SPRING].gap
    assert early is not None
    assert late is not None
    assert early.high < -0.05
    assert late.low > 0.05


def test_a_small_date_is_named_without_a_figure() -> None:
    small = by_date(on_two_dates(first=30))[0]
    assert small.gap is None
    assert small.as_json() == {"by": "scoring date", "value": FALL, "week": 0, "too_small": True}


def test_rows_without_a_scoring_date_have_none() -> None:
    assert by_date(replace(on_two_dates(), as_of=None)) == ()


def test_each_date_says_how_many_of_those_off_track_a_list_of_that_day_holds() -> None:
    found = by_date(on_two_dates(), order=on_two_dates().label.astype(np.float64))
    early, late = (one.recall["model"] for one in found)
    assert early == pytest.approx(0.15 / 0.2, abs=0.1)
    assert late == pytest.approx(0.15 / 0.4, abs=0.05)

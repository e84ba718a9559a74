"""The calibrator: closer to the truth, and never another order of students."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.estimators.calibration import Calibrator, fit_calibrator
from models.examples import Floats
from models.metrics.calibration_error import calibration_error

slopes = st.floats(0.05, 20)


def sigmoid(odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-odds))


@given(low=slopes, high=slopes, intercept=st.floats(-5, 5), margins=st.lists(st.floats(-30, 30), min_size=2))
def test_a_higher_margin_always_gets_a_higher_risk(
    low: float, high: float, intercept: float, margins: list[float]
) -> None:
    calibrator = Calibrator(low, high, intercept)
    rising = np.unique(np.round(margins, 4))
    assert (np.diff(calibrator.log_odds(rising)) > 0).all()
    assert (np.diff(calibrator.risk_of(rising)) >= 0).all()


@given(low=slopes, high=slopes, intercept=st.floats(-50, 50), margin=st.floats(allow_nan=False, allow_infinity=False))
def test_a_risk_lies_between_0_and_1(low: float, high: float, intercept: float, margin: float) -> None:
    with np.errstate(over="ignore"):
        risk = Calibrator(low, high, intercept).risk_of(np.array([margin]))
    assert 0 <= risk[0] <= 1


@given(low=slopes, high=slopes, intercept=st.floats(-50, 50))
def test_json_gives_the_same_calibrator_back(low: float, high: float, intercept: float) -> None:
    calibrator = Calibrator(low, high, intercept)
    assert Calibrator.from_json(calibrator.to_json()) == calibrator


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"low": 1, "high": 0, "intercept": 0}', '{"low": NaN, "high": 1, "intercept": 0}']
)
def test_a_text_that_is_no_calibrator_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="calibrator"):
        Calibrator.from_json(text)


def test_margins_that_are_too_sure_are_brought_back() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(-1, 1.5, 20_000)
    label = rng.random(20_000) < sigmoid(odds)
    too_sure = 2 * odds + 0.7
    risk = fit_calibrator(too_sure, label).risk_of(too_sure)
    once = np.ones((1, len(label)))
    assert calibration_error(label, sigmoid(too_sure), once)[0] > 0.08
    assert calibration_error(label, risk, once)[0] < 0.01
    assert risk.mean() == pytest.approx(label.mean(), abs=1e-4)


def test_margins_that_say_nothing_or_the_opposite_still_give_a_rising_curve() -> None:
    rng = np.random.default_rng(1)
    margin = rng.normal(size=500)
    calibrator = fit_calibrator(margin, rng.random(500) < sigmoid(-margin))
    assert (np.diff(calibrator.risk_of(np.linspace(-4, 4, 50))) > 0).all()


def test_one_margin_for_all_gets_the_share_off_track() -> None:
    label = np.arange(200) < 30
    risk = fit_calibrator(np.full(200, -1.0), label).risk_of(np.array([-1.0]))
    assert risk[0] == pytest.approx(0.15, abs=0.01)

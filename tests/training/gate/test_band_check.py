"""Bands that nobody can reach: shown by risks of the test year, or by the shares of the rule that serves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.service_settings import Service
from models.estimators.published_rule import RuleModel, fit_shares
from models.verdict import Verdict
from serving.scoring.bands import band_of
from tests.spec.test_rule_shares import CORE_FS, MESA, rule_of
from tests.training.gate.gate_examples import evidence, verdict_of
from training.gate.band_check import BANDS, bands_of, check_bands, check_rule_bands

CUTS = Service().bands


def students(count: int) -> np.typing.NDArray[np.str_]:
    """So many students, each with one row."""
    return np.arange(count).astype(np.str_)


@given(risk=st.floats(0, 1), cuts=st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)).map(sorted))
def test_the_gate_and_the_pages_put_a_risk_into_the_same_band(risk: float, cuts: list[float]) -> None:
    some, many = cuts
    assert BANDS[bands_of(np.array([risk]), (some, many))[0]] == band_of(risk, (some, many))


def test_a_model_whose_students_reach_every_band_passes_and_says_how_many_are_in_each() -> None:
    found = check_bands(np.repeat([0.1, 0.3, 0.5], [70, 20, 10]), students(100), CUTS)
    assert (found.code, found.verdict, found.required) == ("GATE13", "pass", False)
    assert found.says == "Of 100 students of the test year, 70 show few signals, 20 some and 10 many."


@pytest.mark.parametrize(("count", "verdict"), [(380, "not_enough_evidence"), (381, "fail")])
def test_an_empty_band_fails_where_fewer_than_1_of_100_can_be_in_it_and_is_not_shown_of_fewer_students(
    count: int, verdict: Verdict
) -> None:
    found = check_bands(np.where(np.arange(count) < 40, 0.4, 0.1), students(count), CUTS)
    assert found.verdict == verdict
    assert found.decides == (verdict == "fail")
    assert found.says.endswith(
        "Nobody reaches many signals (from 0.50 on): set `service.bands` to what can be reached."
    )


def test_more_dates_of_the_same_students_show_nothing_more() -> None:
    risk, who = np.tile(np.where(np.arange(300) < 40, 0.4, 0.1), 12), np.tile(students(300), 12)
    assert check_bands(risk, who, CUTS).verdict == "not_enough_evidence"


def test_every_band_that_is_empty_is_named() -> None:
    found = check_bands(np.full(1000, 0.3), students(1000), CUTS)
    assert "Nobody reaches few signals (below 0.25) and many signals (from 0.50 on)" in found.says


@pytest.mark.parametrize("levels", [MESA, CORE_FS])
def test_the_rule_of_a_small_district_reaches_every_band(levels: tuple[tuple[float, int, int], ...]) -> None:
    assert check_rule_bands(rule_of(levels), CUTS).verdict == "pass"


def test_the_shares_that_a_small_district_had_before_are_found() -> None:
    """Mesa's shares while ten average students were added to each level."""
    before = RuleModel((0.0, 1.0, 2.0, 3.0), (0.086, 0.204, 0.424, 0.438), (674, 8, 83, 63), 0.167)
    found = check_rule_bands(before, CUTS)
    assert found.verdict == "fail"
    assert found.says == (
        "By the rule's shares: Nobody reaches many signals (from 0.50 on): set `service.bands` to what can be reached."
    )


@pytest.mark.parametrize(("off_track", "verdict"), [(13, "pass"), (9, "not_enough_evidence"), (1, "fail")])
def test_a_band_that_only_an_interval_of_the_rule_reaches_is_not_enough_evidence(
    off_track: int, verdict: Verdict
) -> None:
    signals, place = np.repeat([0.0, 1.0, 2.0], [300, 100, 20]), np.arange(420)
    label = (place < 15) | ((place >= 300) & (place < 330)) | (place >= 420 - off_track)
    many = check_rule_bands(fit_shares(signals, label, students(420)), CUTS)
    assert many.verdict == verdict


def test_a_band_between_two_shares_is_found_too() -> None:
    signals, label = np.repeat([0.0, 1.0], [500, 500]), np.arange(1000) >= 500
    found = check_rule_bands(fit_shares(signals, label, students(1000)), CUTS)
    assert "Nobody reaches some signals (from 0.25 to 0.50)" in found.says
    assert found.verdict == "fail"


@pytest.mark.parametrize(("bands", "verdict"), [("not_enough_evidence", "pass"), ("fail", "fail")])
def test_a_band_shown_to_be_empty_fails_a_model_and_one_that_is_only_not_seen_does_not(
    bands: Verdict, verdict: Verdict
) -> None:
    assert verdict_of(evidence(bands=bands)) == verdict

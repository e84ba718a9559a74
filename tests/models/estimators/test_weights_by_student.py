"""Students are the unit: a student's rows of a year weigh as much as one student."""

from dataclasses import replace

import numpy as np

from models.estimators.baselines import fit_school_only
from models.estimators.calibration import fit_calibrator
from models.estimators.fitting import fit_risk_model, leaves_of_students
from models.examples import Examples
from tests.models.row_examples import made_examples


def repeated(examples: Examples, times: int) -> Examples:
    """Every row so many times, as rows of as many scoring dates."""
    rows = np.tile(np.arange(len(examples)), times)
    return replace(examples.take(rows), as_of=np.repeat([f"2025-1{at}-01" for at in range(times)], len(examples)))


def test_the_rows_of_a_student_and_year_weigh_one_together() -> None:
    examples = made_examples(300)
    assert (examples.weight == 1).all()
    three = repeated(examples, 3)
    assert np.allclose(three.weight, 1 / 3)
    uneven = examples.take(np.array([0, 0, 0, 1]))
    assert np.allclose(uneven.weight, [1 / 3, 1 / 3, 1 / 3, 1])


def test_the_same_rows_on_several_dates_give_nearly_the_same_risks() -> None:
    examples = made_examples(600)
    once = fit_risk_model(examples, seed=7, threads=1).risk(examples.features)
    thrice = fit_risk_model(repeated(examples, 3), seed=7, threads=1).risk(examples.features)
    assert np.abs(once - thrice).mean() < 0.03
    assert abs(once.mean() - thrice.mean()) < 0.01


def test_a_leaf_needs_as_many_students_however_many_rows_they_have() -> None:
    asked = {"min_data_in_leaf": 50}
    assert leaves_of_students(asked, np.ones(10_000))["min_data_in_leaf"] == 50
    assert leaves_of_students(asked, np.full(10_000, 0.25))["min_data_in_leaf"] == 200
    assert leaves_of_students(asked, np.full(300, 0.25))["min_data_in_leaf"] == 50


def test_a_calibrator_and_the_school_shares_count_students() -> None:
    rng = np.random.default_rng(1)
    margin, label = rng.normal(size=400), rng.random(400) < 0.3
    twice = np.tile(np.arange(400), 2)
    once = fit_calibrator(margin, label)
    again = fit_calibrator(margin[twice], label[twice], np.full(800, 0.5))
    assert np.allclose([once.low, once.high, once.intercept], [again.low, again.high, again.intercept], atol=1e-4)
    examples = made_examples(300)
    shares, repeated_shares = (fit_school_only(one).shares for one in (examples, repeated(examples, 3)))
    assert np.allclose(shares, repeated_shares)

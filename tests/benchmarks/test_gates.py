"""The gate on models of which the truth is known, in short: `make gates` draws 400 of each kind and size."""

from functools import cache

import numpy as np
import pytest

from benchmarks.gates import BLUR, Cell, cell, drawn_year, line, said_by, signals, true_lead
from benchmarks.timing import within
from features.settings import Gate
from models.metrics.ranking import list_length, true_positives

GATES = 20
STUDENTS = 900
QUICK = Gate(replicates=300)


@cache
def drawn(model: str) -> Cell:
    """A few dozen gates."""
    return cell(STUDENTS, model, gates=GATES, seed=7, bounds=QUICK)


def test_a_better_model_passes_more_often_than_not_where_there_are_enough_students() -> None:
    assert drawn("better").share("pass") >= 0.6


@pytest.mark.parametrize("model", ["equal", "worse"])
def test_a_model_that_is_no_better_hardly_ever_passes(model: str) -> None:
    assert drawn(model).verdicts.get("pass", 0) <= 2


def test_a_worse_model_is_more_often_failed_than_an_equal_one() -> None:
    assert drawn("worse").share("fail") > drawn("equal").share("fail") + 0.1


def test_a_gate_that_looked_at_the_estimate_alone_would_pass_equal_models_half_the_time() -> None:
    """What the interval is for: the bound of the test above can fail."""
    rng = np.random.default_rng(3)
    ahead = [lead_of_equal(rng) > 0 for _ in range(200)]
    assert 0.35 < np.mean(ahead) < 0.65


def lead_of_equal(rng: np.random.Generator) -> float:
    """The lead of an equal model in one drawn year."""
    year = drawn_year(STUDENTS, rng)
    served, one = np.array([list_length(STUDENTS, 0.15)]), np.ones((1, STUDENTS))
    orders = (said_by("equal", year, rng), signals(year, BLUR["rule"], rng))
    first, other = (true_positives(year.label, order, one, served)[0] for order in orders)
    return float(first - other)


def test_an_equal_model_is_equal_at_the_figure_that_decides_and_the_others_are_what_they_are_called() -> None:
    leads = {model: true_lead(model, students=400_000) for model in ("better", "equal", "worse")}
    assert leads["better"] > 0.05
    assert leads["equal"] == pytest.approx(0.0, abs=0.004)
    assert leads["worse"] < -0.02


def test_a_rule_of_the_drawn_districts_holds_nothing_against_most_students_and_ties_many() -> None:
    rng = np.random.default_rng(1)
    counted = signals(drawn_year(100_000, rng), BLUR["rule"], rng)
    assert 0.6 < (counted == 0).mean() < 0.7
    assert len(np.unique(counted)) <= 11


def test_the_same_seed_gives_the_same_verdicts() -> None:
    first, second = (cell(200, "better", gates=3, seed=1, bounds=QUICK) for _ in range(2))
    assert first == second


def test_a_row_ends_with_the_gate_in_which_its_time_is_up() -> None:
    clock = iter([0.0, 4.0, 9.0, 15.0, 20.0])
    assert list(within(10.0, range(9), clock=lambda: next(clock))) == [0, 1, 2]
    assert list(within(0.0, range(9), clock=lambda: 0.0)) == [0]


def test_a_row_of_the_table_has_every_verdict() -> None:
    assert line(Cell(1200, "equal", {"pass": 1, "fail": 2, "not_enough_evidence": 37}, 0.045)) == (
        "| 1,200 | equal | +0.0 | 4.5 | 2.5% | 5.0% | 92.5% | 40 |"
    )

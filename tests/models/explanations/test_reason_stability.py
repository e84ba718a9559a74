"""Reasons that hold: a feature that a model uses by chance is found out, and never given as a reason."""

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from features.definitions.grade9 import NinthGrade
from models.estimators.fitting import fit_risk_model, tree_rows
from models.estimators.risk_model import RiskModel
from models.examples import Examples
from models.explanations.reason_stability import LEAST_RANK, LEAST_SIGN, ConceptStability, ReasonStability, stability_in
from models.explanations.reasons import Reasons, top_reasons
from models.explanations.refits import LEAST_ROWS, MOST_LEARNING, draw_students, measure_stability
from models.feature_dictionary import Entry, FeatureDictionary
from models.scoring import reasons_of

ABSENT = Entry("absent", more_is="worse", can_change=True, because="missed {:.0%} of the days", concept="absence")
CHANCE = Entry("chance", can_change=True, because="has {:.1f} of what says nothing", concept="chance")
STUDENTS = 500


def drawn(students: int, seed: int) -> Examples:
    """Students whose absence says how they end, and whose other feature says nothing."""
    rng = np.random.default_rng(seed)
    features = pd.DataFrame({"absent": rng.beta(1.2, 8, students), "chance": rng.normal(size=students)})
    odds = 14 * features["absent"].to_numpy() - 2.2
    return Examples(
        dictionary=FeatureDictionary((ABSENT, CHANCE)),
        features=features,
        label=rng.random(students) < 1 / (1 + np.exp(-odds)),
        student=np.array([f"student {i}" for i in range(students)]),
        time=np.full(students, 2026, dtype=np.int64),
    )


@cache
def fitted(seed: int) -> tuple[RiskModel, ReasonStability]:
    """A model of a few students, and how its reasons hold with others."""
    learn = drawn(STUDENTS, seed)
    model = fit_risk_model(learn, seed=7, threads=1)
    return model, measure_stability(model, learn, drawn(400, 100 + seed), seed=7)


def needs(found: list[Reasons]) -> list[str]:
    """The concepts that stand out, student by student."""
    return [reason.concept for one in found for reason in one.needs]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_feature_used_by_chance_is_found_out_and_never_given(seed: int) -> None:
    """Without the stability it would have been: the model leans on it for many students."""
    (model, stability), new = fitted(seed), drawn(400, 200 + seed).features
    without = needs(reasons_of(model, new, NinthGrade))
    assert without.count("chance") > 40
    given = needs(reasons_of(model, new, NinthGrade, stability))
    assert "chance" not in given
    assert given.count("absence") == without.count("absence") > 100


def test_the_next_in_turn_steps_up_for_a_reason_that_is_never_given() -> None:
    model, _ = fitted(0)
    new = drawn(400, 300).features
    every, fewer = top_reasons(model, new), top_reasons(model, new, 1, never_said=[("absence", "raises")])
    both = [place for place, found in enumerate(every) if needs([found]) == ["absence", "chance"]]
    assert both
    assert all(fewer[place].needs == every[place].needs[1:] for place in both)


def test_of_the_reasons_given_nearly_all_hold() -> None:
    _, stability = fitted(0)
    assert stability.holds is not None
    assert stability.holds >= LEAST_SIGN
    assert (stability.refits, stability.rows) == (10, 400)


def test_the_order_of_rows_and_the_names_of_students_change_nothing() -> None:
    model, stability = fitted(0)
    learn, rng = drawn(STUDENTS, 0), np.random.default_rng(4)
    order = rng.permutation(STUDENTS)
    other = replace(learn.take(order), student=np.array([f"other {i}" for i in rng.permutation(STUDENTS)]))
    assert measure_stability(model, other, drawn(400, 100), seed=7) == stability


def test_what_too_few_students_show_is_not_given() -> None:
    model, _ = fitted(0)
    few = measure_stability(model, drawn(STUDENTS, 0), drawn(LEAST_ROWS - 1, 100), seed=7)
    assert few.holds is None
    assert {(one.rows, one.sign, one.is_said) for one in few.held} == {(None, None, False)}
    assert needs(reasons_of(model, drawn(100, 300).features, NinthGrade, few)) == []


def test_students_who_all_ended_alike_in_a_draw_teach_nothing_and_no_refit_holds_nothing() -> None:
    model, _ = fitted(0)
    alike = replace(drawn(STUDENTS, 0), label=np.zeros(STUDENTS, dtype=np.bool_))
    nothing = measure_stability(model, alike, drawn(400, 100), seed=7)
    assert (nothing.refits, nothing.holds) == (0, None)
    assert len(nothing.never_said) == 4


def test_a_draw_is_of_whole_students_and_no_larger_than_a_refit_may_be() -> None:
    rng = np.random.default_rng(0)
    three_rows_each = np.repeat(np.arange(200), 3)
    rows = draw_students(three_rows_each, rng)
    assert len(rows) == 600
    times = np.bincount(rows, minlength=600).reshape(200, 3)
    assert (times == times[:, :1]).all()
    assert (times[:, 0] == 0).any()
    assert all(a <= b for a, b in pairwise(rows.tolist()))
    assert len(draw_students(np.arange(3 * MOST_LEARNING), rng)) == MOST_LEARNING


def test_a_refit_learns_from_the_rows_that_the_trees_did() -> None:
    """Of five years the last two chose the rounds and the calibrator."""
    years = replace(drawn(STUDENTS, 0), time=np.arange(STUDENTS) % 5 + 2022)
    assert set(years.time[tree_rows(years, seed=7)].tolist()) == {2022, 2023, 2024}
    assert sorted(tree_rows(drawn(STUDENTS, 0), seed=7).tolist()) == list(range(STUDENTS))


@pytest.mark.parametrize(
    ("held", "is_said"),
    [
        (ConceptStability("a", "raises", 30, LEAST_SIGN, LEAST_RANK), True),
        (ConceptStability("a", "raises", 30, LEAST_SIGN - 0.01, 1.0), False),
        (ConceptStability("a", "raises", 30, 1.0, LEAST_RANK - 0.01), False),
        (ConceptStability("a", "raises"), False),
    ],
)
def test_a_concept_is_said_from_the_bounds_on(held: ConceptStability, is_said: bool) -> None:
    assert held.is_said is is_said


def test_a_bundle_says_it_in_its_metrics_and_one_from_before_says_nothing() -> None:
    _, stability = fitted(0)
    assert stability_in(json.loads(json.dumps({"stability": stability.as_json()}))) == stability
    assert stability_in({}) is None
    assert stability_in({"stability": None}) is None

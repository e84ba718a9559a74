"""Offsets of schools in a judged year: the risks of a harder school are right, and the lists stay as they were."""

from dataclasses import replace

import numpy as np
import pytest

from models.estimators.school_offsets import NO_OFFSETS
from models.examples import Examples, concatenate
from tests.models.school_examples import MARKS, drawn_year
from training.audit.group_bounds import judge_groups
from training.evaluation.evaluation import Evaluation, fit_and_evaluate
from training.evaluation.pooled_calibration import pooled_gaps
from training.evaluation.year_parts import split_year

PARTS = split_year((5, 14), (MARKS, 22))
YEARS = (2024, 2025, 2026)
BOUND = 0.10
"""The default of `gate.group_calibration_bound`."""


def years_before(year: int) -> Examples:
    """The two years before one, with their schools and weeks."""
    rows = [drawn_year(one, harder=1.2) for one in (year - 2, year - 1)]
    school, week = (np.concatenate([getattr(one, name) for one in rows]) for name in ("school", "week"))
    return replace(concatenate(rows), school=school, week=week, support=None)


@pytest.fixture(scope="module")
def judged() -> list[Evaluation]:
    """Three years, each judged by a model of the two before it."""
    return [
        fit_and_evaluate(years_before(year), drawn_year(year, harder=1.2), seed=7, threads=1, parts=PARTS)
        for year in YEARS
    ]


def without_offsets(one: Evaluation) -> Evaluation:
    """The same with risks that know no school."""
    model = replace(one.model, calibrator=replace(one.model.calibrator, schools=NO_OFFSETS))
    return replace(one, risks={**one.risks, "model": model.risk(one.test.features, one.test.school)})


def verdict_on_schools(lists: list[Evaluation]) -> str:
    """What GATE09 says of the schools in week 5."""
    early = [one.take(one.test.week == 5) for one in lists if one.test.week is not None]
    rows = {
        name: np.concatenate([one.test.school == name for one in early]) for name in ("hard", "mild")
    }  # fmt: skip
    return judge_groups(pooled_gaps(early, rows, replicates=300, seed=7), BOUND).verdict


def test_a_model_is_not_refused_for_a_school_that_has_an_offset(judged: list[Evaluation]) -> None:
    assert verdict_on_schools([without_offsets(one) for one in judged]) == "fail"
    assert verdict_on_schools(judged) == "pass"


def test_nobody_is_listed_for_the_school_they_are_at(judged: list[Evaluation]) -> None:
    for one in judged:
        assert (one.order("model") == without_offsets(one).risks["model"]).all()
        assert (one.risks["model"] != one.order("model")).any()
        told, bare = one.figures((0.15,))["model"], without_offsets(one).figures((0.15,))["model"]
        assert (told.recall_at, told.roc_auc) == (bare.recall_at, bare.roc_auc)
        assert told.brier < bare.brier


def test_rows_taken_from_a_year_keep_their_own_order(judged: list[Evaluation]) -> None:
    few = np.arange(0, 100, 7)
    assert (judged[0].take(few).order("model") == judged[0].order("model")[few]).all()


def test_how_a_year_ended_has_no_part_in_its_risks() -> None:
    learn, test = years_before(2026), drawn_year(2026, 200)
    rows = [test, replace(test, label=~test.label)]
    first, second = (fit_and_evaluate(learn, one, seed=7, threads=1, parts=PARTS).risks["model"] for one in rows)
    assert (first == second).all()

"""Study habits that last: marks of a year hang together as real ones do, and only where they are asked for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.simulator.district import simulate_district
from features.simulator.marginals import within_year
from features.simulator.marks import POINTS, TERMS, quarter_scores, term_marks
from features.simulator.plan import Plan
from features.simulator.schooling import HABIT_MEMORY, LASTING, USUAL, Schooling, habit_paths
from features.simulator.schools import FIRST_HIGH_GRADE

STUDENTS = 1500


def marks_of_a_year(schooling: Schooling) -> pd.DataFrame:
    """Marks of ninth graders of average engagement and attendance, as a district's file has them."""
    rng = np.random.default_rng(5)
    roster = pd.DataFrame({"ability": rng.normal(0, 1, STUDENTS), "grade": FIRST_HIGH_GRADE})
    habits = schooling.worth(habit_paths(rng.normal(0, 1, STUDENTS), rng))
    level = np.zeros((STUDENTS, 4))
    scores = quarter_scores(roster, level, level + 3, rng=rng, schooling=schooling, habits=habits)
    student, course, term = (places.ravel() for places in np.indices((STUDENTS, 6, 4)))
    mark = term_marks(scores, rng, schooling)[student, course, term]
    points = pd.Series(POINTS[mark]).where(POINTS[mark] >= 0)
    terms = np.array(TERMS)[term]
    return pd.DataFrame({"student_id": student, "school_year": 2026, "term_id": terms, "points_hundredths": points})


def test_averages_of_a_year_hang_together_as_real_ones_where_habits_last() -> None:
    usual, last = (within_year(marks_of_a_year(schooling)) for schooling in (USUAL, LASTING))
    assert usual < 0.65
    assert 0.75 < last < 0.85


def test_habits_go_on_where_the_last_year_ended_and_keep_their_spread() -> None:
    rng = np.random.default_rng(3)
    first = habit_paths(rng.normal(0, 1, 20_000), rng)
    second = habit_paths(first[:, -1], rng)
    assert np.corrcoef(first[:, -1], second[:, 0])[0, 1] == pytest.approx(HABIT_MEMORY, abs=0.01)
    assert np.hstack([first, second]).std(axis=0) == pytest.approx(np.ones(8), abs=0.03)


def test_only_grade_9_is_no_easier_where_habits_last() -> None:
    grades = np.arange(6, 13)
    assert (USUAL.score(grades) == USUAL.level).all()
    assert (LASTING.score(grades) > LASTING.level).tolist() == [True, True, True, False, True, True, True]


def test_a_district_whose_marks_last_has_the_same_tables_and_other_marks(tmp_path: Path) -> None:
    plan = Plan("mesa", 60, years=2)
    usual, last = (simulate_district(one, tmp_path / name) for name, one in plans_of(plan).items())
    assert usual.keys() == last.keys()
    texts = {(tmp_path / name / "marks.csv").read_text(encoding="utf-8") for name in plans_of(plan)}
    assert len(texts) == 2


def plans_of(plan: Plan) -> dict[str, Plan]:
    """The plan as it is, and with marks that last."""
    return {"usual": plan, "last": replace(plan, marks_last=True)}

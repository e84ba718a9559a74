"""Groups' calibration over the judged years: what one year leaves open, several may settle."""

from dataclasses import replace

import numpy as np
import pytest

from models.examples import Booleans, Floats, Texts
from tests.models.row_examples import made_examples
from training.audit.group_calibration import members, rows_before
from training.evaluation.pooled_calibration import mean_gaps

STUDENTS = 400


def drawn(years: int, *, off_by: float = 0.0) -> tuple[Floats, Texts]:
    """Gaps of as many students a year, whose risk is off by as much as is said, and whose they are."""
    rng = np.random.default_rng(3)
    risk = rng.uniform(0.05, 0.5, STUDENTS * years)
    label = rng.random(len(risk)) < risk + off_by
    return label - risk, np.array([f"s{i}" for i in range(len(risk))])


def test_several_years_leave_less_open_than_one() -> None:
    widths = []
    for years in (1, 3):
        gap, student = drawn(years)
        found = mean_gaps(gap, student, {"all": np.ones(len(gap), bool)}, replicates=400, seed=1)["all"]
        widths.append(found.high - found.low)
    assert widths[1] < 0.7 * widths[0]


def test_a_group_that_risks_are_wrong_about_is_told_apart_from_one_that_they_are_right_about() -> None:
    gap, student = drawn(2, off_by=0.2)
    right, _ = drawn(2)
    both, who = np.concatenate([gap, right]), np.concatenate([student, np.char.add(student, "b")])
    first: Booleans = np.arange(len(both)) < len(gap)
    found = mean_gaps(both, who, {"wrong": first, "right": ~first}, replicates=400, seed=1)
    assert found["wrong"].low > 0.1
    assert found["right"].low < 0 < found["right"].high
    assert found["wrong"].estimate == pytest.approx(gap.mean())


def test_members_of_a_group_come_from_groups_parts_and_school_and_nobody_is_of_an_attribute_not_on_record() -> None:
    rows = made_examples(40)
    grouped = replace(rows, groups=rows.groups.assign(language=["Hmong"] * 15 + ["Spanish"] * 25))
    assert members(grouped, "language", "Hmong").sum() == 15
    assert not members(grouped, "language", "Lao").any()
    assert not members(grouped, "shoe size", "41").any()


def test_only_the_years_before_the_audits_own_count_for_how_many_stand_behind_a_pooled_gap() -> None:
    assert rows_before([np.array([True, True, False]), np.array([True, True, True])]) == 2

"""Parts of the school year: every week lies in exactly one, and a part without a date is none of its own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.row_examples import made_examples
from training.evaluation.evaluation import rule_risks
from training.evaluation.year_parts import LAST_WEEK, WHOLE_YEAR, middle_part, review_week, split_year

STARTS = (11, 22)


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        ((2, 5, 8, 11, 14, 23, 38), [("first_weeks", 0, 10), ("autumn", 11, 21), ("spring", 22, LAST_WEEK)]),
        ((12, 14), [("autumn", 0, LAST_WEEK)]),
        ((5, 30), [("first_weeks", 0, 21), ("spring", 22, LAST_WEEK)]),
        ((14, 30), [("autumn", 0, 21), ("spring", 22, LAST_WEEK)]),
        ((14,), [("year", 0, LAST_WEEK)]),
        ((), [("year", 0, LAST_WEEK)]),
    ],
)
def test_the_parts_are_those_with_a_scoring_date(weeks: tuple[int, ...], expected: list[tuple[str, int, int]]) -> None:
    found = [(one.name, one.from_week, one.through_week) for one in split_year(weeks, STARTS)]
    assert found == expected


@given(st.lists(st.integers(1, 52), max_size=20), st.integers(2, 30), st.integers(1, 20), st.integers(0, LAST_WEEK))
def test_every_week_lies_in_exactly_one_part(weeks: list[int], second: int, more: int, week: int) -> None:
    parts = split_year(weeks, (second, second + more))
    assert sum(one.from_week <= week <= one.through_week for one in parts) == 1
    if len(set(weeks)) > 1:
        assert all(any(one.from_week <= date <= one.through_week for date in weeks) for one in parts)


def test_the_middle_of_several_is_the_earlier_of_two() -> None:
    assert review_week([23, 26, 29, 32]) == 26
    assert review_week(np.array([5, 5, 2, 8]).tolist()) == 5
    assert middle_part("abc") == "b"
    assert middle_part("ab") == "a"


def test_people_read_the_weeks_of_a_part() -> None:
    first, autumn, spring = split_year((2, 14, 30), STARTS)
    assert first.words == "the first weeks (until school week 10)"
    assert autumn.words == "autumn (school weeks 11 to 21)"
    assert spring.words == "spring (from school week 22 on)"
    assert WHOLE_YEAR.words == "the whole year"


def test_where_a_month_day_fell_into_another_part_before_every_row_teaches_and_no_risk_is_missing() -> None:
    learn, test = (replace(made_examples(200, seed=at), week=np.full(200, 10 + at)) for at in (0, 1))
    first, autumn = split_year((3, 14), STARTS)
    assert first.teaches(learn).all()
    assert not autumn.holds(learn).any()
    assert autumn.teaches(learn).all()
    risks = rule_risks(learn, test, (first, autumn))
    assert risks
    assert all(np.isfinite(risk).all() for risk in risks.values())

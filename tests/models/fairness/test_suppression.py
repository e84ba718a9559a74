"""What an audit may see: values in order, small groups folded or hidden, pairs crossed with the center."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.fairness.suppression import CROSSED, NOT_RECORDED, TOGETHER, Grouping, suppress_groups, suppress_pairs
from models.metrics.count_tables import listing_of
from tests.models.fairness.listing_tables import LEAST, students_of, told_with

LANGUAGES = """
    | language | off, listed | off | on, listed | on  |
    | English  | 30          | 30  | 10         | 200 |
    | Spanish  | 12          | 20  | 5          | 90  |
    | Lao      | 3           | 1   | 1          | 20  |
    | Hmong    | 8           | 5   | 2          | 30  |
"""
TWO = """
    | race  | sex    | off, listed | off | on, listed | on  |
    | Black | female | 20          | 20  | 5          | 100 |
    | Black | male   | 30          | 20  | 5          | 100 |
    | White | female | 40          | 20  | 5          | 300 |
    | White | male   | 50          | 20  | 5          | 300 |
"""


def alone(drawing: str) -> tuple[Grouping, ...]:
    """What may be told of each attribute of drawn students."""
    students = students_of(drawing)
    return suppress_groups(students.listing(), students.groups, LEAST)


def test_groups_too_small_to_be_shown_are_folded_into_one() -> None:
    (language,) = alone(LANGUAGES)
    assert language.names == ("English", "Spanish", f"Hmong{TOGETHER}Lao")
    assert language.folded == f"Hmong{TOGETHER}Lao"
    assert language.together == {2}
    assert np.bincount(language.group).tolist() == [270, 127, 70]
    assert language.holds == {"English": 0, "Spanish": 1, "Hmong": 2, "Lao": 2}


def test_groups_that_are_all_large_stand_by_themselves() -> None:
    race, sex = alone(TWO)
    assert (race.names, sex.names) == (("Black", "White"), ("female", "male"))
    assert (race.folded, race.together, race.untold) == ("", frozenset(), ())


def test_nothing_is_told_of_an_attribute_whose_groups_would_all_be_one() -> None:
    (language,) = alone("""
        | language | off, listed | off | on, listed | on  |
        | English  | 30          | 30  | 10         | 200 |
        | Lao      | 3           | 1   | 1          | 20  |
    """)
    assert language.names == ()
    assert language.untold == ("English", "Lao")
    assert set(language.group) == {-1}


def test_a_missing_value_is_a_group_that_says_so() -> None:
    (language,) = alone("""
        | language | off, listed | off | on, listed | on  |
        | English  | 30          | 30  | 10         | 200 |
        | ?        | 12          | 20  | 5          | 90  |
    """)
    assert language.names == ("English", NOT_RECORDED)


def test_ordered_values_keep_their_order_and_missing_comes_last() -> None:
    students = students_of("""
        | age      | off, listed | off | on, listed | on |
        | over 10  | 15          | 15  | 5          | 60 |
        | under 9  | 15          | 15  | 5          | 60 |
        | ?        | 15          | 15  | 5          | 60 |
        | 9 to 10  | 15          | 15  | 5          | 60 |
    """)
    ranges = pd.CategoricalDtype(["under 9", "9 to 10", "over 10"], ordered=True)
    (age,) = suppress_groups(students.listing(), students.groups.astype(ranges), LEAST)
    assert age.names == ("under 9", "9 to 10", "over 10", NOT_RECORDED)


def test_every_attribute_is_crossed_with_the_center_but_those_apart() -> None:
    students = students_of(TWO).groups.assign(school=lambda rows: rows["sex"] + " school", grade="9")
    drawn = students_of(TWO)
    listing = drawn.listing()
    singles = suppress_groups(listing, students, LEAST)
    crossed = suppress_pairs(
        listing, singles, capacity=drawn.capacity, center="race", least=LEAST, apart=("school", "grade")
    )
    assert [one.of for one in crossed] == [f"race{CROSSED}sex"]
    assert crossed[0].crossed
    assert crossed[0].names == (
        f"Black{CROSSED}female", f"Black{CROSSED}male", f"White{CROSSED}female", f"White{CROSSED}male",
    )  # fmt: skip
    assert np.bincount(crossed[0].group).tolist() == [145, 155, 365, 375]


def test_the_first_attribute_is_the_center_where_none_has_its_name() -> None:
    students = students_of(TWO)
    told = told_with(students.listing(), students.groups, center="nothing of the kind", capacity=students.capacity)
    assert [one.of for one in told] == ["race", "sex", f"race{CROSSED}sex"]


def test_a_row_of_a_hidden_pair_is_in_no_group() -> None:
    students = students_of("""
        | race  | sex    | off, listed | off | on, listed | on  |
        | Black | female | 2           | 1   | 1          | 100 |
        | Black | male   | 30          | 20  | 5          | 100 |
        | Black | other  | 30          | 20  | 5          | 100 |
        | White | female | 40          | 20  | 5          | 300 |
        | White | male   | 50          | 20  | 5          | 300 |
        | White | other  | 50          | 20  | 5          | 300 |
        | Asian | female | 40          | 20  | 5          | 300 |
        | Asian | male   | 50          | 20  | 5          | 300 |
        | Asian | other  | 50          | 20  | 5          | 300 |
    """)
    *_, pairs = told_with(students.listing(), students.groups, center="race", capacity=students.capacity)
    small = (students.groups["race"] == "Black") & (students.groups["sex"] == "female")
    assert set(pairs.group[small]) == {-1}
    assert f"Black{CROSSED}female" in pairs.untold
    assert len(pairs.untold) >= 4, "its row and its column would tell it"
    assert pairs.names


def test_a_pair_with_a_folded_side_is_known_as_one() -> None:
    students = students_of(LANGUAGES)
    groups = students.groups.assign(sex=np.where(np.arange(len(students.label)) % 2, "a", "b"))
    singles = suppress_groups(students.listing(), groups, 5)
    (pairs,) = suppress_pairs(students.listing(), singles, capacity=students.capacity, center="sex", least=5)
    folded = {at for at, name in enumerate(pairs.names) if TOGETHER in name}
    assert folded
    assert pairs.together == folded


@given(
    sizes=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6),
    listed=st.floats(0.05, 0.5),
)
def test_every_group_that_is_told_holds_enough_of_both_kinds(sizes: list[tuple[int, int]], listed: float) -> None:
    label = np.concatenate([np.repeat([True, False], pair) for pair in [*sizes, (20, 20)]])
    value = np.repeat([f"v{at}" for at in range(len(sizes) + 1)], [sum(pair) for pair in [*sizes, (20, 20)]])
    risk = np.random.default_rng(0).random(len(label))
    (one,) = suppress_groups(
        listing_of(label, risk, np.arange(len(label)).astype(str), (listed,)), pd.DataFrame({"of": value}), LEAST
    )
    for at, name in enumerate(one.names):
        rows = one.group == at
        assert min(label[rows].sum(), (~label[rows]).sum()) >= LEAST or len(set(value)) == 1
        assert set(value[rows]) == set(name.split(TOGETHER))
    assert (one.group >= 0).all() if one.names else (one.group == -1).all()


@pytest.mark.parametrize("values", [[1, 2, 1, 2], [True, False, True, False], ["1", "2", "1", "2"]])
def test_values_of_any_kind_are_told_as_text(values: list[object]) -> None:
    label = np.arange(400) % 4 < 2
    groups = pd.DataFrame({"of": pd.Series(values * 100, dtype="object")})
    (one,) = suppress_groups(
        listing_of(label, np.where(label, 0.5, 0.0), np.arange(400).astype(str), (0.1,)), groups, LEAST
    )
    assert one.names == tuple(sorted(map(str, set(values))))

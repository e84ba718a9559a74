"""One list of several outcomes, in drawn lists: each student once, no outcome starved, and few changes of a week."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.scoring.merged_list import merge_orders, turns_near_cut
from serving.scoring.ranking import Ordered, rank_together

NAMES = "abcdefghijklmnopqrstuvwxyz"

DRAWN = {  # orders by outcome, places of each, the list, and how far down each order goes
    "one outcome lists down to its places": ("abcde", (3,), "abc", (3,)),
    "two of different grades take turns": ("abc xyz", (2, 2), "axby", (2, 2)),
    "who is first for both takes one place, and the next one has the other": ("abcd aefg", (2, 2), "aebf", (2, 3)),
    "the same order twice goes twice as far down": ("abcdef abcdef", (2, 2), "abcd", (3, 4)),
    "an outcome with more places comes oftener": ("abcd xyz", (4, 2), "abxcdy", (4, 2)),
    "an order that ends early leaves its places empty": ("a xyz", (3, 2), "axy", (1, 2)),
    "nobody is listed without a place": ("abc xyz", (0, 2), "xy", (0, 2)),
}


@pytest.mark.parametrize(("orders", "places", "listed", "depth"), DRAWN.values(), ids=DRAWN.keys())
def test_a_list_of_several_outcomes_is_as_drawn(
    orders: str, places: tuple[int, ...], listed: str, depth: tuple[int, ...]
) -> None:
    merged = merge_orders([[NAMES.index(name) for name in order] for order in orders.split()], places)
    assert "".join(NAMES[student] for student, _ in merged.picks) == listed
    assert merged.depth == depth


ORDERS = st.lists(st.tuples(st.permutations(range(9)), st.integers(0, 9), st.integers(0, 6)), min_size=1, max_size=4)


@given(ORDERS)
def test_each_student_is_listed_once_no_outcome_is_starved_and_orders_are_kept(
    drawn: list[tuple[list[int], int, int]],
) -> None:
    orders, places = [order[:many] for order, many, _ in drawn], [own for *_, own in drawn]
    merged = merge_orders(orders, places)
    listed = [student for student, _ in merged.picks]
    assert len(set(listed)) == len(listed) <= sum(places)
    for outcome, (order, own, depth) in enumerate(zip(orders, places, merged.depth, strict=True)):
        assert set(order[:own]) <= set(listed)
        assert set(order[:depth]) <= set(listed)
        given_here = [student for student, by in merged.picks if by == outcome]
        assert given_here == [student for student in order if student in given_here]
        assert len(given_here) == own or depth == len(order)
    assert merge_orders(orders, places) == merged


NEAR = {  # an order in which capitals were listed before; the cut, the margin, and the order in which places are given
    "without a margin the order stands": ("abcDef", 3, 0, "abcDef"),
    "who was listed stays just below the cut": ("ABcDef", 3, 1, "ABDcef"),
    "and not clearly below": ("ABcdEf", 3, 1, "ABcdEf"),
    "nobody clearly above waits for who stays": ("abCDEf", 2, 1, "aCbDEf"),
    "of two who were listed the order decides": ("AbCDef", 2, 2, "ACDbef"),
}


@pytest.mark.parametrize(("order", "cut", "margin", "turns"), NEAR.values(), ids=NEAR.keys())
def test_places_near_the_cut_go_to_who_was_listed_before(order: str, cut: int, margin: int, turns: str) -> None:
    before = np.array([name.isupper() for name in order])
    assert "".join(order[at] for at in turns_near_cut(before, cut, margin)) == turns


@given(st.lists(st.booleans(), max_size=20), st.integers(0, 20), st.integers(0, 8))
def test_who_is_clearly_above_is_listed_and_who_is_clearly_below_is_not(
    before: list[bool], cut: int, margin: int
) -> None:
    turns = turns_near_cut(np.array(before, dtype=bool), cut, margin)
    listed = set(turns[:cut].tolist())
    assert sorted(turns.tolist()) == list(range(len(before)))
    assert set(range(min(max(0, cut - margin), len(before)))) <= listed
    assert all(at < cut + margin for at in listed)
    near = range(max(0, cut - margin), min(len(before), cut + margin))
    stayed, new = ([at for at in near if before[at] is was] for was in (True, False))
    assert [at for at in stayed if at in listed] == stayed[: len(listed & set(stayed))]
    assert [at for at in new if at in listed] == new[: len(listed & set(new))]
    assert not (listed & set(new)) or set(stayed) <= listed


COHORTS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from([np.nan, 1.0, 2.0, 3.0]), st.booleans()), min_size=1, max_size=9),
        st.integers(1, 5),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=3,
)


def ordered(students: list[tuple[float, bool]], capacity: int, random: int, *, seed: int) -> Ordered:
    """A cohort whose first students are those of every other one: count of signals, listed before, lots."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(students, columns=["order", "listed_before"], index=list(NAMES[: len(students)]))
    table = table.assign(risk=0.3, drawn=rng.random(len(table)), lot=rng.random(len(table)))
    table = table.sort_values(["order", "listed_before", "drawn"], ascending=[False, False, True])
    return Ordered(table.assign(position=np.arange(1, len(table) + 1)), capacity, min(random, capacity), margin=1)


@given(COHORTS, st.integers(0, 3))
def test_rankings_of_one_list_have_each_student_in_one_place_at_the_outcome_that_lists_them(
    drawn: list[tuple[list[tuple[float, bool]], int, int]], seed: int
) -> None:
    cohorts = [ordered(*one, seed=seed + at) for at, one in enumerate(drawn)]
    tables = [one.table for one in rank_together(cohorts)]
    every = pd.concat([table.assign(outcome=at) for at, table in enumerate(tables)])
    placed = every.dropna(subset="place")
    assert sorted(placed["place"]) == list(range(1, len(set(every.index)) + 1))
    assert placed.index.is_unique
    listed = set(every.index[every["flagged"]])
    assert len(listed) <= sum(one.capacity for one in cohorts)
    assert set(placed.index[placed["flagged"]]) == listed
    assert placed.sort_values("place")["flagged"].is_monotonic_decreasing
    assert (every["list_probability"][every["flagged"]] > 0).all()
    assert not (every["kept"] & ~every["listed_before"]).any()

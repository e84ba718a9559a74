"""The leak check: what knows the end is named whatever of it tells, and what can be known at the time never is."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.examples import Examples
from tests.sweeps import swept
from tests.training.evaluation.drawn_records import KNOWS_THE_END, Drawn, drawn, examples_of, honest
from training.evaluation.leakage import Leak, find_leaks

DRAWS = range(100 if swept("leaks") else 8)
MISSES = max(1, len(DRAWS) // 20)
"""Draws of 100 in which a column may be missed are 5; of a few, one."""
AFTERWARDS = {"filled in afterwards", "code given afterwards"}
"""These know the end in past years only: a split by time tells them."""


def by_time(examples: Examples) -> tuple[Examples, Examples]:
    """The years before the last one, and the last one."""
    last = examples.time == examples.time.max()
    return examples.take(~last), examples.take(last)


def planted(one: Drawn) -> Examples:
    """Honest records beside everything that knows the end."""
    return examples_of(one, {**honest(one), **{name: make(one) for name, make in KNOWS_THE_END.items()}})


def leaks_of(name: str, **drawing: int) -> dict[str, Leak]:
    """What is found by time where one column that knows the end stands beside honest ones, by feature."""
    one = drawn(3, **drawing)
    return {
        leak.feature: leak
        for leak in find_leaks(*by_time(examples_of(one, {**honest(one), name: KNOWS_THE_END[name](one)})))
    }


def draws(*, students: int, base: float = 0.2, years: int = 3, dates: int = 1) -> Iterator[Examples]:
    """Rows of many draws."""
    return (planted(drawn(seed, students=students, base=base, years=years, dates=dates)) for seed in DRAWS)


@pytest.mark.parametrize(("students", "base", "years", "dates"), [(600, 0.2, 3, 1), (1500, 0.1, 4, 3)])
def test_what_knows_the_end_is_found_in_95_of_100_draws_and_nothing_else_is_named(
    students: int, base: float, years: int, dates: int
) -> None:
    rows_drawn = draws(students=students, base=base, years=years, dates=dates)
    found = Counter(leak.feature for rows in rows_drawn for leak in find_leaks(*by_time(rows)))
    assert {name: found[name] for name in KNOWS_THE_END if found[name] < len(DRAWS) - MISSES} == {}
    assert sum(times for name, times in found.items() if name not in KNOWS_THE_END) <= 0.02 * len(DRAWS)


def test_without_a_split_by_time_what_holds_the_end_in_every_year_is_found() -> None:
    found = Counter(leak.feature for rows in draws(students=600) for leak in find_leaks(rows, rows))
    always = set(KNOWS_THE_END) - AFTERWARDS
    assert {name: found[name] for name in always if found[name] < len(DRAWS) - MISSES} == {}
    assert sum(times for name, times in found.items() if name not in KNOWS_THE_END) <= 0.02 * len(DRAWS)


@pytest.mark.parametrize(("students", "base"), [(150, 0.3), (400, 0.6), (2000, 0.05)])
def test_honest_records_of_any_size_and_share_off_track_are_not_named(students: int, base: float) -> None:
    honest_rows = (examples_of(one, honest(one)) for one in (drawn(n, students=students, base=base) for n in DRAWS))
    found = [leak for rows in honest_rows for split in (by_time(rows), (rows, rows)) for leak in find_leaks(*split)]
    assert len(found) <= 0.02 * len(DRAWS)


def test_the_sentence_says_what_of_the_feature_tells_and_how_many_it_tells() -> None:
    withdrawal = leaks_of("date of withdrawal")["date of withdrawal"]
    told, auc = f"{withdrawal.marked * 100:.0f}", f"{withdrawal.in_training:.2f} and {withdrawal.in_test:.2f}"
    assert withdrawal.says == (
        f"That date of withdrawal is filled in tells {told} of 100 students who ended off track and hardly anybody "
        f"else (ROC AUC {auc}): it probably holds the outcome."
    )
    assert 0.9 < withdrawal.marked <= 1


def test_what_is_filled_in_afterwards_is_said_to_be() -> None:
    says = leaks_of("filled in afterwards")["filled in afterwards"].says
    assert "That filled in afterwards is filled in tells" in says
    assert "but not in the test year (0.50): its records are probably filled in afterwards." in says


def test_a_category_is_named_where_it_is_not_small_and_nowhere_else() -> None:
    one = drawn(5, students=900)
    few = np.flatnonzero(one.off)[:9]
    codes = one.text(one.off & one.some(0.9), ["W1", "W2"]).fillna("none")
    codes[few] = "expelled in May"
    (leak,) = find_leaks(*by_time(examples_of(one, {"exit code": codes})))
    assert set(leak.categories) == {"W1", "W2"}
    assert "The category of exit code (W" in leak.says
    assert "expelled" not in leak.says + json.dumps(vars(leak))
    (hidden,) = find_leaks(*by_time(examples_of(one, {"exit code": codes})), least=500)
    assert hidden.categories == ()


def test_more_dates_are_no_more_evidence() -> None:
    """Forty students who are marked on twelve dates are forty students."""
    one = drawn(8, students=120, base=0.3, years=2)
    column = {"code": one.text(one.off & one.some(0.5), ["R"]).fillna("none")}
    often = examples_of(replace(one, dates=12), column)
    assert find_leaks(*by_time(examples_of(one, column))) == find_leaks(*by_time(often)) == ()


def test_a_mark_that_comes_up_on_late_dates_is_looked_at_within_each_date() -> None:
    """Marks of the year are missing in autumn for all and known in spring for all: that tells nobody's end."""
    one = drawn(2, students=900, dates=2)
    rows = examples_of(one, {"points": pd.Series(one.rng.normal(size=900) - one.off)})
    late = np.asarray(rows.as_of) == "week 1"
    known = rows.features["points"].where(late)
    assert find_leaks(*by_time(replace(rows, features=pd.DataFrame({"points": known})))) == ()


def test_a_source_that_began_in_one_year_is_not_called_a_leak() -> None:
    one = drawn(2, students=900)
    off = np.where(one.year == 2021, one.some(0.6), one.some(0.1)).astype(bool)
    begun = pd.Series(one.rng.normal(size=900)).where(one.year >= 2021)
    assert find_leaks(*by_time(examples_of(replace(one, off=off), {"begun": begun}))) == ()


def test_many_categories_do_not_tell_by_chance() -> None:
    one = drawn(4, students=4000, base=0.5)
    rooms = pd.Series(one.rng.integers(0, 250, 4000).astype(str), dtype="object")
    rows = examples_of(one, {"room": rooms})
    assert find_leaks(rows, rows) == ()

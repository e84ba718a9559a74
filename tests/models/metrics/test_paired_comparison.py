"""Two lists of the same students: whose finds more, with the interval of a bootstrap that draws whole students."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.examples import Booleans, Floats, Integers
from models.metrics.classification_metrics import evaluate
from models.metrics.paired_comparison import PairedYear, RecallLead, recall_lead
from models.metrics.ranking import list_length
from tests.sweeps import swept

rows = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.9]), st.sampled_from([0.0, 1.0, 3.0])), min_size=1, max_size=9
)


def year_of(drawn: list[tuple[bool, float, float]], *, named: str = "a") -> PairedYear:
    """A year of drawn rows, each of another student."""
    label, order, other = (np.array(column) for column in zip(*drawn, strict=True))
    return PairedYear(label, np.array([f"{named}{i}" for i in range(len(drawn))]), order, other)


def made_year(n: int, seed: int, *, students: int = 0) -> PairedYear:
    """A year of students, or of fewer with several rows each, whose ends both scorers know something of."""
    rng = np.random.default_rng(seed)
    signs = rng.normal(size=n)
    label = rng.random(n) < 1 / (1 + np.exp(1.5 - 1.5 * signs))
    order, other = np.round(signs + rng.normal(size=n), 1), np.maximum(0, np.round(signs + rng.normal(size=n)))
    return PairedYear(
        label, np.arange(n).astype(str) if not students else (np.arange(n) % students).astype(str), order, other
    )


def lead_of(
    years: list[PairedYear], *, capacity: float | None = 0.2, replicates: int = 200, seed: int = 1
) -> RecallLead:
    """The lead of the first scorer."""
    return recall_lead(years, capacity=capacity, replicates=replicates, seed=seed)


def recall_by_hand(years: list[PairedYear], capacity: float) -> float:
    """The lead over all years by way of the figures of each."""
    found, off_track = 0.0, 0
    for one in years:
        if not one.label.any():
            continue
        ended = int(one.label.sum())
        first, other = (recall_at(one.label, order, capacity) for order in (one.order, one.other))
        found, off_track = found + (first - other) * ended, off_track + ended
    return found / off_track


def recall_at(label: Booleans, order: Floats, capacity: float) -> float:
    """The recall of one list; all of it where everybody ended off track and only the length counts."""
    if label.all():
        return list_length(len(label), capacity) / len(label)
    return evaluate(label, order, (capacity,)).recall_at[capacity]


@given(first=rows, second=rows, capacity=st.sampled_from([0.1, 0.34, 0.6]))
def test_the_lead_is_the_difference_of_recall_over_all_years_each_with_a_list_of_its_own(
    first: list[tuple[bool, float, float]], second: list[tuple[bool, float, float]], capacity: float
) -> None:
    years = [year_of(first), year_of(second, named="b")]
    if not any(one.label.any() for one in years):
        return
    assert lead_of(years, capacity=capacity, replicates=2).estimate == pytest.approx(recall_by_hand(years, capacity))


@given(drawn=rows)
def test_at_its_own_count_the_other_lists_exactly_whom_it_flags(drawn: list[tuple[bool, float, float]]) -> None:
    year = year_of(drawn)
    if not year.label.any():
        return
    flagged = year.other > 0
    perfect = PairedYear(year.label, year.student, year.label.astype(np.float64), year.other)
    most = min(int(flagged.sum()), int(year.label.sum()))
    expected = (most - (flagged & year.label).sum()) / year.label.sum()
    assert lead_of([perfect], capacity=None, replicates=2).estimate == pytest.approx(expected)


@given(drawn=rows, seed=st.integers(0, 5))
def test_turned_round_the_lead_is_the_same_with_the_other_sign(
    drawn: list[tuple[bool, float, float]], seed: int
) -> None:
    year = year_of(drawn)
    if not year.label.any():
        return
    turned = PairedYear(year.label, year.student, year.other, year.order)
    one, other = lead_of([year], seed=seed), lead_of([turned], seed=seed)
    assert one.estimate == pytest.approx(-other.estimate)


def test_a_list_has_no_lead_over_itself_whatever_its_scores_are_called() -> None:
    year = made_year(300, 1)
    same = PairedYear(year.label, year.student, year.other * 7 - 2, year.other)
    assert lead_of([same]) == RecallLead(0.0, 0.0, 0.0, error=0.0)


@pytest.mark.parametrize("capacity", [0.15, None])
@pytest.mark.parametrize("students", [0, 100])
def test_the_interval_is_that_of_a_plain_bootstrap_of_students(capacity: float | None, students: int) -> None:
    years = [made_year(300, 2, students=students), made_year(300, 3, students=students)]
    found = lead_of(years, capacity=capacity, replicates=4000)
    plain = plain_leads(years, capacity, np.random.default_rng(4), draws=2000 if swept("properties") else 400)
    assert found.error == pytest.approx(plain.std(), rel=0.15)
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(plain, [2.5, 97.5])), abs=0.02)


def plain_leads(years: list[PairedYear], capacity: float | None, rng: np.random.Generator, *, draws: int) -> Floats:
    """Leads on draws of students with all their rows of all years, one by one."""
    names = np.unique(np.concatenate([one.student for one in years]))
    leads = []
    for _ in range(draws):
        times = dict(zip(names, rng.multinomial(len(names), np.full(len(names), 1 / len(names))), strict=True))
        drawn = [repeated(one, np.array([times[name] for name in one.student])) for one in years]
        leads.append(lead_of(drawn, capacity=capacity, replicates=1).estimate)
    return np.array(leads)


def repeated(year: PairedYear, times: Integers) -> PairedYear:
    """A year with each row as often as its student was drawn."""
    rows = np.repeat(np.arange(len(times)), times)
    return PairedYear(year.label[rows], np.arange(len(rows)).astype(str), year.order[rows], year.other[rows])


def test_a_student_who_stands_in_several_years_is_drawn_with_all_of_them() -> None:
    """The same rows twice say no more than once."""
    year = made_year(400, 5)
    twice = lead_of([year, year], replicates=2000)
    others = PairedYear(year.label, np.array([f"other {name}" for name in year.student]), year.order, year.other)
    apart = lead_of([year, others], replicates=2000)
    assert twice.error == pytest.approx(lead_of([year], replicates=2000).error, rel=0.1)
    assert apart.error == pytest.approx(twice.error / np.sqrt(2), rel=0.1)


def test_the_same_seed_draws_the_same_lead_whatever_the_students_are_called_and_in_any_order() -> None:
    year, order = made_year(200, 6), np.random.default_rng(7).permutation(200)
    names = np.array([f"key {i}" for i in range(200)])
    shuffled = PairedYear(year.label[order], names, year.order[order], year.other[order])
    assert lead_of([year]) == lead_of([shuffled])


def test_labels_that_are_certain_chances_change_nothing() -> None:
    year = made_year(300, 1)
    told = replace(year, label=~year.label, chances=np.tile(year.label.astype(np.float64), (5, 1)))
    assert lead_of([told]) == lead_of([year])


def test_what_estimated_labels_leave_open_makes_the_interval_wider() -> None:
    year = made_year(300, 1)
    likely, rng = np.where(year.label, 1.0, 0.3), np.random.default_rng(1)
    spread = np.where(year.label, 1.0, np.where(year.order > year.other, 1, 0) * rng.random((50, 1)))
    narrow, wide = (lead_of([replace(year, chances=np.vstack([likely, one]))]) for one in (likely, spread))
    assert wide.estimate == narrow.estimate
    assert wide.error > narrow.error * 1.1

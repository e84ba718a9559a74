"""Lists of several scoring dates: students are the unit, and more dates are no more evidence."""

from dataclasses import replace

import numpy as np
import pytest

from features.settings import Gate
from models.examples import Examples, Floats
from tests.models.row_examples import made_examples
from training.gate.comparison import GateComparison, compare_lists

DATES = ("2025-09-01", "2025-11-17", "2026-02-09", "2026-03-30")
BOUNDS = Gate(capacity=0.2, replicates=400)


def on_dates(examples: Examples, dates: int) -> tuple[Examples, Floats]:
    """The same students on so many dates with the same records, and the place of each row's student."""
    place = np.tile(np.arange(len(examples)), dates)
    rows = replace(
        examples.take(place),
        as_of=np.repeat(DATES[:dates], len(examples)),
        week=np.repeat(np.array([3, 14, 26, 33])[:dates], len(examples)),
    )
    return rows, place.astype(np.float64)


def compared_on(dates: int) -> GateComparison:
    """The comparison of a model that sees more than the rule, on the same students on so many dates."""
    examples = made_examples(800, seed=4)
    rows, place = on_dates(replace(examples, time=np.full(800, 2026)), dates)
    noise = np.random.default_rng(2).normal(size=(2, 800))[:, place.astype(int)]
    risks = {"model": rows.label + 0.7 * noise[0], "rule": rows.label + 1.4 * noise[1]}
    return compare_lists({2026: (replace(rows, rule=risks["rule"]), risks)}, None, BOUNDS, seed=1)


def test_the_same_list_on_four_dates_is_no_more_evidence_than_on_one() -> None:
    one, four = compared_on(1).leads["rule"], compared_on(4).leads["rule"]
    assert four.estimate == pytest.approx(one.estimate)
    assert four.error == pytest.approx(one.error, rel=0.15)


def test_students_are_counted_once_however_many_dates_they_have() -> None:
    one, four = compared_on(1), compared_on(4)
    assert (four.students, four.off_track) == (one.students, one.off_track) == (800, four.off_track)


def test_each_week_of_several_has_a_lead_of_its_own() -> None:
    assert compared_on(1).by_week == {}
    found = compared_on(4).by_week
    assert list(found) == [3, 14, 26, 33]
    assert len({round(lead.estimate, 9) for lead in found.values()}) == 1

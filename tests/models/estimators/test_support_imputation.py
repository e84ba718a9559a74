"""The outcome that supported students would have had without support: estimated from those who were not supported."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from models.estimators.support_imputation import draw_outcomes, outcomes_without_support
from models.examples import NOT_SUPPORTED, SUPPORTED, SUPPORTED_FIRST, Booleans, Examples
from models.feature_dictionary import Entry, FeatureDictionary

KEPT = 0.4


def drawn_years(
    *, kept: float = KEPT, supported: float = 1.0, rows: int = 4000, seed: int = 1
) -> tuple[Examples, Booleans]:
    """Two years, a fifth of the second listed and supported; and how everyone would have ended without support."""
    rng = np.random.default_rng(seed)
    absences, time = rng.normal(size=rows), np.repeat([2025, 2026], rows // 2)
    untreated = rng.random(rows) < expit(-1.5 + 1.5 * absences)
    listed = (time == 2026) & (absences > np.quantile(absences, 0.8))
    given = listed & (rng.random(rows) < supported)
    label = untreated & ~(given & (rng.random(rows) < kept))
    support = np.select([given & label, given], [SUPPORTED, SUPPORTED_FIRST], NOT_SUPPORTED)
    found = Examples(
        dictionary=FeatureDictionary((Entry("absences"),)),
        features=pd.DataFrame({"absences": absences}),
        label=label,
        student=np.array([f"s{i}" for i in range(rows)]),
        time=time,
        support=support,
    )
    return found, untreated


@pytest.mark.parametrize("kept", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("supported", [0.6, 1.0])
def test_the_share_off_track_without_support_is_found_again(kept: float, supported: float) -> None:
    examples, untreated = drawn_years(kept=kept, supported=supported)
    given = examples.support != NOT_SUPPORTED
    found = outcomes_without_support(examples)[0][given].mean()
    assert found == pytest.approx(untreated[given].mean(), abs=0.06)


def test_only_the_labels_of_students_supported_first_are_estimated() -> None:
    examples, _ = drawn_years()
    first = examples.support == SUPPORTED_FIRST
    found = outcomes_without_support(examples, draws=3, seed=1)
    assert found.shape == (4, len(examples))
    np.testing.assert_array_equal(found[:, ~first], np.tile(examples.label[~first], (4, 1)))
    assert ((found[:, first] > 0) & (found[:, first] < 1)).all()
    assert (np.ptp(found[:, first], axis=0) > 0).all()


def test_where_more_of_the_supported_ended_off_track_than_expected_nobody_is_taken_to_have_been_kept() -> None:
    examples, _ = drawn_years(kept=0.0)
    worse = examples.label | (examples.support == SUPPORTED_FIRST) & (np.arange(len(examples)) % 3 > 0)
    support = np.where(examples.support == NOT_SUPPORTED, NOT_SUPPORTED, np.where(worse, SUPPORTED, SUPPORTED_FIRST))
    found = outcomes_without_support(replace(examples, label=worse, support=support))
    np.testing.assert_array_equal(found[0], worse)


def test_without_support_on_record_labels_are_as_observed() -> None:
    examples, _ = drawn_years()
    observed = replace(examples, support=None)
    np.testing.assert_array_equal(outcomes_without_support(observed), examples.label[None, :])
    np.testing.assert_array_equal(draw_outcomes(observed, seed=1), examples.label)


def test_where_everyone_not_supported_ended_alike_there_is_nothing_to_estimate_from() -> None:
    examples, _ = drawn_years()
    alike = replace(examples, label=examples.label & (examples.support != NOT_SUPPORTED))
    np.testing.assert_array_equal(outcomes_without_support(alike)[0], alike.label)


def test_order_and_names_of_students_do_not_matter() -> None:
    examples, _ = drawn_years(rows=600)
    order = np.random.default_rng(2).permutation(len(examples))
    other = replace(examples.take(order), student=np.array([f"x{i}" for i in np.argsort(order)]))
    np.testing.assert_allclose(outcomes_without_support(other)[0], outcomes_without_support(examples)[0][order])
    np.testing.assert_array_equal(draw_outcomes(other, seed=3), draw_outcomes(examples, seed=3)[order])


def test_a_label_that_was_drawn_is_drawn_from_what_was_observed() -> None:
    examples, _ = drawn_years()
    drawn = replace(examples, label=draw_outcomes(examples, seed=1))
    assert drawn.label.sum() > examples.label.sum()
    np.testing.assert_array_equal(drawn.observed, examples.label)
    np.testing.assert_allclose(outcomes_without_support(drawn), outcomes_without_support(examples))


def test_a_student_of_several_dates_has_one_outcome_and_counts_once() -> None:
    examples, _ = drawn_years(rows=1000)
    twice = examples.take(np.repeat(np.arange(len(examples)), 2))
    found = outcomes_without_support(twice)[0]
    np.testing.assert_array_equal(found[::2], found[1::2])
    np.testing.assert_allclose(found[::2], outcomes_without_support(examples)[0], atol=1e-4)
    label = draw_outcomes(twice, seed=1)
    np.testing.assert_array_equal(label[::2], label[1::2])

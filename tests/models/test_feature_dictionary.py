"""The feature dictionary: what a column's values become for the estimator."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from models.feature_dictionary import (
    ROWS_AT_ONCE,
    Entry,
    FeatureDictionary,
    dictionary_of,
    encode_column,
    fingerprint_of,
)

TEXT = Entry("program", kind="text", categories=("1", "1.5", "True", "arts", "2026-01-02"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series(["arts", None, "crafts", "1"], dtype="object"), [3, np.nan, np.nan, 0]),
        (pd.Series(["arts", None, "crafts", "1"], dtype="str"), [3, np.nan, np.nan, 0]),
        (pd.Series(["arts", None, "1"], dtype="category"), [3, np.nan, 0]),
        (pd.Series([1, 1.5, True, np.nan, pd.NA, date(2026, 1, 2)], dtype="object"), [0, 1, 2, np.nan, np.nan, 4]),
        (pd.Series([1.5, np.nan]), [1, np.nan]),
        (pd.Series([], dtype="object"), []),
    ],
)
def test_a_text_is_the_position_of_its_category_and_what_is_not_listed_is_missing(
    values: pd.Series, expected: list[float]
) -> None:
    assert np.array_equal(encode_column(values, TEXT), np.array(expected, dtype=np.float64), equal_nan=True)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series([1.5, np.nan]), [1.5, np.nan]),
        (pd.Series([True, None, False], dtype="object"), [1, np.nan, 0]),
        (pd.Series([3, None], dtype="Int64"), [3, np.nan]),
        (pd.Series([3, 4], dtype="int32"), [3, 4]),
    ],
)
def test_a_number_stays_itself(values: pd.Series, expected: list[float]) -> None:
    assert np.array_equal(encode_column(values, Entry("a")), np.array(expected), equal_nan=True)


def test_more_rows_than_are_encoded_together_keep_their_places() -> None:
    rows = 2 * ROWS_AT_ONCE + 1
    frame = pd.DataFrame({"other": 0.0, "b": np.arange(rows) * 2.0, "a": np.arange(rows)})
    encoded = FeatureDictionary((Entry("a"), Entry("b"))).encode(frame)
    assert np.array_equal(encoded, np.column_stack([frame["a"], frame["b"]]))
    assert FeatureDictionary(()).encode(frame).shape == (rows, 0)


class Settled(FeatureSet):
    """A feature set that never changes."""

    name = "settled"
    cohort = enrolled(9)
    absent = Feature(
        attendance.last(school_days=20).share_absent(), because="missed {:.0%}", more_is="worse", domain="attendance"
    )
    indicator = None


def test_a_fingerprint_is_the_one_that_bundles_were_signed_with() -> None:
    """It is made of the names of classes and fields too: renaming one would refuse every bundle made before."""
    dictionary = dictionary_of(Settled)
    assert dictionary.entries[0].fingerprint == "872aec70ade6b8a8"
    assert fingerprint_of(dictionary) == "cf3076cf49acd8df"

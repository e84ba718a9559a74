"""JSON of many students at once is what each would have alone, also where there is nothing."""

import json

import numpy as np
import pyarrow as pa
import pytest

from models.explanations.reason_columns import ReasonColumns
from models.explanations.risk_change import ChangeColumns
from models.feature_dictionary import Entry
from serving.scoring.json_columns import change_texts, object_texts, reason_texts, shared_texts, texts_where

ENTRIES = (Entry("rate"), Entry('a "name"', kind="text", categories=("é", "b")), Entry("yes", kind="boolean"))
NONE = np.zeros(0, dtype=np.int64)


def test_reasons_are_lists_of_code_value_and_contribution() -> None:
    columns = ReasonColumns(
        ENTRIES, np.array([0, 2, 2, 4]), np.array([0, 1, 2, 0]), np.array([1e-7, 0.0, 1.0, np.nan]),
        np.array([0.123456, -0.5, 0.25, 1.0]),
    )  # fmt: skip
    assert [json.loads(one) for one in reason_texts(columns).to_pylist()] == [
        [["rate", 1e-7, 0.1235], ['a "name"', "é", -0.5]], [], [["yes", True, 0.25], ["rate", None, 1.0]],
    ]  # fmt: skip


@pytest.mark.parametrize("students", [0, 2])
def test_where_the_release_of_then_is_gone_no_part_and_no_feature_is_told(students: int) -> None:
    unknown = np.full(students, np.nan)
    found = change_texts(unknown, unknown, None, across_parts=False).to_pylist()
    assert [json.loads(one) for one in found] == [[None, None, [], False]] * students


def test_nobody_has_no_text() -> None:
    nobody = np.zeros(1, dtype=np.int64)
    empty = np.zeros(0)
    assert reason_texts(ReasonColumns(ENTRIES, nobody, NONE, empty, empty)).to_pylist() == []
    moved = ChangeColumns(ENTRIES, nobody, NONE, empty, empty, np.zeros(0, dtype=np.bool_))
    assert change_texts(empty, empty, moved, across_parts=True).to_pylist() == []
    assert texts_where([], NONE).to_pylist() == []


def test_what_students_share_is_made_once_and_missing_where_there_is_none() -> None:
    assert shared_texts(["a", None]) == ['"a"', None]
    assert texts_where(["x", "y"], np.array([1, -1, 0, 1])).to_pylist() == ["y", None, "x", "y"]


def test_objects_have_what_stands_between_their_begins() -> None:
    names, values = quoted("a", "b"), quoted("1", "2")
    assert object_texts(np.array([0, 0, 2]), names, values).to_pylist() == ["{}", '{"a":"1","b":"2"}']


def quoted(*texts: str) -> pa.Array:
    """Texts as JSON in Arrow."""
    return texts_where([json.dumps(one) for one in texts], np.arange(len(texts)))

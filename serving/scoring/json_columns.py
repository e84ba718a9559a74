"""JSON texts of many students at once, in Arrow: no object for each student."""

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.examples import Booleans, Floats, Places
from models.explanations.reason_columns import ReasonColumns
from models.explanations.reasons import decode_cell
from models.explanations.risk_change import ChangeColumns
from models.feature_dictionary import Entry
from serving.store.json_values import to_json_value

CONTRIBUTION_DIGITS = 4
"""Digits of a contribution, by which reasons are ordered: in log odds, of which 0.05 is the least that is given."""


def reason_texts(reasons: ReasonColumns) -> pa.Array:
    """Each row's reasons as `[["code",value,contribution],...]`."""
    codes = code_texts(reasons.entries, reasons.feature)
    values = cell_texts(reasons.entries, reasons.feature, reasons.cell)
    return list_texts(reasons.begins, list_of(codes, values, number_texts(reasons.contribution, CONTRIBUTION_DIGITS)))


def change_texts(by_data: Floats, by_release: Floats, moved: ChangeColumns | None, *, across_parts: bool) -> pa.Array:
    """Each row's change as `[by_data,by_release,[["code",before,now,is_strength],...],across_parts]`."""
    texts = pa.array(["[]"] * len(by_data), pa.string()) if moved is None else moved_texts(moved)
    return list_of(
        number_texts(by_data), number_texts(by_release), texts, pa.scalar("true" if across_parts else "false")
    )


def moved_texts(moved: ChangeColumns) -> pa.Array:
    """Each row's changed features."""
    before, now = (cell_texts(moved.entries, moved.feature, cells) for cells in (moved.before, moved.now))
    strong = flag_texts(moved.is_strength)
    return list_texts(moved.begins, list_of(code_texts(moved.entries, moved.feature), before, now, strong))


def code_texts(entries: Sequence[Entry], feature: Places) -> pa.Array:
    """The codes of features as JSON."""
    return pa.array([json.dumps(entry.name) for entry in entries], pa.string()).take(pa.array(feature, pa.int64()))


def cell_texts(entries: Sequence[Entry], feature: Places, cells: Floats) -> pa.Array:
    """Values as JSON, each of its feature."""
    texts = number_texts(cells)
    others = np.flatnonzero(np.array([entry.kind != "number" for entry in entries], dtype=np.bool_)[feature])
    if not len(others):
        return texts
    decoded = [json.dumps(decode_cell(cells[place], entries[feature[place]])) for place in others]
    mask = np.zeros(len(cells), dtype=np.bool_)
    mask[others] = True
    return pc.replace_with_mask(texts, mask, pa.array(decoded, pa.string()))


def number_texts(numbers: Floats, digits: int | None = None) -> pa.Array:
    """Numbers as JSON: each the shortest text that is read as the same one; null where it is missing."""
    rounded = numbers if digits is None else np.round(numbers, digits)
    return pc.fill_null(pc.cast(pa.array(rounded, pa.float64(), from_pandas=True), pa.string()), "null")


def flag_texts(flags: Booleans) -> pa.Array:
    """Yes and no as JSON."""
    return pc.if_else(pa.array(flags, pa.bool_()), "true", "false")


def list_of(*parts: pa.Array | pa.Scalar) -> pa.Array:
    """One JSON list a row, of these parts."""
    with_commas = [one for part in parts for one in (part, pa.scalar(","))][:-1]
    return pc.binary_join_element_wise(pa.scalar("["), *with_commas, pa.scalar("]"), "")


def list_texts(begins: Places, texts: pa.Array) -> pa.Array:
    """One JSON list a row: those texts that stand from where its own begin to where the next one's do."""
    return list_of(joined_texts(begins, texts))


def object_texts(begins: Places, names: pa.Array, texts: pa.Array) -> pa.Array:
    """One JSON object a row, of names and values that stand where `begins` says."""
    members = joined_texts(begins, pc.binary_join_element_wise(names, texts, ":"))
    return pc.binary_join_element_wise(pa.scalar("{"), members, pa.scalar("}"), "")


def joined_texts(begins: Places, texts: pa.Array) -> pa.Array:
    """One text a row, of those that stand from where its own begin to where the next one's do, with commas."""
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(begins, pa.int32()), texts), ",")


def shared_texts(values: Sequence[object]) -> list[str | None]:
    """The JSON of values of which many are one and the same object: made once for each. None for None."""
    made: dict[int, str | None] = {id(None): None}
    for value in values:
        if id(value) not in made:
            made[id(value)] = json.dumps(to_json_value(value), separators=(",", ":"))
    return [made[id(value)] for value in values]


def texts_where(texts: Sequence[str | None], which: Places) -> pa.Array:
    """One of some texts a row; missing where `which` is -1."""
    return pa.array(texts, pa.string()).take(pa.array(which, pa.int64(), mask=which < 0))

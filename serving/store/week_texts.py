"""Weeks of attendance of a student as one short text, which a score keeps."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from serving.store.cell_types import JsonRow

APART, MISSED, NOT_ENROLLED = " ", "/", "-"
SHIFT = 1_000_000
"""More than the hundredths of days that a week can have: days and what was missed of them as one number."""


def weeks_of_text(weeks: Sequence[str], text: str) -> list[JsonRow]:
    """A student's weeks, from the weeks of a run and their text."""
    found: list[JsonRow] = []
    for week, cell in zip(weeks, text.split(APART), strict=False):
        days, _, missed = cell.partition(MISSED)
        if days != NOT_ENROLLED and days:
            found.append({"week": week, "days": int(days), "missed": int(missed or 0)})
    return found


def week_texts(rows: pd.DataFrame, students: int) -> tuple[list[str], pa.Array]:
    """The weeks of a cohort as ISO text, and each student's days and hundredths missed in them as one text.

    `rows` has `student` (a number), `week`, `days` and `missed`. `5 5/100 -` is two weeks of five days, in the second
    of which a day was missed, and one in which the student was not enrolled.
    """
    weeks, place = np.unique(rows["week"].to_numpy(dtype="datetime64[D]"), return_inverse=True)
    student, days = rows["student"].to_numpy(dtype=np.int64), rows["days"].to_numpy(dtype=np.int64)
    missed = rows["missed"].to_numpy(dtype=np.float64).astype(np.int64)
    kinds, kind = np.unique(days * SHIFT + missed, return_inverse=True)
    cells = np.zeros((students, len(weeks)), dtype=np.int64)
    cells[student, place] = kind + 1
    words = pa.array([NOT_ENROLLED, *(week_text(*divmod(one, SHIFT)) for one in kinds.tolist())], pa.string())
    begins = pa.array(np.arange(students + 1) * len(weeks), pa.int32())
    texts = pc.binary_join(pa.ListArray.from_arrays(begins, words.take(pa.array(cells.ravel()))), APART)
    return [str(week) for week in weeks], pc.binary_join_element_wise(pa.scalar('"'), texts, pa.scalar('"'), "")


def aligned_texts(texts: pa.Array, own: Sequence[str], weeks: Sequence[str]) -> pa.Array:
    """Texts of students of whom only some weeks are told, as those of all `weeks`."""
    if list(own) == list(weeks):
        return texts
    cells = pc.split_pattern(pc.utf8_trim(texts, characters='"'), APART)
    places = {week: place for place, week in enumerate(own)}
    nothing = pa.array([NOT_ENROLLED] * len(texts), pa.string())
    columns = [pc.list_element(cells, places[week]) if week in places else nothing for week in weeks]
    joined = pc.binary_join_element_wise(*columns, APART)
    return pc.binary_join_element_wise(pa.scalar('"'), joined, pa.scalar('"'), "")


def week_text(days: int, missed: int) -> str:
    """A week as it is written."""
    return f"{days}{MISSED}{missed}" if missed else str(days)

"""Weeks of attendance of a student as one short text, which a score keeps."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from serving.store.cell_types import JsonRow

APART, MISSED, NOT_ENROLLED = " ", "/", "-"


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
    columns = []
    for one in range(len(weeks)):
        own = place == one
        cells = np.full(students, NOT_ENROLLED, dtype=object)
        cells[student[own]] = [
            f"{day}{MISSED}{part}" if part else str(day)
            for day, part in zip(days[own].tolist(), missed[own].tolist(), strict=True)
        ]
        columns.append(cells)
    texts = [APART.join(row) for row in zip(*columns, strict=True)] if columns else [""] * students
    return [str(week) for week in weeks], pa.array([f'"{text}"' for text in texts], pa.string())

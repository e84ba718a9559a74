"""The ledger: what became of every flag, from the records and a date alone."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Resolution = Literal["came_true", "did_not", "supported_first", "moved_away", "still_open", "not_told"]
"""`supported_first`: a contact or a plan followed the flag, and then it did not come true."""


@dataclass(frozen=True)
class Ledger:
    """What became of the flags of one outcome, as it could be said at the end of a day.

    `flags` has a row per flag: `student_key`, `run_id`, `as_of`, `release_id`, `scorer`, `capacity`, `list_position`,
    `risk`, `school_year`, `resolution`. `students` has a row per student and school year in which lists were made:
    `student_key`, `school_year`, `school_id`, `grade_level`, `off_track` (missing where it cannot be said),
    `missing_because`, `ended_on` (the day by which the outcome came, or the last one that counts), `first_flag` (date,
    missing for those never flagged), `supported_on` (the first contact or plan since then) and `resolution` (of the
    first flag, missing without one).
    """

    outcome: str
    flags: pd.DataFrame
    students: pd.DataFrame

"""Resolves flags, given how every student ended: arrays over all flags, without a loop over students."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.language.outcome import CENSORED
from features.snapshots.labels import WHEREABOUTS_UNKNOWN
from features.snapshots.outcome_periods import UNFINISHED

Integers = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]

Resolution = Literal["came_true", "did_not", "supported_first", "moved_away", "still_open", "not_told"]
"""`supported_first`: a contact or a plan followed the flag, and then it did not come true."""

RESOLUTIONS: tuple[Resolution, ...] = get_args(Resolution)
CAME_TRUE, DID_NOT, SUPPORTED_FIRST, MOVED_AWAY, STILL_OPEN, NOT_TOLD = range(len(RESOLUTIONS))

MOVED_AWAY_REASONS = (CENSORED["transferred"], WHEREABOUTS_UNKNOWN)
"""Why the label of a student who moved away is missing: to another school, or nobody knows where."""

NEVER = np.datetime64("NaT", "D")
DAYS_PER_STUDENT = 1 << 20
"""More than there are days since 1970: student x this + day is one number for both."""


@dataclass(frozen=True)
class Runs:
    """The runs that raised flags, in order: with what its flags share, the group of its date and its year."""

    rows: pd.DataFrame
    group: Integers
    school_year: Integers

    @property
    def as_of(self) -> Days:
        """The as-of date of each."""
        return days_in(self.rows["as_of"])


@dataclass(frozen=True)
class FlagArrays:
    """The flags in order: index of the run and of the student, position on the list, risk, whether listed by lot."""

    run: Integers
    student: Integers
    position: Integers
    risk: npt.NDArray[np.float64]
    at_random: Flags


@dataclass(frozen=True)
class StudentEndings:
    """How everyone ended whom the lists were about: a row per group and student, sorted by both.

    `keys` are all students, sorted; `student` is the index of one among them. `through` is the last day that counts.
    """

    rows: pd.DataFrame
    keys: "pd.Index[str]"
    student: Integers
    group: Integers
    school_year: Integers
    through: Days

    @property
    def ending(self) -> Integers:
        """The resolution of a flag of each without a contact or a plan."""
        off_track, because = self.rows["off_track"], self.rows["missing_because"]
        told = [off_track.eq(True).fillna(False), off_track.eq(False).fillna(False)]
        return np.select([*told, because.isin(MOVED_AWAY_REASONS), because.eq(UNFINISHED)],
                         [CAME_TRUE, DID_NOT, MOVED_AWAY, STILL_OPEN], NOT_TOLD)  # fmt: skip

    def place_of(self, group: Integers, student: Integers) -> Integers:
        """The row index of each group and student."""
        many = len(self.keys)
        return np.searchsorted(self.group * many + self.student, group * many + student)


@dataclass(frozen=True)
class Supports:
    """Contacts and plans as numbers made of student and day, sorted."""

    known: Integers

    @classmethod
    def of(cls, student: Integers, day: Days) -> "Supports":
        """Those of these students on these days."""
        return cls(np.unique(student * DAYS_PER_STUDENT + day.astype(np.int64)))

    def first_after(self, student: Integers, day: Days) -> Days:
        """The day of the next one of each student after a day; NaT where there is none."""
        found = np.append(self.known, -1)[
            np.searchsorted(self.known, student * DAYS_PER_STUDENT + day.astype(np.int64), side="right")
        ]
        return np.where(found // DAYS_PER_STUDENT == student, (found % DAYS_PER_STUDENT).astype("datetime64[D]"), NEVER)


@dataclass(frozen=True)
class FlagResolutions:
    """The resolution of each flag, its row of `StudentEndings`, and the first contact or plan after it that counts."""

    resolution: Integers
    row: Integers
    supported_on: Days


def resolve_flags(flags: FlagArrays, runs: Runs, endings: StudentEndings, supports: Supports) -> FlagResolutions:
    """The resolution of each flag."""
    row = endings.place_of(runs.group[flags.run], flags.student)
    support = supports.first_after(flags.student, runs.as_of[flags.run])
    support[support > endings.through[row]] = NEVER
    ending = endings.ending[row]
    ending[(ending == DID_NOT) & ~np.isnat(support)] = SUPPORTED_FIRST
    return FlagResolutions(ending, row, support)


def flag_rows(flags: FlagArrays, runs: Runs, found: FlagResolutions, keys: "pd.Index[str]") -> pd.DataFrame:
    """The flags as `Ledger.flags`."""
    names = {name: pd.Categorical(runs.rows[name]) for name in ("run_id", "release_id", "scorer")}
    texts = {name: pd.Categorical.from_codes(one.codes[flags.run], one.categories) for name, one in names.items()}
    return pd.DataFrame(
        {
            "student_key": key_category(flags.student, keys),
            "run_id": texts["run_id"],
            "as_of": timestamps(runs.as_of[flags.run]),
            "release_id": texts["release_id"],
            "scorer": texts["scorer"],
            "capacity": runs.rows["capacity"].to_numpy(dtype=np.int64)[flags.run],
            "list_position": flags.position,
            "risk": flags.risk,
            "at_random": flags.at_random,
            "school_year": runs.school_year[flags.run],
            "resolution": resolution_category(found.resolution),
        }
    )


def student_rows(flags: FlagArrays, runs: Runs, found: FlagResolutions, endings: StudentEndings) -> pd.DataFrame:
    """The students as `Ledger.students`."""
    many = len(endings.keys)
    key = endings.school_year * many + endings.student
    flagged, flag = np.unique(runs.school_year[flags.run] * many + flags.student, return_index=True)
    at = np.minimum(np.searchsorted(flagged, key), len(flagged) - 1)
    first = np.where(flagged[at] == key, flag[at], -1)
    chosen = one_a_year(key, endings, is_first=found.row[first] == np.arange(len(key)))
    return student_frame(endings, chosen, first_flags(flags, runs, found, first[chosen]))


def one_a_year(key: Integers, endings: StudentEndings, *, is_first: Flags) -> Integers:
    """Of each student and school year the row that counts: that of the first flag, or one that came true, or is told.

    `key` is the year and the student. Where nothing tells them apart, it is that of the first group.
    """
    ending = endings.ending
    worth = np.select([is_first, ending == CAME_TRUE, ending == DID_NOT], [0, 1, 2], 3)
    order = np.lexsort((endings.group, worth, key))
    chosen: Integers = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    return chosen


def first_flags(flags: FlagArrays, runs: Runs, found: FlagResolutions, first: Integers) -> pd.DataFrame:
    """The columns of `Ledger.students` about first flags, given the index of each; missing for -1."""
    none = first < 0
    return pd.DataFrame(
        {
            "first_flag": timestamps(np.where(none, NEVER, runs.as_of[flags.run[first]])),
            "supported_on": timestamps(np.where(none, NEVER, found.supported_on[first])),
            "resolution": resolution_category(np.where(none, -1, found.resolution[first])),
        }
    )


def student_frame(endings: StudentEndings, chosen: Integers, flags: pd.DataFrame) -> pd.DataFrame:
    """The chosen rows of the endings with their first flags."""
    rows = endings.rows.iloc[chosen].reset_index(drop=True)
    left_on = days_in(rows["left_on"])
    frame = pd.DataFrame(
        {
            "student_key": key_category(endings.student[chosen], endings.keys),
            "school_year": endings.school_year[chosen],
            "school_id": rows["school_id"].astype("category"),
            "grade_level": rows["grade_level"].astype("Int64"),
            "off_track": rows["off_track"].astype("boolean"),
            "missing_because": rows["missing_because"].astype("category"),
            "ended_on": timestamps(np.where(np.isnat(left_on), endings.through[chosen], left_on)),
        }
    )
    return frame.join(flags)


def key_category(student: Integers, keys: "pd.Index[str]") -> "pd.Categorical[str]":
    """The keys of students by their indices."""
    return pd.Categorical.from_codes(student.astype(np.int32), keys)


def timestamps(days: Days) -> "pd.Series[pd.Timestamp]":
    """Days as pandas holds them."""
    return pd.Series(days.astype("datetime64[s]"))


def resolution_category(resolution: Integers) -> "pd.Categorical[str]":
    """Resolutions by name; missing for -1."""
    return pd.Categorical.from_codes(resolution.astype(np.int8), pd.Index(RESOLUTIONS))


def days_in(dates: "pd.Series[pd.Timestamp]") -> Days:
    """Dates as days."""
    return dates.to_numpy().astype("datetime64[D]")

"""The last finished school year: its outcomes, who was listed when, at what risk, and who was supported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from features.ledger.ledger import Ledger
from models.examples import Booleans, Floats

MOST = 0.5
"""Share of its students of whom an end must be told before a school year is judged."""
NEAR = timedelta(days=31)
"""How far from a judged date a list may lie to be held against what was promised for that date."""


@dataclass(frozen=True)
class FinishedYear:
    """The students of a finished school year in which lists were made, and whose outcome is known.

    Arrays have a student each: `risk` is that of the first flag (NaN without one), `lead_weeks` the weeks from it to
    the end (NaN for who was not listed or ended on track). `flags` are that year's, `unsaid` how many students more
    there were of whom nothing can be said.
    """

    school_year: int
    students: pd.DataFrame
    flags: pd.DataFrame
    off_track: Booleans
    listed: Booleans
    risk: Floats
    lead_weeks: Floats
    unsaid: int

    def __len__(self) -> int:
        return len(self.students)

    @property
    def supported_first(self) -> Booleans:
        """Who was listed, supported after it, and ended on track: without support, nobody can say how."""
        reached = self.students["supported_on"].notna().to_numpy(dtype=np.bool_)
        return self.listed & reached & ~self.off_track

    @property
    def last_list(self) -> date:
        """The date of the year's last list."""
        return dates_in(self.flags["as_of"])[-1]


def last_finished_year(ledger: Ledger) -> FinishedYear | None:
    """The latest school year in which most outcomes are known; None where there is none yet."""
    is_told = ledger.students["off_track"].notna()
    share = is_told.groupby(ledger.students["school_year"]).mean()
    if not (share >= MOST).any():
        return None
    year = int(share.index[share >= MOST].max())
    told = ledger.students[is_told]
    students = told[told["school_year"] == year].sort_values("student_key").reset_index(drop=True)
    flags = ledger.flags[ledger.flags["school_year"] == year]
    first = pd.to_datetime(students["first_flag"])
    off_track, listed = students["off_track"].to_numpy(dtype=np.bool_), first.notna().to_numpy(dtype=np.bool_)
    days = (pd.to_datetime(students["ended_on"]) - first).dt.days.to_numpy(dtype=np.float64)
    weeks = np.maximum(days, 0) / 7  # who had left when listed was not listed before
    return FinishedYear(
        school_year=year,
        students=students,
        flags=flags,
        off_track=off_track,
        listed=listed,
        risk=first_risk(students, flags),
        lead_weeks=np.where(off_track & listed, weeks, np.nan),
        unsaid=int((ledger.students["school_year"] == year).sum()) - len(students),
    )


def first_risk(students: pd.DataFrame, flags: pd.DataFrame) -> Floats:
    """The risk of each student's first flag, NaN for those without one; of several runs of a day, the first."""
    ordered = flags.assign(as_of=pd.to_datetime(flags["as_of"])).sort_values(["as_of", "run_id"])
    first = ordered.drop_duplicates("student_key").set_index("student_key")["risk"]
    return np.asarray(students["student_key"].astype("str").map(first.rename(index=str)), dtype=np.float64)


def acted_within(students: pd.DataFrame, days: int) -> Booleans:
    """Whose first flag was followed by a contact or a plan within so many days."""
    after = pd.to_datetime(students["supported_on"]) - pd.to_datetime(students["first_flag"])
    return np.asarray(after <= pd.Timedelta(days=days), dtype=np.bool_)


def dates_in(column: pd.Series) -> list[date]:
    """The distinct dates of a column, rising."""
    return [stamp.date() for stamp in sorted(pd.to_datetime(column).unique())]


def list_like_judged(told: FinishedYear, judged: Sequence[date]) -> pd.DataFrame:
    """The flags of the year's list that is nearest to one of its judged dates; none where no list is near.

    Of several runs of that day it is the last by name.
    """
    apart = [(abs(day - other), day) for day in dates_in(told.flags["as_of"]) for other in judged]
    nearest = min((one for one in apart if one[0] <= NEAR), default=None)
    if nearest is None:
        return told.flags.iloc[:0]
    same = told.flags[pd.to_datetime(told.flags["as_of"]) == pd.Timestamp(nearest[1])]
    return same[same["run_id"] == same["run_id"].astype("str").max()]


def weekly_stays(flags: pd.DataFrame) -> tuple[int, int, int]:
    """Of lists about a week apart: how many pairs there are, students on the first of each, and on both.

    Each list is paired with that of four to ten days later which is nearest to a week.
    """
    days, stamps = dates_in(flags["as_of"]), pd.to_datetime(flags["as_of"])
    lists = {day: set(flags["student_key"][stamps == pd.Timestamp(day)]) for day in days}
    following = {day: nearest_week(day, days) for day in days}
    weekly = [(lists[day], lists[other]) for day, other in following.items() if other]
    return len(weekly), sum(len(a) for a, _ in weekly), sum(len(a & b) for a, b in weekly)


def nearest_week(day: date, days: Sequence[date]) -> date | None:
    """Of some days four to ten days later the one nearest to a week later; None where there is none."""
    later = [(abs((other - day).days - 7), other) for other in days if 4 <= (other - day).days <= 10]
    return min(later)[1] if later else None

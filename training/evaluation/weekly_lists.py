"""Weekly lists over the test year: how early students are found, and how stable the list is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.examples import Booleans, Floats
from models.metrics.ranking import list_length

Listed = npt.NDArray[np.bool_]
"""Weeks × students: who was on the list."""


@dataclass(frozen=True)
class WeeklyLists:
    """One scorer's lists over the weeks from the first scoring date on.

    Shares are of the students who ended off track: on the first list, and on any of them. `lead_weeks` is the median
    time from the first list a student was on to the day the outcome was known. `stays` is the share of a list that is
    on the next week's too.
    """

    scorer: str
    weeks: int
    listed: int
    off_track: int
    found_first: float
    found_by_last: float
    lead_weeks: float
    stays: float

    def as_json(self) -> dict[str, object]:
        """The figures as JSON values."""
        found = vars(self).items()
        return {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in found}


@dataclass(frozen=True)
class Weeks:
    """The dates lists are drawn on, the students they are drawn from, how each ended, and when that was known."""

    dates: tuple[date, ...]
    students: "pd.Index[str]"
    off_track: Booleans
    known_by: date


def weekly(first: date, weeks: int, *, until: date) -> tuple[date, ...]:
    """The first scoring date and the same weekday of the weeks after it, up to a date."""
    dates = (first + timedelta(weeks=week) for week in range(weeks + 1))
    return tuple(day for day in dates if day <= until)


def weekly_lists_of(
    scorer: str, risks: Sequence["pd.Series[float]"], weeks: Weeks, *, capacity: float, seed: int
) -> WeeklyLists:
    """A scorer's weekly lists from its risks on each date by student; students who left are on no list."""
    lists = drawn_lists(risks, weeks, capacity, seed)
    ever, first = lists.any(axis=0), lists.argmax(axis=0)
    lead = np.array([(weeks.known_by - day).days / 7 for day in weeks.dates])
    found = ever & weeks.off_track
    ended = int(weeks.off_track.sum())
    return WeeklyLists(
        scorer=scorer,
        weeks=len(weeks.dates) - 1,
        listed=int(lists[0].sum()),
        off_track=ended,
        found_first=float((lists[0] & weeks.off_track).sum() / ended) if ended else float("nan"),
        found_by_last=float(found.sum() / ended) if ended else float("nan"),
        lead_weeks=float(np.median(lead[first[found]])) if found.any() else float("nan"),
        stays=share_staying(lists),
    )


def lead_by_student(
    risks: Sequence["pd.Series[float]"], weeks: Weeks, *, capacity: float, seed: int
) -> "pd.Series[float]":
    """The weeks from the first list each student was on to the day the outcome was known; only of those found."""
    lists = drawn_lists(risks, weeks, capacity, seed)
    lead = np.array([(weeks.known_by - day).days / 7 for day in weeks.dates])
    found = lists.any(axis=0) & weeks.off_track
    return pd.Series(lead[lists.argmax(axis=0)][found], weeks.students[found])


def drawn_lists(risks: Sequence["pd.Series[float]"], weeks: Weeks, capacity: float, seed: int) -> Listed:
    """Who was on the list of each date."""
    order = np.random.default_rng(seed).permutation(len(weeks.students))
    return np.stack([is_listed(floats_of(risk, weeks), order, capacity) for risk in risks])


def floats_of(risk: "pd.Series[float]", weeks: Weeks) -> Floats:
    """Each student's risk, NaN for who has left."""
    return np.asarray(risk.reindex(weeks.students), dtype=np.float64)


def is_listed(risk: Floats, order: npt.NDArray[np.int64], capacity: float) -> Booleans:
    """Which students are on the list: the highest risks, ties in one random order that is the same every week."""
    known = ~np.isnan(risk)
    ranked = np.lexsort((order, -np.where(known, risk, -np.inf)))
    chosen = np.zeros(len(risk), dtype=np.bool_)
    chosen[ranked[: int(list_length(int(known.sum()), capacity))]] = True
    return chosen & known


def share_staying(lists: Listed) -> float:
    """The share of a list that stays on the next week's, over all weeks; NaN with one week only."""
    before, after = lists[:-1], lists[1:]
    return float((before & after).sum() / before.sum()) if before.any() else float("nan")


def weekly_lists_by_scorer(
    risks: Mapping[str, Sequence["pd.Series[float]"]], weeks: Weeks, *, capacity: float, seed: int
) -> tuple[WeeklyLists, ...]:
    """The lists of every scorer."""
    return tuple(weekly_lists_of(name, found, weeks, capacity=capacity, seed=seed) for name, found in risks.items())

"""Daily attendance: the exceptions, how late they were recorded, and their corrections."""

import numpy as np
import pandas as pd

from features.simulator.calendars import QUARTERS, Calendar
from features.simulator.csv_writer import coded
from features.simulator.people import days_of, student_ids
from features.simulator.plan import Days, Flags, Floats, Ints, days_after
from features.simulator.planted_bias import COMMON_LATE_SHARE, Planted
from features.simulator.schools import Schools

KINDS = ("absent", "partial", "tardy", "suspended")
ABSENT, PARTIAL, TARDY, SUSPENDED = range(4)
MISSED = np.array([100, 50, 0, 100])
BASE_ABSENCE = 0.0460
MOST_ABSENT = 0.8
SPARED = 0.6
"""How much of absence engagement spares a student, on the log scale."""

CORRECTED_SHARE = 0.02


def exceptions_of(
    spells: pd.DataFrame,
    weekly: Floats,
    suspended: Flags,
    *,
    schools: Schools,
    calendar: Calendar,
    forgotten: Flags,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Every exception of the year, one per student and day, without the days a school forgot."""
    parts = []
    for _, group in spells.groupby(["school", "track"]):
        taken = ~forgotten[group["school"].iloc[0]]
        days = calendar.sessions[group["track"].iloc[0]][taken]
        engagement = weekly[group["row"]][:, calendar.week_of(days)]
        kind = day_kinds(engagement, group["health"].to_numpy(), days, rng=rng)
        kind[suspended[group["row"]][:, taken]] = SUSPENDED
        kind[outside(group, days)] = -1
        at, place = np.nonzero(kind >= 0)
        part = group[["row", "person", "school"]].iloc[at]
        parts.append(part.assign(kind=kind[at, place], date=days[place], engagement=engagement[at, place]))
    return recorded(pd.concat(parts, ignore_index=True), schools, rng)


def day_kinds(engagement: Floats, health: Floats, days: Days, *, rng: np.random.Generator) -> Ints:
    """What would be recorded for each spell and day; -1 where the student is present."""
    share = BASE_ABSENCE * np.exp(0.45 * health[:, None] - SPARED * engagement) * day_factor(days)
    absent = np.minimum(share, MOST_ABSENT)
    partial = absent + 0.10 * absent + 0.003
    tardy = partial + np.minimum(0.025 * np.exp(-0.5 * engagement), 0.15)
    u = rng.random(engagement.shape)
    return np.select([u < absent, u < partial, u < tardy], [ABSENT, PARTIAL, TARDY], -1)


def day_factor(days: Days) -> Floats:
    """How much more is missed on Mondays, Fridays and in the flu season."""
    weekday = (days.astype(np.int64) + 3) % 7
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.where((weekday == 0) | (weekday == 4), 1.15, 0.9) * np.where(np.isin(month, (12, 1, 2)), 1.2, 0.95)


def outside(spells: pd.DataFrame, days: Days) -> Flags:
    """Per spell and day, whether the day lies outside the spell."""
    entry, left = days_of(spells["entry"])[:, None], days_of(spells["exit"])[:, None]
    return (days < entry) | (days > left)


def recorded(exceptions: pd.DataFrame, schools: Schools, rng: np.random.Generator) -> pd.DataFrame:
    """The exceptions with whether they were excused and the day they were entered.

    Planted: one school enters a third of its attendance days late; elsewhere it is 3 %.
    """
    n = len(exceptions)
    engagement, kind = exceptions["engagement"].to_numpy(), exceptions["kind"].to_numpy()
    excusable = rng.random(n) < 1 / (1 + np.exp(-0.4 - 0.6 * engagement))
    late = np.where(exceptions["school"].to_numpy() == schools.late, schools.planted.late_share, COMMON_LATE_SHARE)
    delay = np.where(rng.random(n) < late, rng.integers(1, 11, n), 0)
    return exceptions.assign(
        excused=np.where(kind == SUSPENDED, True, np.where(kind == TARDY, False, excusable)),
        known_on=days_after(days_of(exceptions["date"]), delay),
    )


def with_corrections(exceptions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The exceptions, and a second version of the unexcused absences that a late note excused."""
    unexcused = (exceptions["kind"] == ABSENT) & ~exceptions["excused"]
    corrected = exceptions[unexcused & (rng.random(len(exceptions)) < CORRECTED_SHARE)]
    known_on = days_after(days_of(corrected["known_on"]), rng.integers(3, 16, len(corrected)))
    return pd.concat([exceptions, corrected.assign(excused=True, known_on=known_on)], ignore_index=True)


def missed_days(exceptions: pd.DataFrame, calendar: Calendar, n: int) -> Floats:
    """Days missed per roster row and quarter."""
    quarter = calendar.quarter_of(days_of(exceptions["date"]))
    cell = exceptions["row"].to_numpy() * QUARTERS + quarter
    missed = MISSED[exceptions["kind"].to_numpy()] / 100
    return np.bincount(cell, weights=missed, minlength=n * QUARTERS).reshape(n, QUARTERS).astype(np.float64)


PERIODS = (("P1", 17), ("P2", 17), ("P3", 17), ("P4", 17), ("P5", 16), ("P6", 16))
"""Class periods and the hundredths of a day that each is."""

LOST_PERIOD = "P5"
"""Planted: the period in which every tenth student sits with a teacher who never takes attendance."""

CUT_SHARE = 0.3
"""Share of tardies that were a class cut, where classes are recorded."""


def by_section(rows: pd.DataFrame, in_high_school: Flags, planted: Planted) -> pd.DataFrame:
    """The rows as a district has them that takes attendance in every class of its high schools.

    A day missed is six classes missed, part of one the first three, and some late arrivals a class cut.
    """
    daily, high = rows[~in_high_school], rows[in_high_school]
    cut = (high["kind"] == "tardy") & (high["student_id"].to_numpy() * 31 % 100 < 100 * CUT_SHARE)
    parts = [daily, high[(high["kind"] == "tardy") & ~cut]]
    for place, (period, share) in enumerate(PERIODS):
        missed = high["kind"].isin(["absent", "suspended"]) | ((high["kind"] == "partial") & (place < 3))
        missed |= cut & (place == 3)
        lost = planted.a_period_is_lost and period == LOST_PERIOD
        forgotten = lost & (high["student_id"] % 10 == 0)
        kind = high["kind"].astype(str).where(high["kind"] == "suspended", "absent")
        parts.append(high.assign(section_id=period, kind=kind, absent_hundredths=share)[missed & ~forgotten])
    return pd.concat(parts, ignore_index=True)


def attendance_rows(exceptions: pd.DataFrame, schools: Schools) -> pd.DataFrame:
    """The table of attendance.

    Planted: one district of a collaborative writes late arrivals as days absent.
    """
    kind = exceptions["kind"].to_numpy()
    if schools.planted.late_is_absent:
        kind = np.where(kind == TARDY, ABSENT, kind)
    return pd.DataFrame(
        {
            "student_id": student_ids(exceptions["person"].to_numpy()),
            "school_id": coded(exceptions["school"].to_numpy(), schools.ids),
            "date": exceptions["date"],
            "section_id": "day",
            "kind": coded(kind, KINDS),
            "absent_hundredths": MISSED[kind],
            "excused": exceptions["excused"],
            "known_on": exceptions["known_on"],
        }
    )

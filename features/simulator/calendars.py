"""School calendars: in-session days, terms, and the days on which attendance was forgotten."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.simulator.plan import FIRST_MONTH, Days, Flags, Ints, Plan, day
from features.simulator.planted_bias import COMMON_FORGOTTEN_DAYS
from features.simulator.schools import Schools

TRACKS = ("main", "B")
SESSION_DAYS = 180
WEEKS = 48
QUARTERS = 4
SETTLING = np.timedelta64(30, "D")
"""After the last day of instruction, until when make-ups count."""


@dataclass(frozen=True)
class Calendar:
    """One school year: in-session days of each track, and the last day of each quarter."""

    school_year: int
    sessions: tuple[Days, ...]
    quarter_ends: Days

    @property
    def opening(self) -> np.datetime64:
        """The July 1 on which the year's calendar is known."""
        return day(f"{self.school_year - 1}-{FIRST_MONTH:02d}-01")

    def settled(self, tracks: int) -> np.datetime64:
        """The day on which the year is over for good: what becomes known later no longer changes how it ended."""
        last: np.datetime64 = max(session[-1] for session in self.sessions[:tracks])
        return last + SETTLING

    @property
    def weekdays(self) -> Days:
        """Every weekday from August 1 to June 30."""
        days = np.arange(day(f"{self.school_year - 1}-08-01"), day(f"{self.school_year}-07-01"))
        return days[np.is_busday(days)]

    def week_of(self, dates: Days) -> Ints:
        """The week of each date, counted from the first week of August, 0 to WEEKS - 1."""
        first = day(f"{self.school_year - 1}-08-01")
        return np.clip((dates - first).astype(np.int64) // 7, 0, WEEKS - 1)

    def quarter_of(self, dates: Days) -> Ints:
        """The quarter of each date, 0 to 3."""
        return np.minimum(np.searchsorted(self.quarter_ends, dates), QUARTERS - 1).astype(np.int64)


def calendar_of(school_year: int, opens_late: int = 0) -> Calendar:
    """The calendar of a school year that begins so many days late; the last quarter ends with the last track."""
    sessions = tuple(session_days(school_year, shift, opens_late) for shift in (0, 7))
    ends = sessions[0][[44, 89, 134, SESSION_DAYS - 1]]
    ends[-1] = max(track[-1] for track in sessions)
    return Calendar(school_year, sessions, ends)


def session_days(school_year: int, shift: int, opens_late: int = 0) -> Days:
    """The 180 in-session days of a track that begins, and has its spring week, `shift` days late.

    The first day is `opens_late` days later still.
    """
    first = nth(f"{school_year - 1}-08-13", 0, "Mon") + shift + opens_late
    days = np.arange(first, day(f"{school_year}-07-01"))
    return days[np.is_busday(days, holidays=days_off(school_year, shift))][:SESSION_DAYS]


def days_off(school_year: int, shift: int) -> Days:
    """Holidays and break weeks of a school year."""
    fall, spring = school_year - 1, school_year
    winter = nth(f"{fall}-12-18", 0, "Mon")
    weeks = (nth(f"{fall}-11-01", 3, "Thu") - 3, winter, winter + 7, nth(f"{spring}-04-01", 0, "Mon") + shift)
    single = (
        nth(f"{fall}-09-01", 0, "Mon"), nth(f"{fall}-10-01", 1, "Mon"), day(f"{fall}-11-11"), day(f"{spring}-01-01"),
        nth(f"{spring}-01-01", 2, "Mon"), nth(f"{spring}-02-01", 2, "Mon"), nth(f"{spring}-03-08", 0, "Fri"),
        nth(f"{spring}-05-25", 0, "Mon"),
    )  # fmt: skip
    return np.array([*single, *(week + n for week in weeks for n in range(5))], dtype="datetime64[D]")


def nth(start: str, n: int, weekday: str) -> np.datetime64:
    """The n-th (from 0) of a weekday on or after a day."""
    found: np.datetime64 = np.busday_offset(day(start), n, roll="forward", weekmask=weekday)
    return found


def term_rows(calendar: Calendar) -> pd.DataFrame:
    """Four quarters and two semesters, known before the year begins."""
    ends = calendar.quarter_ends
    starts = np.array([calendar.sessions[0][0], *(ends[:3] + 1)], dtype="datetime64[D]")
    return pd.DataFrame(
        {
            "school_year": calendar.school_year,
            "term_id": ["Q1", "Q2", "Q3", "Q4", "S1", "S2"],
            "kind": ["quarter"] * 4 + ["semester"] * 2,
            "start_date": np.concatenate([starts, starts[[0, 2]]]),
            "end_date": np.concatenate([ends, ends[[1, 3]]]),
            "known_on": calendar.opening,
        }
    )


def forgotten_days(schools: Schools, rng: np.random.Generator) -> Flags:
    """Per school and session day, whether the school forgot to take attendance.

    Every school forgets up to three days a year; planted: the late-recording school up to about a dozen. Where schools
    do not differ, each forgets half as many as it might.
    """
    planted, is_late = schools.planted, np.arange(schools.count) == schools.late
    most = np.where(is_late, planted.forgotten_days, COMMON_FORGOTTEN_DAYS)
    share = (rng.integers(0, most + 1) if planted.schools_differ else most / 2) / SESSION_DAYS
    return rng.random((schools.count, SESSION_DAYS)) < share[:, None]


def calendar_rows(plan: Plan, schools: Schools, calendar: Calendar, *, forgotten: Flags) -> pd.DataFrame:
    """Every weekday of every school and track; attendance of days after today is not yet taken."""
    days = calendar.weekdays
    parts = []
    for school in range(schools.count):
        for track in range(schools.track_count(school)):
            in_session = np.isin(days, calendar.sessions[track])
            taken = np.isin(days, calendar.sessions[track][~forgotten[school]]) & (days <= np.datetime64(plan.today))
            parts.append(
                pd.DataFrame(
                    {
                        "school_id": schools.ids[school],
                        "track": TRACKS[track],
                        "date": days,
                        "school_year": calendar.school_year,
                        "in_session": in_session,
                        "attendance_taken": taken,
                        "known_on": calendar.opening,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)

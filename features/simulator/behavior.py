"""Incidents and what followed them."""

import numpy as np
import pandas as pd

from features.simulator.calendars import SESSION_DAYS, WEEKS, Calendar
from features.simulator.csv_writer import coded
from features.simulator.people import BLACK, days_of, student_ids
from features.simulator.plan import NEVER, Days, Flags, Floats, days_after
from features.simulator.planted_bias import Planted
from features.simulator.schools import Schools

SEVERITIES = ("minor", "major")
ACTIONS = ("conference", "detention", "in_school_suspension", "out_of_school_suspension")
IN_SCHOOL, OUT_OF_SCHOOL = 2, 3
SERIOUS = [0.5, 0.86, 0.92, 1.0]
SLIGHT = [0.60, 0.88, 0.888, 0.89]
"""What follows serious and slight behavior: a conference, detention, suspension within and out of school, or nothing.

Cumulative shares.
"""

MINOR_RECORDED = 0.45


def incidents_of(
    roster: pd.DataFrame,
    spells: pd.DataFrame,
    weekly: Floats,
    *,
    calendar: Calendar,
    planted: Planted,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """One row per recorded incident and student, in the spell during which it happened."""
    rate: Floats = 0.028 * np.exp(-0.75 * weekly) * rng.gamma(0.7, 1 / 0.7, (len(weekly), 1))
    row, week = np.nonzero(rng.poisson(rate))
    major = rng.random(len(row)) < 0.17
    chance = np.where(roster["race"].to_numpy()[row] == BLACK, minor_recorded_black(planted), MINOR_RECORDED)
    recorded = rng.random(len(row)) < np.where(major, 0.9, chance)
    happened = pd.DataFrame({"row": row, "week": week, "severity": major.astype(np.int64)})[recorded]
    dated = happened.assign(date=session_in_week(happened, roster, calendar, rng=rng)).dropna()
    joined = dated.merge(spells, on="row")
    inside = (joined["date"] >= joined["entry"]) & ~(joined["date"] > joined["exit"])
    return numbered(joined[inside], calendar.school_year, rng)


def minor_recorded_black(planted: Planted) -> float:
    """The chance that minor behavior of a Black student is written down.

    Planted: recording differs. The same behavior is recorded 1.6 times as often as anybody else's.
    """
    return min(1.0, MINOR_RECORDED * planted.black_recorded)


def session_in_week(
    happened: pd.DataFrame, roster: pd.DataFrame, calendar: Calendar, *, rng: np.random.Generator
) -> Days:
    """A random in-session day of each row's week on the student's track; NaT in a week without one."""
    track = roster["track"].to_numpy()[happened["row"]]
    sessions = np.stack(calendar.sessions)
    weeks = np.stack([calendar.week_of(days) for days in calendar.sessions])
    first = np.stack([np.searchsorted(w, np.arange(WEEKS)) for w in weeks])[track, happened["week"]]
    size = np.stack([np.bincount(w, minlength=WEEKS) for w in weeks])[track, happened["week"]]
    place = np.minimum(first + (rng.random(len(happened)) * size).astype(np.int64), SESSION_DAYS - 1)
    return np.where(size > 0, sessions[track, place], NEVER)


def numbered(happened: pd.DataFrame, school_year: int, rng: np.random.Generator) -> pd.DataFrame:
    """The incidents with ids; now and then one involves several students of a school."""
    rows = happened.sort_values(["school", "date", "row"], kind="stable").reset_index(drop=True)
    same_place = (rows["school"] == rows["school"].shift()) & (rows["date"] == rows["date"].shift())
    shared = same_place & (rows["row"] != rows["row"].shift()) & (rng.random(len(rows)) < 0.3)
    number = (~shared).cumsum()
    late = np.where(rng.random(len(rows)) < 0.1, rng.integers(1, 6, len(rows)), 0)
    ids = f"I{school_year}-" + number.astype(str).str.zfill(6)
    return rows.assign(incident_id=ids, known_on=days_after(days_of(rows["date"]), late))


def with_actions(incidents: pd.DataFrame, calendar: Calendar, rng: np.random.Generator) -> pd.DataFrame:
    """The incidents that something followed, with the action, its first day, and the session days removed."""
    u, major = rng.random(len(incidents)), incidents["severity"].to_numpy() == 1
    edges = np.where(major[:, None], SERIOUS, SLIGHT)
    action = (u[:, None] >= edges).sum(axis=1)
    removed = np.where(action == IN_SCHOOL, 1, np.where(action == OUT_OF_SCHOOL, rng.integers(1, 6, len(u)), 0))
    sessions, track = np.stack(calendar.sessions), incidents["track"].to_numpy()
    place = np.empty(len(u), dtype=np.int64)
    for t, days in enumerate(calendar.sessions):
        place[track == t] = np.searchsorted(days, days_of(incidents["date"])[track == t]) + 1
    date = sessions[track, np.minimum(place, SESSION_DAYS - 1)]
    followed = incidents.assign(
        action=action, removed=removed, place=place, date=date, known_on=days_of(incidents["known_on"]) + 1
    )
    taken: pd.DataFrame = followed[(action < len(ACTIONS)) & (place < SESSION_DAYS)]
    return taken[(taken["date"] <= taken["exit"]) | taken["exit"].isna()]


def suspended_days(actions: pd.DataFrame, n: int) -> Flags:
    """Per roster row and session day, whether the student was suspended out of school."""
    days = np.zeros((n, SESSION_DAYS), dtype=np.bool_)
    out = actions[actions["action"] == OUT_OF_SCHOOL]
    for later in range(int(out["removed"].max()) if len(out) else 0):
        still = out[(out["removed"] > later) & (out["place"] + later < SESSION_DAYS)]
        days[still["row"], still["place"] + later] = True
    return days


def incident_rows(incidents: pd.DataFrame, schools: Schools) -> pd.DataFrame:
    """The table of incidents."""
    return pd.DataFrame(
        {
            "incident_id": incidents["incident_id"],
            "student_id": student_ids(incidents["person"].to_numpy()),
            "school_id": coded(incidents["school"].to_numpy(), schools.ids),
            "date": incidents["date"],
            "severity": coded(incidents["severity"].to_numpy(), SEVERITIES),
            "known_on": incidents["known_on"],
        }
    )


def action_rows(actions: pd.DataFrame, schools: Schools) -> pd.DataFrame:
    """The table of discipline actions."""
    return pd.DataFrame(
        {
            "incident_id": actions["incident_id"],
            "student_id": student_ids(actions["person"].to_numpy()),
            "school_id": coded(actions["school"].to_numpy(), schools.ids),
            "date": actions["date"],
            "action": coded(actions["action"].to_numpy(), ACTIONS),
            "days_removed_hundredths": 100 * actions["removed"],
            "known_on": actions["known_on"],
        }
    )

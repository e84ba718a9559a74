"""Engagement of each student in each week of a year: the latent cause of attendance, marks and behavior."""

import numpy as np
import pandas as pd

from features.simulator.calendars import QUARTERS, WEEKS, Calendar
from features.simulator.plan import Floats
from features.simulator.schools import FIRST_HIGH_GRADE, Schools

WEEK_MEMORY = 0.92
DRIFT = 0.6
SHOCK_SHARE = 0.2


def weekly_engagement(roster: pd.DataFrame, schools: Schools, rng: np.random.Generator) -> Floats:
    """Engagement per roster row and week: person, school, slow drift, the way into grade 9, and shocks."""
    lasting = 0.6 * roster["engagement"].to_numpy() + schools.effect[roster["school"].to_numpy()]
    drift = drift_paths(roster["drift"].to_numpy(), rng)
    weekly: Floats = lasting[:, None] + drift - transition(roster) - shocks(len(roster), rng)
    return weekly


def drift_paths(start: Floats, rng: np.random.Generator) -> Floats:
    """An AR(1) path per student over the weeks, going on from where the last year ended."""
    path = np.empty((len(start), WEEKS))
    value = 0.6 * start
    for week in range(WEEKS):
        value = WEEK_MEMORY * value + rng.normal(0, DRIFT * np.sqrt(1 - WEEK_MEMORY**2), len(start))
        path[:, week] = value
    return path


def transition(roster: pd.DataFrame) -> Floats:
    """What the move to high school costs some: it grows over the first ten weeks of grade 9 and half remains after."""
    dip = roster["dip"].to_numpy()
    grade = roster["grade"].to_numpy()
    ninth, later = dip * (grade == FIRST_HIGH_GRADE), 0.5 * dip * (grade > FIRST_HIGH_GRADE)
    ramp = np.clip((np.arange(WEEKS) - 2) / 10, 0, 1)
    cost: Floats = ninth[:, None] * ramp + later[:, None]
    return cost


def shocks(n: int, rng: np.random.Generator) -> Floats:
    """A bad stretch for some students, from any week of the year, fading over about two months."""
    size = np.where(rng.random(n) < SHOCK_SHARE, rng.exponential(1.5, n), 0.0)
    since = np.arange(WEEKS) - rng.integers(0, WEEKS, n)[:, None]
    return size[:, None] * np.where(since >= 0, np.exp(-np.maximum(since, 0) / 8), 0.0)


def quarter_means(weekly: Floats, calendar: Calendar) -> Floats:
    """Mean engagement per roster row and quarter."""
    last = calendar.week_of(calendar.quarter_ends)
    first = np.array([calendar.week_of(calendar.sessions[0][:1])[0], *(last[:-1] + 1)])
    return np.column_stack([weekly[:, first[q] : last[q] + 1].mean(axis=1) for q in range(QUARTERS)])

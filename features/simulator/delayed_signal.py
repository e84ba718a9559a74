"""Delays the signal of a program's members: what is known on the first scoring date tells little of them."""

import numpy as np
import pandas as pd

from features.simulator.attendance import BASE_ABSENCE, MOST_ABSENT, SPARED
from features.simulator.calendars import WEEKS
from features.simulator.plan import Floats

LATER_WEEK = 16
"""The first week that begins after November 20, the first scoring date."""

SETTLING = 3
"""Weeks over which the later engagement takes the place of the earlier one."""

FALL = 1.5
"""Factor on falls in engagement, so that as many end off track as without the calm weeks of fall."""


def with_delayed_signal(weekly: Floats, roster: pd.DataFrame, program: str, rng: np.random.Generator) -> Floats:
    """Engagement per roster row and week, that of the program's members calm until LATER_WEEK and then drawn anew.

    Until then a member misses as many days as others of the grade do on average. After, a member has the engagement of
    another, whoever that is this year: so nothing that was known before, of this year or an earlier one, tells it.
    """
    member = roster[program].to_numpy()
    calm = typical(weekly, roster)[member]
    other = weekly[member][rng.permutation(len(calm))]
    after = other + FALL * np.minimum(other - calm, 0)
    settled = np.clip((np.arange(WEEKS) - LATER_WEEK + 1) / SETTLING, 0, 1)
    changed = weekly.copy()
    changed[member] = (1 - settled) * calm + settled * after
    return changed


def typical(weekly: Floats, roster: pd.DataFrame) -> Floats:
    """Per roster row and week, the engagement at which a student misses what the grade misses on average."""
    absent = pd.DataFrame(np.minimum(BASE_ABSENCE * np.exp(-SPARED * weekly), MOST_ABSENT))
    mean = absent.groupby(roster["grade"].to_numpy()).transform("mean").to_numpy()
    level: Floats = -np.log(mean / BASE_ABSENCE) / SPARED
    return level

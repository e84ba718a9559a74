"""Contacts and plans, and their true effect, which no record of the district holds."""

from dataclasses import dataclass

import numpy as np

from features.simulator.calendars import WEEKS
from features.simulator.plan import Flags, Floats, Ints

SEEN_BY = 12
"""The week by which a school has seen who is less engaged than others."""

LOW_ENGAGEMENT_SHARE = 0.25
CONTACTED_SHARE = 0.15
PLAN_SHARE = 0.35
RESPONDING_SHARE = 0.5
EFFECT = 0.9
"""Planted: a plan raises the engagement of half of those who get one by this much, fading by half in 15 weeks."""

LAST_WEEK = 38


@dataclass(frozen=True)
class Interventions:
    """Per roster row: the week of a contact (-1 for none), whether a plan grew out of it, and its true effect."""

    week: Ints
    plan: Flags
    effect: Floats


def draw_interventions(weekly: Floats, rng: np.random.Generator) -> Interventions:
    """Contacts with some of those least engaged in fall; a third grow into plans, of which half help."""
    seen = weekly[:, :SEEN_BY].mean(axis=1)
    low = seen < np.quantile(seen, LOW_ENGAGEMENT_SHARE)
    contacted = low & (rng.random(len(seen)) < CONTACTED_SHARE)
    week = np.where(contacted, rng.integers(SEEN_BY, LAST_WEEK, len(seen)), -1)
    plan = contacted & (rng.random(len(seen)) < PLAN_SHARE)
    effect = np.where(plan & (rng.random(len(seen)) < RESPONDING_SHARE), EFFECT, 0.0)
    return Interventions(week.astype(np.int64), plan, effect)


def with_intervention_effect(weekly: Floats, given: Interventions) -> Floats:
    """Engagement per roster row and week, raised from the second week after a plan on."""
    since = np.arange(WEEKS) - given.week[:, None] - 2
    raised: Floats = weekly + given.effect[:, None] * np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / 15), 0.0)
    return raised

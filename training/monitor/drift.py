"""Drift: whether features and risks are distributed as in the year on which the scorer was evaluated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import chi2, norm

from features.settings import Monitor
from models.examples import Floats
from presentation.numbers import school_year
from training.monitor.checks import MonitorCheck, answer, too_few
from training.reference_profile import Promise, Spread, count_by_bin

BY_CHANCE = 0.01
"""Of 100 monitorings where nothing drifts, how many may name a feature by its spread, and by its missing values."""
LEAST_COHORT = 50
"""Students without whom no spread is judged."""
NAMED = 3
"""Features that a sentence names."""
HALF = 0.5
"""What is added to each bin, so that one that is empty now does not make an index endless."""


@dataclass(frozen=True)
class Drift:
    """The drift of one column from its reference profile.

    `index` is the population stability index over the promised bins, None where there is only one; `missing` the share
    of values missing now, where that is a small group none, and `more_missing` it less that of then. `named` says why
    a column stands out: `spread`, `missing`, or not.
    """

    name: str
    index: float | None
    missing: float
    more_missing: float
    named: str = ""


@dataclass(frozen=True)
class LiveColumns:
    """The columns of the current cohort, and the number of rows behind the reference profile."""

    columns: Mapping[str, Floats]
    rows_then: int


def drifts_of(seen: LiveColumns, spreads: Mapping[str, Spread], bounds: Monitor, least: int) -> tuple[Drift, ...]:
    """The drift of every column, largest first."""
    names = [name for name in spreads if name in seen.columns]
    chance = BY_CHANCE / max(1, len(names))
    found = [drift_of(name, seen, spreads[name], bounds, (chance, least)) for name in names]
    return tuple(sorted(found, key=lambda one: (not one.named, -max(one.index or 0.0, abs(one.more_missing)))))


def drift_of(name: str, seen: LiveColumns, spread: Spread, bounds: Monitor, allowed: tuple[float, int]) -> Drift:
    """The drift of one column; `allowed` are the chance of a false finding and the smallest group."""
    values, (chance, least) = seen.columns[name], allowed
    known = values[~np.isnan(values)]
    lacking = len(values) - len(known)
    more = lacking / len(values) - spread.missing
    index = index_of(known, spread) if len(known) >= least else None
    apart = index is not None and index > bounds.drift and beyond_chance(known, spread, seen, chance)
    beyond = more if spread.missing else max(0.0, more - (least - 1) / max(1, seen.rows_then))  # few then say none
    lacks = abs(beyond) > bounds.missing_jump and more_than_chance(beyond, spread, len(values), seen, chance)
    told = lacking / len(values) if lacking >= least else 0.0
    told = 1.0 if len(known) < least else told  # how few have a value is not told either
    why = "missing" if lacks else "spread" if apart else ""
    return Drift(name, index, round(told, 3), round(told - spread.missing, 3), why)


def index_of(known: Floats, spread: Spread) -> float | None:
    """The population stability index: the sum over bins of the difference times the log of the quotient."""
    if len(spread.shares) < 2:
        return None
    then = np.asarray(spread.shares) / sum(spread.shares)
    rows = count_by_bin(known, spread.edges)
    now = (rows + HALF) / (len(known) + HALF * len(rows))
    return float(((now - then) * np.log(now / then)).sum())


def beyond_chance(known: Floats, spread: Spread, seen: LiveColumns, chance: float) -> bool:
    """Whether the bins differ beyond chance, by Pearson's chi-squared test."""
    now = count_by_bin(known, spread.edges)
    share = np.asarray(spread.shares) / sum(spread.shares)
    then = share * max(1.0, seen.rows_then * (1 - spread.missing))
    scale = sqrt(then.sum() / now.sum())
    apart = float(((now * scale - then / scale) ** 2 / (now + then)).sum())
    return bool(chi2.sf(apart, len(now) - 1) < chance)


def more_than_chance(more: float, spread: Spread, rows: int, seen: LiveColumns, chance: float) -> bool:
    """Whether the rise in missing values is beyond chance."""
    then = max(1, seen.rows_then)
    share = (spread.missing * then + (spread.missing + more) * rows) / (then + rows)
    error = sqrt(share * (1 - share) * (1 / rows + 1 / then))
    return bool(error > 0 and 2 * norm.sf(abs(more) / error) < chance)


def features_check(drifts: Sequence[Drift], rows: int, promise: Promise, bounds: Monitor) -> MonitorCheck:
    """MON02: features as in the year the scorer was judged on."""
    if lacking := unjudged(rows, promise):
        return too_few("MON02", lacking)
    worst = max((one.index for one in drifts if one.index is not None), default=None)
    those = [one for one in drifts if one.named]
    if not those:
        says = f"{len(drifts)} features of {rows:,} students are spread as in {school_year(promise.test_year)}"
        says += f"; the largest stability index is {worst:.2f}." if worst is not None else "."
        return answer("MON02", "ok", says, figure=worst, threshold=bounds.drift)
    more = f" {len(those) - NAMED} more stand out." if len(those) > NAMED else ""
    says = " ".join(sentence(one, school_year(promise.test_year)) for one in those[:NAMED]) + more
    return answer("MON02", "breach", says, figure=worst, threshold=bounds.drift)


def sentence(one: Drift, then: str) -> str:
    """What stands out of one feature beside a school year."""
    if one.named == "missing":
        change = f"{abs(one.more_missing) * 100:.0f} {'more' if one.more_missing > 0 else 'fewer'}"
        return f"`{one.name}` lacks {one.missing * 100:.0f} of 100 values, {change} than in {then}."
    return f"`{one.name}` is spread otherwise than in {then} (stability index {one.index:.2f})."


def risks_check(risk: Floats, promise: Promise, bounds: Monitor, least: int) -> MonitorCheck:
    """MON03: risks as in the year the scorer was judged on."""
    if promise.risks is None or promise.spreads is None or len(promise.risks.shares) < 2:
        return too_few("MON03", "The bundle does not say how risks were spread when it was judged; train again.")
    if lacking := unjudged(len(risk), promise):
        return too_few("MON03", lacking)
    seen = LiveColumns({"risk": risk}, promise.spreads.rows)
    found = drift_of("risk", seen, promise.risks, bounds, (BY_CHANCE, least))
    if found.index is None:
        return too_few("MON03", "Too few students have a risk.")
    breach = bool(found.named)
    says = (
        f"Risks of {len(risk):,} students are {'not ' if breach else ''}spread as in "
        f"{school_year(promise.test_year)}, when the scorer was judged (stability index {found.index:.2f})."
    )
    return answer("MON03", "breach" if breach else "ok", says, figure=found.index, threshold=bounds.drift)


def unjudged(rows: int, promise: Promise) -> str:
    """Why drift cannot be measured; empty where it can."""
    if promise.spreads is None or not promise.spreads.features:
        return "The bundle is of an earlier version and does not say how features were spread; train again."
    if not rows:
        days = ", ".join(promise.spreads.month_days)
        return f"The scorer was judged as of {days}, and this school year's is ahead or nobody was enrolled then."
    if rows < LEAST_COHORT:
        return f"{rows} students are too few to say how features are spread; it takes {LEAST_COHORT}."
    return ""

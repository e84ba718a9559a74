"""Figures of several districts side by side: each share pooled, with its spread and who stands apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.collaborative.shared_figures import CODE, SHARES, Share, SharedFigures
from models.metrics.heterogeneity import (
    APART,
    Pooled,
    distance_from_others,
    funnel_limits,
    log_odds,
    pool,
    pool_shares,
)
from models.metrics.intervals import Z95, Interval, wilson_interval

IN_TIME = 28
"""Days after a first flag within which a contact or a plan is in time."""
LEAST_DISTRICTS = 3
"""Districts with a figure, fewer of which are not compared: of two, each would know the other's."""

MEANING_GAP, MEANING_RATIO = 0.10, 2.0
"""How far, as a difference or as a ratio, the use of a code is from that of the others where it is asked about."""

CHANCE = (Z95, 3.09)
"""Deviations within which 95 and 99.8 of 100 districts lie by chance alone."""
STEPS, REACH = 40, 1.08
"""Numbers of students at which limits of chance are computed, and how far beyond the largest district they go."""


@dataclass(frozen=True)
class ChanceLimits:
    """Between which shares of `n` students lie by chance alone."""

    n: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class ComparedShare:
    """One share over districts: those that told it (by id), all of them pooled, and how far each is from the others.

    Distances are in standard deviations of what the others let expect; None with too few others.
    """

    name: str
    shares: Mapping[str, tuple[int, int]]
    pooled: Pooled
    distances: Mapping[str, float | None]

    @property
    def apart(self) -> tuple[str, ...]:
        """The districts that stand apart from the others."""
        return tuple(name for name, one in self.distances.items() if one is not None and abs(one) > APART)

    @property
    def spread(self) -> float:
        """How far districts differ beyond chance: one standard deviation around the common share."""
        return self.pooled.tau * self.pooled.estimate * (1 - self.pooled.estimate)

    @property
    def limits(self) -> tuple[ChanceLimits, ...]:
        """The limits of chance around the common share, the inner ones first."""
        sizes = np.linspace(1, max(whole for _, whole in self.shares.values()) * REACH, STEPS)
        found = [funnel_limits(self.pooled.estimate, sizes, deviations) for deviations in CHANCE]
        return tuple(ChanceLimits(*(tuple(side.tolist()) for side in (sizes, low, high))) for low, high in found)

    def share_of(self, *districts: str) -> Interval:
        """The share over some districts that told it, with Wilson's interval."""
        part, whole = (sum(counts) for counts in zip(*(self.shares[who] for who in districts), strict=True))
        low, high = wilson_interval(part, whole)
        return Interval(part / whole, low / 100, high / 100)

    def told_by(self, districts: Iterable[str]) -> tuple[str, ...]:
        """Those of some districts that told it."""
        return tuple(who for who in districts if who in self.shares)

    @property
    def other_meaning(self) -> tuple[str, ...]:
        """The districts that stand apart by as much as another meaning makes, and not by a level that differs."""
        usual = self.pooled.estimate
        shares = {name: self.shares[name][0] / self.shares[name][1] for name in self.apart}
        return tuple(
            name
            for name, one in shares.items()
            if abs(one - usual) >= MEANING_GAP or max(one, usual) >= MEANING_RATIO * min(one, usual)
        )


@dataclass(frozen=True)
class ComparedEvidence:
    """The leads that the districts' gates saw, by district, and pooled; `verdicts` are each district's own."""

    leads: Mapping[str, tuple[float, float, float]]
    verdicts: Mapping[str, str]
    pooled: Pooled


def compare_share(name: str, told: Mapping[str, Share]) -> ComparedShare | None:
    """One share over the districts that told it; None with too few of them."""
    counts = {who: (one.part, one.whole) for who, one in told.items() if one.part is not None}
    if len(counts) < LEAST_DISTRICTS:
        return None
    odds = [log_odds(part, whole) for part, whole in counts.values()]
    values, errors = [one for one, _ in odds], [error for _, error in odds]
    distances = {who: distance_from_others(values, errors, at) for at, who in enumerate(counts)}
    pooled = pool_shares([part for part, _ in counts.values()], [whole for _, whole in counts.values()])
    return ComparedShare(name, counts, pooled, distances)


def compare_shares(files: Sequence[SharedFigures]) -> tuple[ComparedShare, ...]:
    """Every share of people that enough districts told, in their order."""
    return tuple(one for name in SHARES if (one := compare_share(name, told_by(files, name))))


def compare_codes(files: Sequence[SharedFigures]) -> tuple[ComparedShare, ...]:
    """Every share of students with a code that enough districts told."""
    names = sorted({name for one in files for name in one.shares if name.startswith(CODE)})
    return tuple(one for name in names if (one := compare_share(name, told_by(files, name))))


def told_by(files: Sequence[SharedFigures], name: str) -> dict[str, Share]:
    """A share by district, of those that have it."""
    return {one.district_id: one.shares[name] for one in files if name in one.shares}


def compare_groups(files: Sequence[SharedFigures]) -> dict[str, dict[str, ComparedShare]]:
    """By attribute and group, the share found of those off track, over the districts that tell of the group alone."""
    told: dict[str, dict[str, dict[str, Share]]] = {}
    for one in files:
        for attribute, groups in one.groups.items():
            for group in groups:
                found = told.setdefault(attribute, {}).setdefault(group.name, {})
                found[one.district_id] = Share(group.found, group.off_track)
    compared = {
        attribute: {name: both for name, shares in groups.items() if (both := compare_share(name, shares))}
        for attribute, groups in told.items()
    }
    return {attribute: groups for attribute, groups in compared.items() if groups}


def compare_evidence(files: Sequence[SharedFigures]) -> ComparedEvidence | None:
    """The leads of the districts' gates; None with too few of them."""
    seen = {one.district_id: one.evidence for one in files if one.evidence}
    wide = {who: (one.high - one.low) / (2 * Z95) for who, one in seen.items()}
    kept = {who: one for who, one in seen.items() if wide[who] > 0}
    if len(kept) < LEAST_DISTRICTS:
        return None
    return ComparedEvidence(
        {who: (one.lead, one.low, one.high) for who, one in kept.items()},
        {who: one.verdict for who, one in kept.items()},
        pool([one.lead for one in kept.values()], [wide[who] for who in kept]),
    )


def calibration_gap(figures: SharedFigures) -> tuple[float, float] | None:
    """Of those listed, the share off track minus the mean risk, with its standard error; None where not told."""
    if not figures.calibration:
        return None
    n = np.array([one.n for one in figures.calibration], dtype=np.float64)
    ended = np.array([one.off_track for one in figures.calibration], dtype=np.float64)
    risk = np.array([one.mean_risk for one in figures.calibration])
    share = ended / n
    return float((ended - n * risk).sum() / n.sum()), float(np.sqrt((n * share * (1 - share)).sum()) / n.sum())


def alike(files: Sequence[SharedFigures], own: str) -> tuple[str, ...]:
    """The other districts that declare the same context in everything that this one declares; none without a file."""
    mine = next((one.context for one in files if one.district_id == own), {})
    return tuple(
        one.district_id
        for one in files
        if one.district_id != own and mine and all(one.context.get(name) == value for name, value in mine.items())
    )


@dataclass(frozen=True)
class UnusedCode:
    """A code that nearly nobody has in one district, and the share of students who have it over the others."""

    name: str
    district_id: str
    usual: float


def unused_codes(files: Sequence[SharedFigures], codes: Sequence[ComparedShare]) -> tuple[UnusedCode, ...]:
    """Of the compared `codes`, those that nearly nobody has in one district and many have in the others."""
    return tuple(
        UnusedCode(one.name, other.district_id, one.pooled.estimate)
        for one in codes
        for other in files
        if other.district_id not in one.shares and one.name not in other.shares and is_common(one, other)
    )


def is_common(one: ComparedShare, other: SharedFigures) -> bool:
    """Whether the others let expect so many students with a code that too few of them is no chance."""
    enrolled = max((share.whole for name, share in other.shares.items() if name.startswith(CODE)), default=0)
    low = one.pooled.low - APART * one.pooled.tau * one.pooled.estimate * (1 - one.pooled.estimate)
    return len(one.shares) > 2 and low * enrolled > APART * other.least


@dataclass(frozen=True)
class Reached:
    """Students listed, and the share with a contact or a plan in time: between two numbers where days are folded."""

    listed: int
    low: float
    high: float


def reached_in_time(figures: SharedFigures, days: int) -> Reached:
    """How many of those listed had a contact or a plan within some days of the first flag."""
    total = sum(band.n for band in figures.waits)
    surely = sum(band.n for band in figures.waits if band.through is not None and band.through <= days)
    at_most = sum(band.n for band in figures.waits if band.after < days)
    return Reached(total, surely / total, at_most / total)


def compare_waits(files: Sequence[SharedFigures], days: int) -> dict[str, Reached]:
    """The same by district, larger ones first; empty with too few districts."""
    told = {one.district_id: reached_in_time(one, days) for one in files if one.waits}
    return dict(sorted(told.items(), key=lambda item: -item[1].listed)) if len(told) >= LEAST_DISTRICTS else {}


def compare_gaps(files: Sequence[SharedFigures]) -> dict[str, Interval]:
    """By district, how many more than their risks said ended off track, surer ones first; empty with too few."""
    gaps = {one.district_id: gap for one in files if (gap := calibration_gap(one))}
    if len(gaps) < LEAST_DISTRICTS:
        return {}
    ordered = sorted(gaps.items(), key=lambda item: item[1][1])
    return {who: Interval(gap, gap - Z95 * error, gap + Z95 * error) for who, (gap, error) in ordered}

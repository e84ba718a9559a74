"""The figures of one attribute's groups, observed and drawn from counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from scipy.stats import norm
from sklearn.metrics import precision_score

from models.cells import Integers, Listing, drawn_counts, drawn_list_counts, drawn_risk_counts, list_counts, risk_bins
from models.examples import Floats
from models.metrics import Interval, interval, ratio, roc_auc
from models.told import Grouped

RATES = ("selection_rate", "recall", "false_positive_rate", "false_discovery_rate")
"""Figures of a list; of each, the students it is about: all, off track, on track, listed."""
MEASURES = ("share_off_track", *RATES, "calibration_gap", "roc_auc", "lead_weeks")


@dataclass(frozen=True)
class Draws:
    """How an audit draws: the capacity it looks at, the least students of a figure, replicates and seed."""

    capacity: float
    least: int
    replicates: int
    seed: int


@dataclass(frozen=True)
class Comparison:
    """A group beside the reference group: difference and ratio, and how likely as much is by chance alone.

    `chance` is of this comparison alone, `corrected` of any of an audit's (Holm). `ratio` is None where the reference
    has none of it.
    """

    difference: Interval
    ratio: Interval | None
    chance: float
    corrected: float = 1.0


@dataclass(frozen=True)
class Group:
    """One group: how many, its figures at the capacity, the rates at every capacity, and it beside the reference.

    `n` counts students, `off_track` those of them who ended so, `listed` those on the list.
    """

    name: str
    n: int
    off_track: int
    listed: int
    figures: Mapping[str, Interval | None]
    curve: Mapping[str, tuple[Interval | None, ...]]
    against: Mapping[str, Comparison] = field(default_factory=dict)


class Drawn:
    """The counts of one attribute's groups, observed and drawn, and the figures they give."""

    def __init__(self, listing: Listing, grouped: Grouped, draws: Draws, lead: Floats | None) -> None:
        self.grouped, self.draws, self.capacities = grouped, draws, listing.capacities
        self.at, groups = listing.capacities.index(draws.capacity), len(grouped.names)
        group = np.where(grouped.group < 0, groups, grouped.group)  # rows in no group make a last one, left out below
        size = {"replicates": draws.replicates, "seed": draws.seed}
        drawn = drawn_list_counts(listing, group, groups + 1, **size)
        self.counts = np.concatenate([list_counts(listing, group, groups + 1)[None], drawn])[:, :groups]
        self.whole = denominators(self.counts)
        self.rates = rates_of(self.counts)
        self.others = {
            "share_off_track": ratio(self.whole["recall"], self.whole["selection_rate"])[..., 0],
            **({} if grouped.crossed else order_and_calibration(listing, group, groups, draws)),
            **({} if lead is None else {"lead_weeks": lead_of(lead, listing.student, group, groups, draws)}),
        }
        self.library = by_the_library(self.counts[0], self.at, grouped.names)

    def group(self, at: int, reference: int) -> Group:
        """One group's figures, and it beside the reference group."""
        counted = self.counts[0, at]
        against = {} if at == reference else self.compared(at, reference)
        return Group(
            name=self.grouped.names[at],
            n=int(counted.sum()),
            off_track=int(counted[1].sum()),
            listed=int(counted[:, : self.at + 1].sum()),
            figures={name: self.figure(name, at) for name in MEASURES if name in self.rates or name in self.others},
            curve={} if self.grouped.crossed else {name: self.along(name, at) for name in RATES},
            against=against,
        )

    def figure(self, name: str, at: int) -> Interval | None:
        """A figure at the capacity with its interval; None over too few."""
        if not self.enough(name, at):
            return None
        if name in self.rates:
            return interval(self.library[name][at], self.rates[name][1:, at, self.at])
        return interval(float(self.others[name][0, at]), self.others[name][1:, at])

    def along(self, name: str, at: int) -> tuple[Interval | None, ...]:
        """A rate at every capacity."""
        found = self.rates[name][:, at]
        whole = self.whole[name][0, at]
        return tuple(
            interval(float(found[0, place]), found[1:, place]) if whole[place] >= self.draws.least else None
            for place in range(len(self.capacities))
        )

    def enough(self, name: str, at: int) -> bool:
        """Whether enough students stand behind a figure."""
        if name in self.rates:
            return bool(self.whole[name][0, at, self.at] >= self.draws.least)
        if name == "lead_weeks":
            return bool(self.counts[0, at, 1, : self.at + 1].sum() >= self.draws.least) and not np.isnan(
                self.others[name][0, at]
            )
        return True

    def compared(self, at: int, reference: int) -> dict[str, Comparison]:
        """A group beside the reference, by every figure that both have."""
        names = [name for name in MEASURES if self.figures_both(name, at, reference)]
        return {name: self.comparison(name, at, reference) for name in names}

    def figures_both(self, name: str, at: int, reference: int) -> bool:
        """Whether two groups both have a figure."""
        there = name in self.rates or name in self.others
        return there and self.enough(name, at) and self.enough(name, reference)

    def comparison(self, name: str, at: int, reference: int) -> Comparison:
        """One figure of a group beside that of the reference."""
        values = self.rates[name][:, :, self.at] if name in self.rates else self.others[name]
        own, other = values[:, at], values[:, reference]
        difference = interval(float(own[0] - other[0]), own[1:] - other[1:])
        parts = ratio(own, other)
        by = None if np.isnan(parts[0]) or name == "calibration_gap" else interval(float(parts[0]), parts[1:])
        spread = float(np.nanstd(own[1:] - other[1:]))
        if name in self.rates:
            spread = max(spread, self.spread_of_counts(name, at, reference))
        return Comparison(difference, by, chance_of(difference.estimate, spread))

    def spread_of_counts(self, name: str, at: int, reference: int) -> float:
        """The standard error of a difference of shares with one more of each kind (Agresti and Caffo 2000).

        A bootstrap of 0 of 11 never varies, which would make chance look like proof.
        """
        parts = []
        for place in (at, reference):
            whole = float(self.whole[name][0, place, self.at])
            share = (float(self.rates[name][0, place, self.at]) * whole + 1) / (whole + 2)
            parts.append(share * (1 - share) / (whole + 2))
        return sqrt(sum(parts))


def denominators(counted: Floats) -> dict[str, Floats]:
    """… × groups × capacities: the students each rate is about, from counts of … × groups × 2 × bands."""
    listed = np.cumsum(counted, axis=-1)[..., :-1]
    ended = counted.sum(axis=-1, keepdims=True)
    same = np.ones(listed.shape[-1])
    return {
        "selection_rate": ended.sum(axis=-2) * same,
        "recall": ended[..., 1, :] * same,
        "false_positive_rate": ended[..., 0, :] * same,
        "false_discovery_rate": listed.sum(axis=-2),
    }


def rates_of(counted: Floats) -> dict[str, Floats]:
    """… × groups × capacities: every rate."""
    listed, whole = np.cumsum(counted, axis=-1)[..., :-1], denominators(counted)
    parts = {
        "selection_rate": listed.sum(axis=-2),
        "recall": listed[..., 1, :],
        "false_positive_rate": listed[..., 0, :],
        "false_discovery_rate": listed[..., 0, :],
    }
    return {name: ratio(part, whole[name]) for name, part in parts.items()}


def by_the_library(counted: Floats, at: int, names: Sequence[str]) -> dict[str, list[float]]:
    """The rates of each group at one capacity, by Fairlearn from rows that stand for as many students as counted."""
    listed = np.stack([counted[..., : at + 1].sum(axis=-1), counted[..., at + 1 :].sum(axis=-1)], axis=-1)
    group, ended, place = np.meshgrid(range(len(names)), (0, 1), (1, 0), indexing="ij")
    weight = listed.ravel()
    metrics = {
        "selection_rate": selection_rate,
        "recall": true_positive_rate,
        "false_positive_rate": false_positive_rate,
        "precision": precision,
    }
    frame = MetricFrame(
        metrics=metrics,
        y_true=ended.ravel(),
        y_pred=place.ravel(),
        sensitive_features=pd.Series(group.ravel(), name="group"),
        sample_params={name: {"sample_weight": weight} for name in metrics},
    ).by_group
    rates = {name: frame[name].astype(float).tolist() for name in RATES if name != "false_discovery_rate"}
    return {**rates, "false_discovery_rate": (1 - frame["precision"].astype(float)).tolist()}


def precision(y_true: Floats, y_pred: Floats, *, sample_weight: Floats) -> float:
    """The share of those listed who ended off track; 0 where nobody was listed."""
    return float(precision_score(y_true, y_pred, sample_weight=sample_weight, zero_division=0))


def order_and_calibration(listing: Listing, group: Integers, groups: int, draws: Draws) -> dict[str, Floats]:
    """(1 + replicates) × groups: ROC AUC within each group, and the share off track less the mean risk.

    Replicates are drawn on bins of risk; what was observed is exact.
    """
    place, mean = risk_bins(listing.risk)
    drawn = drawn_risk_counts(listing, group, groups + 1, place, replicates=draws.replicates, seed=draws.seed)
    drawn = drawn[:, :groups]
    students, off = drawn.sum(axis=(2, 3)), drawn[:, :, 1].sum(axis=-1)
    gap = ratio(off - drawn.sum(axis=2) @ mean, students)
    higher = drawn[:, :, 0].cumsum(axis=-1) - drawn[:, :, 0] / 2
    auc = ratio((drawn[:, :, 1] * higher).sum(axis=-1), off * (students - off))
    rows = [group == at for at in range(groups)]
    one = [np.ones((1, int(own.sum()))) for own in rows]
    exact = [float(roc_auc(listing.label[own], listing.risk[own], w)[0]) for own, w in zip(rows, one, strict=True)]
    gaps = [float((listing.label[own] - listing.risk[own]).mean()) for own in rows]
    return {"calibration_gap": np.vstack([gaps, gap]), "roc_auc": np.vstack([exact, auc])}


def lead_of(lead: Floats, student: Integers | None, group: Integers, groups: int, draws: Draws) -> Floats:
    """(1 + replicates) × groups: mean weeks from first list to outcome, of those who were found."""
    found = ~np.isnan(lead)
    weeks, place = np.unique(lead[found], return_inverse=True)
    if not len(weeks):
        return np.full((1 + draws.replicates, groups), np.nan)
    cell = np.full(len(lead), (groups + 1) * len(weeks), dtype=np.int64)  # who was not found is in the last cell
    cell[found] = group[found] * len(weeks) + place
    cells = (groups + 1) * len(weeks) + 1
    drawn = drawn_counts(cell, cells, student, replicates=draws.replicates, seed=draws.seed)
    counted = np.vstack([np.bincount(cell, minlength=cells), drawn])[:, :-1].reshape(-1, groups + 1, len(weeks))
    return ratio(counted @ weeks, counted.sum(axis=-1))[:, :groups]


def chance_of(difference: float, spread: float) -> float:
    """How likely a difference as large is by chance, in either direction; 1 where nothing varies."""
    return float(2 * norm.sf(abs(difference) / spread)) if spread > 0 else 1.0

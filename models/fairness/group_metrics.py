"""Group metrics: the figures of one attribute's groups, observed and in bootstrap replicates of counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame

from models.examples import Floats, Integers
from models.fairness.rates import RATES
from models.fairness.significance import (
    GroupPair,
    Moments,
    fisher_p_value,
    moments_of,
    p_value_of_difference,
    standard_error_of_auc,
    standard_error_of_gaps,
    standard_error_of_means,
)
from models.fairness.suppression import Grouping
from models.metrics.count_tables import (
    Listing,
    draw_counts,
    draw_list_counts,
    draw_risk_counts,
    list_counts,
    risk_counts,
)
from models.metrics.intervals import Interval, percentile_interval
from models.metrics.ranking import auc_of_counts, ratio, roc_auc

MEASURES = ("share_off_track", *RATES, "calibration_gap", "roc_auc", "lead_weeks")
TESTED_MEASURES = ("recall", "false_positive_rate", "false_discovery_rate", "calibration_gap", "roc_auc", "lead_weeks")
"""Measures by which groups are compared; shares listed and off track are shown and not judged."""


@dataclass(frozen=True)
class AuditSettings:
    """Settings of an audit: its capacity, the least students of a figure, bootstrap replicates and seed.

    `measures` are the figures that are shown: those of risks are left out where not all risks are known.
    """

    capacity: float
    least: int
    replicates: int
    seed: int
    measures: tuple[str, ...] = MEASURES


@dataclass(frozen=True)
class GroupComparison:
    """A group beside the reference group: difference, ratio and p-value.

    `chance` is the p-value, `corrected` that adjusted for all of an audit's comparisons (Holm); both are keys of
    `metrics.json`. `ratio` is None where the reference has none of it.
    """

    difference: Interval
    ratio: Interval | None
    chance: float
    corrected: float = 1.0


@dataclass(frozen=True)
class GroupFigures:
    """One group: its size, figures at the capacity, rates at every capacity, and comparisons with the reference.

    `n` counts students, `off_track` those of them who ended so, `listed` those on the list.
    """

    name: str
    n: int
    off_track: int
    listed: int
    figures: Mapping[str, Interval | None]
    curve: Mapping[str, tuple[Interval | None, ...]]
    against: Mapping[str, GroupComparison] = field(default_factory=dict)


class GroupBootstrap:
    """The counts of one attribute's groups, observed and in replicates, and the figures they give.

    `values` has each measure at the capacity as (1 + replicates) × groups, the first row as observed.
    """

    def __init__(self, listing: Listing, grouped: Grouping, draws: AuditSettings, lead: Floats | None) -> None:
        self.grouped, self.draws, self.capacities = grouped, draws, listing.capacities
        self.at, groups = listing.capacities.index(draws.capacity), len(grouped.names)
        self.rows_a_student = listing.rows_a_student
        group = np.where(grouped.group < 0, groups, grouped.group)  # rows in no group make a last one, left out below
        size = {"replicates": draws.replicates, "seed": draws.seed}
        drawn = draw_list_counts(listing, group, groups + 1, **size)
        self.counts = np.concatenate([list_counts(listing, group, groups + 1)[None], drawn])[:, :groups]
        self.whole = denominators(self.counts)
        self.rates = rates_of(self.counts)
        self.values = {name: values[..., self.at] for name, values in self.rates.items()}
        self.values["share_off_track"] = ratio(self.whole["recall"], self.whole["selection_rate"])[..., 0]
        self.risk, self.lead = moments_of(listing.risk, group, groups), Moments(*np.zeros((3, groups)))
        if not grouped.crossed:
            self.values |= auc_and_calibration(listing, group, groups, draws)
        if lead is not None:
            found = ~np.isnan(lead)
            self.lead = moments_of(lead[found], group[found], groups)
            self.values["lead_weeks"] = mean_lead_weeks(lead, listing.student, group, groups, draws)
        self.library = fairlearn_rates(self.counts[0], self.at, grouped.names)

    def group(self, at: int, reference: int) -> GroupFigures:
        """One group's figures, and it beside the reference group."""
        counted = self.counts[0, at]
        against = {} if at == reference else self.compare_all(at, reference)
        return GroupFigures(
            name=self.grouped.names[at],
            n=int(counted.sum()),
            off_track=int(counted[1].sum()),
            listed=int(counted[:, : self.at + 1].sum()),
            figures={name: self.figure(name, at) for name in self.draws.measures if name in self.values},
            curve={} if self.grouped.crossed else {name: self.curve(name, at) for name in RATES},
            against=against,
        )

    def figure(self, name: str, at: int) -> Interval | None:
        """A figure at the capacity with its interval; None over too few students."""
        if not self.enough(name, at):
            return None
        observed = float(self.library[name][at] if name in self.library else self.values[name][0, at])
        return percentile_interval(observed, self.values[name][1:, at])

    def curve(self, name: str, at: int) -> tuple[Interval | None, ...]:
        """A rate at every capacity."""
        found = self.rates[name][:, at]
        whole = self.whole[name][0, at]
        return tuple(
            percentile_interval(float(found[0, place]), found[1:, place]) if whole[place] >= self.draws.least else None
            for place in range(len(self.capacities))
        )

    def enough(self, name: str, at: int) -> bool:
        """Whether enough students stand behind a figure."""
        if name in self.rates:
            return bool(self.whole[name][0, at, self.at] >= self.draws.least)
        if name == "lead_weeks":
            return bool(self.lead.n[at] >= self.draws.least)
        return True

    def compare_all(self, at: int, reference: int) -> dict[str, GroupComparison]:
        """Compares a group with the reference, by every figure that both have."""
        names = [name for name in self.draws.measures if self.both_have(name, at, reference)]
        return {name: self.compare(name, at, reference) for name in names}

    def both_have(self, name: str, at: int, reference: int) -> bool:
        """Whether two groups both have this figure."""
        return name in self.values and self.enough(name, at) and self.enough(name, reference)

    def compare(self, name: str, at: int, reference: int) -> GroupComparison:
        """Compares one figure of a group with that of the reference."""
        own, other = self.values[name][:, at], self.values[name][:, reference]
        difference = percentile_interval(float(own[0] - other[0]), own[1:] - other[1:])
        parts = ratio(own, other)
        by = (
            None if np.isnan(parts[0]) or name == "calibration_gap" else percentile_interval(float(parts[0]), parts[1:])
        )
        chance = p_value_of_difference(
            difference.estimate, self.standard_error(name, (at, reference), own[1:] - other[1:])
        )
        if name in self.rates:
            chance = max(chance, self.exact_p_value(name, (at, reference)))
        return GroupComparison(difference, by, chance)

    def standard_error(self, name: str, two: GroupPair, drawn: Floats) -> float:
        """The standard error of a difference: the larger of the bootstrap's and that under the null hypothesis."""
        alike, (_, reference) = 0.0, two
        if name == "lead_weeks":
            alike = standard_error_of_means(self.lead, two)
        elif name == "calibration_gap":
            alike = standard_error_of_gaps(self.risk, self.values[name][0], two)
        elif name == "roc_auc":
            on_track, off_track = self.counts[0][list(two)].sum(axis=-1).T
            alike = standard_error_of_auc(float(self.values[name][0, reference]), off_track, on_track)
        return max(float(np.nanstd(drawn)), alike)

    def exact_p_value(self, name: str, two: GroupPair) -> float:
        """The exact p-value of the difference of two rates."""
        whole = self.whole[name][0, list(two), self.at]
        return fisher_p_value(self.values[name][0, list(two)] * whole, whole, self.rows_a_student)


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


def fairlearn_rates(counted: Floats, at: int, names: Sequence[str]) -> dict[str, Floats]:
    """The rates of each group at one capacity, from the confusion matrices of Fairlearn's `MetricFrame`.

    It is given one row, weighted by its count, for each group, end and place on or off the list.
    """
    listed = np.stack([counted[..., : at + 1].sum(axis=-1), counted[..., at + 1 :].sum(axis=-1)], axis=-1)
    group, ended, place = np.meshgrid(range(len(names)), (0, 1), (1, 0), indexing="ij")
    frame = MetricFrame(
        metrics={"confusion": confusion},
        y_true=ended.ravel(),
        y_pred=place.ravel(),
        sensitive_features=pd.Series(group.ravel(), name="group"),
        sample_params={"confusion": {"sample_weight": listed.ravel()}},
    )
    matrices = np.stack(list(frame.by_group["confusion"]))  # groups × (on track, off track) × (not listed, listed)
    students, on_list = matrices.sum(axis=-1), matrices[..., 1]
    return {
        "selection_rate": ratio(on_list.sum(axis=-1), students.sum(axis=-1)),
        "recall": ratio(on_list[:, 1], students[:, 1]),
        "false_positive_rate": ratio(on_list[:, 0], students[:, 0]),
        "false_discovery_rate": 1 - ratio(on_list[:, 1], on_list.sum(axis=-1)),
    }


def confusion(y_true: Integers, y_pred: Integers, sample_weight: Floats) -> Floats:
    """The confusion matrix of one group, as scikit-learn has it, without its checks of what is checked already."""
    cell = np.asarray(y_true) * 2 + np.asarray(y_pred)
    return np.bincount(cell, np.asarray(sample_weight), minlength=4).reshape(2, 2).astype(np.float64)


def auc_and_calibration(listing: Listing, group: Integers, groups: int, draws: AuditSettings) -> dict[str, Floats]:
    """(1 + replicates) × groups: ROC AUC within each group, and the share off track less the mean risk.

    Replicates are drawn on bins of risk and shifted by the error of binning; what was observed is exact.
    """
    place, mean = listing.bins
    drawn = draw_risk_counts(listing, group, groups + 1, place, replicates=draws.replicates, seed=draws.seed)
    binned = np.concatenate([risk_counts(listing, group, groups + 1, place)[None], drawn])[:, :groups]
    found = {
        "calibration_gap": binned_gap(binned, mean),
        "roc_auc": auc_of_counts(binned[..., 0, :], binned[..., 1, :]),
    }
    exact = exact_figures(listing, group, groups)
    return {name: values + (exact[name] - values[0]) for name, values in found.items()}


def binned_gap(binned: Floats, mean: Floats) -> Floats:
    """… × groups: the share off track less the mean risk, from counts of … × groups × 2 × bins of that mean risk."""
    students, off_track = binned.sum(axis=(-2, -1)), binned[..., 1, :].sum(axis=-1)
    return ratio(off_track - binned.sum(axis=-2) @ mean, students)


def exact_figures(listing: Listing, group: Integers, groups: int) -> dict[str, Floats]:
    """Per group: its calibration gap and ROC AUC, from its rows."""
    rows = [listing.falling[group[listing.falling] == at] for at in range(groups)]  # sorting them again costs little
    pairs = [(listing.label[own], listing.risk[own]) for own in rows]
    return {
        "calibration_gap": np.array([float((ended - said).mean()) for ended, said in pairs]),
        "roc_auc": np.array([float(roc_auc(ended, said, np.ones((1, len(ended))))[0]) for ended, said in pairs]),
    }


def mean_lead_weeks(
    lead: Floats, student: Integers | None, group: Integers, groups: int, draws: AuditSettings
) -> Floats:
    """(1 + replicates) × groups: mean weeks from first list to outcome, of those who were found."""
    found = ~np.isnan(lead)
    weeks, place = np.unique(lead[found], return_inverse=True)
    if not len(weeks):
        return np.full((1 + draws.replicates, groups), np.nan)
    cell = np.full(len(lead), (groups + 1) * len(weeks), dtype=np.int64)  # who was not found is in the last cell
    cell[found] = group[found] * len(weeks) + place
    cells = (groups + 1) * len(weeks) + 1
    drawn = draw_counts(cell, cells, student, replicates=draws.replicates, seed=draws.seed)
    counted = np.vstack([np.bincount(cell, minlength=cells), drawn])[:, :-1].reshape(-1, groups + 1, len(weeks))
    return ratio(counted @ weeks, counted.sum(axis=-1))[:, :groups]

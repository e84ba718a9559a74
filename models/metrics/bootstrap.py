"""Bootstrap of whole students: every metric of a list of risks, with intervals, from many weightings of the same rows.

`weights` is replicates × rows everywhere: how often each row stands in a replicate. Each function gives one value a
replicate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.examples import Booleans, Floats, Integers
from models.metrics.calibration_error import calibration_line, error_of_levels
from models.metrics.classification_metrics import refuse_one_class
from models.metrics.count_tables import count_cells, draw_counts, student_numbers
from models.metrics.intervals import Interval, percentile_interval
from models.metrics.ranking import Levels, counts_of_levels, levels_of, ratio, roc_auc

MANY = 20_000
"""From so many rows on, replicates are drawn of cells of alike rows."""
CELLS_OF_A_BLOCK = 125_000
"""Replicates × rows of one block of weights, so that what is computed of it stays in the processor's cache."""
MOST_KEPT = 8_000_000
"""Replicates × students up to which draws are kept for the next figure."""
ALIKE, ALIKE_IN_SCHOOL = 1000, 50
"""Bins of equal count, by what students are listed by, whose rows are taken as alike."""


@dataclass(frozen=True)
class ScoredRows:
    """Rows with label and risk, and the school of each where schools are known.

    `listed_by` is what students are listed by where that is not the risk, such as a rule's count of signals.
    """

    label: Booleans
    risk: Floats
    school: npt.NDArray[np.str_] | None = None
    listed_by: Floats | None = None

    @property
    def order(self) -> Floats:
        """What students are listed by, the highest first."""
        return self.risk if self.listed_by is None else self.listed_by

    @cached_property
    def falling(self) -> Levels:
        """The levels of what students are listed by, the highest first."""
        return levels_of(self.order)

    @cached_property
    def rising(self) -> Levels:
        """The levels of risk, the lowest first."""
        return levels_of(-self.risk)


def weighted_metrics(scored: ScoredRows, weights: Floats, capacities: Sequence[float]) -> dict[str, Floats]:
    """Every metric by name; names of those at a capacity end in `@` and the share."""
    slope, intercept = calibration_line(scored.label, scored.risk, weights)
    counts = counts_of_levels(scored.label, scored.falling, weights)
    found = {
        "roc_auc": counts.roc_auc(),
        "pr_auc": counts.average_precision(),
        "brier": mean_of((scored.risk - scored.label) ** 2, weights),
        "calibration_error": error_of_levels(scored.label, scored.risk, scored.rising, weights),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
    }
    if scored.school is not None:
        found["within_school_auc"] = within_school_auc(scored, weights)
    share = mean_of(scored.label.astype(np.float64), weights)
    for capacity in capacities:
        precision, recall = counts.precision_and_recall(capacity)
        found[f"precision@{capacity:.3f}"] = precision
        found[f"recall@{capacity:.3f}"] = recall
        found[f"lift@{capacity:.3f}"] = ratio(precision, share)
    return found


def bootstrap_metrics(
    scored: ScoredRows, student: npt.NDArray[np.str_], capacities: Sequence[float], *, replicates: int, seed: int
) -> dict[str, Interval]:
    """Every metric with the interval of a bootstrap of whole students; of very many rows, cells are drawn."""
    observed = weighted_metrics(scored, np.ones((1, len(scored.label))), capacities)
    if len(scored.label) < MANY:
        blocks = [
            weighted_metrics(scored, weights, capacities) for weights in student_weights(student, replicates, seed)
        ]
        drawn = {name: np.concatenate([block[name] for block in blocks]) for name in observed}
    else:
        drawn = bootstrap_cells(scored, student_numbers(student), capacities, replicates=replicates, seed=seed)
        drawn = {name: values[1:] - values[0] + observed[name] for name, values in drawn.items()}
    return {name: percentile_interval(float(value[0]), drawn[name]) for name, value in observed.items()}


def bootstrap_cells(
    scored: ScoredRows, student: Integers | None, capacities: Sequence[float], *, replicates: int, seed: int
) -> dict[str, Floats]:
    """Every metric of the rows and of each replicate, rows of like risk and the same label being alike."""
    size = {"replicates": replicates, "seed": seed}
    whole, weights = scored_cells(replace(scored, school=None), student, ALIKE, **size)
    found = weighted_metrics(whole, weights, capacities)
    if scored.school is not None:
        found["within_school_auc"] = within_school_auc(*scored_cells(scored, student, ALIKE_IN_SCHOOL, **size))
    return found


def scored_cells(
    scored: ScoredRows, student: Integers | None, bins: int, *, replicates: int, seed: int
) -> tuple[ScoredRows, Floats]:
    """Cells of alike rows, by school where schools are known, and the rows in each: as they are, then drawn."""
    edges = np.unique(np.quantile(scored.order, np.linspace(0, 1, bins + 1)[1:-1]))
    place, places = np.searchsorted(edges, scored.order, side="right"), len(edges) + 1
    schools, school = np.unique(
        scored.school if scored.school is not None else np.zeros(len(place), "<U1"), return_inverse=True
    )
    cell = ((school * places + place) * 2 + scored.label).astype(np.int64)
    cells = len(schools) * places * 2
    risk, order = (mean_in(place, values, places) for values in (scored.risk, scored.order))
    alike = ScoredRows(
        label=np.tile(np.array([False, True]), cells // 2),
        risk=np.tile(np.repeat(risk, 2), len(schools)),
        school=None if scored.school is None else np.repeat(schools, 2 * places),
        listed_by=np.tile(np.repeat(order, 2), len(schools)),
    )
    return alike, np.vstack(
        [count_cells(cell, cells), draw_counts(cell, cells, student, replicates=replicates, seed=seed)]
    )


def mean_in(place: Integers, values: Floats, places: int) -> Floats:
    """The mean value of the rows of each place, 0 where there are none."""
    n = np.bincount(place, minlength=places)
    return np.bincount(place, weights=values, minlength=places) / np.maximum(n, 1)


def mean_of(values: Floats, weights: Floats) -> Floats:
    """The weighted mean."""
    return np.asarray(weights @ values / weights.sum(axis=1), dtype=np.float64)


def within_school_auc(scored: ScoredRows, weights: Floats) -> Floats:
    """ROC AUC within schools: over pairs of one school, how often the student off track has the higher risk."""
    won, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for rows in rows_by_school(scored):
        own, label = weights[:, rows], scored.label[rows]
        both = (own @ label) * (own @ ~label)
        won += np.nan_to_num(roc_auc(label, scored.order[rows], own)) * both
        pairs += both
    return ratio(won, pairs)


def rows_by_school(scored: ScoredRows) -> Iterator[npt.NDArray[np.int64]]:
    """The rows of each school in turn."""
    assert scored.school is not None, "a school-wise figure needs schools"  # noqa: S101 - told by the caller
    for school in np.unique(scored.school):
        yield np.flatnonzero(scored.school == school)


def student_weights(student: npt.NDArray[np.str_], replicates: int, seed: int) -> Iterator[Floats]:
    """Blocks of replicates × rows: how often each row stands in a bootstrap that draws whole students."""
    codes, distinct = pd.factorize(student)
    block = max(1, CELLS_OF_A_BLOCK // max(1, len(student)))
    for drawn in drawn_students(len(distinct), replicates, seed, block):
        yield drawn[:, codes].astype(np.float64)


def drawn_students(students: int, replicates: int, seed: int, block: int) -> Iterator[Integers | npt.NDArray[np.int32]]:
    """Blocks of replicates × students: how often each student is drawn; the same in blocks of any size."""
    starts = range(0, replicates, block)
    if students * replicates <= MOST_KEPT:
        kept = kept_draws(students, replicates, seed)
        yield from (kept[start : start + block] for start in starts)
    else:
        rng, alike = np.random.default_rng(seed), np.full(students, 1 / students)
        for start in starts:
            yield rng.multinomial(students, alike, size=min(block, replicates - start))


@lru_cache(maxsize=6)
def kept_draws(students: int, replicates: int, seed: int) -> npt.NDArray[np.int32]:
    """Replicates × students: how often each student is drawn, kept because all figures of a run draw alike.

    A run draws the students of each judged year and of some of its groups in turn, on two threads.
    """
    drawn = np.random.default_rng(seed).multinomial(students, np.full(students, 1 / students), size=replicates)
    return drawn.astype(np.int32)


def difference_intervals(
    label: Booleans,
    risk: Floats,
    other: Floats,
    student: npt.NDArray[np.str_],
    *,
    capacity: float,
    replicates: int = 1000,
    seed: int = 0,
) -> dict[str, Interval]:
    """By how much `risk` is better than `other`: "precision" and "recall" at the capacity, and "roc_auc".

    A paired bootstrap: both are judged on the same drawn students. Above zero, `risk` is better.
    """
    refuse_one_class(label)
    levels, others = levels_of(risk), levels_of(other)

    def lead(weights: Floats) -> Floats:
        return compared_metrics(label, levels, weights, capacity) - compared_metrics(label, others, weights, capacity)

    observed = lead(np.ones((1, len(label))))
    drawn = np.concatenate([lead(weights) for weights in student_weights(student, replicates, seed)], axis=1)
    names = ("precision", "recall", "roc_auc")
    return {name: percentile_interval(float(observed[i, 0]), drawn[i]) for i, name in enumerate(names)}


def compared_metrics(label: Booleans, levels: Levels, weights: Floats, capacity: float) -> Floats:
    """3 × replicates: precision and recall at the capacity, and ROC AUC."""
    counts = counts_of_levels(label, levels, weights)
    return np.stack([*counts.precision_and_recall(capacity), counts.roc_auc()])


def calibration_gap(
    label: Booleans, risk: Floats, student: npt.NDArray[np.str_], *, replicates: int = 1000, seed: int = 0
) -> Interval:
    """The share that ended off track less the mean risk, with an interval that draws whole students."""
    gap = label - risk
    drawn = [weights @ gap / weights.sum(axis=1) for weights in student_weights(student, replicates, seed)]
    return percentile_interval(float(gap.mean()), np.concatenate(drawn))

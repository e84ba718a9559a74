"""For whom the flags are wrong: figures by subgroup at the capacity, small groups not shown."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.metrics import MetricFrame

from models.examples import Booleans, Floats
from models.metrics import Interval, interval, ratio, selected_share
from models.suppression import hidden_values

SMALLEST_GROUP = 11
NOT_RECORDED = "not recorded"

Cell = dict[str, float | int | bool | None]
Attribute = dict[str, Cell]
Measure = Callable[..., float]


def subgroup_table(
    label: Booleans, risk: Floats, groups: pd.DataFrame, *, capacity: float, smallest_group: int = SMALLEST_GROUP
) -> dict[str, Attribute]:
    """Per attribute and value: n, share_off_track, mean_risk, selection_rate, recall and error rates.

    Selected are those served at the capacity; equal risks count as drawn at random. `recall` is the share selected
    of those who ended off track, `false_positive_rate` of those who did not; `false_discovery_rate` is the share of
    the selected who ended on track. A rate over fewer than `smallest_group` students is None: not enough evidence.
    A group that is too small, or would give one away, is {"suppressed": True}. Values of an ordered column keep
    their order, others are sorted.
    """
    selected = selected_share(risk, capacity)
    return {
        str(name): in_order(
            attribute_table(label, risk, selected, values_of(groups[name]), smallest_group), groups[name]
        )
        for name in groups
    }


def in_order(attribute: Attribute, column: pd.Series) -> Attribute:
    """The same figures in the order of the column's categories, where it has one."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return attribute
    place = {str(value): i for i, value in enumerate(column.dtype.categories)}
    return {value: attribute[value] for value in sorted(attribute, key=lambda value: place.get(value, len(place)))}


def values_of(column: pd.Series) -> npt.NDArray[np.str_]:
    """An attribute as text, a missing value as one of its own."""
    return np.asarray(column.astype("object").where(column.notna(), NOT_RECORDED), dtype=np.str_)


def attribute_table(
    label: Booleans, risk: Floats, selected: Floats, values: npt.NDArray[np.str_], smallest_group: int
) -> Attribute:
    """The figures of each value of one attribute."""
    frame = MetricFrame(
        metrics=measures(smallest_group),
        y_true=label.astype(np.float64),
        y_pred=selected,
        sensitive_features=pd.Series(values, name="value"),
        sample_params={"mean_risk": {"risk": risk}},
    )
    figures = {str(value): dict(row) for value, row in frame.by_group.iterrows()}
    hidden = hidden_values({value: int(row["n"]) for value, row in figures.items()}, smallest_group)
    return {
        value: {"suppressed": True} if value in hidden else {name: plain(name, row[name]) for name in row}
        for value, row in figures.items()
    }


def plain(name: str, figure: float) -> float | int | None:
    """A figure as a JSON value."""
    if name == "n":
        return int(figure)
    return None if np.isnan(figure) else float(figure)


def measures(least: int) -> dict[str, Measure]:
    """The figures of a group, from who ended off track and each student's chance to be selected."""
    return {
        "n": lambda ended, chance: float(len(ended)),
        "share_off_track": lambda ended, chance: share(ended, np.ones_like(ended), least),
        "mean_risk": partial(mean_risk, least=least),
        "selection_rate": lambda ended, chance: share(chance, np.ones_like(ended), least),
        "recall": lambda ended, chance: share(chance, ended, least),
        "false_positive_rate": lambda ended, chance: share(chance, 1 - ended, least),
        "false_discovery_rate": lambda ended, chance: share(1 - ended, chance, least),
    }


def share(part: Floats, among: Floats, least: int) -> float:
    """The weighted share of `part` among those, NaN where they are fewer than `least`."""
    whole = float(np.sum(among))
    return float(np.dot(part, among)) / whole if whole >= least else float("nan")


def mean_risk(ended: Floats, chance: Floats, *, risk: Floats, least: int) -> float:
    """The mean risk of a group."""
    return share(np.asarray(risk), np.ones_like(ended), least)


def mean_table(tables: Sequence[Mapping[str, Attribute]]) -> dict[str, Attribute]:
    """The mean of tables of the same rows; None where one of them has not enough evidence."""
    first = tables[0]
    return {
        name: {value: mean_cell([table[name][value] for table in tables]) for value in first[name]} for name in first
    }


def mean_cell(cells: Sequence[Cell]) -> Cell:
    """The mean of each figure over the same group."""
    return {name: mean_figure([cell[name] for cell in cells]) for name in cells[0]}


def mean_figure(figures: Sequence[float | int | bool | None]) -> float | int | bool | None:
    """The mean of one figure, None where one is missing; a count or a mark that is the same stays as it is."""
    known = [figure for figure in figures if figure is not None]
    if len(known) < len(figures):
        return None
    return known[0] if len(set(known)) == 1 else float(np.mean(known))


def recall_gaps(
    label: Booleans,
    risk: Floats,
    groups: pd.DataFrame,
    student: npt.NDArray[np.str_],
    *,
    capacity: float,
    smallest_group: int = SMALLEST_GROUP,
    replicates: int = 1000,
    seed: int = 0,
) -> dict[str, dict[str, Interval | None]]:
    """Per attribute, each value's recall less that of the reference group, the largest one.

    Below zero, students of the group who end off track are found less often. The interval draws whole students, with
    the selection as it was made. None where the group or the reference has fewer than `smallest_group` students off
    track, or is suppressed: not enough evidence.
    """
    found = selected_share(risk, capacity)[label]
    students = len(np.unique(student))
    gaps: dict[str, dict[str, Interval | None]] = {}
    for name in groups:
        values = values_of(groups[name])
        distinct, rows = np.unique(values, return_counts=True)
        sizes = {str(value): int(n) for value, n in zip(distinct, rows, strict=True)}
        held = held_by_student(found, np.searchsorted(distinct, values[label]), student[label], len(distinct))
        recalls = drawn_recalls(held, students=students, replicates=replicates, seed=seed)
        enough = evident(held, sizes, smallest_group)
        gaps[str(name)] = gaps_to_largest(recalls, sizes, enough)
    return gaps


def held_by_student(found: Floats, group: npt.NDArray[np.int64], student: npt.NDArray[np.str_], groups: int) -> Floats:
    """Students × groups × 2: how many rows off track each student has in a group, and how many are found."""
    codes, distinct = pd.factorize(student)
    cell, cells = codes * groups + group, len(distinct) * groups
    held = [np.bincount(cell, minlength=cells), np.bincount(cell, weights=found, minlength=cells)]
    return np.stack(held, axis=-1).astype(np.float64).reshape(len(distinct), groups, 2)


def evident(held: Floats, sizes: Mapping[str, int], smallest_group: int) -> frozenset[str]:
    """The groups that are shown and have enough students off track for a recall."""
    off_track = dict(zip(sizes, held[:, :, 0].sum(axis=0), strict=True))
    hidden = hidden_values(sizes, smallest_group)
    return frozenset(value for value in sizes if off_track[value] >= smallest_group and value not in hidden)


def drawn_recalls(held: Floats, *, students: int, replicates: int, seed: int) -> Floats:
    """(1 + replicates) × groups: the recall as observed, then of each draw of whole students.

    Students who hold the same rows are drawn as one cell of a multinomial; those without a row off track are the rest.
    """
    patterns, times = np.unique(held.reshape(len(held), -1), axis=0, return_counts=True)
    chances = np.append(times, students - len(held)) / students
    drawn = np.random.default_rng(seed).multinomial(students, chances, size=replicates)[:, :-1]
    sums = np.concatenate([times[None, :], drawn]) @ patterns
    off_track, found = np.moveaxis(sums.reshape(replicates + 1, -1, 2), 2, 0)
    return ratio(found, off_track)


def gaps_to_largest(recalls: Floats, sizes: Mapping[str, int], enough: frozenset[str]) -> dict[str, Interval | None]:
    """Each group's recall less that of the largest group, which itself is left out."""
    names = list(sizes)
    reference = max(names, key=lambda value: sizes[value])
    gap = recalls - recalls[:, [names.index(reference)]]
    return {
        value: interval(float(gap[0, i]), gap[1:, i]) if {value, reference} <= enough else None
        for i, value in enumerate(names)
        if value != reference
    }

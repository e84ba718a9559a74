"""Suppression: groups that are too small are folded together before any figure is computed.

Every table, sentence, metric and card is rendered from figures of these groups, so none of them can show more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models.examples import Booleans, Floats, Integers, Texts
from models.fairness.complementary_suppression import Layers, shown_pairs
from models.fairness.small_groups import shown_groups
from models.metrics.count_tables import Listing, count_cells

NOT_RECORDED = "not recorded"
CROSSED = " × "
TOGETHER = " / "


@dataclass(frozen=True)
class Grouping:
    """One attribute as it may be shown: the groups' names, and each row's group (-1 for a row in none).

    `of` names the attribute, or the two that are crossed. `holds` gives each value's group. `folded` names the group
    that holds those too small to be told apart, empty where there is none; `together` has the places of groups, or of
    pairs, that hold several values. The values in `untold` are suppressed.
    """

    of: str
    names: tuple[str, ...]
    group: Integers
    crossed: bool = False
    folded: str = ""
    together: frozenset[int] = frozenset()
    untold: tuple[str, ...] = ()
    holds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Attribute:
    """One attribute of the rows before suppression: its values in order, and the index of each row's value."""

    name: str
    values: tuple[str, ...]
    code: Integers


def attribute_of(name: str, column: pd.Series) -> Attribute:
    """The attribute of a column: missing is a value of its own; an ordered column keeps its order."""
    row, values = pd.factorize(column)
    missing = [NOT_RECORDED] if (row < 0).any() else []
    found, code = np.unique(np.array([*map(str, values), *missing], dtype=np.str_), return_inverse=True)
    order = np.arange(len(found))
    if isinstance(column.dtype, pd.CategoricalDtype):
        place = {str(value): at for at, value in enumerate(column.dtype.categories)}
        order = np.argsort([place.get(str(value), len(place)) for value in found], kind="stable")
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    return Attribute(name, tuple(str(value) for value in found[order]), rank[code[row]])  # -1 is the last one: missing


def texts_of(column: pd.Series) -> Texts:
    """A column as text, in which missing is a value of its own."""
    return np.asarray(column.astype("object").where(column.notna(), NOT_RECORDED), dtype=np.str_)


def suppress_groups(listing: Listing, groups: pd.DataFrame, least: int) -> tuple[Grouping, ...]:
    """Suppresses the small groups of every attribute; one row a student is expected."""
    ends = outcome_layers(listing)
    return tuple(fold_small_groups(attribute_of(str(name), groups[name]), ends, least) for name in groups)


def suppress_pairs(
    listing: Listing,
    alone: Sequence[Grouping],
    *,
    capacity: float,
    center: str,
    least: int,
    apart: Sequence[str] = (),
    also: Sequence[Booleans] = (),
) -> tuple[Grouping, ...]:
    """Crosses each attribute with the center's, and suppresses the pairs that would give a small group away.

    `center` is the attribute that the others, but for those `apart`, are crossed with; the first one where none has
    that name. `also` has the rows of each other list of which figures are published.
    """
    middle = next((one for one in alone if one.of == center), alone[0] if alone else None)
    if middle is None or not middle.names:
        return ()
    ends = outcome_layers(listing, capacity, also)
    beside = [one for one in alone if one is not middle and one.of not in apart and one.names]
    return tuple(cross_groupings(middle, one, ends, least) for one in beside)


@dataclass(frozen=True)
class OutcomeLayers:
    """How each row ended, and its layer, which is its way of being on the lists."""

    label: Booleans
    layer: Integers
    layers: Layers

    def table(self, *of: tuple[Integers, int]) -> Floats:
        """Counts the rows of each group, or pair of groups, by end (on track, off track) and layer."""
        shape = (*(size for _, size in of), 2, len(self.layers.main))
        place = (*(code for code, _ in of), self.label.astype(np.int64), self.layer)
        return count_cells(np.ravel_multi_index(place, shape), int(np.prod(shape))).reshape(shape)


def outcome_layers(listing: Listing, capacity: float | None = None, also: Sequence[Booleans] = ()) -> OutcomeLayers:
    """The ends and layers of a listing's rows; the main list is that of the capacity, or the longest."""
    ways = np.column_stack([listing.band, *(rows.astype(np.int64) for rows in also)])
    sizes = tuple(ways.max(axis=0) + 1)
    found, layer = np.unique(np.ravel_multi_index(tuple(ways.T), sizes), return_inverse=True)
    places = np.column_stack(np.unravel_index(found, sizes))
    last = len(listing.capacities) - 1 if capacity is None else listing.capacities.index(capacity)
    main = places[:, 0] <= last
    return OutcomeLayers(listing.label, layer.astype(np.int64), Layers(places, main))


def fold_small_groups(attribute: Attribute, ends: OutcomeLayers, least: int) -> Grouping:
    """Folds the groups that may not be shown into one; an attribute of which none may is suppressed whole."""
    shown = shown_groups(ends.table((attribute.code, len(attribute.values))), least)
    apart = [value for value, alone in zip(attribute.values, shown, strict=True) if alone]
    others = tuple(value for value in attribute.values if value not in apart)
    if not apart:
        return Grouping(attribute.name, (), np.full(len(attribute.code), -1), untold=attribute.values)
    names = [*apart, TOGETHER.join(others)] if others else apart
    place = np.array([names.index(value) if value in apart else len(apart) for value in attribute.values])
    return Grouping(
        of=attribute.name,
        names=tuple(names),
        group=place[attribute.code],
        folded=names[-1] if others else "",
        together=frozenset({len(apart)} if others else ()),
        holds=dict(zip(attribute.values, place.tolist(), strict=True)),
    )


def cross_groupings(middle: Grouping, other: Grouping, ends: OutcomeLayers, least: int) -> Grouping:
    """The pairs that may be shown; all others are in no group, and a table without any is not published."""
    shown = shown_pairs(
        ends.table((middle.group, len(middle.names)), (other.group, len(other.names))), ends.layers, least
    )
    place = np.full(shown.shape, -1, dtype=np.int64)
    place[shown] = np.arange(int(shown.sum()))
    pairs = {alone: np.argwhere(shown == alone) for alone in (True, False)}
    names = {
        alone: tuple(f"{middle.names[a]}{CROSSED}{other.names[b]}" for a, b in found) for alone, found in pairs.items()
    }
    together = [at for at, (a, b) in enumerate(pairs[True].tolist()) if a in middle.together or b in other.together]
    return Grouping(
        of=f"{middle.of}{CROSSED}{other.of}",
        names=names[True],
        group=place[middle.group, other.group],
        crossed=True,
        together=frozenset(together),
        untold=names[False] if shown.any() else (),
    )

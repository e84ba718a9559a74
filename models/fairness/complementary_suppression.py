"""What may be published of an audit's tables, so that nobody can work out a group that is too small to be shown.

The published set is finite: the totals, for each attribute its groups, and for each attribute crossed with one central
attribute the pairs. A group is shown whole or not at all, and only where at least `least` of its students ended off
track and as many on track. What is hidden must stay hidden from someone who has everything that is shown: for every
hidden number of students below `least`, the shown ones must leave each number from 0 to `least` - 1 possible.

Groups that may not be shown are folded into one before anything is crossed, so whatever their students are, they could
be of any of them. Pairs are then checked by linear programs, table by table: tables that share one attribute only can
always be completed to a whole district (they form a tree), so all of them together tell no more. With pairs of every
two attributes that would not hold: of 40 students 25 and 20 cannot but share 5. (So much follows from the groups of any
two attributes; a table of pairs is published only where it adds nothing to that about its hidden pairs.)

Counts are published of several lists: of groups for each list by itself, of pairs for the main one. They are held here
by layer, one for each way of being on the lists that occurs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, kron, vstack
from scipy.sparse import identity as eye

from models.examples import Booleans, Floats, Integers

ROUNDING = 1e-6
ON, OFF = 0, 1
"""Places of students on and off track in the last axis but one of a count; the last is that of layers."""
Pair = tuple[int, int]


def is_large(table: Floats, least: int) -> Booleans:
    """Which groups have enough students off track and on track."""
    return np.asarray((table.sum(axis=-1) >= least).all(axis=-1), dtype=np.bool_)


def shown_groups(table: Floats, least: int) -> Booleans:
    """The groups of one attribute (groups × 2 × layers) that may be shown by themselves.

    The large ones, but the next smallest beside a hidden one: as totals are public, at least two groups are hidden
    then, and together they hold enough students of both kinds. An attribute with one group says what the total says.
    """
    shown, ended = is_large(table, least), table.sum(axis=-1)
    if len(shown) == 1:
        return np.ones(1, dtype=np.bool_)
    for group in np.argsort(ended.sum(axis=-1), kind="stable"):
        hidden = ended[~shown]
        if not len(hidden) or (len(hidden) > 1 and (hidden.sum(axis=0) >= least).all()):
            break
        shown[group] = False
    return shown


@dataclass(frozen=True)
class Layers:
    """The ways of being on the lists: the place of each on every list, and which are on the main one.

    `places` is layers × lists, `main` says it of each layer.
    """

    places: Integers
    main: Booleans


def shown_pairs(table: Floats, layers: Layers, least: int) -> Booleans:
    """The pairs of two attributes (groups × groups × 2 × layers) that may be shown where all groups of both are shown.

    The large ones, less those that would tell a small one.
    """
    shown, program = is_large(table, least), LinearPrograms(table, layers)
    waiting = [(int(a), int(b)) for a, b in np.argwhere(~shown)]
    while waiting := [pair for pair in waiting if program.tells(pair, shown, least)]:
        further = {near for pair in waiting if (near := next_to_hide(table, shown, pair))}
        if not further:
            break
        for pair in further:
            shown[pair] = False
        waiting += further
    return shown


@dataclass(frozen=True)
class LinearPrograms:
    """The linear programs over one table of pairs: its cells are variables, what is published are sums of them."""

    table: Floats
    layers: Layers

    def tells(self, pair: Pair, shown: Booleans, least: int) -> bool:
        """Whether a small number of a hidden pair can be told more closely than as one from 0 to `least` - 1."""
        ended = self.table[pair].sum(axis=-1)
        return any(self.tells_kind(pair, shown, kind, least) for kind in (ON, OFF) if ended[kind] < least)

    def tells_kind(self, pair: Pair, shown: Booleans, kind: int, least: int) -> bool:
        """The same of its students on or off track."""
        known = csr_matrix(vstack([self.group_sums, self.pair_sums(shown)]))
        held = self.table[:, :, kind].ravel()
        own = np.zeros(self.table.shape[:2])
        own[pair] = 1.0
        objective = np.repeat(own.ravel(), self.table.shape[-1])
        low, high = (sign * linprog(sign * objective, A_eq=known, b_eq=known @ held).fun for sign in (1.0, -1.0))
        return bool(low > ROUNDING or high < least - 1 - ROUNDING)

    @cached_property
    def group_sums(self) -> csr_matrix:
        """What is published of groups: of each, its students at each place of each list."""
        rows, columns = self.table.shape[:2]
        at = [[(places == place).astype(np.float64)] for places in self.layers.places.T for place in np.unique(places)]
        by_row = [kron(kron(eye(rows), np.ones((1, columns))), one) for one in at]
        by_column = [kron(kron(np.ones((1, rows)), eye(columns)), one) for one in at]
        return csr_matrix(vstack([*by_row, *by_column]))

    def pair_sums(self, shown: Booleans) -> csr_matrix:
        """What is published of pairs: of each that is shown, its students on the main list, and those who are not."""
        chosen = csr_matrix(eye(shown.size))[np.flatnonzero(shown.ravel())]
        main = self.layers.main.astype(np.float64)
        return csr_matrix(vstack([kron(chosen, [main]), kron(chosen, [1 - main])]))


def next_to_hide(table: Floats, shown: Booleans, pair: Pair) -> Pair | None:
    """The smallest shown pair in the row or column of one that can be told, else of the table; None where none is."""
    line = np.zeros_like(shown)
    line[pair[0], :], line[:, pair[1]] = True, True
    for among in (shown & line, shown):
        if among.any():
            sizes = np.where(among, table.sum(axis=(2, 3)), np.inf)
            a, b = np.unravel_index(int(np.argmin(sizes)), shown.shape)
            return int(a), int(b)
    return None

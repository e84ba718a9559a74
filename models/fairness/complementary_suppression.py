"""Complementary suppression: which groups of an audit may be published without giving a small one away.

A worked example. Of students who ended off track, with `least` = 11 and all totals public:

              program A   program B   program C   all
    girls         4           26          30       60
    boys         16           34          25       75
    all          20           60          55      135

Girls in A are fewer than 11 and are hidden. That is not enough: 60 - 26 - 30 = 4 gives them away, and so does 20 - 16.
The linear program asks for the least and the most that the hidden number can be beside all that is shown: 4 and 4. So
the next smallest pair of its row or column is hidden too, and so on, until only boys in B are shown. Then 34 is known,
so girls in B are 26 (which is not small), but girls in A can be anything from 0 to 20, and no number below 11 is told.

What is published: the totals, for each attribute its groups, and for each attribute crossed with one central attribute
the pairs. A group is shown whole or not at all, and only where at least `least` of its students ended off track and as
many on track. Against someone who has all of it, every hidden number below `least` must be able to be each number from
0 to `least` - 1.

Why tables can be checked one by one: groups that may not be shown are folded into one before anything is crossed, and
tables that share only the central attribute can always be completed to a whole district (they form a tree), so all of
them together tell no more. With pairs of every two attributes that would not hold: of 40 students 25 and 20 cannot but
share 5. (So much follows from the groups of any two attributes; a table of pairs is published only where it adds
nothing to that about its hidden pairs.)

Counts are published of several lists: of groups for each list by itself, of pairs for the main one. Tables here have
a layer for each way of being on the lists that occurs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, kron, vstack
from scipy.sparse import identity as eye

from models.examples import Booleans, Floats, Integers
from models.fairness.small_groups import is_large

ROUNDING = 1e-6
ON, OFF = 0, 1
"""Indices of students on and off track in the last but one axis of a table; the last axis is that of layers."""
Pair = tuple[int, int]


@dataclass(frozen=True)
class Layers:
    """The ways of being on the lists: `places` is layers × lists, `main` says which layers are on the main list."""

    places: Integers
    main: Booleans


def shown_pairs(table: Floats, layers: Layers, least: int) -> Booleans:
    """The pairs of two attributes (groups × groups × 2 × layers) that may be shown where all groups of both are shown.

    The large ones, less those that would give a small one away.
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
    """The linear programs over one table of pairs: cells are the variables, published counts are sums of cells."""

    table: Floats
    layers: Layers

    def tells(self, pair: Pair, shown: Booleans, least: int) -> bool:
        """Whether a hidden pair's number below `least` is known more closely than as one from 0 to `least` - 1."""
        ended = self.table[pair].sum(axis=-1)
        return any(self.tells_kind(pair, shown, kind, least) for kind in (ON, OFF) if ended[kind] < least)

    def tells_kind(self, pair: Pair, shown: Booleans, kind: int, least: int) -> bool:
        """The same for its students on track, or for those off track."""
        known = csr_matrix(vstack([self.group_sums, self.pair_sums(shown)]))
        held = self.table[:, :, kind].ravel()
        own = np.zeros(self.table.shape[:2])
        own[pair] = 1.0
        objective = np.repeat(own.ravel(), self.table.shape[-1])
        ends = (sign * linprog(sign * objective, A_eq=known, b_eq=known @ held).fun for sign in (1.0, -1.0))
        return bool(next(ends) > ROUNDING or next(ends) < least - 1 - ROUNDING)

    @cached_property
    def group_sums(self) -> csr_matrix:
        """The published sums of groups: of each, its students at each place of each list."""
        rows, columns = self.table.shape[:2]
        at = [[(places == place).astype(np.float64)] for places in self.layers.places.T for place in np.unique(places)]
        by_row = [kron(kron(eye(rows), np.ones((1, columns))), one) for one in at]
        by_column = [kron(kron(np.ones((1, rows)), eye(columns)), one) for one in at]
        return csr_matrix(vstack([*by_row, *by_column]))

    def pair_sums(self, shown: Booleans) -> csr_matrix:
        """The published sums of the shown pairs: of each, its students on the main list, and those who are not."""
        chosen = csr_matrix(eye(shown.size))[np.flatnonzero(shown.ravel())]
        main = self.layers.main.astype(np.float64)
        return csr_matrix(vstack([kron(chosen, [main]), kron(chosen, [1 - main])]))


def next_to_hide(table: Floats, shown: Booleans, pair: Pair) -> Pair | None:
    """The smallest shown pair in the row or column of a pair, else in the table; None where none is shown."""
    line = np.zeros_like(shown)
    line[pair[0], :], line[:, pair[1]] = True, True
    for among in (shown & line, shown):
        if among.any():
            sizes = np.where(among, table.sum(axis=(2, 3)), np.inf)
            a, b = np.unravel_index(int(np.argmin(sizes)), shown.shape)
            return int(a), int(b)
    return None

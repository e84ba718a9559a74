"""One list of several outcomes: each up to its places, each student once, and few changes from the list before."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Merged:
    """What a merge gives each outcome: `depth` is how far down its order everyone has a place.

    `picks` are the students by the outcome that gave them their place, in the order in which places were given.
    """

    depth: tuple[int, ...]
    picks: tuple[tuple[int, int], ...]


def merge_orders(orders: Sequence[Sequence[int]], places: Sequence[int]) -> Merged:
    """The list of several outcomes' orders of students, each student once, `places` for each outcome.

    Places are given in turn: next comes the outcome of which the smallest part would be given, then the first of them.
    An outcome gives a place to the next student of its order who has none. Who has one takes no second, so that the
    place goes to the one after: the first `places` students of an order are always listed, and all together no more
    than all places. An order that ends early leaves its places empty.
    """
    given, at = [0] * len(orders), [0] * len(orders)
    listed: set[int] = set()
    picks: list[tuple[int, int]] = []
    turns = [(1 / many, outcome) for outcome, many in enumerate(places) if many > 0]
    heapify(turns)
    while turns:
        _, outcome = heappop(turns)
        student, at[outcome] = next_without_place(orders[outcome], at[outcome], listed)
        if student is None:
            continue
        listed.add(student)
        picks.append((student, outcome))
        given[outcome] += 1
        if given[outcome] < places[outcome]:
            heappush(turns, ((given[outcome] + 1) / places[outcome], outcome))
    return Merged(tuple(at), tuple(picks))


def next_without_place(order: Sequence[int], at: int, listed: set[int]) -> tuple[int | None, int]:
    """The next student of an order without a place, and how far down the order that is."""
    while at < len(order):
        at += 1
        if order[at - 1] not in listed:
            return order[at - 1], at
    return None, at


def turns_near_cut(listed_before: Flags, cut: int, margin: int) -> Integers:
    """Positions of an order, from 0, in the order in which they get places.

    Those clearly above the cut come first. Of those within `margin` of it, who was listed before goes before who was
    not. So a student stays until clearly below, and nobody clearly above waits for one who stays.
    """
    position = np.arange(len(listed_before))
    near = (position >= cut - margin) & (position < cut + margin)
    group = np.select([position < cut - margin, near & listed_before, near], [0, 1, 2], 3)
    return np.lexsort((position, group)).astype(np.int64)

"""Nobody can work out a small group from what an audit publishes: an adversary with all of it tries.

The adversary knows every published count and solves linear programs over whole districts: every way in which students
could be spread over all groups of all attributes at once. `make disclosure` tries 10,000 tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from models.examples import Booleans
from models.fairness.complementary_suppression import Layers, LinearPrograms, shown_pairs
from models.fairness.small_groups import shown_groups
from models.fairness.suppression import CROSSED, TOGETHER, Grouping, suppress_groups, suppress_pairs
from models.metrics.count_tables import Listing, listing_of
from tests.sweeps import swept

LEAST = 11
CAPACITIES = (0.1, 0.2)
TABLES = 10_000 if swept("disclosure") else 40
AT_ONCE = 40
Named = dict[str, set[str]]


@dataclass(frozen=True)
class District:
    """A drawn district: its list, its attributes as text, and what may be told of them."""

    listing: Listing
    other: Booleans
    groups: pd.DataFrame
    told: tuple[Grouping, ...]


def drawn_district(seed: int) -> District:
    """A district of 30 to 700 students with a few uneven attributes, so that many groups are small."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(30, 700))
    sizes = {"center": int(rng.integers(2, 5)), "b": int(rng.integers(2, 4)), "c": int(rng.integers(2, 4))}
    groups = pd.DataFrame(
        {
            name: rng.choice(list("uvwxyz")[:size], n, p=rng.dirichlet(np.full(size, 0.7)))
            for name, size in sizes.items()
        }
    )
    risk = np.round(rng.beta(1, 3, n), int(rng.integers(1, 4)))
    label = rng.random(n) < risk * rng.uniform(0.5, 1.5)
    listing = listing_of(label, risk, np.arange(n).astype(str), CAPACITIES)
    other = rng.random(n) < np.where(label, 0.4, 0.1)
    alone = suppress_groups(listing, groups, LEAST)
    pairs = suppress_pairs(listing, alone, capacity=0.2, center="center", least=LEAST, also=(other,))
    return District(listing, other, groups, (*alone, *pairs))


class Adversary:
    """Someone with every published count, who tries every district that has the same ones."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.values = {str(name): sorted(set(district.groups[name])) for name in district.groups}
        self.shape = (*(len(values) for values in self.values.values()), 2, len(CAPACITIES) + 1, 2)
        size = int(np.prod(self.shape))
        self.index = np.arange(size).reshape(self.shape)
        facts = list(self.facts())
        rows = np.concatenate([np.full(cells.size, row) for row, (cells, _) in enumerate(facts)])
        cells = np.concatenate([cells.ravel() for cells, _ in facts])
        self.known = csr_matrix((np.ones(len(cells)), (rows, cells)), shape=(len(facts), size))
        self.counts = np.array([count for _, count in facts], dtype=np.float64)

    def facts(self) -> Iterator[tuple[np.ndarray, int]]:
        """The cells of each published count, and the count: of all students, of each group and of each pair."""
        yield from self.of_each_list({}, np.ones(len(self.district.listing), dtype=np.bool_))
        for one in self.district.told:
            for at, name in enumerate(one.names):
                counted = self.of_the_main_list if one.crossed else self.of_each_list
                yield from counted(values_of(one.of, name), one.group == at)

    def of_each_list(self, of: Named, rows: Booleans) -> Iterator[tuple[np.ndarray, int]]:
        """The counts of some rows by how they ended: from which list on they are listed, and on the other list."""
        cells, listing = self.cells(of), self.district.listing
        for ended in (0, 1):
            held = rows & (listing.label == bool(ended))
            for band in range(len(CAPACITIES) + 1):
                yield cells[..., ended, band, :], int((held & (listing.band == band)).sum())
            for on_other in (0, 1):
                yield cells[..., ended, :, on_other], int((held & (self.district.other == bool(on_other))).sum())

    def of_the_main_list(self, of: Named, rows: Booleans) -> Iterator[tuple[np.ndarray, int]]:
        """The counts of some rows by how they ended and whether they are on the longest list."""
        cells, listing = self.cells(of), self.district.listing
        last = len(CAPACITIES)
        for ended in (0, 1):
            held = rows & (listing.label == bool(ended))
            yield cells[..., ended, :last, :], int((held & (listing.band < last)).sum())
            yield cells[..., ended, last:, :], int((held & (listing.band == last)).sum())

    def cells(self, of: Named) -> np.ndarray:
        """The cells of students with these values."""
        chosen = self.index
        for axis, (name, values) in enumerate(self.values.items()):
            wanted = [at for at, value in enumerate(values) if name not in of or value in of[name]]
            chosen = np.take(chosen, wanted, axis=axis)
        return chosen

    def bounds(self, of: Named, ended: int) -> tuple[float, float]:
        """The fewest and the most students with these values who can have ended so."""
        objective = np.zeros(self.index.size)
        objective[self.cells(of)[..., ended, :, :].ravel()] = 1
        ends = [linprog(sign * objective, A_eq=self.known, b_eq=self.counts).fun for sign in (1, -1)]
        return ends[0], -ends[1]


def values_of(of: str, name: str) -> Named:
    """The values of each attribute that a group, or a pair, stands for."""
    named = zip(of.split(CROSSED), name.split(CROSSED), strict=True)
    return {attribute: set(value.split(TOGETHER)) for attribute, value in named}


def hidden(district: District) -> Iterator[Named]:
    """Every group and pair of which nothing is told by itself."""
    singles = [one for one in district.told if not one.crossed]
    for one in singles:
        alone = set(one.names)
        yield from ({one.of: {value}} for value in sorted(set(district.groups[one.of])) if value not in alone)
    for one in district.told:
        for name in one.untold if one.crossed else ():
            yield values_of(one.of, name)


def told_too_much(district: District) -> list[str]:
    """The hidden small numbers that the adversary bounds more tightly than from 0 to 10."""
    adversary, found = Adversary(district), []
    for of in hidden(district):
        rows = np.all([district.groups[name].isin(values) for name, values in of.items()], axis=0)
        for ended in (0, 1):
            if (really := int((rows & (district.listing.label == bool(ended))).sum())) >= LEAST:
                continue
            low, high = adversary.bounds(of, ended)
            if low > 1e-6 or high < LEAST - 1 - 1e-6:
                found.append(f"{of}, ended {ended}: really {really}, told to be {low:g} to {high:g}")
    return found


def too_small_for_anything(district: District) -> bool:
    """Whether the totals themselves are small: then there is no audit to publish."""
    off_track = int(district.listing.label.sum())
    return min(off_track, len(district.listing) - off_track) < LEAST


@pytest.mark.parametrize("first", range(0, TABLES, AT_ONCE))
def test_an_adversary_with_all_that_is_published_learns_nothing_of_a_small_group(first: int) -> None:
    tried = 0
    for seed in range(first, min(first + AT_ONCE, TABLES)):
        district = drawn_district(seed)
        if not too_small_for_anything(district):
            tried += 1
            assert told_too_much(district) == [], f"district {seed}"
    assert tried > AT_ONCE / 2


def test_the_adversary_finds_what_is_hidden_carelessly() -> None:
    """Only small groups hidden, and nothing beside them: what most reports do."""
    found = 0
    for seed in range(30):
        if found > 10:
            break
        district = drawn_district(seed)
        careless = []
        for one in district.told:
            if one.crossed:
                continue
            names = np.asarray(sorted(set(district.groups[one.of])))
            code = np.searchsorted(names, district.groups[one.of].to_numpy(dtype=np.str_))
            small = [
                min((district.listing.label & (code == at)).sum(), (~district.listing.label & (code == at)).sum())
                < LEAST
                for at in range(len(names))
            ]
            place = np.cumsum(~np.array(small)) - 1
            shown = tuple(str(name) for name, hide in zip(names, small, strict=True) if not hide)
            careless.append(Grouping(one.of, shown, np.where(np.array(small)[code], -1, place[code])))
        found += bool(told_too_much(replace(district, told=tuple(careless))))
    assert found > 10


def table_of(off: list[int], on: list[int]) -> np.ndarray:
    """Groups × 2 × 2 with nobody listed."""
    return np.stack([np.stack([on, np.zeros_like(on)], -1), np.stack([off, np.zeros_like(off)], -1)], 1).astype(float)


@pytest.mark.parametrize(
    ("off", "on", "shown"),
    [
        ([20, 30, 40], [80, 90, 99], [True, True, True]),
        ([5, 30, 40], [80, 90, 99], [False, False, True]),  # the total would tell the 5
        ([5, 4, 40], [80, 90, 99], [False, False, False]),  # together they are 9: the last is hidden too
        ([5, 6, 40], [80, 90, 99], [False, False, True]),
        ([12, 40, 30], [8, 80, 80], [False, True, False]),  # few on track tell as much as few off track
    ],
)
def test_beside_a_small_group_another_is_hidden(off: list[int], on: list[int], shown: list[bool]) -> None:
    assert shown_groups(table_of(off, on), LEAST).tolist() == shown


def test_a_small_pair_hides_enough_around_it() -> None:
    table = np.zeros((3, 2, 2, 2))
    table[:, :, 1, 0] = [[40, 30], [35, 3], [25, 28]]
    table[:, :, 0, 0] = 100
    shown = shown_pairs(table, Layers(np.array([[0], [1]]), np.array([True, False])), LEAST)
    assert not shown[1, 1]
    assert (~shown).sum() >= 4
    assert shown.any()


def test_the_worked_example_hides_all_but_one_pair_so_that_girls_in_a_may_be_anything_from_0_to_20() -> None:
    off_track = np.array([[4, 26, 30], [16, 34, 25]])
    table = np.stack([np.full((2, 3), 50), off_track], axis=2)[..., None].astype(np.float64)
    layers = Layers(np.array([[0]]), np.array([True]))
    programs, pair = LinearPrograms(table, layers), (0, 0)
    assert programs.tells(pair, off_track >= LEAST, LEAST)
    shown = shown_pairs(table, layers, LEAST)
    assert shown.tolist() == [[False, False, False], [False, True, False]]
    assert not programs.tells(pair, shown, LEAST)
    assert not programs.tells(pair, shown, 20 + 1)
    assert programs.tells(pair, shown, 20 + 2)

"""Someone with every shared file learns nothing of a group under the limit: linear programs over whole districts try.

Districts are drawn; each file holds one district's students, so that files are attacked one by one. The adversary's
variables are students by two attributes, how they ended, an early signal, and of those listed the band of risk and of
days waited.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from features.ledger.ledger import Ledger
from models.collaborative.shared_figures import GroupCounts, RiskBand, Share
from models.collaborative.suppression import fold_bands
from models.examples import Booleans
from models.fairness.suppression import TOGETHER
from tests.sweeps import swept
from training.collaborative.figures import calibration_of, groups_told, shares_of, waits_of
from training.collaborative.year_of_people import YearOfPeople
from training.monitor.finished_year import FinishedYear

LEAST = 11
SEEDS = 150 if swept("disclosure") else 12
ATTRIBUTES = ("a", "b")


@dataclass(frozen=True)
class Told:
    """A drawn district, and what its file tells of it."""

    people: YearOfPeople
    shares: dict[str, Share]
    groups: dict[str, tuple[GroupCounts, ...]]


def drawn(seed: int) -> YearOfPeople:
    """A district of 120 to 700 students with uneven attributes, a list, and contacts after it."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(120, 700))
    groups = pd.DataFrame({one: rng.choice(list("uvwx"), n, p=rng.dirichlet(np.full(4, 0.7))) for one in ATTRIBUTES})
    risk = np.round(rng.beta(1, 3, n), 2)
    off = rng.random(n) < risk
    listed = np.argsort(np.argsort(-risk)) < n * 0.15
    flag, day = pd.Timestamp("2025-11-20"), pd.to_timedelta(rng.integers(1, 200, n), "D")
    reached = listed & (rng.random(n) < 0.6)
    students = pd.DataFrame({
        "student_key": [f"k{at}" for at in range(n)],
        "first_flag": pd.Series([flag] * n).where(listed),
        "supported_on": pd.Series(flag + day).where(reached),
    })  # fmt: skip
    told = FinishedYear(2026, students, no_flags(), off, listed, np.where(listed, risk, np.nan), np.zeros(n), 0)
    keys = pd.Index(students["student_key"])
    return YearOfPeople(2026, flag.date(), keys, off, rng.random(n) < 0.1 + risk, groups, told)


def no_flags() -> pd.DataFrame:
    """The flags of the year, which nothing here reads."""
    return Ledger("drawn", pd.DataFrame(), pd.DataFrame()).flags


def drawn_with_few_missed(seed: int) -> YearOfPeople:
    """A district in which few ended off track without having been listed, or few were listed without a risk."""
    people, rng = drawn(seed), np.random.default_rng(seed)
    off, told = people.off_track, people.told
    assert told is not None
    missed = rng.random(len(people)) < rng.integers(1, LEAST) / max(1, int(off.sum()))
    listed = (off & ~missed) | (rng.random(len(people)) < 0.2)
    risk = np.where(listed & (rng.random(len(people)) > 0.03 * (seed % 3)), rng.random(len(people)), np.nan)
    flag = pd.Series([told.students["first_flag"].dropna().iloc[0]] * len(people))
    students = told.students.assign(first_flag=flag.where(listed), supported_on=pd.Series(pd.NaT, index=flag.index))
    return replace(people, told=replace(told, students=students, listed=listed, risk=risk))


def told_of(people: YearOfPeople) -> Told:
    """What the file of a district tells."""
    return Told(people, shares_of(people, LEAST), dict(groups_told(people, LEAST)))


class Adversary:
    """Someone with a file, who tries every district that would have written it."""

    def __init__(self, told: Told, risks: tuple[RiskBand, ...] | None = None) -> None:
        self.told, people = told, told.people
        self.values = {name: sorted(set(people.groups[name])) for name in ATTRIBUTES}
        self.risks = calibration_of(people, LEAST) if risks is None else risks
        self.waits = waits_of(people, LEAST)
        places = 1 + (len(self.risks) + 1) * max(1, len(self.waits))  # the last band of risk: listed without one
        self.shape = (*(len(one) for one in self.values.values()), 2, 2, places)
        self.index = np.arange(int(np.prod(self.shape))).reshape(self.shape)
        facts = list(self.facts())
        rows = np.concatenate([np.full(cells.size, row) for row, (cells, _) in enumerate(facts)])
        cells = np.concatenate([cells.ravel() for cells, _ in facts])
        self.known = csr_matrix((np.ones(len(cells)), (rows, cells)), shape=(len(facts), self.index.size))
        self.counts = np.array([count for _, count in facts], dtype=np.float64)

    def facts(self) -> Iterator[tuple[np.ndarray, int]]:
        """The cells of each number in the file, and the number."""
        shares, n, listed = self.told.shares, len(self.told.people), self.index[..., 1:]
        yield self.index, n
        if (on := shares["on_track"].part) is not None:
            yield self.index[..., 0, :, :], on
        if "found" in shares:
            yield listed[..., 1, :, :], shares["found"].part or 0
            yield listed, shares["right"].whole
        if "moved_up" in shares:
            yield self.index[..., 1, :], shares["moved_up"].whole
            yield self.index[..., 0, 1, :], shares["moved_up"].part or 0
        yield from self.group_facts()
        yield from self.band_facts()

    def group_facts(self) -> Iterator[tuple[np.ndarray, int]]:
        """What is told of each group."""
        for attribute, groups in self.told.groups.items():
            for one in groups:
                cells = self.of(attribute, one.name.split(TOGETHER))
                yield cells, one.n
                yield cells[..., 1, :, :], one.off_track
                yield cells[..., 1:], one.listed
                yield cells[..., 1, :, 1:], one.found

    def band_facts(self) -> Iterator[tuple[np.ndarray, int]]:
        """What is told of bands of risk and of days; the places of those listed are bands of risk × bands of days."""
        grid = self.index[..., 1:].reshape(*self.shape[:-1], len(self.risks) + 1, max(1, len(self.waits)))
        for at, band in enumerate(self.risks):
            yield grid[..., at, :], band.n
            yield grid[:, :, 1, :, at, :], band.off_track
        for at, wait in enumerate(self.waits):
            yield grid[..., at], wait.n

    def of(self, attribute: str, values: list[str]) -> np.ndarray:
        """The cells of students with one of these values."""
        axis = ATTRIBUTES.index(attribute)
        return np.take(self.index, [self.values[attribute].index(one) for one in values], axis=axis)

    def bounds(self, cells: np.ndarray) -> tuple[float, float]:
        """The fewest and the most students there can be in some cells."""
        objective = np.zeros(self.index.size)
        objective[cells.ravel()] = 1
        ends = [linprog(sign * objective, A_eq=self.known, b_eq=self.counts).fun for sign in (1, -1)]
        return ends[0], -ends[1]

    def learned(self) -> list[str]:
        """The small numbers of groups not told by themselves that are known more closely than as one from 0 to 10."""
        found, people = [], self.told.people
        for attribute, values in self.values.items():
            alone = {one.name for one in self.told.groups.get(attribute, ())}
            for value in (one for one in values if one not in alone):
                rows: Booleans = (people.groups[attribute] == value).to_numpy()
                for ended in (0, 1):
                    really = int((rows & (people.off_track == bool(ended))).sum())
                    low, high = self.bounds(self.cell(attribute, value, ended))
                    if really < LEAST and (low > 1e-6 or high < LEAST - 1 - 1e-6):
                        found.append(f"{attribute}={value}, ended {ended}: {really} is told to be {low:g} to {high:g}")
        return found

    def cells_learned(self) -> list[str]:
        """The small numbers of those who ended one way, listed or not, or listed without a risk, known so closely."""
        found, people = [], self.told.people
        grid = self.index[..., 1:].reshape(*self.shape[:-1], len(self.risks) + 1, max(1, len(self.waits)))
        for ended in (0, 1):
            off: Booleans = people.off_track == bool(ended)
            for name, rows, cells in (
                ("not listed", ~people.listed, self.index[:, :, ended, :, 0]),
                ("listed", people.listed, self.index[:, :, ended, :, 1:]),
                ("listed without a risk", people.listed & np.isnan(people.risk), grid[:, :, ended, :, -1]),
            )[: 3 if self.risks else 2]:
                really, (low, high) = int((rows & off).sum()), self.bounds(cells)
                if 0 < really < LEAST and (low > 1e-6 or high < LEAST - 1 - 1e-6):
                    found.append(f"{name}, ended {ended}: {really} is told to be {low:g} to {high:g}")
        return found

    def cell(self, attribute: str, value: str, ended: int) -> np.ndarray:
        """The cells of students with a value who ended so."""
        found: np.ndarray = np.take(self.of(attribute, [value]), ended, axis=2)
        return found


def enough(people: YearOfPeople) -> bool:
    """Whether a district may share anything."""
    off = int(people.off_track.sum())
    return min(off, len(people) - off) >= LEAST


def test_an_adversary_with_a_file_learns_nothing_of_a_group_under_the_limit() -> None:
    tried = [told_of(people) for seed in range(SEEDS) if enough(people := drawn(seed))]
    assert sum(bool(one.groups) for one in tried) > SEEDS / 2, "most files tell of groups"
    assert [learned for one in tried if one.groups for learned in Adversary(one).learned()] == []


def test_an_adversary_with_a_file_learns_no_small_number_of_whom_the_lists_missed() -> None:
    tried = [people for seed in range(SEEDS) if enough(people := drawn_with_few_missed(seed))]
    assert [learned for one in tried for learned in Adversary(told_of(one)).cells_learned()] == []


def test_the_adversary_finds_them_where_bands_of_risk_stand_without_the_lists() -> None:
    tried = [people for seed in range(SEEDS) if enough(people := drawn_with_few_missed(seed))]
    careless = [Adversary(told_of(one), bands_regardless(one)).cells_learned() for one in tried]
    assert sum(map(bool, careless)) > len(tried) / 2


def bands_regardless(people: YearOfPeople) -> tuple[RiskBand, ...]:
    """One band of all listed whose risk is known, where it is large enough by itself."""
    off = people.off_track[~np.isnan(people.risk)]
    enough = min(off.sum(), (~off).sum()) >= LEAST
    return (RiskBand(len(off), int(off.sum()), 0.5),) if enough else ()


def test_the_adversary_finds_a_group_that_was_hidden_alone() -> None:
    """Its siblings told and only itself left out: the totals give it away."""
    found = 0
    for seed in range(SEEDS):
        people = drawn(seed)
        honest = told_of(people)
        if not honest.groups:
            continue
        careless = {attribute: tuple(carelessly(people, attribute)) for attribute in honest.groups}
        found += bool(Adversary(replace(honest, groups=careless)).learned())
    assert found > SEEDS / 4


def carelessly(people: YearOfPeople, attribute: str) -> Iterator[GroupCounts]:
    """Every group that is large enough by itself, and nothing hidden beside the others."""
    off, listed = people.off_track, people.listed
    for value in sorted(set(people.groups[attribute])):
        rows = (people.groups[attribute] == value).to_numpy()
        one = GroupCounts(
            value, int(rows.sum()), int((rows & off).sum()), int((rows & listed).sum()),
            int((rows & off & listed).sum()),
        )  # fmt: skip
        if min(one.off_track, one.n - one.off_track) >= LEAST:
            yield one


def test_four_cells_of_a_list_are_told_together_or_not_at_all() -> None:
    for seed in range(SEEDS):
        people = drawn(seed)
        cells = [(people.off_track == off) & (people.listed == listed) for off in (0, 1) for listed in (0, 1)]
        smallest = min(int(one.sum()) for one in cells)
        assert ({"found", "right"} <= set(shares_of(people, LEAST))) == (smallest >= LEAST)


def test_neighbors_are_folded_until_each_has_enough() -> None:
    assert fold_bands([3, 4, 20, 5, 30, 2], lambda n: n >= LEAST, int.__add__) == (27, 37)
    assert fold_bands([3, 4], lambda n: n >= LEAST, int.__add__) == ()
    assert fold_bands([], lambda n: n >= LEAST, int.__add__) == ()

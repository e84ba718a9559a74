"""Snapshots of drawn districts, taken once each, and how many districts a property of them is put to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import pandas as pd
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from features.definitions.grade9 import NinthGrade
from features.engine.snapshot_query import SnapshotQuery, snapshot_script
from features.engine.sql_script import Script
from features.engine.view import Values, View
from features.engine.visible_tables import VisibleTables
from features.language.feature_set import FeatureSet
from features.snapshots.live_features import SNAPSHOT_TABLES
from features.warehouse.file import PLAIN_PLANS
from tests.drawn import canonical, reader_of
from tests.spec.made_districts import AS_OF, CALENDAR, District, Rows, districts, in_town, merged
from tests.sweeps import swept

Drawn = TypeVar("Drawn")

FULL = swept("properties")
"""`make properties` tries many more districts."""

FEW, MANY = (300, 300) if FULL else (4, 5)
"""Districts that a property is put to: many where its broken engine is only found among so many.

In `make test` they are towns of one district, so that one snapshot answers for all of them.
"""

SEED = 5
"""Draws districts in `make test`; with some others a broken engine is only found among more of them."""

settings.register_profile(
    "ci",
    derandomize=not FULL,
    deadline=None,
    max_examples=FEW,
    phases=[Phase.explicit, Phase.generate],  # a district takes minutes to shrink; add Phase.shrink when one fails
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

HONEST = View(AS_OF, 2026)
GRADES_FROM_9 = {"grades6_8": -1, "grade9": 0, "grades10_12": 1}
"""How far the drawn grades 8 and 9 are moved, so that most drawn students belong to the feature set's cohort."""
TERMS = canonical(
    "terms",
    """
    | school_year | term_id | kind    | start_date | end_date   | known_on   |
    | 2025        | q1      | quarter | 2025-03-03 | 2025-03-04 | 2024-07-01 |
    | 2026        | q1      | quarter | 2025-09-29 | 2025-10-10 | 2025-07-01 |
    | 2026        | q2      | quarter | 2025-10-13 | 2025-12-19 | 2025-07-01 |
    """,
)
TOWNS = 1 if FULL else MANY
"""Towns of the largest district that a snapshot is taken of."""
SURROUNDINGS: Rows = {
    "calendar_days": [row for town in range(TOWNS) for row in in_town(town, CALENDAR)],
    "terms": TERMS,
}


MACHINES = {"here": ("America/Los_Angeles", PLAIN_PLANS), "elsewhere": ("Pacific/Kiritimati", "")}
"""The time zone of a machine, and the optimizers that are switched off there: of a large warehouse none."""

FOUND: dict[tuple["Looking", str, str], pd.DataFrame] = {}
"""Snapshots taken before: several properties are put to the same districts, and each compares with the same one."""
MOST_FOUND = 500


@dataclass(frozen=True)
class Looking:
    """A feature set and the view it is taken from, perhaps by a broken engine."""

    feature_set: type[FeatureSet] = NinthGrade
    view: View = HONEST
    engine: type[VisibleTables] = VisibleTables

    @property
    def script(self) -> Script:
        """The snapshot's query."""
        return snapshot_script(SnapshotQuery(self.feature_set, self.view.shape, engine=self.engine))

    def rows(self, rows: Rows, *, machine: str = "here") -> list[str]:
        """The snapshot of a district to the last bit, context left out; the student comes first in a row."""
        return lines(self.frame(rows, machine=machine).drop(columns=list(self.feature_set.context())))

    def frame(self, rows: Rows, *, machine: str = "here") -> pd.DataFrame:
        """The snapshot of a district, taken once."""
        asked = (self, machine, repr(rows))
        if asked not in FOUND:
            if len(FOUND) == MOST_FOUND:
                FOUND.clear()
            FOUND[asked] = found_by(self.script, self.view.values, merged(SURROUNDINGS, self.moved(rows)), machine)
        return FOUND[asked]

    def moved(self, rows: Rows) -> Rows:
        """The same rows with grades of the cohort."""
        by = GRADES_FROM_9[self.feature_set.name]
        grades = [{**row, "grade_level": int(str(row["grade_level"])) + by} for row in rows["enrollments"]]
        return {**rows, "enrollments": grades}


def found_by(script: Script, values: Values, rows: Rows, machine: str = "here") -> pd.DataFrame:
    """What a query finds on these rows, in a process of that machine."""
    records = reader_of(rows, names=(*SNAPSHOT_TABLES, "completions"))
    zone, switched_off = MACHINES[machine]
    try:
        records.connection.execute(f"SET TimeZone = '{zone}'")
        records.connection.execute(f"SET disabled_optimizers = '{switched_off}'")
        return script.frame(records.connection, values)
    finally:
        records.connection.execute(f"SET disabled_optimizers = '{PLAIN_PLANS}'")
        records.connection.close()


def lines(found: pd.DataFrame) -> list[str]:
    """Rows as text, every bit of a number in it."""
    return [repr(tuple(row)) for row in found.itertuples(index=False)]


def holds(true_of: Callable[[District], bool], districts_tried: int = FEW) -> None:
    """AssertionError where something is not true of every district tried."""
    if not FULL:
        assert true_of(of_towns(districts_tried)), (
            "not true of the drawn district: `make properties` finds a smaller one"
        )
        return

    @settings(settings.get_profile("ci"), max_examples=districts_tried)
    @given(districts)
    def tried(district: District) -> None:
        assert true_of(district)

    tried()


@cache
def of_towns(number: int) -> District:
    """So many drawn districts as towns of one: each has students, schools and incidents of its own."""
    return together(drawn(districts, number))


def drawn(strategy: st.SearchStrategy[Drawn], number: int) -> list[Drawn]:
    """So many draws, in `make test` the same ones in every run."""
    found: list[Drawn] = []

    @settings(settings.get_profile("ci"), max_examples=number)
    @given(strategy)
    def draw(one: Drawn) -> None:
        found.append(one)

    (draw if FULL else seed(SEED)(draw))()
    assert FULL or len(found) == number
    return found


def together(towns: Sequence[District]) -> District:
    """Districts as towns of one."""
    before: Rows = {}
    after: Rows = {}
    for town, district in enumerate(towns):
        before = merged(before, {name: in_town(town, rows) for name, rows in district.before.items()})
        after = merged(after, {name: in_town(town, rows) for name, rows in district.after.items()})
    return District(before, after)


def everything(district: District) -> Rows:
    """What was known and what became known."""
    return merged(district.before, district.after)

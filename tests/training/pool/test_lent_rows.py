"""What a district lends, row by row: nothing that its consent does not name reaches a pooled model."""

from collections.abc import Set
from dataclasses import replace
from itertools import product
from typing import get_args

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.pool_settings import LendableYear, LentTable
from models.examples import SUPPORTED_FIRST, Examples
from models.feature_dictionary import dictionary_of
from tests.sweeps import tried
from training.pool.lent_rows import LentRows, lent_rows, needed_for_feature
from training.pool.members import pool_rows
from training.pool.pooled_years import provenance_of_rows

GRADE9 = dictionary_of(NinthGrade)
YEARS = (2023, 2024, 2025)
EVERY = frozenset(product(get_args(LentTable), range(2021, 2026)))


def made_rows(district: str, seed: int = 0) -> Examples:
    """Three students in each year, with a value of every feature."""
    rng, n = np.random.default_rng(seed), 3 * len(YEARS)
    features = pd.DataFrame({name: rng.random(n) for name in GRADE9.names})
    return Examples(
        dictionary=GRADE9,
        features=features,
        label=rng.random(n) < 0.5,
        student=np.array([f"s{one}" for one in range(n)]),
        time=np.repeat(YEARS, 3),
        school=np.full(n, district),
        week=np.full(n, 14),
    )


def lent_by(district: str, lent: Set[LendableYear], examples: Examples | None = None) -> LentRows:
    """What a district with some rows lends."""
    rows = examples or made_rows(district)
    return lent_rows(rows, NinthGrade, OFF_TRACK_CHICAGO, lent, district_id=district, first_year=2021)


consents = st.sets(st.sampled_from(sorted(EVERY))).map(frozenset)


@given(consents)
@tried(25, 500)
def test_nothing_reaches_the_matrix_that_is_not_lent(lent: frozenset[LendableYear]) -> None:
    found, features = lent_by("north", lent), NinthGrade.features()
    for year in np.unique(found.examples.time):
        assert {("enrollments", year), ("marks", year)} <= lent
    for name in GRADE9.names:
        for year, values in found.examples.features[name].groupby(found.examples.time):
            allowed = needed_for_feature(features[name], int(str(year)), 2021) <= lent
            assert values.notna().all() if allowed else values.isna().all()


@given(consents, consents)
@tried(15, 300)
def test_the_provenance_names_no_record_that_is_not_lent(
    north: frozenset[LendableYear], south: frozenset[LendableYear]
) -> None:
    lent = [lent_by("north", north), lent_by("south", south)]
    told = provenance_of_rows("core", lent, {"north": "a", "south": "b"}).records
    assert told["north"] <= north
    assert told["south"] <= south
    assert (not len(lent[0].examples)) == (not told["north"])


def test_a_district_that_withdraws_leaves_no_row_in_the_matrix() -> None:
    north, south = made_rows("north", 1), made_rows("south", 2)
    both = pool_rows((lent_by("north", EVERY, north), lent_by("south", EVERY, south)), GRADE9)
    assert set(both.district) == {"north", "south"}
    alone = pool_rows((lent_by("north", EVERY, north), lent_by("south", frozenset(), south)), GRADE9)
    assert set(alone.district) == {"north"}
    assert not np.isin(alone.examples.matrix(), south.matrix()).any()
    np.testing.assert_array_equal(alone.examples.matrix(), north.matrix())


def test_a_year_taken_back_leaves_the_others() -> None:
    kept = frozenset(one for one in EVERY if one[1] != 2024)
    found = lent_by("north", kept)
    assert set(found.examples.time) == {2023, 2025}
    last = found.examples.features[found.examples.time == 2025]
    assert last["absence_rate_previous_year"].isna().all(), "2025 looks back to 2024"
    assert last["absence_rate_20d"].notna().all()


def test_students_of_two_districts_with_one_name_are_two() -> None:
    rows = pool_rows((lent_by("north", EVERY), lent_by("south", EVERY)), GRADE9)
    assert len(np.unique(rows.examples.student)) == 2 * 3 * len(YEARS)


def test_a_feature_that_another_district_does_not_send_is_missing_in_its_rows() -> None:
    fewer = dictionary_of(NinthGrade, without=["absence_rate_20d"])
    south = made_rows("south")
    south = replace(south, dictionary=fewer, features=south.features[fewer.names])
    rows = pool_rows((lent_by("north", EVERY), lent_by("south", EVERY, south)), GRADE9)
    missing = rows.examples.features["absence_rate_20d"].isna()
    assert (missing.to_numpy() == (rows.district == "south")).all()


def test_support_that_is_not_lent_leaves_students_as_they_ended() -> None:
    rows = made_rows("north")
    supported = replace(rows, label=np.ones(len(rows), bool), support=np.full(len(rows), SUPPORTED_FIRST))
    without = frozenset(one for one in EVERY if one[0] != "supports")
    assert not lent_by("north", without, supported).examples.label.any()
    assert lent_by("north", EVERY, supported).examples.label.all()

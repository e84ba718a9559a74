"""The way back of every student of a simulated district, put to the test: the future that it asks for is made."""

from datetime import date
from pathlib import Path

import pytest

from features.definitions.catalog import OUTCOMES
from features.language.outcome import Outcome, with_thresholds
from features.simulator.plan import Plan
from features.warehouse.reader import Reader
from features.way_back.way_back import find_ways_back
from tests.districts import simulated_warehouse
from tests.spec.futures import broken_promises
from tests.spec.rest_of_year import Past
from tests.warehouse_filling import spoilt

FALL, WINTER = date(2025, 11, 20), date(2026, 2, 20)
CASES = [
    ("grade9_off_track_chicago", WINTER, {"least_credits": 4.75, "most_core_failures": 2}),
    ("grade8_not_ready_core", FALL, {"most_missed": 0.07, "least_gpa": 2.3}),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = Plan("north", 500, date(2026, 11, 20), years=3, two_tracks=True)
    return simulated_warehouse(plan, tmp_path_factory.mktemp("made") / "north.duckdb")


def as_known(warehouse: Path, as_of: date) -> Reader:
    """A copy without what became known after a day, attendance taken on every day to come."""
    return spoilt(
        warehouse,
        *(
            f"DELETE FROM {table} WHERE known_on > DATE '{as_of}'"
            for table in ("marks", "attendance", "incidents", "discipline_actions", "enrollments", "completions")
        ),
        f"UPDATE calendar_days SET attendance_taken = in_session WHERE date > DATE '{as_of}'",
    )


def outcome(name: str, thresholds: dict[str, float]) -> Outcome:
    """One of our outcomes at a district's own thresholds."""
    return with_thresholds(OUTCOMES[name], thresholds)


@pytest.mark.parametrize(("name", "as_of", "thresholds"), CASES, ids=lambda one: str(one))
def test_what_is_asked_is_just_enough(made: Path, name: str, as_of: date, thresholds: dict[str, float]) -> None:
    """For every student of the cohort, and for each step alone."""
    decided = outcome(name, thresholds)
    past = Past(as_known(made, as_of), as_of, decided)
    ways = find_ways_back(past.reader, decided, past.reader.view(as_of)).by_student()
    assert broken_promises(past, ways) == []

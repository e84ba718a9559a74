"""When nights begin and lists are due, and what the exit code says of several nights."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.nightly_settings import Nightly, Weekday
from features.settings import District, Settings
from features.sources.aeries_api import AeriesApi
from features.sources.csv import CsvFiles
from serving.worker.night_queue import begin_due_nights, begin_due_refreshes, begin_night, was_begun
from serving.worker.night_results import (
    NightOutcome,
    NightResult,
    StepOutcome,
    exit_code_of,
    outcome_of_steps,
    step_result,
)
from serving.worker.night_schedule import list_due, next_night, next_refresh, night_due, refresh_due
from serving.worker.queue import open_queue

MONDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("hour", "timezone", "utc", "due"),
    [
        (None, "America/Los_Angeles", "2026-11-20T12:00", False),
        (2, "America/Los_Angeles", "2026-11-20T09:59", False),
        (2, "America/Los_Angeles", "2026-11-20T10:00", True),
        (2, "America/Los_Angeles", "2026-11-20T18:00", True),  # the worker was off in the night
        (2, "America/New_York", "2026-11-20T07:00", True),
        (0, "America/New_York", "2026-11-20T05:00", True),
    ],
)
def test_a_night_begins_from_its_hour_on_by_the_district_s_clock(
    hour: int | None, timezone: str, utc: str, due: bool
) -> None:
    district = District(id="north", name="North", timezone=timezone)
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert night_due(Nightly(hour=hour), district, now) == due


@pytest.mark.parametrize(
    ("last", "weekday", "night", "due"),
    [
        (None, "monday", "2026-11-20", True),  # the first list does not wait for a Monday
        ("2026-11-16", "monday", "2026-11-20", False),
        ("2026-11-16", "monday", "2026-11-23", True),
        ("2026-11-13", "monday", "2026-11-17", True),  # Monday's night failed
        ("2026-11-17", "monday", "2026-11-20", False),
        ("2026-11-17", "monday", "2026-11-23", True),  # and the next Monday is a Monday again
        ("2026-11-16", "thursday", "2026-11-18", False),
        ("2026-11-16", "thursday", "2026-11-19", True),
        ("2026-11-20", "sunday", "2026-11-22", True),
    ],
)
def test_a_list_is_due_from_its_weekday_on(last: str | None, weekday: Weekday, night: str, due: bool) -> None:
    assert list_due(date.fromisoformat(last) if last else None, weekday, date.fromisoformat(night)) == due


@pytest.mark.parametrize(
    ("steps", "night"),
    [
        (["done", "done", "skipped", "done"], "done"),
        (["done", "done", "done", "breach"], "breach"),
        (["done", "refused"], "refused"),
        (["done", "failed"], "failed"),
        (["done", "fault"], "fault"),
    ],
)
def test_a_night_is_as_good_as_its_worst_step(steps: list[StepOutcome], night: NightOutcome) -> None:
    assert outcome_of_steps([step_result("a step", "", outcome) for outcome in steps]) == night


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        (["done", "done"], 0),
        (["done", "breach"], 4),
        (["refused", "breach"], 3),
        (["refused", "failed"], 5),
        (["fault", "done"], 5),
        (["running", "refused"], 5),
    ],
)
def test_the_exit_code_is_that_of_the_worst_night(outcomes: list[NightOutcome], code: int) -> None:
    nights = [NightResult(district="a", night_id="a", night="", outcome=one, steps=[]) for one in outcomes]
    assert exit_code_of(nights) == code


def test_each_district_has_one_night_a_day_whoever_asks(tmp_path: Path) -> None:
    """The worker looks every minute, somebody else runs `ontrack nightly`, and a night of yesterday is still on."""
    districts = (District(id="north", name="N"), District(id="south", name="S"))
    settings = Settings(home=tmp_path, today=FRIDAY, districts=districts, nightly=Nightly(hour=2))
    early, late = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 20, 10, tzinfo=UTC)
    with open_queue(settings) as client:
        cut_off = begin_night(client, "south", MONDAY)
        assert begin_due_nights(client, settings, early) == []
        north, south = begin_due_nights(client, settings, late)
        assert (south, begin_night(client, "north", FRIDAY)) == (cut_off, north)
        assert [was_begun(client, one, FRIDAY) for one in ("north", "south")] == [True, False]
        assert begin_due_nights(client, settings, late) == [cut_off]


@pytest.mark.parametrize(
    ("hours", "timezone", "utc", "part"),
    [
        ((0, 0), "America/Los_Angeles", "2026-11-20T18:30", None),
        ((1, 0), "America/Los_Angeles", "2026-11-20T18:30", "2026-11-20-10"),
        ((1, 0), "America/Los_Angeles", "2026-11-20T07:59", "2026-11-19-23"),
        ((4, 2), "America/New_York", "2026-11-20T18:30", "2026-11-20-06"),
    ],
)
def test_a_refresh_is_of_a_part_of_the_districts_own_day(
    hours: tuple[int, int], timezone: str, utc: str, part: str | None
) -> None:
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert refresh_due(refreshed(*hours, timezone=timezone), now) == part


def refreshed(api: int, files: int, *, timezone: str = "America/Los_Angeles") -> District:
    """A district with an API and a folder, each read every so many hours."""
    aeries = AeriesApi(url="http://127.0.0.1:9/aeries", folder="aeries", refresh_hours=api)
    return District(
        id="north", name="North", timezone=timezone, sources=(aeries, CsvFiles(folder="rest", refresh_hours=files))
    )


def test_a_refresh_is_begun_once_in_each_part_of_a_day(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, today=FRIDAY, districts=(refreshed(2, 0), District(id="south", name="S")))
    with open_queue(settings) as client:
        begun = [
            begin_due_refreshes(client, settings, datetime(2026, 11, 20, *clock, tzinfo=UTC))
            for clock in ((18, 0), (18, 1), (19, 59), (20, 0))
        ]
    assert begun == [["north-refresh-2026-11-20-05"], [], [], ["north-refresh-2026-11-20-06"]]


@pytest.mark.parametrize(
    ("utc", "night", "refresh"),
    [
        ("2026-11-20T09:59", "2026-11-20T02:00-08:00", "2026-11-20T05:00-08:00"),
        ("2026-11-20T10:00", "2026-11-21T02:00-08:00", "2026-11-20T05:00-08:00"),
        ("2026-11-21T06:00", "2026-11-21T02:00-08:00", "2026-11-21T00:00-08:00"),
        ("2026-11-01T07:30", "2026-11-01T02:00-08:00", "2026-11-01T05:00-08:00"),  # clocks go back that night
    ],
)
def test_the_next_night_and_refresh_are_told_by_the_district_s_clock(utc: str, night: str, refresh: str) -> None:
    now = datetime.fromisoformat(f"{utc}+00:00")
    hours = {"attendance": 12, "marks": 5, "students": 0}
    sources = tuple(CsvFiles(folder=one, tables=(one,), refresh_hours=often) for one, often in hours.items())
    district = District(id="harbor", name="Harbor", timezone="America/Los_Angeles", sources=sources)
    told = (next_night(Nightly(hour=2), district, now), next_refresh(district, now))
    assert [one and one.isoformat(timespec="minutes") for one in told] == [night, refresh]
    assert (next_night(Nightly(), district, now), next_refresh(District(id="h", name="H"), now)) == (None, None)

"""How records come in by themselves, on Data health: the last and next night and refresh, and what stopped them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from features.nightly_settings import Nightly
from features.sources.aeries_api import AeriesApi
from serving.store.night_rows import NightRow
from tests.serving.browser import Browser
from tests.serving.example_service import NOW, TODAY, ExampleService
from tests.serving.pages.test_follow_through import section

AERIES = AeriesApi(url="https://sis.example.org/aeries", folder="aeries", refresh_hours=2)
LOADED = [{"step": "pull", "outcome": "done", "says": "1,234 rows of aeries"}]
REFUSED = [*LOADED, {"step": "ingest", "outcome": "refused", "says": "SRC04 of the roster"}]


def refreshed(service: ExampleService, *, hour: int | None = 2) -> ExampleService:
    """The service whose district harbor reads a source by day, and all of it by night."""
    settings = service.context.settings
    districts = tuple(
        one.model_copy(update={"sources": (AERIES,)}) if one.id == "harbor" else one for one in settings.districts
    )
    changed = settings.model_copy(update={"districts": districts, "nightly": Nightly(hour=hour)})
    service.context = replace(service.context, settings=changed)
    service.app.state.context = service.context
    return service


def note(
    service: ExampleService, name: str, day: date, ended: datetime, outcome: str, steps: list[dict[str, str]]
) -> None:
    """A run of harbor in the log of nights."""
    with service.write_session() as session:
        row = NightRow(
            district_id="harbor", night_id=name, night=day, began_at=ended, ended_at=ended, outcome=outcome, steps=steps
        )
        session.add(row)


def told(service: ExampleService, query: str = "", district_id: str = "harbor") -> str:
    """The words of the section."""
    return section(Browser(service, district_id, "s-lena").get(f"/data-health{query}").text, "refreshes")


def test_the_last_and_next_of_each_is_told_with_rows_and_how_often_it_stopped(service: ExampleService) -> None:
    service = refreshed(service)
    note(service, "harbor-night-2026-11-20-1", TODAY, NOW - timedelta(hours=6), "done", LOADED)
    note(service, "harbor-refresh-2026-11-19", TODAY - timedelta(days=1), NOW - timedelta(days=1), "failed", [])
    note(service, "harbor-refresh-2026-11-20", TODAY, NOW - timedelta(minutes=30), "refused", REFUSED)
    words = told(service)
    night, _, day = words.partition("By day, every 2 hours")
    assert "Every night Nov 20, 2026 02:00 All went well. 1,234 rows of aeries Nov 21, 2026 02:00" in night
    assert "aeries Nov 20, 2026 07:30 It stopped: the records could not be taken." in day
    assert "1,234 rows of aeries SRC04 of the roster It stopped on 2 of the last 14 days. ontrack runs" in day
    assert day.endswith("Nov 20, 2026 10:00 ")
    assert "It is late" not in words
    assert "De día, cada 2 horas" in told(service, "?lang=es")


def test_one_that_has_not_come_is_late_and_one_that_never_came_says_so(service: ExampleService) -> None:
    service = refreshed(service)
    assert told(service).count("Not yet") == 2
    note(service, "harbor-refresh-2026-11-20", TODAY, NOW - timedelta(hours=5), "done", LOADED)
    assert told(service).count("It is late. Is the worker running?") == 1


def test_where_nothing_comes_by_itself_there_is_no_section_and_no_district_sees_another_s(
    service: ExampleService,
) -> None:
    assert told(service) == ""
    service = refreshed(service, hour=None)
    note(service, "harbor-refresh-2026-11-20", TODAY, NOW.astimezone(UTC), "done", LOADED)
    assert "aeries" in told(service)
    assert told(service, district_id="mesa") == ""

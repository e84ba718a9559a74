"""Whether the service can answer, and whose data or lists are older than declared."""

from datetime import timedelta

import pytest

from serving.store.night_rows import NightRow
from tests.serving.browser import ApiClient
from tests.serving.example_service import NOW, TODAY, ExampleService


def readiness(service: ExampleService, days: int) -> dict[str, object]:
    """What `/readyz` says some days after the example's last run, whose data are of the same day."""
    settings = service.context.settings.model_copy(update={"today": TODAY + timedelta(days=days)})
    object.__setattr__(service.context, "settings", settings)
    answer: dict[str, object] = ApiClient(service).ask("GET", "/readyz").json()
    return answer


@pytest.mark.parametrize(("days", "stale"), [(4, []), (5, ["data"]), (9, ["data"]), (10, ["data", "scores"])])
def test_what_is_older_than_declared_is_said_and_the_service_stays_ready(
    service: ExampleService, days: int, stale: list[str]
) -> None:
    answer = readiness(service, days)
    said = [
        {"district": district, "what": what, "days": days, "declared": 4 if what == "data" else 9}
        for district in ("harbor", "mesa")
        for what in stale
    ]
    assert answer == {"status": "ok", "stale": said}


def test_a_night_that_loaded_newer_data_counts(service: ExampleService) -> None:
    """No list has seen them yet: that is due on another weekday."""
    with service.write_session() as session:
        night = {"night_id": "n", "night": TODAY, "began_at": NOW, "ended_at": NOW, "outcome": "done", "steps": []}
        session.add(NightRow(district_id="harbor", loaded_on=TODAY + timedelta(days=5), **night))
    answer = readiness(service, 6)
    assert answer["stale"] == [{"district": "mesa", "what": "data", "days": 6, "declared": 4}]


def test_before_the_first_list_the_service_is_not_ready(empty_service: ExampleService) -> None:
    assert ApiClient(empty_service).ask("GET", "/readyz").status_code == 503

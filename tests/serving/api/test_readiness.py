"""Whether the service can answer, and whose data or lists are older than declared."""

from datetime import datetime, timedelta

import pytest

from serving.store.night_rows import NightRow
from serving.store.operation_rows import OperationRow
from serving.store.webhook_rows import WebhookDeliveryRow, WebhookEndpointRow, WebhookMessageRow
from serving.worker.health import check_backlog
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
    assert answer == {"status": "ok", "stale": said, "behind": []}


def test_a_night_that_loaded_newer_data_counts(service: ExampleService) -> None:
    """No list has seen them yet: that is due on another weekday."""
    with service.write_session() as session:
        night = {"night_id": "n", "night": TODAY, "began_at": NOW, "ended_at": NOW, "outcome": "done", "steps": []}
        session.add(NightRow(district_id="harbor", loaded_on=TODAY + timedelta(days=5), **night))
    answer = readiness(service, 6)
    assert answer["stale"] == [{"district": "mesa", "what": "data", "days": 6, "declared": 4}]


def test_before_the_first_list_the_service_is_not_ready(empty_service: ExampleService) -> None:
    assert ApiClient(empty_service).ask("GET", "/readyz").status_code == 503


def test_operations_that_nobody_takes_up_and_webhooks_that_were_given_up_are_said(service: ExampleService) -> None:
    hour, week = NOW - timedelta(hours=1, seconds=1), timedelta(days=7)
    with service.write_session() as session:
        for place, (created, ended) in enumerate([(hour, None), (NOW, None), (hour, NOW)]):
            session.add(operation(f"op-{place}", created, ended))
        session.add(WebhookEndpointRow(
            district_id="mesa", endpoint_id="we", url="https://x.example", events=[], secrets=[], subject="x",
            created_at=NOW,
        ))  # fmt: skip
        session.flush()
        for place, (state, at) in enumerate([("dead", NOW), ("dead", NOW - week), ("waiting", NOW)]):
            told = {"message_id": f"m-{place}", "district_id": "mesa"}
            session.add(WebhookMessageRow(type="run.finished", body="{}", created_at=NOW, **told))
            session.flush()
            session.add(WebhookDeliveryRow(
                endpoint_id="we", state=state, attempts=1, next_at=NOW, last_at=at, last_error="", **told
            ))  # fmt: skip
    assert readiness(service, 0)["behind"] == [
        {"district": "harbor", "what": "operations", "count": 1}, {"district": "mesa", "what": "webhooks", "count": 1},
    ]  # fmt: skip
    found = [one for d in service.context.settings.districts for one in check_backlog(service.context.settings, d, NOW)]
    assert [(one.district, one.verdict) for one in found] == [("harbor", "look"), ("mesa", "look")]
    assert [count in one.found for count, one in zip(("1 operations", "1 webhook"), found, strict=True)] == [True, True]


def operation(operation_id: str, created_at: datetime, ended_at: datetime | None) -> OperationRow:
    """An operation of the harbor district."""
    return OperationRow(
        district_id="harbor", operation_id=operation_id, kind="import", state="waiting", subject="x", request={},
        progress="", result=None, errors=[], cancel_asked=False, created_at=created_at, updated_at=created_at,
        ended_at=ended_at,
    )  # fmt: skip

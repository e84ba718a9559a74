"""Whether the service can answer, and what people should look at: database, releases, worker, data and lists."""

import fcntl
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from serving.store.database import newest_revision
from serving.store.night_rows import NightRow
from serving.store.operation_rows import OperationRow
from serving.store.rows import RunRow
from serving.store.webhook_rows import WebhookDeliveryRow, WebhookEndpointRow, WebhookMessageRow
from serving.worker.health import check_backlog
from tests.serving.browser import ApiClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_releases import release, rule_parts
from tests.serving.example_service import NOW, TODAY, ExampleService


def readiness(service: ExampleService, days: int) -> dict[str, object]:
    """What `/readyz` says some days after the example's last run, whose data are of the same day."""
    settings = service.context.settings.model_copy(update={"today": TODAY + timedelta(days=days)})
    object.__setattr__(service.context, "settings", settings)
    answer: dict[str, object] = ApiClient(service).ask("GET", "/readyz").json()
    return answer


def check(answer: dict[str, object], what: str, district: str | None = None) -> tuple[object, object]:
    """The state and the words of one check."""
    checks = answer["checks"]
    assert isinstance(checks, list)
    (found,) = (one for one in checks if (one["what"], one["district"]) == (what, district))
    return found["state"], found["says"]


def refused(service: ExampleService) -> object:
    """What `/readyz` says is wrong where the service cannot answer."""
    answer = ApiClient(service).ask("GET", "/readyz")
    assert answer.status_code == 503
    return answer.json()["detail"]


def later(service: ExampleService) -> dict[str, object]:
    """What `/readyz` says once the answer before is old."""
    service.clock.wait(seconds=5)
    for key, entry in service.context.releases.entries.items():  # whose own second is not over here
        service.context.releases.entries[key] = replace(entry, at=float("-inf"))
    return readiness(service, 0)


@pytest.fixture
def own_home(tmp_path: Path, prepared: Path) -> Iterator[ExampleService]:
    """A service in whose home releases and locks are put."""
    copy_prepared(prepared, tmp_path)
    yield from opened(tmp_path)


def test_a_database_of_another_revision_answers_nothing(service: ExampleService) -> None:
    with service.write_session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    said = str(refused(service))
    assert said.startswith("The database is not at revision ")
    assert "ontrack upgrade-database" in said


def test_a_release_that_does_not_open_is_said_and_the_one_before_serves_on(own_home: ExampleService) -> None:
    outcome = "grade9_off_track_chicago"
    nothing = f"{outcome}: nothing was released; run `ontrack train`, then `ontrack promote`"
    assert check(readiness(own_home, 0), "model", "harbor") == ("look", nothing)
    release(own_home, "harbor", rule_parts("harbor"))
    answer = later(own_home)
    assert check(answer, "model", "harbor") == ("ok", f"{outcome}: release harbor-0001 is verified")
    assert check(answer, "model", "mesa") == ("look", nothing)
    second = release(own_home, "harbor", replace(rule_parts("harbor"), card="# Another card\n"))
    (own_home.context.settings.home / second.bundle_path / "rule.json").write_bytes(b"{}")
    damaged = f"{outcome}: release harbor-0002 does not open, harbor-0001 serves on; see `ontrack doctor`"
    assert check(later(own_home), "model", "harbor") == ("wrong", damaged)
    for file in ("log.jsonl", "current.json"):
        (log,) = (own_home.context.settings.home / "releases" / "harbor").rglob(file)
        log.write_bytes(b"{}\n")
    assert check(later(own_home), "model", "harbor") == (
        "wrong", f"{outcome}: the log of releases cannot be read, harbor-0001 serves on; see `ontrack doctor`",
    )  # fmt: skip


def test_a_worker_is_missed_where_something_waits_for_it(own_home: ExampleService) -> None:
    assert check(readiness(own_home, 0), "worker") == ("ok", "no worker runs; nothing waits")
    with own_home.write_session() as session:
        session.add(operation("op-1", NOW, None))
    assert check(later(own_home), "worker") == (
        "look", "no worker runs; 1 operations wait; start `ontrack worker run`",
    )  # fmt: skip
    with (own_home.context.settings.home / ".worker.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert check(later(own_home), "worker") == ("ok", "a worker runs; 1 operations wait")
    nightly = own_home.context.settings.nightly.model_copy(update={"hour": 2})
    settings = own_home.context.settings.model_copy(update={"nightly": nightly})
    object.__setattr__(own_home.context, "settings", settings)
    assert "; nights are declared" in str(check(later(own_home), "worker")[1])


def test_a_district_with_a_list_does_not_hide_another_without(service: ExampleService) -> None:
    with service.write_session() as session:
        for table in ("scores", "calendars"):
            session.execute(text(f"DELETE FROM {table} WHERE district_id = 'mesa'"))
        session.execute(delete(RunRow).where(RunRow.district_id == "mesa"))
    answer = readiness(service, 0)
    assert check(answer, "scores", "harbor")[0] == "ok"
    assert check(answer, "scores", "mesa") == ("look", "no list yet: run `ontrack score --district mesa`")


def test_a_good_answer_is_given_again_for_five_seconds_and_a_bad_one_is_not(service: ExampleService) -> None:
    assert check(readiness(service, 0), "scores", "mesa")[0] == "ok"
    assert check(readiness(service, 10), "scores", "mesa")[0] == "ok"
    service.clock.wait(seconds=5)
    assert check(readiness(service, 10), "scores", "mesa")[0] == "look"
    with service.write_session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    service.clock.wait(seconds=5)
    refused(service)
    with service.write_session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest_revision()})
    assert readiness(service, 0)["status"] == "ok"


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
    assert (answer["status"], answer["stale"], answer["behind"]) == ("ok", said, [])
    for district in ("harbor", "mesa"):
        for what, declared in (("data", 4), ("scores", 9)):
            old = ("look", f"{days} days old; {declared} are declared")
            expected = old if what in stale else ("ok", "not older than declared")
            assert check(answer, what, district) == expected


def test_a_night_that_loaded_newer_data_counts(service: ExampleService) -> None:
    """No list has seen them yet: that is due on another weekday."""
    with service.write_session() as session:
        night = {"night_id": "n", "night": TODAY, "began_at": NOW, "ended_at": NOW, "outcome": "done", "steps": []}
        session.add(NightRow(district_id="harbor", loaded_on=TODAY + timedelta(days=5), **night))
    answer = readiness(service, 6)
    assert answer["stale"] == [{"district": "mesa", "what": "data", "days": 6, "declared": 4}]


def test_before_the_first_list_the_service_is_not_ready(empty_service: ExampleService) -> None:
    assert refused(empty_service) == "No district has a list yet: run `ontrack score` for each."


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

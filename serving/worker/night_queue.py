"""The queue of nights as those who begin them see it."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import cast

from dbos import DBOSClient, EnqueueOptions

from features.settings import Settings
from features.terminal import today_in
from serving.worker.night_results import NightResult
from serving.worker.night_schedule import night_due, refresh_due
from serving.worker.queue import APPLICATION, NIGHT, NIGHTS, REFRESH

ENDED = {"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}


def begin_night(client: DBOSClient, district_id: str, night: date) -> str:
    """The id of a district's night: a new one, unless one is under way, which may be an earlier date's."""
    options = EnqueueOptions(
        workflow_name=NIGHT, queue_name=NIGHTS, workflow_id=f"{night_prefix(district_id, night)}{secrets.token_hex(3)}",
        deduplication_id=f"night-{district_id}", duplication_policy="return-existing",
    )  # fmt: skip
    return client.enqueue(options, district_id, night.isoformat()).get_workflow_id()


def night_prefix(district_id: str, night: date) -> str:
    """How the ids of a district's nights of one date begin."""
    return f"{district_id}-night-{night}-"


def begin_due_nights(client: DBOSClient, settings: Settings, now: datetime) -> list[str]:
    """The nights begun because their district's hour has come, and none was begun on its date."""
    due = (one for one in settings.districts if night_due(settings.nightly, one, now))
    dates = ((one.id, today_in(settings, one.id)) for one in due)
    return [begin_night(client, name, night) for name, night in dates if not was_begun(client, name, night)]


def begin_due_refreshes(client: DBOSClient, settings: Settings, now: datetime) -> list[str]:
    """The refreshes begun because their part of the day has come; each is begun once, and waits behind a night."""
    due = {one.id: part for one in settings.districts if (part := refresh_due(one, now)) is not None}
    names = {district_id: f"{district_id}-refresh-{part}" for district_id, part in due.items()}
    known = client.list_workflows(workflow_ids=list(names.values()), application_name=APPLICATION) if names else []
    begun = {one.workflow_id for one in known}
    new = {district_id: name for district_id, name in names.items() if name not in begun}
    for district_id, name in new.items():
        options = EnqueueOptions(workflow_name=REFRESH, queue_name=NIGHTS, workflow_id=name)
        client.enqueue(options, district_id, today_in(settings, district_id).isoformat())
    return list(new.values())


def was_begun(client: DBOSClient, district_id: str, night: date) -> bool:
    """Whether a night of the district's date was begun."""
    prefix = night_prefix(district_id, night)
    found = client.list_workflows(
        name=NIGHT, application_name=APPLICATION, workflow_id_prefix=prefix, limit=1, load_input=False,
        load_output=False,
    )  # fmt: skip
    return bool(found)


def ended_nights(client: DBOSClient, night_ids: Iterable[str]) -> dict[str, NightResult]:
    """The results of those nights that have ended, by their ids."""
    found = client.list_workflows(workflow_ids=list(night_ids), application_name=APPLICATION)
    return {one.workflow_id: result_of(one.workflow_id, one.output) for one in found if one.status in ENDED}


def result_of(night_id: str, output: object) -> NightResult:
    """A night's result; a fault where DBOS has none."""
    if isinstance(output, dict):
        return cast(NightResult, output)
    district, _, rest = night_id.rpartition("-night-")
    return NightResult(district=district, night_id=night_id, night=rest[:10], outcome="fault", steps=[])

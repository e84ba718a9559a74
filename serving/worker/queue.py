"""The worker's queue as those who hand imports over see it: a DBOS system database."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus
from sqlalchemy import make_url

from features.atomic_files import file_lock
from features.ingest.load.import_steps import begin_import
from features.ingest.load.workspace import Workspace, workspace_of
from features.settings import Settings
from features.terminal import today_in
from serving.store.database import database_address

APPLICATION = "ontrack"
QUEUE = "imports"
WORKFLOW = "import_records"
NIGHT = "run_night"
NIGHTS = "nights"
REFRESH = "refresh_records"
OPERATION = "run_operation"
OPERATIONS = "operations"
POLL_SECONDS = 0.5
STATES = {
    "ENQUEUED": "waiting",
    "PENDING": "begun",
    "ERROR": "not written down",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "given up",
}
"""What DBOS calls an import that has no outcome, in our words."""


def queue_address(settings: Settings) -> str:
    """Where DBOS keeps its queue: the service's PostgreSQL, or a SQLite file of its own in `home`."""
    address = database_address(settings)
    if make_url(address).get_backend_name() == "postgresql":
        return address
    settings.home.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{settings.home / 'worker.sqlite'}"


@contextmanager
def open_queue(settings: Settings) -> Iterator[DBOSClient]:
    """The queues, made where there are none: one import, one night and one operation at a time are worked off."""
    address = queue_address(settings)
    DBOS.migrate(address)
    client = DBOSClient(
        system_database_url=address, serializer=DBOSPortableJSONSerializer(), application_name=APPLICATION
    )
    try:
        for name in (QUEUE, NIGHTS, OPERATIONS):
            client.register_queue(name, worker_concurrency=1, polling_interval_sec=POLL_SECONDS)
        yield client
    finally:
        client.destroy()


def enqueue(settings: Settings, district_id: str, place: Path) -> str:
    """The id of the operation that imports a folder or zip: a new one, unless one of the same files is under way."""
    workspace = workspace_of(settings, district_id, today_in(settings, district_id))
    with open_queue(settings) as client, handover_lock(workspace):
        import_id = begin_import(workspace, place)
        same = f"{district_id}-{import_id}"
        options = EnqueueOptions(
            workflow_name=WORKFLOW, queue_name=QUEUE, workflow_id=f"{same}-{secrets.token_hex(3)}",
            deduplication_id=same, duplication_policy="return-existing",
        )  # fmt: skip
        return client.enqueue(options, district_id, import_id).get_workflow_id()


@contextmanager
def handover_lock(workspace: Workspace) -> Iterator[None]:
    """A time in which no import of the district is both handed over and removed."""
    with file_lock(workspace.home / "imports" / f".{workspace.district.id}.handing-over.lock"):
        yield


def list_operations(settings: Settings, *, newest: int) -> list[dict[str, object]]:
    """The newest imports that were handed over, the newest first, with what became of each."""
    with open_queue(settings) as client:
        found = client.list_workflows(name=WORKFLOW, application_name=APPLICATION, sort_desc=True, limit=newest)
    return [describe_operation(one) for one in found]


def describe_operation(operation: WorkflowStatus) -> dict[str, object]:
    """An operation as people and programs read it."""
    became = operation.output if isinstance(operation.output, dict) else {}
    state = STATES.get(operation.status, operation.status.lower())
    return {
        "operation": operation.workflow_id,
        "outcome": became.get("outcome", state),
        "says": became.get("says", ""),
        "load_id": became.get("load_id"),
        "rows": became.get("rows", {}),
    }

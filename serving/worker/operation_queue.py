"""Hands operations that wait in the service database over to DBOS, and says whether any are left."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from features.settings import Settings
from serving.operations.operations import ask_for, is_open, new_operation_id, open_operations, waiting_operations
from serving.operations.uploads import remove_cut_off_uploads
from serving.records.sent_records import waiting_since
from serving.store.database import database_address, migrate, open_engine, read_session, write_session
from serving.store.health import sqlite_file
from serving.worker.queue import OPERATION, OPERATIONS

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LOOK = timedelta(seconds=10)
"""How often it is looked for records that were sent one by one."""


@dataclass
class OperationWatch:
    """Looks into the service database for what waits; `handed` are the operations that this process handed over."""

    settings: Settings
    client: DBOSClient
    engine: Engine | None = None
    opening: threading.Lock = field(default_factory=threading.Lock)
    handed: set[str] = field(default_factory=set)
    changes_at: datetime = LONG_AGO

    def database(self) -> Engine | None:
        """The service database, brought up to date when first opened; None where there is none yet."""
        with self.opening:
            return self.engine or self.open_database()

    def open_database(self) -> Engine | None:
        """The service database, as it is opened once."""
        if self.engine is None:
            address = database_address(self.settings)
            file = sqlite_file(address)
            if file is not None and not file.exists():
                return None
            self.engine = open_engine(address)
            migrate(self.engine)
        return self.engine

    def hand_over(self) -> None:
        """Hands over what waits; the same twice is one workflow. A database that does not answer is asked again."""
        try:
            self.ask_for_changes()
            waiting = [one for one in self.waiting() if one[1] not in self.handed]
        except OperationalError:
            return
        for district_id, operation_id in waiting:
            options = EnqueueOptions(workflow_name=OPERATION, queue_name=OPERATIONS, workflow_id=operation_id)
            self.client.enqueue(options, district_id, operation_id)
            self.handed.add(operation_id)

    def ask_for_changes(self) -> None:
        """Asks for a load of single records that have waited long enough; removes uploads that were cut off."""
        engine, now = self.database(), datetime.now(UTC)
        if engine is None or now < self.changes_at:
            return
        self.changes_at = now + LOOK
        for district in self.settings.districts:
            with write_session(engine, district.id) as session:
                remove_cut_off_uploads(self.settings, district.id, open_operations(session, district.id), now)
                since = waiting_since(session, district.id)
                wait = timedelta(minutes=self.settings.service.changes_minutes)
                if since is not None and since <= now - wait and not is_open(session, district.id, "record_changes"):
                    ask_for(
                        session, district.id, new_operation_id("record_changes"), kind="record_changes",
                        subject="worker", request={}, at=now,
                    )  # fmt: skip

    def waiting(self) -> Iterator[tuple[str, str]]:
        """District and id of each operation that waits."""
        engine = self.database()
        if engine is None:
            return
        for district in self.settings.districts:
            with read_session(engine, district.id) as session:
                waiting = waiting_operations(session, district.id)
            yield from ((district.id, one) for one in waiting)

    def any_open(self) -> bool:
        """Whether any operation has not ended."""
        engine = self.database()
        if engine is None:
            return False
        for district in self.settings.districts:
            with read_session(engine, district.id) as session:
                if open_operations(session, district.id):
                    return True
        return False


@contextmanager
def watch_operations(settings: Settings, client: DBOSClient) -> Iterator[OperationWatch]:
    """A watch on the operations, whose connections are closed afterwards."""
    watch = OperationWatch(settings, client)
    try:
        yield watch
    finally:
        if watch.engine is not None:
            watch.engine.dispose()

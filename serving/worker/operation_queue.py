"""Hands operations that wait in the service database over to DBOS, and says whether any are left."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from features.settings import Settings
from serving.operations.operations import open_operations, waiting_operations
from serving.store.database import database_address, migrate, open_engine, read_session
from serving.store.health import sqlite_file
from serving.worker.queue import OPERATION, OPERATIONS


@dataclass
class OperationWatch:
    """Looks into the service database for what waits; `handed` are the operations that this process handed over."""

    settings: Settings
    client: DBOSClient
    engine: Engine | None = None
    handed: set[str] = field(default_factory=set)

    def database(self) -> Engine | None:
        """The service database, brought up to date when first opened; None where there is none yet."""
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
            waiting = [one for one in self.waiting() if one[1] not in self.handed]
        except OperationalError:
            return
        for district_id, operation_id in waiting:
            options = EnqueueOptions(workflow_name=OPERATION, queue_name=OPERATIONS, workflow_id=operation_id)
            self.client.enqueue(options, district_id, operation_id)
            self.handed.add(operation_id)

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

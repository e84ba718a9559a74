"""Announces and delivers webhooks beside the worker's other work, in a thread of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from features.errors import Refused
from serving.access.sealed_secrets import SealedSecrets
from serving.store.database import write_session
from serving.webhooks.announcements import announce_news
from serving.webhooks.delivery import deliver_due
from serving.worker.operation_queue import OperationWatch

ROUND_SECONDS = 2.0


def tell_news(watch: OperationWatch) -> None:
    """One round: adds messages for what is new, and delivers what is due.

    A database that does not answer is asked again in the next round.
    """
    try:
        engine = watch.database()
        if engine is None:
            return
        for district in watch.settings.districts:
            with write_session(engine, district.id) as session:
                announce_news(session, watch.settings, district.id)
        ids = [district.id for district in watch.settings.districts]
        box, loopback = SealedSecrets(watch.settings.home / "keys"), watch.settings.service.webhooks_to_loopback
        deliver_due(engine, ids, datetime.now(UTC), box=box, loopback=loopback)
    except (SQLAlchemyError, Refused, OSError):
        return


@contextmanager
def webhooks_told(watch: OperationWatch) -> Iterator[None]:
    """A time in which webhooks are told every few seconds, and once more at its end."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(ROUND_SECONDS):
            tell_news(watch)

    thread = threading.Thread(target=run, name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        tell_news(watch)

"""Writes of several threads in one transaction: each returns when its own is kept, and one commit serves them all.

A commit waits for the disk. While one thread does, others come; the next takes all of theirs with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition
from typing import Generic, TypeVar

from serving.store.database_errors import is_busy

Entry = TypeVar("Entry")
WriteAll = Callable[[Sequence[Entry]], None]


@dataclass
class Waiting(Generic[Entry]):
    """An entry, whether it is settled, and why it could not be written."""

    entry: Entry
    settled: bool = False
    error: Exception | None = None


@dataclass
class SharedWrites(Generic[Entry]):
    """Entries that wait to be written. Who comes first writes for those who came meanwhile; it needs no thread."""

    waiting: list[Waiting[Entry]] = field(default_factory=list)
    writing: bool = False
    changed: Condition = field(default_factory=Condition)

    def write(self, entry: Entry, write_all: WriteAll[Entry]) -> None:
        """Returns when the entry is kept; raises why it is not. `write_all` keeps several together, or none."""
        own = Waiting(entry)
        together = self.turn_of(own)
        if together:
            try:
                settle(together, write_all)
            finally:
                self.end_turn()
        if own.error is not None:
            raise own.error
        if not own.settled:
            raise RuntimeError("the thread that wrote for this one was stopped")

    def turn_of(self, own: Waiting[Entry]) -> list[Waiting[Entry]]:
        """Whom this thread writes for, when it is its turn; nobody where another thread wrote for it meanwhile."""
        with self.changed:
            self.waiting.append(own)
            while self.writing and not own.settled:
                self.changed.wait()
            if own.settled:
                return []
            together, self.waiting = self.waiting, []
            self.writing = bool(together)  # nobody is left where a stopped thread had taken all
            return together

    def end_turn(self) -> None:
        """Lets those go whose entries are settled, and one of the others write."""
        with self.changed:
            self.writing = False
            self.changed.notify_all()


def settle(together: Sequence[Waiting[Entry]], write_all: WriteAll[Entry]) -> None:
    """Writes entries together; each alone where one of them cannot be written, unless the database is busy."""
    error = error_of(together, write_all)
    for one in together:
        alone = error is not None and len(together) > 1 and not is_busy(error)
        one.error = error_of([one], write_all) if alone else error
        one.settled = True


def error_of(together: Sequence[Waiting[Entry]], write_all: WriteAll[Entry]) -> Exception | None:
    """What kept entries from being written; None where they are."""
    try:
        write_all([one.entry for one in together])
    except Exception as error:  # each thread raises its own
        return error
    return None

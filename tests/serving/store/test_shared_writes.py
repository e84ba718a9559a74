"""Writes of several threads in one transaction: each is kept once, before its thread goes on."""

import sqlite3
from collections.abc import Sequence
from threading import Event, Thread

import pytest
from sqlalchemy.exc import OperationalError

from serving.store.shared_writes import SharedWrites


class Kept:
    """Writes that are kept in a list; the first waits until several others have come."""

    def __init__(self, shared: SharedWrites[int], others: int) -> None:
        self.shared, self.others = shared, others
        self.together: list[Sequence[int]] = []
        self.begun = Event()

    def write_all(self, numbers: Sequence[int]) -> None:
        """Keeps numbers, or none: an odd one over 100 cannot be kept, and over 1,000 the database is busy."""
        self.begun.set()
        while not self.together and len(self.shared.waiting) < self.others:
            pass
        self.together.append(numbers)
        if any(one > 1000 for one in numbers):
            busy = sqlite3.OperationalError("database is locked")
            busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise OperationalError("INSERT", None, busy)
        if any(one > 100 for one in numbers):
            raise ValueError(f"{sum(one > 100 for one in numbers)} of {len(numbers)}")


def outcomes(numbers: Sequence[int]) -> tuple[Kept, dict[int, str]]:
    """What was written together, and what became of each number: the first alone, the others while it is written."""
    shared: SharedWrites[int] = SharedWrites()
    kept, said = Kept(shared, len(numbers) - 1), dict.fromkeys(numbers, "")

    def write(number: int) -> None:
        try:
            shared.write(number, kept.write_all)
            said[number] = "kept"
        except (OperationalError, ValueError) as error:
            said[number] = type(error).__name__

    threads = [Thread(target=write, args=(one,)) for one in numbers]
    threads[0].start()
    kept.begun.wait()
    for one in threads[1:]:
        one.start()
    for one in threads:
        one.join(10)
    return kept, said


@pytest.mark.parametrize(
    ("numbers", "together", "failed"),
    [
        ([1, 2, 3, 4], [[1], [2, 3, 4]], {}),
        ([1, 2, 103, 4], [[1], [2, 4, 103], [2], [4], [103]], {103: "ValueError"}),
        ([1, 2, 1003], [[1], [2, 1003]], {2: "OperationalError", 1003: "OperationalError"}),
    ],
)
def test_those_who_come_meanwhile_are_written_together_and_one_that_cannot_be_fails_alone(
    numbers: list[int], together: list[list[int]], failed: dict[int, str]
) -> None:
    kept, said = outcomes(numbers)
    assert sorted(map(sorted, kept.together)) == sorted(together)
    assert said == {**dict.fromkeys(numbers, "kept"), **failed}


def test_after_a_thread_that_is_stopped_while_it_writes_the_others_fail_or_go_on() -> None:
    shared: SharedWrites[int] = SharedWrites()
    begun, go_on = Event(), Event()
    said: dict[int, str] = {}

    def write_all(numbers: Sequence[int]) -> None:
        if 1 in numbers:
            begun.set()
            go_on.wait(10)
        if 2 in numbers:
            raise SystemExit

    def write(number: int) -> None:
        try:
            shared.write(number, write_all)
            said[number] = "kept"
        except (RuntimeError, SystemExit) as error:
            said[number] = type(error).__name__

    threads = [Thread(target=write, args=(one,)) for one in (1, 2, 3)]
    threads[0].start()
    begun.wait(10)
    for place, one in enumerate(threads[1:], start=1):
        one.start()
        while len(shared.waiting) < place:
            pass
    go_on.set()
    for one in threads:
        one.join(10)
    write(4)
    assert sorted(said.values()) == ["RuntimeError", "SystemExit", "kept", "kept"]
    assert said[1] == said[4] == "kept"

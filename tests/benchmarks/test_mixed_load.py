"""A series of requests and a series of memory go on where a request is never answered."""

import os
import random
import socket
from collections.abc import Iterator
from threading import Thread

import numpy as np
import pytest

from benchmarks.mixed_load import KINDS, UNANSWERED, Asked, asker, say, under_load
from benchmarks.servers import HOST
from benchmarks.soak import say_memory, watched

LOST = "/lost"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def forgetful() -> Iterator[int]:
    """The port of a server that never answers `/lost`, and everything else at once."""
    with socket.create_server((HOST, 0)) as listening:
        Thread(target=serve, args=(listening,), daemon=True).start()
        yield listening.getsockname()[1]


def serve(listening: socket.socket) -> None:
    """Takes connections until the socket is closed, each in a thread."""
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        Thread(target=answer, args=(line,), daemon=True).start()


def answer(line: socket.socket) -> None:
    """Answers the requests of a connection; after one for `/lost` nothing comes."""
    with line:
        while asked := line.recv(65536):
            if LOST.encode() not in asked:
                line.sendall(ANSWER)


def drawn(numbers: random.Random) -> tuple[str, Asked]:
    """Now and then a request that is never answered."""
    return numbers.choice(list(KINDS)), ("GET", LOST if numbers.random() < 0.2 else "/", None)


def test_a_request_without_an_answer_is_counted_and_its_connection_opened_anew(forgetful: int) -> None:
    ask = asker(forgetful, "key", kept=False, patience=0.8)
    assert [ask(("GET", path, None))[0] for path in ("/", LOST, "/")] == [200, UNANSWERED, 200]


def test_a_closed_port_is_a_request_without_an_answer() -> None:
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
    assert asker(port, "key", kept=False)(("GET", "/", None))[0] == UNANSWERED


def test_a_series_says_how_many_were_not_answered(forgetful: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = under_load(asker(forgetful, "key", kept=False, patience=0.5), 0.2, 200, drawn)
    say(found)
    lost = sum(status == UNANSWERED for several in found.values() for status, _ in several)
    assert 0 < lost < sum(map(len, found.values())) == 40
    assert f"{lost} without an answer" in capsys.readouterr().out


def test_memory_is_told_although_requests_were_not_answered(forgetful: int, capsys: pytest.CaptureFixture[str]) -> None:
    with watched(os.getpid(), every=0.05) as seen:
        under_load(asker(forgetful, "key", kept=False, patience=0.5), 0.2, 100, drawn)
    say_memory(np.array(seen))
    assert len(seen) > 2
    assert "MiB at first" in capsys.readouterr().out

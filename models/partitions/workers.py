"""The processes that grow trees together: started, watched, and ended together.

LightGBM waits for a worker that is gone as for one that is slow, so nothing it says is relied on: the first process
that ends with an error, or a time in which none has said a line, ends all of them with an error that says which.
"""

import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from features.errors import Refused
from models.partitions.worker import Job

ROOT = Path(__file__).parents[2]
QUIET = {"OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
LONGEST_REASON = 300
STARTS = 3
"""How often workers are started at most, where another program took a port between its choice and its use."""
PORT_TAKEN = ("Binding port", "bind port")
MOMENT = 0.5
"""Seconds in which workers that end because one of them did end too."""


class WorkerLost(Refused):
    """Workers of a fit that ended before their work did, or said nothing for too long. Exit code 5."""

    exit_code = 5


def run_workers(job: Job, *, silent_seconds: float) -> None:
    """Runs all workers of a job to their end; WorkerLost where one ends with an error or all fall silent.

    When it returns or raises, none of them is running.
    """
    for start in range(STARTS):
        job = job.model_copy(update={"ports": free_ports(job.workers)})
        (job.folder / "job.json").write_text(job.model_dump_json())
        with started(job) as processes:
            lost = wait_for(processes, silent_seconds)
        if not lost:
            return
        reason = last_words(job, lost[0])
        if start + 1 == STARTS or not any(words in reason for words in PORT_TAKEN):
            raise WorkerLost(reason_of(job, lost, reason, silent_seconds))


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


@contextmanager
def started(job: Job) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """The workers of a job, each a process; when it is left, all of them are ended."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for worker in range(job.workers):
            with log_of(job, worker).open("wb") as log:
                processes.append(start(job, worker, log.fileno()))
        yield processes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.communicate()


def start(job: Job, worker: int, log: int) -> "subprocess.Popen[bytes]":
    """One worker; its input stays open for as long as this process lives."""
    command = [sys.executable, "-m", "models.partitions.worker", str(job.folder / "job.json"), str(worker)]
    return subprocess.Popen(  # noqa: S603 - this interpreter and a module of ours
        command, cwd=ROOT, env={**os.environ, **QUIET}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
    )


def wait_for(processes: Sequence["subprocess.Popen[bytes]"], silent_seconds: float) -> list[tuple[int, int | None]]:
    """Waits until all have ended; those that ended with an error, by place with their code, ended by a signal first.

    All that still run, with None, where none of them said a line for so long.
    """
    heard = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for place, process in enumerate(processes):
            if process.stdout is not None:
                selector.register(process.stdout, selectors.EVENT_READ, place)
        while selector.get_map():
            ready = selector.select(max(heard + silent_seconds - time.monotonic(), 0))
            if not ready:
                return [(place, None) for place, process in enumerate(processes) if process.poll() is None]
            heard = time.monotonic()
            for key, _ in ready:
                if not said_by(key.fd):
                    selector.unregister(key.fileobj)
                    if processes[key.data].wait():
                        return ended_badly(processes)
    return []


def said_by(stream: int) -> bytes:
    """What a worker said since it was last heard; empty where it has ended."""
    return os.read(stream, 65536)


def ended_badly(processes: Sequence["subprocess.Popen[bytes]"]) -> list[tuple[int, int | None]]:
    """Those that ended with an error by now, one ended by a signal first: others may have ended because it did."""
    time.sleep(MOMENT)
    found = [(place, process.poll()) for place, process in enumerate(processes) if process.poll()]
    return sorted(found, key=lambda one: (one[1] or 0) > 0)


def log_of(job: Job, worker: int) -> Path:
    """What a worker writes to its errors."""
    return job.folder / f"worker-{worker}.log"


def last_words(job: Job, lost: tuple[int, int | None]) -> str:
    """The last line that a lost worker wrote."""
    said = log_of(job, lost[0]).read_text(errors="backslashreplace").strip()
    return said.rpartition("\n")[2][:LONGEST_REASON]


def reason_of(job: Job, lost: Sequence[tuple[int, int | None]], said: str, silent_seconds: float) -> str:
    """What a person is told of lost workers."""
    place, code = lost[0]
    todo = "no model was made, and nothing is left running; run it again, or with fewer `training.partitions.workers`"
    if code is None:
        return f"{job.workers} workers that grow trees said nothing for {silent_seconds:g} seconds: {todo}"
    who = f"worker {place + 1} of {job.workers} that grow trees"
    if code < 0:
        return f"{who} was ended by signal {-code}, as a machine does that is short of memory: {todo}"
    return f"{who} ended with code {code} ({said}): {todo}"

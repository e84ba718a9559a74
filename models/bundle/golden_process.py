"""The processes that ask golden predictions: one for each model, or one that stays and asks each model in a fork.

A process needs a second to read the libraries of a model, and a hundredth of that to fork: who writes several bundles
asks within `one_process`. Either way a damaged model that aborts, hangs or eats memory takes no other process with it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

SECONDS = 90
LONGEST_ANSWER = 300
ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
QUESTION = "models.bundle.golden_predictions"
LATE = f"no answer within {SECONDS} seconds"


class OneProcess:
    """A process that has read its libraries and forks for each model; it starts with the first one."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.lock = Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, folder: Path) -> str | None:
        """What is wrong with the model of a folder, empty where nothing is.

        None where the process has ended; the next model starts another.
        """
        with self.lock:
            self.process = self.process or started()
            answer = answer_of(self.process, folder)
            if not answer:
                self.process.communicate()
                self.process = None
                return None
        return str(json.loads(answer))

    def close(self) -> None:
        """Ends the process."""
        if self.process is not None and self.owner == os.getpid():
            self.process.communicate()


def answer_of(process: subprocess.Popen[bytes], folder: Path) -> bytes:
    """The line that a process answers for a folder; empty where it has ended."""
    if process.stdin is None or process.stdout is None:
        return b""
    try:
        process.stdin.write(json.dumps(str(folder)).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        return b""
    return process.stdout.readline()


def started() -> subprocess.Popen[bytes]:
    """A process that asks each model whose folder is written to it, and ends with what is written."""
    return subprocess.Popen(  # noqa: S603 - this interpreter and a module of ours
        [sys.executable, "-m", QUESTION], cwd=ROOT, env={**os.environ, **ONE_THREAD},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


OPEN: list[OneProcess] = []
"""What `one_process` holds open, the innermost last."""


@contextmanager
def one_process() -> Iterator[None]:
    """A time in which this process asks all its models in forks of one other process, on Linux.

    Elsewhere a library that was read may not live through a fork, and each model has a process of its own.
    """
    if sys.platform != "linux":
        yield
        return
    OPEN.append(OneProcess())
    try:
        yield
    finally:
        OPEN.pop().close()


def check_in_child_process(folder: Path) -> str:
    """Checks the golden predictions of a verified folder in another process: what is wrong, empty where nothing is."""
    if OPEN and OPEN[-1].owner == os.getpid():
        wrong = OPEN[-1].ask(folder.resolve())
        if wrong is not None:
            return wrong
    return check_in_own_process(folder.resolve())


def check_in_own_process(folder: Path) -> str:
    """As `check_in_child_process`, in a process for this model alone."""
    command = [sys.executable, "-m", QUESTION, str(folder)]
    environment = {**os.environ, **ONE_THREAD}
    try:
        asked = subprocess.run(  # noqa: S603 - this interpreter and this module, on a folder that was verified
            command, cwd=ROOT, env=environment, timeout=SECONDS, capture_output=True
        )
    except subprocess.TimeoutExpired:
        return LATE
    return what_is_wrong(asked.returncode, asked.stderr)


def what_is_wrong(code: int, said: bytes) -> str:
    """What a process found that ended with this code and wrote this to its errors; empty where nothing is wrong."""
    if code == 0:
        return ""
    last = said.decode("ascii", errors="backslashreplace").strip().rpartition("\n")[2]
    return last[:LONGEST_ANSWER] or f"the process that asked it ended with {code}"

"""Runs `ontrack` commands, each in a child forked from this process: all is imported and compiled once, not for each.

First runs the command lines that its argument lists, as JSON, here. Then a line on standard input is either an order,
{"arguments", "environment", "output", "largest_file"}, answered with the child's process id, or a process id, answered
with how that child ended (negative: by that signal). A child is not reaped before that, so that its id stays its own.
"""

import ctypes
import gc
import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path

import ontrack

LONGEST = 120
"""Seconds after which a child is taken to hang and ends by SIGALRM."""


def main(first: list[list[str]]) -> None:
    """Answers every line until there are no more."""
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for arguments in first:
        if ended(arguments) != 0:
            return
    gc.freeze()
    for line in sys.stdin:
        os.write(answers, f"{answer(json.loads(line))}\n".encode())


def answer(order: int | dict[str, object]) -> int:
    """How a child ended, or the process id of a new one."""
    if isinstance(order, int):
        _, status = os.waitpid(order, 0)
        return os.waitstatus_to_exitcode(status)
    child = os.fork()
    if child == 0:
        run(**order)  # type: ignore[arg-type]
    return child


def run(arguments: list[str], environment: dict[str, str], output: str, largest_file: int | None) -> None:
    """The command line with these arguments, which prints to `output`.out and `output`.err; then the process ends."""
    signal.alarm(LONGEST)
    for stream, suffix in ((sys.stdout, ".out"), (sys.stderr, ".err")):
        file = os.open(Path(output).with_suffix(suffix), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, stream.fileno())
    os.environ.update(environment)
    ctypes.CDLL(None).fault_arm()
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
    leave(ended(arguments))


def ended(arguments: list[str]) -> int:
    """The exit code of the command with these arguments."""
    sys.argv = ["ontrack", *arguments]
    try:
        ontrack.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def leave(code: int) -> None:
    """The process ends without taking apart what it was forked with."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
    leave(0)

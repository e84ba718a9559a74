"""Part `start`: processor time until a command has its help, beside the limits, and until scoring or serving starts."""

import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, Part, compared
from docs.reference_commands import commands
from features.progress import Progress

ROOT_LIMIT, COMMAND_LIMIT = 0.6, 1.2
STARTS = {
    "imports of `ontrack score`": "serving.scoring.score_district",
    "imports of `ontrack serve`": "serving.server",
}


def start_part(*, runs: int, progress: Progress) -> Part:
    """Seconds of a core, user and system, in a new process."""
    names = [one.name for one in commands()]
    progress(f"start: the help of {len(names)} commands")
    root = command_seconds([], runs)
    slowest, name = max((command_seconds(name.split(), runs), name) for name in names)
    figures = [
        compared("`ontrack --help`", root, "s of a core", to=ROOT_LIMIT, beside=f"limit of {ROOT_LIMIT} s"),
        compared(
            f"slowest help of a command: `ontrack {name} --help`", slowest, "s of a core",
            to=COMMAND_LIMIT, beside=f"limit of {COMMAND_LIMIT} s",
        ),
    ]  # fmt: skip
    imports = {said: ["-c", f"import {module}"] for said, module in STARTS.items()}
    figures += [
        Figure(said, process_seconds([sys.executable, *words], runs), "s of a core") for said, words in imports.items()
    ]
    return Part("start", {"commands": len(names), "runs": runs}, tuple(figures))


def command_seconds(words: list[str], runs: int) -> float:
    """Processor seconds of a command's help."""
    return process_seconds([str(Path(sys.executable).with_name("ontrack")), *words, "--help"], runs)


def process_seconds(line: list[str], runs: int) -> float:
    """The median of a program's processor seconds, user and system."""
    return median(one_run(line) for _ in range(runs))


def one_run(line: list[str]) -> float:
    """Processor seconds of a program that has ended."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

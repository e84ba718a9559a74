"""Part `weekly`: the second list of a district, three outcomes in grades 6 to 12 by their rules, of two sizes."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.figures import Figure, Part, compared
from features.progress import Progress

FIRST, SECOND = date(2026, 11, 13), date(2026, 11, 20)
SMALL = 10_000
MOST_MS, MOST_BYTES, MOST_RECORDS = 0.15, 1024.0, 6144.0
"""What a student may take beyond the first 10,000: processor time; room for a list, and once for records."""
SETTINGS = f"""home = "home"
today = {SECOND}

[[districts]]
id = "harbor"
name = "Harbor Unified (simulated)"
records = "records"
outcomes = [
    {{ name = "chronic_absence_6_8", model = false, as_of = ["week 14"] }},
    {{ name = "grade9_off_track_chicago", model = false }},
    {{ name = "core_f_next_term_10_12", model = false, as_of = ["week 14"] }},
]

[training]
as_of = ["week 14"]
"""


@dataclass(frozen=True)
class Command:
    """What a command took: processor seconds, user and system, and memory at its peak."""

    seconds: float
    gib: float


@dataclass(frozen=True)
class Weeks:
    """What the first and the second list of a district took, and by how much each let the service database grow."""

    first: Command
    second: Command
    first_bytes: int
    second_bytes: int


def weekly_part(folder: Path, students: int, progress: Progress) -> Part:
    """A second list's processor time, memory and room, and what a student more costs; scripts compiled before."""
    small = min(SMALL, students // 2)
    weeks_of(folder / f"weekly-{small}", small, progress)  # whoever comes first compiles
    few, many = (weeks_of(folder / f"weekly-{size}", size, progress) for size in (small, students))
    beyond = 1000 * (many.second.seconds - few.second.seconds) / (students - small)
    figures = (
        Figure(f"second list, {small:,} students", few.second.seconds, "s of a core"),
        Figure(f"second list, {students:,} students", many.second.seconds, "s of a core"),
        compared("a student more", beyond, "ms of a core", to=MOST_MS, beside="to reach"),
        Figure("memory of the second list", many.second.gib, "GiB"),
        Figure("first list, with all records", many.first.seconds, "s of a core"),
        Figure("memory of the first list", many.first.gib, "GiB"),
        compared("a student and list", many.second_bytes / students, "bytes", to=MOST_BYTES, beside="to reach"),
        compared("a student's first", many.first_bytes / students, "bytes", to=MOST_RECORDS, beside="to reach"),
    )
    return Part("weekly", {"students": students, "few": small}, figures)


def weeks_of(folder: Path, students: int, progress: Progress) -> Weeks:
    """The two lists of a district, which is made where it is not there; its service database begins anew."""
    if not (folder / "home" / "releases").exists():
        progress(f"weekly: a district of {students:,} with its releases")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ontrack.toml").write_text(SETTINGS, encoding="utf-8")
        run_command(folder, "simulate", str(folder / "records"), "--students", str(students), "--years", "4")
        run_command(folder, "ingest", "--district", "harbor")
        run_command(folder, "train", "--district", "harbor", "--all")
        run_command(folder, "promote", "--district", "harbor", "--all", "--alone", "--approved-by", "bench")
    for left in (folder / "home").glob("service.db*"):
        left.unlink()
    sizes, took = [database_bytes(folder)], []
    for day in (FIRST, SECOND):
        progress(f"weekly: the list of {day} of {students:,}")
        took.append(score(folder, day))
        sizes.append(database_bytes(folder))
    first, second = took
    return Weeks(first, second, sizes[1] - sizes[0], sizes[2] - sizes[1])


def score(folder: Path, day: date) -> Command:
    """What a list took."""
    return run_command(folder, "score", "--district", "harbor", "--as-of", str(day))


def database_bytes(folder: Path) -> int:
    """How large the service database is, with its log."""
    return sum(one.stat().st_size for one in (folder / "home").glob("service.db*"))


def run_command(folder: Path, *words: str) -> Command:
    """What a command took in a process of its own; CalledProcessError where it failed."""
    line: Sequence[str] = [str(Path(sys.executable).with_name("ontrack")), "--config", "ontrack.toml", *words]
    process = subprocess.Popen(line, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, line)
    return Command(used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)

"""Imports on trial: started, made to fail, killed, run again; and what is wrong with what they leave."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tests.docs.pages import ROOT
from tests.faults.made_extracts import NAMES, SETTINGS
from tests.faults.states import State, state_of

SAID = re.compile(r"ontrack: [^\n]+\n")
"""How a command says in one sentence why it failed."""


@dataclass(frozen=True)
class Fault:
    """The call that fails and how, or the largest file that may be written."""

    at: int = 0
    how: str = "ENOSPC"
    lasts: bool = False
    largest_file: int | None = None


NONE = Fault()


@dataclass(frozen=True)
class Call:
    """A call that would change something below the home: its name, its path, and what it renamed."""

    name: str
    path: str
    renamed: str

    def __str__(self) -> str:
        return f"{self.name} {Path(self.path).name}"


@dataclass(frozen=True)
class Ended:
    """How a command ended, what it said, and the calls it made."""

    code: int
    printed: str
    said: str
    calls: tuple[Call, ...]

    @property
    def killed(self) -> bool:
        """Whether it was killed."""
        return self.code == -signal.SIGKILL


@dataclass(frozen=True)
class Site:
    """A folder with settings and the home of one district."""

    folder: Path

    @property
    def home(self) -> Path:
        """Where the warehouse lives."""
        return self.folder / "home"

    @property
    def warehouse(self) -> Path:
        """The district's warehouse."""
        return self.home / "warehouses" / "north.duckdb"

    @property
    def state(self) -> State:
        """What the warehouse says."""
        return state_of(self.warehouse)

    def arguments(self, extract: Path) -> list[str]:
        """The command line that loads an extract here."""
        settings = self.folder / "ontrack.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        said = ["--config", settings, "--home", self.home, "ingest", "--district", "north", extract, "--json"]
        return [str(part) for part in said]

    def environment(self, fault: Fault) -> dict[str, str]:
        """The variables that make a call fail."""
        return {
            "ONTRACK_FAULT_FOLDER": str(self.home),
            "ONTRACK_FAULT_LOG": str(self.folder / "calls.log"),
            "ONTRACK_FAULT_AT": str(fault.at),
            "ONTRACK_FAULT_HOW": fault.how,
            "ONTRACK_FAULT_LASTS": str(int(fault.lasts)),
        }

    def becomes(self, other: "Site | None") -> None:
        """The home is as the other one's, or there is none."""
        self.folder.mkdir(exist_ok=True)
        shutil.rmtree(self.home, ignore_errors=True)
        if other is not None:
            shutil.copytree(other.home, self.home, dirs_exist_ok=True)

    def left(self, *, killed: bool = False) -> list[str]:
        """What is in the home besides warehouse, summary and locks; after a kill, but for what the next load clears."""
        found = (path for path in sorted(self.home.rglob("*")) if path.is_file())
        names = [path.relative_to(self.home).as_posix() for path in found if path != self.warehouse]
        fine = r".*/\.north(\.duckdb|\.turn)?\.lock|warehouses/north\.records\.json" + (
            r"|imports/north/.*|warehouses/\.north\.(duckdb\.tmp.*|records\.json\.writing)" if killed else ""
        )
        return [name for name in names if not re.fullmatch(fine, name)]

    def contents(self) -> str:
        """A digest of every folder and file of the home: what a load that is run now finds there."""
        digest = sha256()
        for path in sorted(self.home.rglob("*")):
            content = sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
            digest.update(f"{path.relative_to(self.home)} {path.lstat().st_mode} {content}\n".encode())
        return digest.hexdigest()

    def calls(self) -> Iterator[Call]:
        """The calls of the latest command."""
        log = self.folder / "calls.log"
        for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else ():
            _, name, path, renamed = line.split("\t")
            yield Call(name, path, renamed)


@dataclass
class Running:
    """A command under way."""

    forks: "Forks"
    process: int
    site: Site
    output: Path

    def kill(self) -> None:
        """It gets SIGKILL; nothing where it has ended."""
        os.kill(self.process, signal.SIGKILL)

    def ended(self) -> Ended:
        """How it ended; waits for that."""
        code = self.forks.ask(self.process)
        printed, said = (self.output.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".out", ".err"))
        return Ended(code, printed, said, tuple(self.site.calls()))


@dataclass
class Forks:
    """Starts commands in children of one process that has everything imported, and ran some commands first."""

    shim: Path
    first: Sequence[list[str]]
    finished: set[tuple[Path, str]] = field(default_factory=set)
    process: "subprocess.Popen[str]" = field(init=False)

    def __post_init__(self) -> None:
        variables = {"LD_PRELOAD": str(self.shim), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("fork_server.py")), json.dumps(self.first)],
            cwd=ROOT, env={**os.environ, **variables}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, order: object) -> int:
        """The answer to an order."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def start(self, site: Site, extract: Path, fault: Fault = NONE, *, name: str = "said") -> Running:
        """An import that has just begun."""
        (site.folder / "calls.log").unlink(missing_ok=True)
        output = site.folder / name
        order = {
            "arguments": site.arguments(extract),
            "environment": site.environment(fault),
            "output": str(output),
            "largest_file": fault.largest_file,
        }
        return Running(self, self.ask(order), site, output)

    def run(self, site: Site, extract: Path, fault: Fault = NONE) -> Ended:
        """How an import ended."""
        return self.start(site, extract, fault).ended()

    def close(self) -> None:
        """No more commands."""
        self.process.communicate(timeout=30)


@dataclass(frozen=True)
class Load:
    """A load on trial: where it starts from, what it loads, the states before and after, and its calls."""

    start: Site | None
    extract: Path
    old: State
    new: State
    calls: tuple[Call, ...]


def problems_after(load: Load, site: Site, ended: Ended) -> Iterator[str]:
    """What is wrong after a load that failed, was killed, or went through all the same."""
    state = site.state
    if state not in (load.old, load.new):
        yield f"the warehouse is in neither state ({state.loads} loads)"
    if left := site.left(killed=ended.killed):
        yield f"left behind: {', '.join(left)}"
    if ended.code == 0 and state != load.new:
        yield "it said that it was done, and the load is not there"
    if not ended.killed and ended.code != 0:
        yield from problems_of_words(ended, load.old != load.new and state == load.new)


def problems_of_words(ended: Ended, changed: bool) -> Iterator[str]:
    """What is wrong with how a failed load is told."""
    if ended.code not in (3, 5):
        yield f"exit code {ended.code}, not 3 or 5"
    if not SAID.fullmatch(ended.said):
        yield f"not one sentence: …{ended.said.strip()[-300:]}"
    elif "again" not in ended.said:
        yield f"does not say what to do: {ended.said.strip()}"
    if changed and "nothing was" in ended.said:
        yield f"says that nothing was changed, and the load is there: {ended.said.strip()}"
    if any(name in ended.said for name in NAMES):
        yield "a student's name is in the message"


def problems_of_second_run(load: Load, site: Site, forks: Forks) -> Iterator[str]:
    """What is wrong after the same load was run again; of a home in which it was run again before, nothing anew.

    A load that failed early leaves the home as it was, byte for byte, however it failed.
    """
    found = (load.extract, site.contents())
    if found not in forks.finished:
        wrong = list(problems_again(load, site, forks.run(site, load.extract)))
        forks.finished |= set() if wrong else {found}
        yield from wrong


def problems_again(load: Load, site: Site, ended: Ended) -> Iterator[str]:
    """What is wrong after the same load was run again and nothing failed."""
    if ended.code != 0:
        yield f"again: exit code {ended.code}: …{ended.said.strip()[-300:]}"
    state = site.state
    if state != load.new:
        yield f"again: another state than the new one ({state.loads} loads, not {load.new.loads})"
    if left := site.left():
        yield f"again: left behind: {', '.join(left)}"

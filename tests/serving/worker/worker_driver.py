"""Runs a real worker as a process of its own, which can be held at a moment and says what it does.

Its moment is the beginning of a progress line, or `renamed`, which is right after the warehouse was replaced. Files
beside the home say that it is held, and let it go on. What it does on the network is written down.
Workers are forked from one process that has imported all they need, which takes seconds.
"""

import multiprocessing
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from features.settings import Settings
from features.tables import TABLES
from serving.worker.import_workflow import Timeouts
from serving.worker.process import run_worker
from tests.features.made_folder import DRAWN

NEEDED = (
    "dbos",
    "serving.worker.nightly",
    "serving.scoring.score_district",
    "features.ingest.load.import_steps",
    "serving.worker.process",
    "serving.worker.import_workflow",
    "serving.app",
    "uvicorn",
)
"""What a worker imports, and a server that is killed beside one."""
DRIVEN = __name__
NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto")


@dataclass(frozen=True)
class Driver:
    """A worker's home and the moment at which it is held, empty for none."""

    home: Path
    held_at: str
    disk_full: bool

    def progress(self, step: str) -> None:
        """Writes the step down, and is held there where it is the moment."""
        with (self.home.parent / "steps.txt").open("a", encoding="utf-8") as file:
            file.write(f"{step}\n")
        if self.disk_full:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        if self.held_at and step.startswith(self.held_at):
            self.hold()

    def heard(self, event: str, arguments: tuple[object, ...]) -> None:
        """Notes what Python does on the network, and is held when the folder of a replaced warehouse is synced."""
        if event in NETWORK:
            with (self.home.parent / "network.txt").open("a", encoding="utf-8") as file:
                file.write(f"{event}\n")
        if self.held_at == "renamed" and event == "open" and arguments[0] == str(self.home / "warehouses"):
            self.hold()

    def hold(self) -> None:
        """Waits until told to go on."""
        (self.home.parent / "held").touch()
        while not (self.home.parent / "go-on").exists():
            time.sleep(0.02)


def settings_at(home: Path, delimiter: str = ",") -> Settings:
    """The settings of the tests' worker: a district that sends the few tables that are drawn, and one with two sources.

    The second has its roster from OneRoster, and its attendance as CSV.
    """
    files = {name: {"sent": "never"} for name, table in TABLES.items() if table.from_source and name not in DRAWN}
    north = {"id": "north", "name": "North", "reading": {"delimiter": delimiter}, "files": files}
    rest = {"kind": "csv", "folder": "sis", "tables": ["calendar_days", "attendance"]}
    sources = [{"kind": "oneroster-csv", "folder": "roster"}, rest]
    districts = [north, {"id": "harbor", "name": "Harbor", "sources": sources}]
    return Settings.model_validate({"home": home, "today": "2026-01-15", "districts": districts})


class DrivenWorker:
    """A worker that has just begun in a home; what it says on standard error is kept in a file beside the home."""

    def __init__(self, driver: Driver, timeouts: Timeouts, *, once: bool) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([DRIVEN, *NEEDED])
        self.said_in = driver.home.parent / f"said-{time.monotonic_ns()}.txt"
        self.process = context.Process(target=drive, args=(driver, timeouts, once, self.said_in))
        self.process.start()

    def said(self) -> list[str]:
        """The lines it has said so far."""
        return self.said_in.read_text(encoding="utf-8").splitlines() if self.said_in.exists() else []

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def ended(self) -> tuple[int, list[str]]:
        """Its exit code and the lines it said, once it ends."""
        self.process.join(timeout=120)
        assert self.process.exitcode is not None, self.said()
        return self.process.exitcode, self.said()


def drive(driver: Driver, timeouts: Timeouts, once: bool, said_in: Path) -> None:
    """Exit code 0 where the worker ended well."""
    os.dup2(os.open(said_in, os.O_WRONLY | os.O_CREAT, 0o600), sys.stderr.fileno())
    sys.addaudithook(driver.heard)
    ended_well = run_worker(settings_at(driver.home), once=once, progress=driver.progress, timeouts=timeouts)
    sys.stderr.flush()
    sys.exit(0 if ended_well else 5)

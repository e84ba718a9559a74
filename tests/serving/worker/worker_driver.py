"""Runs a real worker as a program of its own, which can be held at a moment and says what it does.

`python -m tests.serving.worker.worker_driver HOME`, with a moment to be held at in WORKER_HELD_AT: the beginning of a
progress line, or `renamed`, which is right after the warehouse was replaced. Files beside the home say that it is held,
and let it go on. What it does on the network is written down.
"""

import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from features.settings import Settings
from features.tables import TABLES
from serving.worker.import_workflow import Timeouts
from serving.worker.process import run_worker
from tests.features.made_folder import DRAWN

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
    """The settings of the tests' worker: a district that sends the few tables that are drawn."""
    files = {name: {"sent": "never"} for name, table in TABLES.items() if table.from_source and name not in DRAWN}
    district = {"id": "north", "name": "North", "reading": {"delimiter": delimiter}, "files": files}
    return Settings.model_validate({"home": home, "today": "2026-01-15", "districts": [district]})


def main() -> None:
    """Exit code 0 where the worker ended well."""
    home = Path(sys.argv[1])
    driver = Driver(home, os.environ.get("WORKER_HELD_AT", ""), "WORKER_DISK_FULL" in os.environ)
    sys.addaudithook(driver.heard)
    timeouts = Timeouts(**json.loads(os.environ.get("WORKER_TIMEOUTS", "{}")))
    once = "WORKER_ONCE" in os.environ
    sys.exit(0 if run_worker(settings_at(home), once=once, progress=driver.progress, timeouts=timeouts) else 5)


if __name__ == "__main__":
    main()

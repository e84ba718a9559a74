"""A service and its worker as processes that are killed at any moment, while programs send contacts and imports."""

import multiprocessing
import os
import socket
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Event, Thread

import httpx
import uvicorn

from features.settings import Settings
from serving.app import create_app
from serving.listening import bound_socket
from serving.store.rows import StaffRow, StudentRow
from serving.worker.import_workflow import Timeouts
from tests.drawn import write_files
from tests.features.made_folder import DRAWN
from tests.serving.worker.api_site import ApiSite, zip_of
from tests.serving.worker.worker_driver import DRIVEN, NEEDED, DrivenWorker, Driver

SCOPES = ("records.write", "imports.read", "supports.write", "supports.read")
CONTACT = {
    "student_id": "1001",
    "staff_id": "s-ada",
    "kind": "call",
    "party": "family",
    "day": "2025-10-02",
    "reached": True,
}

BREATH = 0.02
"""Seconds between two contacts of a sender."""
IMPORTS = "/v1/operations?kind=import"
LOOKS = (0.05, 1.0)
"""Seconds between two looks at an operation: at first, and at most, lest who waits takes the worker's time."""
PATIENCE = 600
"""Seconds after which an import that has not ended never will: those before it are loaded first, one by one."""
TLS = ssl.create_default_context()
"""Made once: each client would read all certificates anew, which takes longer than its request."""


def serve_until_killed(settings: Settings, port: int, said_in: Path) -> None:
    """Serves a home on a port; what it says is kept in a file."""
    os.dup2(os.open(said_in, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), sys.stderr.fileno())
    app = create_app(settings, lambda: datetime.now(UTC))
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[bound_socket("127.0.0.1", port)])


@dataclass
class Sent:
    """What programs sent, and what the service said that it took: contacts by their ids, imports by their addresses."""

    contacts: set[str] = field(default_factory=set)
    imports: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class KilledService:
    """A site whose server and worker are processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.site = ApiSite(folder)
        self.key = self.site.make_key(*SCOPES)
        with self.site.context.write_session() as session:
            session.add(
                StaffRow(district_id="north", staff_id="s-ada", first_name="Ada", last_name="B", role="counselor")
            )
            session.add(
                StudentRow(
                    district_id="north", student_key="k-1", student_id="1001", first_name="A", last_name="B",
                    grade_level=9, school_id="10",
                )
            )  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.sent, self.ended = Sent(), Event()
        self.starts: Mapping[str, Callable[[], None]] = {"server": self.start_server, "worker": self.start_worker}
        self.start_server()
        self.start_worker()

    def start_server(self) -> None:
        """Begins to serve, in place of a server that is gone."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([DRIVEN, *NEEDED])
        said_in = self.site.folder / "server.txt"
        settings = self.site.context.settings
        self.server = context.Process(target=serve_until_killed, args=(settings, self.port, said_in))
        self.server.start()

    def start_worker(self) -> None:
        """Begins to work, in place of a worker that is gone."""
        self.worker = DrivenWorker(Driver(self.site.home, "", False), Timeouts(first=0.01), once=False)

    def kill(self, which: str) -> None:
        """Kills the server or the worker where it stands, and starts it again."""
        process = self.server if which == "server" else self.worker.process
        process.kill()
        process.join()
        process.close()
        self.starts[which]()

    def ask(self, method: str, path: str, **sent: object) -> httpx.Response | None:
        """An answer; None where the server was killed meanwhile."""
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            address = f"http://127.0.0.1:{self.port}"
            with httpx.Client(base_url=address, headers=headers, timeout=30, verify=TLS) as line:
                return line.request(method, path, **sent)  # type: ignore[arg-type]  # JSON, or bytes with their kind
        except httpx.TransportError:
            time.sleep(0.02)
            return None

    def send_contacts(self, sender: str) -> None:
        """Sends contacts, each again under its id until it is taken."""
        number = 0
        while not self.ended.is_set():
            name = f"{sender}-{number}"
            answer = self.ask("POST", "/v1/contacts", json={**CONTACT, "id": name})
            if answer is not None and answer.status_code in (200, 201):
                self.sent.contacts.add(name)
                number += 1
                time.sleep(BREATH)
            elif answer is not None and answer.status_code != 503:
                self.sent.wrong.append(f"contact: {answer.status_code}")

    def send_imports(self, most: int) -> None:
        """Sends imports of different files until so many are taken; one that is not answered is let be."""
        for number in count():
            if self.ended.is_set() or len(self.sent.imports) == most:
                return
            drawn = DRAWN | {"students": DRAWN["students"].replace("Zelda ", f"Z{number}")}
            content = zip_of(write_files(self.site.folder / f"sent-{number}", drawn))
            answer = self.ask("POST", "/v1/imports", content=content, headers={"Content-Type": "application/zip"})
            if answer is not None and answer.status_code == 202:
                self.sent.imports.append(answer.headers["Location"])

    def under_load(self, imports: int, senders: int = 2) -> list[Thread]:
        """Programs that send until the end."""
        threads = [Thread(target=self.send_contacts, args=(f"c{one}",)) for one in range(senders)]
        threads.append(Thread(target=self.send_imports, args=(imports,)))
        for one in threads:
            one.start()
        return threads

    def listed(self, path: str, name: str) -> list[dict[str, object]]:
        """All that a list of the API has, on all of its pages."""
        found = list[dict[str, object]]()
        while path:
            answer = self.ask("GET", path)
            if answer is not None:
                told = answer.raise_for_status().json()
                found += told[name]
                path = told["next"] or ""
        return found

    def contacts(self) -> list[str]:
        """The ids of all contacts that the service has."""
        return [str(one["id"]) for one in self.listed("/v1/contacts", "contacts")]

    def imports(self) -> list[dict[str, object]]:
        """What became of all imports that the service has, of those too whose answer a kill cut off."""
        return [self.operation(f"/v1/operations/{one['id']}") for one in self.listed(IMPORTS, "operations")]

    def operation(self, address: str) -> dict[str, object]:
        """What became of an import, once it ended."""
        deadline, (pause, most) = time.monotonic() + PATIENCE, LOOKS
        while time.monotonic() < deadline:
            answer = self.ask("GET", address)
            if answer is not None and answer.json()["ended_at"]:
                told: dict[str, object] = answer.json()
                return told
            time.sleep(pause)
            pause = min(2 * pause, most)
        return {"state": "never ended"}

    def close(self) -> None:
        """Ends both, and the programs that send."""
        self.ended.set()
        for process in (self.server, self.worker.process):
            process.kill()
            process.join()
            process.close()
        self.site.close()

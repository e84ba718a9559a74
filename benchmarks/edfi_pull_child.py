"""A full pull of an Ed-Fi API on loopback, in a process of its own so that its peak memory is its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import typer
from pydantic import TypeAdapter

from benchmarks.child import Measured, peak_mib
from benchmarks.timing import seconds_of
from features.ingest.adapters.edfi.api import discovered_api
from features.ingest.adapters.edfi.pull import EdFiPull
from features.ingest.adapters.edfi.store import open_store
from features.ingest.network.http_client import JsonClient
from features.ingest.network.secrets import Credentials
from features.progress import quietly

PAGE = 500
EVENTS = "studentSchoolAttendanceEvents"
"""The resource that has many pages; of the others there is nothing."""


def events(first: int, rows: int) -> bytes:
    """A page of attendance events from one on."""
    category = "uri://ed-fi.org/AttendanceEventCategoryDescriptor#Unexcused Absence"
    bodies = [
        {
            "id": f"{number:032x}", "eventDate": "2026-10-05", "attendanceEventCategoryDescriptor": category,
            "studentReference": {"studentUniqueId": str(number)}, "schoolReference": {"schoolId": 255901001},
            "sessionReference": {"schoolId": 255901001, "schoolYear": 2027, "sessionName": "2026-2027 Fall Semester"},
        }
        for number in range(first, first + rows)
    ]  # fmt: skip
    return json.dumps(bodies).encode()


@contextmanager
def api_with(pages: int) -> Iterator[str]:
    """The address of an API that makes each of so many pages when it is asked for it."""

    class Handler(BaseHTTPRequestHandler):
        """Answers requests."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """The root document, change versions, and pages by cursor."""
            path, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            page, after = int(asked.get("pageToken", ["0"])[0]), b"[]"
            many = path.endswith(f"/{EVENTS}")
            if path == "/":
                urls = {"oauth": f"{base}token", "dataManagementApi": f"{base}data/v3/"}
                after = json.dumps({"version": "7.3", "urls": urls}).encode()
            elif path.endswith("availableChangeVersions"):
                after = b'{"oldestChangeVersion": 0, "newestChangeVersion": 1}'
            elif many:
                after = events(page * PAGE, PAGE)
            self.answer(after, str(page + 1) if many and page + 1 < pages else "")

        def do_POST(self) -> None:
            """A token."""
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.answer(b'{"access_token": "token", "expires_in": 1800}', "")

        def answer(self, body: bytes, token: str) -> None:
            """Sends a body, and the token of the page after it."""
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if token:
                self.send_header("Next-Page-Token", token)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        base = f"http://127.0.0.1:{listening.server_port}/"
        Thread(target=listening.serve_forever, daemon=True).start()
        yield base
        listening.shutdown()


def pull_in_child(pages: int) -> Measured:
    """The pull done in a new process."""
    command = [sys.executable, "-m", "benchmarks.edfi_pull_child", str(pages)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True, text=True)
    return TypeAdapter(Measured).validate_json(done.stdout)


def main(pages: int) -> None:
    """Prints what a pull took."""
    counts: dict[str, float] = {}
    with TemporaryDirectory() as folder, api_with(pages) as base, open_store(Path(folder) / "store.duckdb") as store:

        def work() -> None:
            with JsonClient(base, Credentials("key", "secret")) as client:
                EdFiPull(discovered_api(client, page_size=PAGE, paging=None), store, quietly).run()
            counts["read"] = store.rows()[EVENTS]

        measured = Measured(seconds_of(work), counts, peak_mib())
    sys.stdout.write(TypeAdapter(Measured).dump_json(measured).decode())


if __name__ == "__main__":
    typer.run(main)

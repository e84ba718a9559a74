"""A district that sends its records over the API: the application on a home, and workers as processes beside it."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import select

from features.service_settings import Service
from serving.access.api_keys import Grant, create_api_key
from serving.app import create_app
from serving.app_context import AppContext
from serving.store.rows import DistrictRow, Row
from serving.worker.import_workflow import Timeouts
from tests.drawn import write_files
from tests.features.made_folder import DRAWN
from tests.serving.browser import HOST, TestClient
from tests.serving.worker.worker_driver import DrivenWorker, Driver, settings_at

EVERYTHING = ("records.write", "imports.read")


class ApiSite:
    """An application on a home of its own with the district north, and a program that has its key."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        service = Service(hosts=("testserver",))
        settings = settings_at(self.home).model_copy(update={"service": service})
        self.app = create_app(settings, lambda: datetime.now(UTC))
        self.context: AppContext = self.app.state.context
        self.client = TestClient(self.app, base_url=HOST)
        self.workers: list[DrivenWorker] = []
        with self.context.write_session() as session:
            session.add(DistrictRow(district_id="north", name="North"))
            session.add(DistrictRow(district_id="harbor", name="Harbor"))
        self.key = self.make_key(*EVERYTHING)

    def make_key(self, *scopes: str, district: str = "north") -> str:
        """A new key of a district."""
        with self.context.write_session() as session:
            return create_api_key(session, district, "a test", Grant(scopes), now=datetime.now(UTC))

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str = "",
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Asks the API, with a JSON body or with bytes."""
        sent = {"Authorization": f"Bearer {key or self.key}", **(headers or {})}
        answer: httpx.Response = self.client.request(method, path, json=body, content=content, headers=sent)
        return answer

    def send_zip(self, drawn: Mapping[str, str] = DRAWN) -> httpx.Response:
        """Sends a district's files as one zip."""
        return self.send_folder(write_files(self.folder / "sent", drawn))

    def send_folder(self, folder: Path, *, key: str = "") -> httpx.Response:
        """Sends the files below a folder as one zip."""
        headers = {"Content-Type": "application/zip"}
        return self.ask("POST", "/v1/imports", content=zip_of(folder), headers=headers, key=key)

    def start(self, *, held_at: str = "", once: bool = True) -> DrivenWorker:
        """A worker that has just begun."""
        self.workers.append(DrivenWorker(Driver(self.home, held_at, False), Timeouts(first=0.01), once=once))
        return self.workers[-1]

    def work(self) -> list[str]:
        """What a worker says that works everything off."""
        code, said = self.start().ended()
        assert code == 0, said
        return said

    def rows(self, table: type[Row]) -> list[Row]:
        """Every row of a table."""
        with self.context.read_session() as session:
            return list(session.scalars(select(table)))

    def close(self) -> None:
        """Ends the workers and closes the database."""
        for worker in self.workers:
            worker.process.kill()
            worker.process.join()
            worker.process.close()
        self.context.engine.dispose()


def zip_of(folder: Path) -> bytes:
    """A zip of the files below a folder, each under its path within it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()

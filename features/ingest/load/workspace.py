"""A district's import workspace: its settings, its warehouse, and a folder for each import."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from features.atomic_files import replace_through
from features.errors import Refused
from features.ingest.adapters.combined_delivery import combined_delivery
from features.ingest.delivery import Delivery
from features.ingest.files.sources import SourceFile, digest_of, files_in
from features.settings import District, Settings

CHANGES = "changes-"
"""How the sources of loads of single records begin that programs sent between two deliveries of files."""


@dataclass(frozen=True)
class Workspace:
    """One district's imports; `today` is the district's local day."""

    district: District
    home: Path
    today: date

    @property
    def warehouse(self) -> Path:
        """The district's warehouse file."""
        return self.home / "warehouses" / f"{self.district.id}.duckdb"

    @property
    def imports(self) -> Path:
        """The folder of all imports of the district."""
        return self.home / "imports" / self.district.id

    @property
    def kept(self) -> Path:
        """The folder of what the district's sources keep from load to load."""
        return self.home / "sources" / self.district.id

    @property
    def lock(self) -> Path:
        """The lock file held while a step of an import runs."""
        return self.home / "imports" / f".{self.district.id}.lock"

    @property
    def turn(self) -> Path:
        """The lock file held by an inline import from its first step to its last, so that two take turns."""
        return self.home / "imports" / f".{self.district.id}.turn.lock"

    def folder(self, import_id: str) -> Path:
        """The folder of one import."""
        return self.imports / import_id

    def staged(self, import_id: str) -> Path:
        """The staging file of an import; complete where it exists."""
        return self.folder(import_id) / "staged.duckdb"


def workspace_of(settings: Settings, district_id: str, today: date) -> Workspace:
    """The workspace of a district."""
    return Workspace(settings.district(district_id), settings.home, today)


class ImportRequest(BaseModel):
    """What an import is asked to load: the place, each file's digest, and the mapping of ontrack.toml."""

    model_config = ConfigDict(frozen=True)

    place: Path
    files: dict[str, str]
    mapping: str

    @property
    def digest(self) -> str:
        """sha256 over the names and bytes of all files and what ontrack.toml says about them."""
        return hashlib.sha256(json.dumps([self.files, self.mapping], sort_keys=True).encode()).hexdigest()

    @property
    def import_id(self) -> str:
        """The import's id, the same for the same files and settings."""
        return self.digest[:20]


def request_of(workspace: Workspace, place: Path) -> ImportRequest:
    """The request to import a folder or zip; DataRefused where a table is missing."""
    read = delivery_in(workspace.district, place).files
    files = {source.name: digest_of(source) for source in sorted(read, key=lambda source: source.name)}
    return ImportRequest(place=place.absolute(), files=files, mapping=reading_of(workspace.district))


def reading_of(district: District) -> str:
    """What ontrack.toml says about the files of a district; of its policies those that are not the default."""
    sources = [source.model_dump_json() for source in (district.read_from if district.names_sources else ())]
    said = district.model_dump_json(include={"reading", "files", "quarantine_values"})
    return "".join([said, district.policies.declared, *sources])


def source_files_in(place: Path) -> tuple[SourceFile, ...]:
    """The files of a folder or a zip; Refused where there is neither."""
    if not place.exists():
        raise Refused(f"{place}: no such folder; expected one file per table, such as students.csv")
    return files_in(place)


def delivery_in(district: District, place: Path, converted: Path | None = None) -> Delivery:
    """What the adapters of the district's sources make of a folder or a zip, once conversions have run or before."""
    return combined_delivery(district, source_files_in(place), converted)


def requested_delivery(workspace: Workspace, request: ImportRequest, converted: Path | None = None) -> Delivery:
    """The delivery that an import was asked to load."""
    return delivery_in(workspace.district, request.place, converted)


def write_request(workspace: Workspace, import_id: str, request: ImportRequest) -> None:
    """Creates the import's folder, readable by its owner only, and writes the request into it."""
    folder = workspace.folder(import_id)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    replace_through(folder / "request.json", request.model_dump_json().encode())


def read_request(workspace: Workspace, import_id: str) -> ImportRequest:
    """The request of an import; Refused where there is none."""
    try:
        return ImportRequest.model_validate_json((workspace.folder(import_id) / "request.json").read_bytes())
    except FileNotFoundError:
        raise Refused(f"{workspace.district.id}: no import {import_id}; run `ontrack ingest` again") from None


def remove_import(workspace: Workspace, import_id: str) -> None:
    """Removes the import's folder, which holds students' records."""
    shutil.rmtree(workspace.folder(import_id), ignore_errors=True)

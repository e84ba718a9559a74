"""Pulls the sources of a district that live behind a network into its folder of records, before a load reads them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from features.atomic_files import file_lock, refuse_disk_errors
from features.ingest.adapters.aeries.pull import pull_aeries
from features.ingest.adapters.edfi.api_pull import pull_edfi
from features.ingest.adapters.marts.database_pull import pull_marts
from features.ingest.adapters.oneroster.rest_pull import pull_oneroster
from features.ingest.load.workspace import Workspace
from features.progress import Progress
from features.settings import District
from features.sources.declaration import Source
from features.sources.marts import EduWarehouse


@dataclass(frozen=True)
class Errand:
    """What a pull works with: the district and its source, a folder of its own, and the environment with its secrets.

    Files that a load reads change within `turn` alone: a load that is under way is waited for.
    """

    district: District
    source: Source
    folder: Path
    environment: Mapping[str, str]
    progress: Progress
    turn: Callable[[], AbstractContextManager[None]]


Pull = Callable[[Errand], int]
"""Brings the folder of an errand to the state of its system, and returns how many rows it then holds."""


def pull_edfi_api(errand: Errand) -> int:
    """Pulls an Ed-Fi API."""
    return pull_edfi(
        errand.district, errand.source, errand.folder, environment=errand.environment, progress=errand.progress,
        turn=errand.turn,
    )  # fmt: skip


def pull_oneroster_api(errand: Errand) -> int:
    """Pulls a OneRoster API."""
    return pull_oneroster(
        errand.district, errand.source, errand.folder, environment=errand.environment, progress=errand.progress,
        turn=errand.turn,
    )  # fmt: skip


def pull_aeries_api(errand: Errand) -> int:
    """Pulls an Aeries API."""
    return pull_aeries(
        errand.district, errand.source, errand.folder, environment=errand.environment, progress=errand.progress,
        turn=errand.turn,
    )  # fmt: skip


def pull_edu_warehouse(errand: Errand) -> int:
    """Pulls the marts of a warehouse's database."""
    return pull_marts(
        errand.source, errand.folder, environment=errand.environment, progress=errand.progress, turn=errand.turn
    )


PULLS: Mapping[str, Pull] = {
    "aeries-api": pull_aeries_api,
    "edfi-api": pull_edfi_api,
    "edu-warehouse": pull_edu_warehouse,
    "oneroster-rest": pull_oneroster_api,
}
"""The pull of each kind of source that lives behind a network."""


def is_pulled(source: Source) -> bool:
    """Whether a source lives behind a network; the marts of a warehouse may be files already."""
    return source.kind in PULLS and not (isinstance(source, EduWarehouse) and not source.connection_variable)


@dataclass(frozen=True)
class Pulled:
    """What was pulled from one source: its name and the rows that its folder now holds."""

    source: str
    rows: int


def folder_of_records(workspace: Workspace) -> Path | None:
    """The district's folder of records; one in `home` where it names none and its sources are pulled."""
    district = workspace.district
    if district.records is None and any(is_pulled(source) for source in district.read_from):
        return workspace.home / "pulls" / district.id
    return district.records


def pull_sources(
    workspace: Workspace,
    *,
    environment: Mapping[str, str],
    progress: Progress,
    chosen: Callable[[Source], bool] = is_pulled,
) -> list[Pulled]:
    """Brings the folder of each chosen source behind a network to the state of its system, one pull at a time."""
    records = folder_of_records(workspace)
    pulled = []
    for source in workspace.district.read_from:
        if records is not None and is_pulled(source) and chosen(source):
            folder = records / source.folder
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            errand = Errand(
                workspace.district, source, folder, environment, progress, lambda: file_lock(workspace.turn, progress)
            )
            lock = workspace.turn.with_name(f".{workspace.district.id}.pull.lock")
            with refuse_disk_errors(folder), file_lock(lock, progress):
                pulled.append(Pulled(source.name, PULLS[source.kind](errand)))
    return pulled

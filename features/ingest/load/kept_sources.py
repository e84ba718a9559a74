"""What sources keep from load to load: a folder for the load that wrote it, found by the digest in the warehouse.

The warehouse's rename is what makes it count: a folder whose load is not in the warehouse was never written.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from features.atomic_files import sync_folder
from features.ingest.adapters.combined_delivery import SourceFolders
from features.ingest.findings import DataRefused, Finding
from features.ingest.load.workspace import ImportRequest, Workspace
from features.warehouse.file import open_warehouse

BASE = "base"
"""The file of an import's conversions that names the load on whose folder they build."""


def source_folders(workspace: Workspace, import_id: str) -> SourceFolders:
    """Where the conversions of an import work."""
    held = held_folder(workspace)
    return SourceFolders(workspace.folder(import_id) / "sources", held)


def held_folder(workspace: Workspace) -> Path | None:
    """The folder of the latest load that kept something; None where no load did."""
    folders = [workspace.kept / digest for digest in reversed(loaded_digests(workspace))]
    return next((folder for folder in folders if folder.exists()), None)


def loaded_digests(workspace: Workspace) -> Sequence[str]:
    """The digests of the loads in the warehouse, in their order."""
    if not workspace.kept.exists() or not workspace.warehouse.exists():
        return ()
    with open_warehouse(workspace.warehouse) as reader:
        return [str(digest) for digest in reader.current("loads").sort_values("load_id")["digest"]]


def note_base(folders: SourceFolders) -> None:
    """Notes on which load's folder the conversions of an import build."""
    if folders.keeps.exists():
        (folders.work / BASE).write_text(folders.kept.name if folders.kept else "", encoding="utf-8")


def keep_sources(workspace: Workspace, import_id: str, request: ImportRequest) -> None:
    """Puts what the sources of an import keep beside the warehouse, where it counts once the load is there.

    DataRefused where another load came between: what was converted does not build on it.
    """
    folders = source_folders(workspace, import_id)
    base = folders.work / BASE
    if not base.exists():
        return
    if base.read_text(encoding="utf-8") != (folders.kept.name if folders.kept else ""):
        expected = "another load of the same source came between; run it again"
        raise DataRefused([Finding("FILE09", request.place.name, None, "", expected)])
    place = workspace.kept / request.digest
    if folders.kept == place:
        return
    workspace.kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folders.keeps, place)
    sync_folder(workspace.kept)


def remove_outdated(workspace: Workspace) -> None:
    """Removes what sources kept at loads before the latest one."""
    held = held_folder(workspace)
    for folder in workspace.kept.iterdir() if held else ():
        if folder != held:
            shutil.rmtree(folder, ignore_errors=True)

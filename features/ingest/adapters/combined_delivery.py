"""One delivery of all sources of a district, and the conversions that come before it is read."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from features.file_mapping.declaration import DeletionMarker, Dialect, FileMapping
from features.file_mapping.known_on_rules import rule_by_dates
from features.ingest.adapters.adapter import Arrival, Conversion
from features.ingest.adapters.converted_rows import (
    DELETED,
    changed_tables,
    converted_files,
    read_converted,
    write_converted,
)
from features.ingest.adapters.registry import ADAPTERS
from features.ingest.delivery import DeliveredTable, Delivery
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding
from features.progress import Progress
from features.settings import District
from features.sources.combination import owned_tables
from features.tables import TABLES


def arrivals_of(district: District, found: Sequence[SourceFile]) -> list[Arrival]:
    """What came of each source; DataRefused where one that every load must have sent nothing.

    A source that is sent sometimes and has no file is left out: its tables stay as they are.
    """
    owned = owned_tables(district.read_from)
    arrivals: list[Arrival] = []
    findings: list[Finding] = []
    for source in district.read_from:
        files = tuple(file for file in found if is_below(file, source.folder))
        if files or not source.folder:
            arrivals.append(Arrival(district, source, files, owned[source.name]))
        elif source.sent == "always":
            expected = f'expected the files of {source.kind}; if they need not come, say sent = "sometimes"'
            findings.append(Finding("FILE01", source.folder, None, "", expected))
    if findings:
        raise DataRefused(findings)
    return arrivals


def is_below(file: SourceFile, folder: str) -> bool:
    """Whether a file is in a folder of the delivery, or of the zip that it came as; any is where none is named."""
    return not folder or file.name.startswith(f"{folder}/") or (file.member or file.name).startswith(f"{folder}/")


def combined_delivery(district: District, found: Sequence[SourceFile], converted: Path | None = None) -> Delivery:
    """The delivery that all sources make; `converted` is the folder of conversions, once they have run.

    DataRefused for a table without its file, a file of no table, and a source without its files.
    """
    arrivals = arrivals_of(district, found)
    parts = [delivery_of(arrival, converted / arrival.source.name if converted else None) for arrival in arrivals]
    tables = {one.table.name: one for part in parts for one in part.tables}
    ordered = tuple(tables[name] for name in TABLES if name in tables)
    lookups = tuple(file for part in parts for file in part.lookups)
    originals = tuple(file for part in parts for file in part.originals)
    made = Delivery(ordered, lookups, (), district.policies, originals)
    return replace(made, unused=tuple(file.name for file in found if file not in made.files))


def delivery_of(arrival: Arrival, converted: Path | None) -> Delivery:
    """The delivery of one source; tables of which a conversion gave nothing are not of it, and stay as they are."""
    adapter = ADAPTERS[arrival.source.kind]
    if adapter.deliver is not None:
        return adapter.deliver(arrival)
    files = dict.fromkeys(arrival.owned, ()) if converted is None else converted_files(converted)
    changed = changed_tables(converted) if converted else frozenset()
    tables = [converted_table(arrival, name, files[name]) for name in arrival.owned if name in files]
    tables = [replace(one, mapping=as_changes(one.mapping)) if one.table.name in changed else one for one in tables]
    return Delivery(tuple(tables), (), (), arrival.district.policies, adapter.reads(arrival))


def converted_table(arrival: Arrival, name: str, files: tuple[SourceFile, ...]) -> DeliveredTable:
    """One table of a conversion: its rows have canonical names, so that only what `files` says of codes is left."""
    adapter = ADAPTERS[arrival.source.kind]
    said = adapter.mapping(name, arrival.district.files.get(name, FileMapping()))
    covers = said.covers or adapter.covers.get(name)
    known_on = said.known_on or (rule_by_dates(name) if arrival.source.by_dates else None)
    mapping = said.model_copy(update={"covers": covers, "known_on": known_on})
    read = partial(read_converted, known_on=known_on is None)
    return DeliveredTable(TABLES[name], mapping, Dialect(), files, read, policies=arrival.district.policies)


def as_changes(mapping: FileMapping) -> FileMapping:
    """The mapping of rows that are changes alone."""
    marker = DeletionMarker(column=DELETED, values=("yes",))
    return mapping.model_copy(update={"kind": "delta", "covers": None, "deletes": marker})


@dataclass(frozen=True)
class SourceFolders:
    """Where the conversions of an import work: folders of work, of rows, and of what sources keep from load to load."""

    work: Path
    kept: Path | None

    @property
    def rows(self) -> Path:
        """The folder of each source's rows."""
        return self.work / "rows"

    @property
    def keeps(self) -> Path:
        """The folder of what each source keeps, if this load stands."""
        return self.work / "keeps"


def convert_sources(
    district: District, found: Sequence[SourceFile], folders: SourceFolders, *, today: date, progress: Progress
) -> None:
    """Runs the conversion of each source that has one, anew; DataRefused where its files are not as expected."""
    shutil.rmtree(folders.work, ignore_errors=True)
    for arrival in converting(district, found):
        progress(f"reading {arrival.source.name}")
        name = arrival.source.name
        rows, scratch, keeps = (place / name for place in (folders.rows, folders.work / "scratch", folders.keeps))
        for place in (rows, scratch, keeps):
            place.mkdir(parents=True, mode=0o700)
        kept = folders.kept / name if folders.kept and (folders.kept / name).exists() else None
        convert = ADAPTERS[arrival.source.kind].convert
        if convert is not None:
            write_converted(convert(Conversion(arrival, today, scratch, kept, keeps)), rows)
        shutil.rmtree(scratch, ignore_errors=True)


def converting(district: District, found: Sequence[SourceFile]) -> Iterator[Arrival]:
    """The arrivals of sources of another shape."""
    return (arrival for arrival in arrivals_of(district, found) if ADAPTERS[arrival.source.kind].convert)

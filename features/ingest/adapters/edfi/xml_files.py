"""Files of Ed-Fi bulk XML into a store: each element of an interchange that is of a known resource is one row."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from features.ingest.adapters.edfi.bodies import cells_of
from features.ingest.adapters.edfi.resource_files import ROWS_AT_A_TIME
from features.ingest.adapters.edfi.resources import Resource
from features.ingest.adapters.edfi.store import Cells, ResourceStore
from features.ingest.adapters.edfi.xml_bodies import RECORDS, XmlRecords
from features.ingest.adapters.edfi.xml_elements import elements_in
from features.ingest.files.sources import SourceFile

SUFFIXES = (".xml", ".xml.gz")


def is_xml(file: SourceFile) -> bool:
    """Whether a file's name is one of bulk XML."""
    return file.name.lower().endswith(SUFFIXES)


def store_elements(store: ResourceStore, files: Sequence[SourceFile]) -> dict[str, str]:
    """Puts the records of files into the store, and gives the first file of each resource; DataRefused of damage."""
    names: dict[str, str] = {}
    for file in files:
        for one, rows in in_parts(rows_in(file)):
            names.setdefault(one.name, file.name)
            store.add(one, rows, store.bookmark().at(file.name, ""))
    return names


def rows_in(file: SourceFile) -> Iterator[tuple[Resource, str, Cells]]:
    """The rows of a file, each with its resource and an id that is its place."""
    records = XmlRecords(file.name)
    for number, record in enumerate(elements_in(file, RECORDS.__contains__), start=1):
        records.note(record)
        one = RECORDS.get(record.name)
        if one is not None:
            yield one, f"{file.name}:{number}", cells_of(one, records.body(record))


def in_parts(rows: Iterator[tuple[Resource, str, Cells]]) -> Iterator[tuple[Resource, list[tuple[str, Cells]]]]:
    """Rows by their resource, some thousands at a time, so that memory does not grow with a file."""
    while some := list(islice(rows, ROWS_AT_A_TIME)):
        some.sort(key=lambda row: row[0].name)
        for _, same in groupby(some, key=lambda row: row[0].name):
            each = list(same)
            yield each[0][0], [(row_id, cells) for _, row_id, cells in each]

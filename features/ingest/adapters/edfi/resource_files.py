"""Files of Ed-Fi resources into a store: JSON Lines, one body a line."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from features.ingest.adapters.edfi.bodies import Body, cells_of
from features.ingest.adapters.edfi.resources import RESOURCES, Resource
from features.ingest.adapters.edfi.store import ResourceStore
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused, Finding

SUFFIXES = (".jsonl", ".jsonl.gz", ".ndjson")
LONGEST_LINE = 4 << 20
ROWS_AT_A_TIME = 5_000


def resource_of(file: SourceFile) -> Resource | None:
    """The resource that a file's name says; None for a file of none."""
    name = file.name.rpartition("/")[2]
    stem = next((name.removesuffix(suffix) for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    return RESOURCES.get(stem)


def store_lines(store: ResourceStore, file: SourceFile, one: Resource) -> None:
    """Puts the bodies of a file into the store; DataRefused where a line is none."""
    rows = ((f"{file.name}:{number}", cells_of(one, body)) for number, body in bodies_in(file))
    bookmark = store.bookmark()
    for some in in_parts(rows):
        bookmark = bookmark.at(file.name, "")
        store.add(one, some, bookmark)


def in_parts(rows: Iterable[tuple[str, dict[str, str | None]]]) -> Iterator[list[tuple[str, dict[str, str | None]]]]:
    """The rows, some thousands at a time."""
    each = iter(rows)
    while some := list(islice(each, ROWS_AT_A_TIME)):
        yield some


def bodies_in(file: SourceFile) -> Iterator[tuple[int, Body]]:
    """The bodies of a file with the numbers of their lines; empty lines are left out."""
    with file.open() as source:
        number = 0
        while line := source.readline(LONGEST_LINE + 1):
            number += 1
            if line.strip():
                yield number, body_of(line, file.name, number)


def body_of(line: bytes, file: str, number: int) -> Body:
    """The body of a line; DataRefused where it is no JSON object."""
    try:
        body = json.loads(line) if len(line) <= LONGEST_LINE else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        expected = "expected one JSON object on each line; is the file cut off?"
        raise DataRefused([Finding("FILE06", file, number, "", expected)])
    return body

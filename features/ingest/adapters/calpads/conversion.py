"""The conversion of CALPADS files into rows of canonical tables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.adapters.adapter import Adapter, Arrival, CanonicalRows, Conversion
from features.ingest.adapters.calpads.canonical_records import (
    action_rows,
    completion_rows,
    demographic_rows,
    english_learner_rows,
    enrollment_rows,
    incident_rows,
    mark_rows,
    older_action_rows,
    older_incident_rows,
    program_rows,
    school_rows,
    student_rows,
)
from features.ingest.adapters.calpads.record_files import read_records, record_files
from features.ingest.files.sources import SourceFile
from features.sources.calpads import Calpads
from features.warehouse.file import open_scratch
from features.warehouse.writer import Writer


@dataclass(frozen=True)
class Part:
    """The rows that one record type gives a canonical table; `part` tells apart what one row gives."""

    table: str
    record: str
    rows: Callable[..., ir.Table]
    part: str = ""


PARTS = (
    Part("schools", "SENR", school_rows),
    Part("students", "SENR", student_rows),
    *(
        Part("demographics", "SINF", demographic_rows, column)
        for column in ("gender", "hispanic", "race_1", "race_2", "race_3", "race_4", "race_5")
    ),
    Part("programs", "SPRG", program_rows),
    Part("programs", "SELA", english_learner_rows),
    Part("enrollments", "SENR", enrollment_rows),
    Part("marks", "SCSC", mark_rows),
    Part("incidents", "SINC", incident_rows),
    Part("incidents", "SDIS", older_incident_rows),
    Part("discipline_actions", "SIRS", action_rows),
    Part("discipline_actions", "SDIS", older_action_rows),
    Part("completions", "SENR", completion_rows),
)
"""Every part, in the order of the canonical tables."""


def files_read(arrival: Arrival) -> tuple[SourceFile, ...]:
    """The files of known record types."""
    return tuple(one.file for one in record_files(arrival))


def convert(conversion: Conversion) -> Iterator[CanonicalRows]:
    """The canonical rows of all files, each with its file and row; of several rows about one record the last stands."""
    source, files = conversion.arrival.source, record_files(conversion.arrival)
    if not isinstance(source, Calpads):
        raise TypeError(f"not CALPADS: {source.kind}")
    with open_scratch(conversion.scratch) as connection:
        writer = Writer(connection)
        malformed = read_records(writer, files)
        told: set[int] = set()
        for number, part in enumerate(PARTS):
            of_record = [place for place, one in enumerate(files) if one.record == part.record]
            if part.table not in conversion.arrival.owned or not of_record:
                continue
            made = f"part_{number}"
            script = query_script(part.rows, source.ids, *((part.part,) if part.part else ()))
            writer.create(made, script, {"load_day": conversion.today})
            for place in of_record:
                found = f'SELECT * EXCLUDE (file) FROM "{made}" WHERE file = {place} ORDER BY row'  # noqa: S608 - our own names
                name = files[place].file.name
                whole = f"{name} ({part.part})" if part.part else name
                bad = None if place in told else malformed[place]
                told.add(place)
                yield CanonicalRows(part.table, whole, connection, found, bad)


CALPADS = Adapter(reads=files_read, convert=convert, covers={"demographics": "all", "completions": "nothing"})
"""CALPADS files."""

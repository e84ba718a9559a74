"""The interface of a source adapter.

A source is, for ingest, a folder of files; what lives behind a network is pulled into such a folder first. An adapter
is one of two kinds:

- `deliver` alone (CSV files, mapping packs): the files are of canonical tables already, each read by its mapping.
- `reads` and `convert` (OneRoster, Ed-Fi, a warehouse): `convert` turns files of another shape into rows under
  canonical names, as text, each with the file and row that it came from. They are kept beside the import, then parsed,
  checked, put in quarantine, versioned and loaded like the rows of any CSV file.

To add one: a class in `features/sources` says its kind, its settings and what it gives; a module or room here holds
its adapter, and `registry.py` names it.

A converting adapter keeps to this:

- It yields `CanonicalRows`: for a table and a native file one, or several with names of their own. Within one, `row` is
  the number of the native row (the first record of a file is 1) and stands once; where one native row gives several
  canonical ones, they are of several `CanonicalRows`, such as `demographics.csv (sex)`.
- Cells are text as our own CSV files have them: dates YYYY-MM-DD, hundredths, `true`, canonical codes. A cell that it
  cannot read stays as it was written, so that the rules of parsing name it. Every required column is there, and
  `known_on`: the day on which the district knew the row, that of the load where the source does not say. Codes that the
  district must map stay as they are; `files.TABLE.codes` of `ontrack.toml` maps them.
- It gives all that the source holds: changes of a source that sends deltas are applied to what it wrote into `keeps`
  at the load before, and can read back from `kept`. Both stand or fall with the load. Or it gives, of a table, all that
  a load of everything would change, with `changes`.
- `covers` says for each table which records are withdrawn when they are missing from what it gives.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from features.file_mapping.declaration import Covers, FileMapping
from features.ingest.delivery import Delivery
from features.ingest.files.sources import SourceFile
from features.settings import District
from features.sources.declaration import Source


@dataclass(frozen=True)
class Arrival:
    """The files of one source of a district that came with a load, and the tables that it owns."""

    district: District
    source: Source
    files: tuple[SourceFile, ...]
    owned: tuple[str, ...]


@dataclass(frozen=True)
class CanonicalRows:
    """Rows of one canonical table that came from one native file.

    `query`, in SQL of DuckDB on the `connection`, gives `row` (int64) and text columns under canonical names, with
    `known_on`; an empty cell is null or "". It holds until the next ones are asked for. `malformed` has the rows of the
    native file that could not be read: `row` int64 and `expected`, a sentence. Rows that are `changes` alone have a
    column `deleted`: "yes" for a record that is no more, of which only the key counts.
    """

    table: str
    file: str
    connection: duckdb.DuckDBPyConnection
    query: str
    malformed: pa.Table | None = None
    changes: bool = False


@dataclass(frozen=True)
class Conversion:
    """What a conversion works with: the arrival, the district's day, and folders.

    `scratch` is empty and its own, gone after the load. `kept` holds what the source kept at the latest load, None
    before the first; what it writes into `keeps` is `kept` at the next load, if this one stands.
    """

    arrival: Arrival
    today: date
    scratch: Path
    kept: Path | None
    keeps: Path


def no_reads(_arrival: Arrival) -> tuple[SourceFile, ...]:
    """No files."""
    return ()


def own_mapping(_table: str, own: FileMapping) -> FileMapping:
    """What the district says of a table."""
    return own


@dataclass(frozen=True)
class Adapter:
    """One kind of source: `deliver` for files of canonical tables, or `reads` and `convert` for another shape.

    `reads` looks at names and declarations only and gives the files that a conversion will read; DataRefused where the
    source lacks one or has another version. `mapping` is what rows of a conversion are parsed by: what the district
    says of a table, or that before codes and rules that are shipped.
    """

    deliver: Callable[[Arrival], Delivery] | None = None
    reads: Callable[[Arrival], tuple[SourceFile, ...]] = no_reads
    convert: Callable[[Conversion], Iterator[CanonicalRows]] | None = None
    covers: Mapping[str, Covers] = field(default_factory=dict)
    mapping: Callable[[str, FileMapping], FileMapping] = own_mapping

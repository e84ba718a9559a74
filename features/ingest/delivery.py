"""What a source adapter gives to ingest: files, each of a canonical table, and how to read them."""

from dataclasses import dataclass

from features.file_mapping.declaration import Dialect, FileMapping
from features.ingest.files.sources import SourceFile
from features.table_schema import Table


@dataclass(frozen=True)
class DeliveredTable:
    """One canonical table of a load: its files, and how to read them."""

    table: Table
    mapping: FileMapping
    dialect: Dialect
    sources: tuple[SourceFile, ...]


@dataclass(frozen=True)
class Delivery:
    """Everything a district sent: the tables, files for lookups among them, and files that nothing reads."""

    tables: tuple[DeliveredTable, ...]
    lookups: tuple[SourceFile, ...]
    unused: tuple[str, ...]

    @property
    def only_deltas(self) -> bool:
        """Whether it only says what changed, so that the same delivery never counts twice."""
        return all(delivered.mapping.kind == "delta" for delivered in self.tables)

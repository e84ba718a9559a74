"""What source adapters give to ingest: files, each of a canonical table, and how to read them.

Everything after it (mapping, rules, quarantine, versions) is the same for every source.
"""

from dataclasses import dataclass, field

from features.file_mapping.declaration import Dialect, FileMapping
from features.ingest.files.source_rows import RowReader
from features.ingest.files.sources import SourceFile
from features.policies.record_policies import NO_POLICIES, RecordPolicies
from features.table_schema import Table


@dataclass(frozen=True)
class MappedTable:
    """One canonical table, where its columns stand in files, and the district's policies: what queries depend on."""

    table: Table
    mapping: FileMapping
    dialect: Dialect
    policies: RecordPolicies = field(default=NO_POLICIES, kw_only=True)


@dataclass(frozen=True)
class DeliveredTable(MappedTable):
    """One canonical table of a load: its files, how to read them, and where its columns stand in them."""

    sources: tuple[SourceFile, ...]
    read: RowReader

    @property
    def mapped(self) -> MappedTable:
        """The table without its files: a definition, the same in the next load."""
        return MappedTable(self.table, self.mapping, self.dialect, policies=self.policies)


@dataclass(frozen=True)
class Delivery:
    """Everything that one load reads: tables, files for look-ups, names of unused files, policies of the records.

    `originals` are files of another shape, of which a conversion makes the rows of tables.
    """

    tables: tuple[DeliveredTable, ...]
    lookups: tuple[SourceFile, ...]
    unused: tuple[str, ...]
    policies: RecordPolicies = NO_POLICIES
    originals: tuple[SourceFile, ...] = ()

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """Every file that is read, once."""
        of_tables = [file for one in self.tables for file in one.sources]
        return tuple(dict.fromkeys([*of_tables, *self.lookups, *self.originals]))

    @property
    def only_deltas(self) -> bool:
        """Whether every table is a delta: then the same delivery is never loaded twice."""
        return all(delivered.mapping.kind == "delta" for delivered in self.tables)

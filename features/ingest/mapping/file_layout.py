"""Where each canonical column's value stands in a file: its header combined with the mapping of `ontrack.toml`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from features.file_mapping.column_mapping import ColumnMapping
from features.file_mapping.declaration import FileMapping
from features.ingest.delivery import MappedTable
from features.table_schema import SCHOOL_YEAR, Column

KNOWN_ON = "known_on"
"""The column that says when a row became known, in a file with the canonical columns."""


@dataclass(frozen=True)
class MappedColumn:
    """A canonical column and where a file has it; `mapping` is None where the file does not have it."""

    column: Column
    mapping: ColumnMapping | None

    @property
    def name(self) -> str:
        """The column's name in files."""
        return "student_id" if self.column.kind == "student" else self.column.name


@dataclass(frozen=True)
class FileLayout:
    """How one file is read as rows of one table. Its columns are named by their position, `c0` first."""

    delivered: MappedTable
    file: str
    names: tuple[str, ...]
    cells: tuple[MappedColumn, ...]

    def place(self, name: str) -> str:
        """The name of the file's column while the file is read: `c` and its position."""
        return f"c{self.names.index(name)}"

    @property
    def unnamed(self) -> "FileLayout":
        """The layout of any file with this header: a definition, the same for the next file."""
        one = self.delivered
        return replace(self, delivered=MappedTable(one.table, one.mapping, one.dialect, policies=one.policies), file="")

    @property
    def known_on(self) -> str | None:
        """The file's column that says when a row became known; None where a rule of the mapping does."""
        rule = self.delivered.mapping.known_on
        return KNOWN_ON if rule is None else rule.column

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that the file must have, once each: those that the mapping reads."""
        known_on = (self.known_on,) if self.known_on else ()
        return tuple(dict.fromkeys([*mapped_names(self.delivered.mapping, self.cells), *known_on]))

    @property
    def used(self) -> tuple[str, ...]:
        """The file's columns that are read, in its order."""
        required = frozenset(self.required)
        return tuple(name for name in self.names if name in required)

    @property
    def unused(self) -> tuple[str, ...]:
        """The file's columns that are not read."""
        used = frozenset(self.used)
        return tuple(name for name in self.names if name not in used)


def layout_of(delivered: MappedTable, file: str, names: Sequence[str]) -> FileLayout:
    """How a file is read whose header has these names, made unique: the second `a` is `a (2)`."""
    return FileLayout(delivered, file, tuple(names), tuple(cells_of(delivered, names)))


def cells_of(delivered: MappedTable, names: Sequence[str]) -> Iterator[MappedColumn]:
    """Every canonical column with its mapping: the declared one, else the file's column of the same name."""
    for column in columns_read(delivered):
        cell = MappedColumn(column, None)
        mapping = delivered.mapping.columns.get(cell.name)
        if mapping is None and (cell.name in names or column.required):
            mapping = ColumnMapping(column=cell.name)
        yield MappedColumn(column, mapping)


def columns_read(delivered: MappedTable) -> tuple[Column, ...]:
    """The canonical columns read from a file; first the school year, where a column is a day of it."""
    own = tuple(column for column in delivered.table.columns if column.kind != "assigned")
    asked = any(mapping.day_of_school_year for mapping in delivered.mapping.columns.values())
    return own if SCHOOL_YEAR in own or not asked else (SCHOOL_YEAR, *own)


def mapped_names(files: FileMapping, cells: Sequence[MappedColumn]) -> Iterator[str]:
    """The names of the file's columns that the mapping reads, except that of `known_on`."""
    for cell in cells:
        if cell.mapping and cell.mapping.column:
            yield cell.mapping.column
        if cell.mapping:
            yield from cell.mapping.joined
        if cell.mapping and cell.mapping.lookup:
            yield from cell.mapping.lookup.match
    yield from files.leave_out
    yield from (choice.column for choice in files.scale_by)
    if files.deletes:
        yield files.deletes.column

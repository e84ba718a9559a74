"""A file's header and what `ontrack.toml` says, put together: where each canonical column's value comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.file_mapping.declaration import ColumnMapping, FileMapping
from features.ingest.delivery import DeliveredTable
from features.table_schema import Column
from features.tables import SCHOOL_YEAR

KNOWN_ON = "known_on"
"""The column that says when a row became known, in a file of our own shape."""


@dataclass(frozen=True)
class MappedColumn:
    """A canonical column, and where a file has it; nowhere where `said` is None: then it is empty."""

    column: Column
    said: ColumnMapping | None

    @property
    def name(self) -> str:
        """What the column is called in files."""
        return "student_id" if self.column.kind == "student" else self.column.name


@dataclass(frozen=True)
class FileLayout:
    """How one file is read as rows of one table: its columns are known by their place."""

    delivered: DeliveredTable
    file: str
    names: tuple[str, ...]
    cells: tuple[MappedColumn, ...]

    def place(self, name: str) -> str:
        """What the file's column of that name is called while it is read."""
        return f"c{self.names.index(name)}"

    @property
    def known_on(self) -> str | None:
        """The file's column that says when a row became known, None where a rule says it."""
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
        return tuple(name for name in self.names if name in self.required)

    @property
    def unused(self) -> tuple[str, ...]:
        """The file's columns that nothing reads."""
        return tuple(name for name in self.names if name not in self.used)


def layout_of(delivered: DeliveredTable, file: str, names: Sequence[str]) -> FileLayout:
    """How a file is read whose header has these names, made unique: the second `a` is `a (2)`."""
    return FileLayout(delivered, file, tuple(names), tuple(cells_of(delivered, names)))


def cells_of(delivered: DeliveredTable, names: Sequence[str]) -> Iterator[MappedColumn]:
    """Every canonical column with its place."""
    for column in columns_read(delivered):
        cell = MappedColumn(column, None)
        said = delivered.mapping.columns.get(cell.name)
        if said is None and (cell.name in names or column.required):
            said = ColumnMapping(column=cell.name)
        yield MappedColumn(column, said)


def columns_read(delivered: DeliveredTable) -> tuple[Column, ...]:
    """The columns that a file of a table gives; first a school year of which a column is but a day."""
    own = tuple(column for column in delivered.table.columns if column.kind != "assigned")
    asked = any(said.day_of_school_year for said in delivered.mapping.columns.values())
    return own if SCHOOL_YEAR in own or not asked else (SCHOOL_YEAR, *own)


def mapped_names(files: FileMapping, cells: Sequence[MappedColumn]) -> Iterator[str]:
    """The file's columns that a mapping reads, without the one of `known_on`."""
    for cell in cells:
        if cell.said and cell.said.column:
            yield cell.said.column
        if cell.said and cell.said.lookup:
            yield from cell.said.lookup.match
    yield from files.leave_out
    if files.deletes:
        yield files.deletes.column

"""Reads of SQLite asked of its driver: a statement that is kept, without SQLAlchemy's way of asking it.

SQLite answers most of what a page asks in some microseconds, in this process; to get it asked through a connection of
SQLAlchemy takes 30 to 65, and 120 to 160 where a session makes objects of the rows. The statement is still
SQLAlchemy's, and so is how a value becomes a parameter and a cell a value.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], object]
Cells = tuple[object, ...]
LIST = re.compile(r"__\[POSTCOMPILE_(\w+)\]")
"""Where SQLAlchemy leaves the place of a list in a statement's text."""


@dataclass(frozen=True)
class SqliteStatement:
    """A statement's text, the names of its parameters in their order, and what converts each of them and each cell."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, object]
    lists: frozenset[str]
    bound: Mapping[str, Convert]
    columns: tuple[str, ...]
    converts: tuple[tuple[int, Convert], ...]

    def given(self, name: str, values: Mapping[str, object]) -> object:
        """The value of a parameter: one of these, or the statement's own."""
        return values[name] if name in values else self.fixed[name]

    def parameters(self, values: Mapping[str, object]) -> list[object]:
        """The parameters for these values, those of a list one after the other."""
        found: list[object] = []
        for name in self.names:
            given, convert = self.given(name, values), self.bound.get(name)
            several = cast("Sequence[object]", given) if name in self.lists else (given,)
            found.extend(several if convert is None else map(convert, several))
        return found

    def text_for(self, values: Mapping[str, object]) -> str:
        """The text with a place for each value of its lists."""
        if not self.lists:
            return self.text
        length = {name: len(cast("Sequence[object]", self.given(name, values))) for name in self.lists}
        return LIST.sub(lambda found: ",".join("?" * length[found[1]]), self.text)

    def read(self, driver: sqlite3.Connection, values: Mapping[str, object]) -> list[Cells]:
        """The rows for these values."""
        rows: list[Cells] = driver.execute(self.text_for(values), self.parameters(values)).fetchall()
        return self.converted(rows) if rows and self.converts else rows

    def converted(self, rows: Sequence[Cells]) -> list[Cells]:
        """Rows with their cells as values, a column at a time."""
        columns: list[Iterable[object]] = list(zip(*rows, strict=True))
        for at, convert in self.converts:
            columns[at] = map(convert, columns[at])
        return list(zip(*columns, strict=True))


PREPARED: WeakKeyDictionary[Executable, SqliteStatement] = WeakKeyDictionary()
"""The texts of statements that are kept, as long as these are."""


def read_rows(connection: Connection, found: Executable, values: Mapping[str, object]) -> list[Cells] | None:
    """The rows of a statement on SQLite; None on another database, and where SQLite refuses.

    Then SQLAlchemy asks, and says what is wrong as it always does.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        return None
    try:
        return statement_of(found, connection.dialect).read(driver, values)
    except sqlite3.Error:
        return None


def column_names(connection: Connection, found: Executable) -> tuple[str, ...]:
    """The names of a statement's columns."""
    return statement_of(found, connection.dialect).columns


def statement_of(found: Executable, dialect: Dialect) -> SqliteStatement:
    """The text of a statement, put together when it is first asked."""
    if found not in PREPARED:
        PREPARED[found] = prepare(found, dialect)
    return PREPARED[found]


def prepare(found: Executable, dialect: Dialect) -> SqliteStatement:
    """A statement's text and conversions, from SQLAlchemy's compiler."""
    compiled = cast("SQLCompiler", cast("ClauseElement", found).compile(dialect=dialect))
    binds, names = compiled.binds, tuple(compiled.positiontup or ())
    bound = {name: binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in set(names)}
    columns = compiled._result_columns
    converts = ((at, converter(one.type, dialect)) for at, one in enumerate(columns))
    return SqliteStatement(
        text=str(compiled),
        names=names,
        fixed={name: binds[name].effective_value for name in names},
        lists=frozenset(LIST.findall(str(compiled))),
        bound={name: convert for name, convert in bound.items() if convert is not None},
        columns=tuple(one.name for one in columns),
        converts=tuple((at, convert) for at, convert in converts if convert is not None),
    )


def converter(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What makes a value of a cell of a type; None where the cell is the value."""
    return kind.dialect_impl(dialect).result_processor(dialect, None)

"""A preview of each table's first parsed rows, for whoever writes a mapping."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis.expr.types as ir
import pandas as pd
from rich.console import Console
from rich.table import Table as Drawn

from features.engine.script_cache import query_script
from features.ingest.rules.no_shows import LEFT_OUT
from features.ingest.staging_tables import columns_of, parsed_table
from features.table_schema import Table
from features.tables import TABLES
from features.warehouse.reader import Reader

ROWS = 5
HIDDEN = ("student_id", "first_name", "last_name", "birth_date", "state_id", "email", "incident_id", "support_id")
"""Columns that identify a person, and ids that may be joined from such: a preview shows only their shape."""


@dataclass(frozen=True)
class Preview:
    """A table's first parsed rows as text; cells that identify a person are masked.

    `empty` names the columns that none of them fills.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: tuple[str, ...] = ()


def previews_of(staged: Path) -> tuple[Preview, ...]:
    """A preview of every table in a staging file, finished or not; nothing where there is no file."""
    if not staged.exists():
        return ()
    connection = duckdb.connect(str(staged), read_only=True, config={"threads": "1"})
    try:
        reader = Reader(connection)
        there = set(reader.frame("SHOW TABLES")["name"])
        return tuple(
            preview_of(reader, table) for table in TABLES.values() if parsed_table(table.name).get_name() in there
        )  # fmt: skip
    finally:
        connection.close()


def preview_of(reader: Reader, table: Table) -> Preview:
    """A table's first rows."""
    shown = shown_columns(table.name)
    found = reader.run(query_script(first_rows, table.name))
    cells = tuple(
        tuple(cell(name, value) for name, value in zip(shown, row, strict=True))
        for row in found.itertuples(index=False)
    )
    filled = [place for place in range(len(shown)) if shown[place] == "rule" or any(row[place] for row in cells)]
    return Preview(
        table.name,
        columns=tuple(shown[place] for place in filled),
        rows=tuple(tuple(row[place] for place in filled) for row in cells),
        empty=tuple(name for place, name in enumerate(shown) if place not in filled),
    )


def shown_columns(name: str) -> list[str]:
    """The columns of a table's preview."""
    return ["row", *columns_of(TABLES[name]), "known_on", "rule"]


def first_rows(name: str) -> ir.Table:
    """The first parsed rows of a table."""
    return parsed_table(name).order_by("file", "row").limit(ROWS).select(*shown_columns(name))


def cell(column: str, value: object) -> str:
    """A cell's text, masked where the column identifies a person."""
    if pd.isna(value):  # type: ignore[call-overload]  # cells are single values
        return ""
    if column == "rule" and value == LEFT_OUT:
        return "left out"
    text = str(value.date()) if isinstance(value, pd.Timestamp) else str(value)
    return "".join("9" if c.isdigit() else "x" if c.isalpha() else c for c in text) if column in HIDDEN else text


def print_preview(preview: Preview, console: Console) -> None:
    """The preview as a table; a rule in the last column says why a row is not taken."""
    drawn = Drawn(*preview.columns, title=f"{preview.table}, as understood", title_justify="left")
    for row in preview.rows:
        drawn.add_row(*row)
    console.print(drawn)
    if preview.rows and preview.empty:
        console.print(f"empty in these rows: {', '.join(preview.empty)}", soft_wrap=True, highlight=False)

"""What no row may do. Each rule has a code; a row stays in quarantine with the first that it breaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.file_mapping.declaration import Lookup
from features.ingest.mapping.file_layout import FileLayout, MappedColumn
from features.ingest.mapping.type_conversion import IDS, expected_of, is_spreadsheet_damaged
from features.table_schema import Column, Table

LONGEST_CODE = 24
"""Characters that a code may have. What is longer may be anything, and is masked."""


@dataclass(frozen=True)
class CrossFieldRule:
    """Two cells of a row, of which the first may not be more than the second. Either may be empty."""

    table: str
    least: str
    most: str
    meaning: str


CROSS_FIELD_RULES = (
    CrossFieldRule("terms", "start_date", "end_date", "a term that ends on or after the day it starts"),
    CrossFieldRule("demographics", "start_date", "end_date", "an attribute that holds at least on the day it starts"),
    CrossFieldRule("programs", "start_date", "end_date", "a program that ends on or after the day it starts"),
    CrossFieldRule("enrollments", "entry_date", "exit_date", "a spell that ends on or after the day of entry"),
    CrossFieldRule(
        "marks", "credits_earned_hundredths", "credits_attempted_hundredths", "no more credits earned than attempted"
    ),
    CrossFieldRule("caseloads", "start_date", "end_date", "a caseload that ends on or after the day it starts"),
    CrossFieldRule("supports", "date", "end_date", "a plan that ends on or after the day it begins"),
)
"""Every rule about two cells of a row."""


@dataclass(frozen=True, eq=False)
class RowRule:
    """What no row may do: its code, the columns, when it is broken, and what was expected instead."""

    code: str
    columns: tuple[str, ...]
    broken: ir.BooleanValue
    expected: str
    shown: ir.StringValue
    is_code: bool = False

    @property
    def named(self) -> str:
        """Its columns, for people."""
        return ", ".join(self.columns)


@dataclass(frozen=True)
class CellValues:
    """The cells of a file as they are read: the text of each, and its value, which may be nothing."""

    layout: FileLayout
    rows: ir.Table

    def cell(self, name: str) -> ir.StringValue:
        """A canonical column's cell as the file has it, after a look-up."""
        return self.rows[f"cell_{name}"]

    def text(self, name: str) -> ir.StringValue:
        """A canonical column's text, after its pattern and padding."""
        return self.rows[f"text_{name}"]

    def value(self, name: str) -> ir.Value:
        """A canonical column's value."""
        return self.rows[name]


def cell_rules(cells: CellValues, cell: MappedColumn) -> Iterator[RowRule]:
    """What breaks a column's declaration. A column that is always the same, or nowhere, breaks nothing."""
    said, name = cell.said, (cell.name,)
    if said is None or said.always is not None or said.day_of_school_year is not None:
        return
    shown, text = cells.cell(cell.name), cells.text(cell.name)
    if said.lookup:
        yield from lookup_rules(cells, cell, said.lookup)
    if said.pattern is not None:
        yield RowRule("ROW03", name, shown.notnull() & ~shown.re_search(said.pattern), "a value of its pattern", shown)
    if cell.name in IDS:
        yield RowRule(
            "ROW10",
            name,
            is_spreadsheet_damaged(text),
            "an id; a spreadsheet changed it: export the column as text",
            shown,
        )
    if cell.column.required:
        yield RowRule("ROW02", name, is_empty(cells, cell), "a value; this column may not be empty", shown)
    yield from format_rules(cells, cell)
    if cell.column.least is not None and cell.column.most is not None:
        value, within = cells.value(cell.name), f"from {cell.column.least} to {cell.column.most}"
        yield RowRule("ROW05", name, ~value.between(cell.column.least, cell.column.most), within, shown)


def lookup_rules(cells: CellValues, cell: MappedColumn, lookup: Lookup) -> Iterator[RowRule]:
    """A look-up that finds nothing where there must be something, or several values where one is asked for."""
    found, nothing = cells.rows[f"found_{cell.name}"], ibis.null("string")
    if cell.column.required:
        yield RowRule("ROW12", (cell.name,), found == 0, f"a value of it in {lookup.file}, which has none", nothing)
    if lookup.take == "one":
        several = f"one value of it in {lookup.file}, which has several; take = says which counts"
        yield RowRule("ROW12", (cell.name,), found > 1, several, nothing)


def is_empty(cells: CellValues, cell: MappedColumn) -> ir.BooleanValue:
    """Whether a column's cell has nothing in it, or a code that means nothing."""
    text, codes = cells.text(cell.name), codes_of(cells, cell)
    return text.isnull() & cells.value(cell.name).isnull() if "" in codes else text.isnull()


def codes_of(cells: CellValues, cell: MappedColumn) -> Mapping[str, str]:
    """The column's codes and what they mean."""
    return cells.layout.delivered.mapping.codes.get(cell.name, {})


def format_rules(cells: CellValues, cell: MappedColumn) -> Iterator[RowRule]:
    """A text that has not the form of its kind, or is none of the column's codes or allowed values."""
    said, codes, name = cell.said, codes_of(cells, cell), (cell.name,)
    text, shown = cells.text(cell.name), cells.cell(cell.name)
    if codes:
        yield RowRule(
            "ROW04",
            name,
            text.notin([code for code in codes if code]),
            unmapped_code_message(cells, cell),
            text,
            is_code=True,
        )
    elif cell.column.allowed or cell.column.kind == "boolean":
        broken = text.notnull() & cells.value(cell.name).isnull()
        yield RowRule("ROW04", name, broken, allowed_values(cell.column), text, is_code=True)
    elif cell.column.kind not in ("text", "student") and said is not None:
        broken = text.notnull() & cells.value(cell.name).isnull()
        yield RowRule(
            "ROW03", name, broken, expected_of(cell.column, said, cells.layout.delivered.dialect.dates), shown
        )


def unmapped_code_message(cells: CellValues, cell: MappedColumn) -> str:
    """The sentence for a code that is not mapped."""
    return (
        f"a code that [{codes_setting(cells.layout.delivered.table, cell.name)}] maps to {allowed_values(cell.column)}"
    )


def codes_setting(table: Table, name: str) -> str:
    """Where `ontrack.toml` maps the codes of a canonical column."""
    return f"districts.files.{table.name}.codes.{name}"


def allowed_values(column: Column) -> str:
    """What a code may mean."""
    if column.kind == "boolean":
        return "true or false"
    return f"one of {', '.join(column.allowed)}" if column.allowed else f"a value of {column.name}"


def cross_field_rules(cells: CellValues) -> Iterator[RowRule]:
    """Two cells of a row that contradict each other."""
    for rule in CROSS_FIELD_RULES:
        if rule.table == cells.layout.delivered.table.name:
            least, most = cells.value(rule.least), cells.value(rule.most)
            shown = least.cast("string") + " … " + most.cast("string")
            yield RowRule("ROW06", (rule.least, rule.most), most < least, rule.meaning, shown)

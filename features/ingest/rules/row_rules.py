"""What no row may do. Each rule has a code; a row stays in quarantine with the first that it breaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.file_mapping.declaration import Lookup
from features.ingest.mapping.cell_types import IDS, expected_of, mangled
from features.ingest.mapping.header import Cell, Plan
from features.table_schema import Column, Table

LONGEST_CODE = 24
"""Characters that a code may have. What is longer may be anything, and is masked."""


@dataclass(frozen=True)
class CrossField:
    """Two cells of a row, of which the first may not be more than the second. Either may be empty."""

    table: str
    least: str
    most: str
    meaning: str


CROSS_FIELDS = (
    CrossField("terms", "start_date", "end_date", "a term that ends on or after the day it starts"),
    CrossField("demographics", "start_date", "end_date", "an attribute that holds at least on the day it starts"),
    CrossField("programs", "start_date", "end_date", "a program that ends on or after the day it starts"),
    CrossField("enrollments", "entry_date", "exit_date", "a spell that ends on or after the day of entry"),
    CrossField(
        "marks", "credits_earned_hundredths", "credits_attempted_hundredths", "no more credits earned than attempted"
    ),
    CrossField("caseloads", "start_date", "end_date", "a caseload that ends on or after the day it starts"),
    CrossField("supports", "date", "end_date", "a plan that ends on or after the day it begins"),
)
"""Every rule about two cells of a row."""


@dataclass(frozen=True, eq=False)
class Rule:
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
class Read:
    """The cells of a file as they are read: the text of each, and its value, which may be nothing."""

    plan: Plan
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


def rules_of_cell(read: Read, cell: Cell) -> Iterator[Rule]:
    """What breaks a column's declaration. A column that is always the same, or nowhere, breaks nothing."""
    said, name = cell.said, (cell.name,)
    if said is None or said.always is not None or said.day_of_school_year is not None:
        return
    shown, text = read.cell(cell.name), read.text(cell.name)
    if said.lookup:
        yield from rules_of_lookup(read, cell, said.lookup)
    if said.pattern is not None:
        yield Rule("ROW03", name, shown.notnull() & ~shown.re_search(said.pattern), "a value of its pattern", shown)
    if cell.name in IDS:
        yield Rule("ROW10", name, mangled(text), "an id; a spreadsheet changed it: export the column as text", shown)
    if cell.column.required:
        yield Rule("ROW02", name, empty(read, cell), "a value; this column may not be empty", shown)
    yield from rules_of_form(read, cell)
    if cell.column.least is not None and cell.column.most is not None:
        value, within = read.value(cell.name), f"from {cell.column.least} to {cell.column.most}"
        yield Rule("ROW05", name, ~value.between(cell.column.least, cell.column.most), within, shown)


def rules_of_lookup(read: Read, cell: Cell, lookup: Lookup) -> Iterator[Rule]:
    """A look-up that finds nothing where there must be something, or several values where one is asked for."""
    found, nothing = read.rows[f"found_{cell.name}"], ibis.null("string")
    if cell.column.required:
        yield Rule("ROW12", (cell.name,), found == 0, f"a value of it in {lookup.file}, which has none", nothing)
    if lookup.take == "one":
        several = f"one value of it in {lookup.file}, which has several; take = says which counts"
        yield Rule("ROW12", (cell.name,), found > 1, several, nothing)


def empty(read: Read, cell: Cell) -> ir.BooleanValue:
    """Whether a column's cell has nothing in it, or a code that means nothing."""
    text, codes = read.text(cell.name), codes_of(read, cell)
    return text.isnull() & read.value(cell.name).isnull() if "" in codes else text.isnull()


def codes_of(read: Read, cell: Cell) -> Mapping[str, str]:
    """The column's codes and what they mean."""
    return read.plan.sent.files.codes.get(cell.name, {})


def rules_of_form(read: Read, cell: Cell) -> Iterator[Rule]:
    """A text that has not the form of its kind, or is none of the column's codes or allowed values."""
    said, codes, name = cell.said, codes_of(read, cell), (cell.name,)
    text, shown = read.text(cell.name), read.cell(cell.name)
    if codes:
        yield Rule("ROW04", name, text.notin([code for code in codes if code]), mapped(read, cell), text, is_code=True)
    elif cell.column.allowed or cell.column.kind == "boolean":
        broken = text.notnull() & read.value(cell.name).isnull()
        yield Rule("ROW04", name, broken, one_of(cell.column), text, is_code=True)
    elif cell.column.kind not in ("text", "student") and said is not None:
        broken = text.notnull() & read.value(cell.name).isnull()
        yield Rule("ROW03", name, broken, expected_of(cell.column, said, read.plan.sent.dialect.dates), shown)


def mapped(read: Read, cell: Cell) -> str:
    """The sentence for a code that is not mapped."""
    return f"a code that [{place_of_codes(read.plan.sent.table, cell.name)}] maps to {one_of(cell.column)}"


def place_of_codes(table: Table, name: str) -> str:
    """Where `ontrack.toml` maps the codes of a canonical column."""
    return f"districts.files.{table.name}.codes.{name}"


def one_of(column: Column) -> str:
    """What a code may mean."""
    if column.kind == "boolean":
        return "true or false"
    return f"one of {', '.join(column.allowed)}" if column.allowed else f"a value of {column.name}"


def rules_across_cells(read: Read) -> Iterator[Rule]:
    """Two cells of a row that contradict each other."""
    for rule in CROSS_FIELDS:
        if rule.table == read.plan.sent.table.name:
            least, most = read.value(rule.least), read.value(rule.most)
            shown = least.cast("string") + " … " + most.cast("string")
            yield Rule("ROW06", (rule.least, rule.most), most < least, rule.meaning, shown)

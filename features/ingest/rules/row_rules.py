"""Row rules: what is checked of each row by itself. A row goes to quarantine with the first rule that it breaks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.file_mapping.column_mapping import Lookup
from features.file_mapping.date_formats import SPREADSHEET
from features.file_mapping.declaration import Dialect
from features.file_mapping.mark_scales import has_scale
from features.ingest.mapping.file_layout import FileLayout, MappedColumn
from features.ingest.mapping.type_conversion import (
    DECIMAL_COMMA,
    EARLIEST,
    IDS,
    LATEST,
    NUMBERS,
    UNDECLARED_COMMA,
    UNDECLARED_DAY_COUNT,
    describe_format,
    is_day_count,
    is_spreadsheet_damaged,
)
from features.table_schema import Column, Table

OTHER_MARKS = "; what other marks mean says scale = … below [districts.files.marks]"
UNREAD_MARK = "a mark, number or code that its scale below [districts.files.marks] reads"

OTHER_DATES = (
    f" and of {EARLIEST} to {LATEST}; `dates` in [districts.reading] says in which other forms dates are written, and "
    "`null` which of them mean none"
)
"""The end of a message about a date of no declared form."""

LONGEST = dict.fromkeys(IDS, 200) | {"email": 320}
"""The most characters of what the service database finds rows by: an index of PostgreSQL takes 2,704 bytes."""

LONGEST_CODE = 24
"""The most characters a code has. A longer value may be free text, so it is masked."""


@dataclass(frozen=True)
class CrossFieldRule:
    """Two cells of a row of which the first may not be greater than the second. Either may be empty."""

    table: str
    least: str
    most: str
    meaning: str


CROSS_FIELD_RULES = (
    CrossFieldRule("terms", "start_date", "end_date", "a term that ends on or after the day it starts"),
    CrossFieldRule("school_terms", "start_date", "end_date", "a term that ends on or after the day it starts"),
    CrossFieldRule("demographics", "start_date", "end_date", "an attribute that holds at least on the day it starts"),
    CrossFieldRule("programs", "start_date", "end_date", "a program that ends on or after the day it starts"),
    CrossFieldRule("enrollments", "entry_date", "exit_date", "a spell that ends on or after the day of entry"),
    CrossFieldRule(
        "marks", "credits_earned_hundredths", "credits_attempted_hundredths", "no more credits earned than attempted"
    ),
    CrossFieldRule(
        "section_enrollments", "start_date", "end_date", "a section that ends on or after the day it starts"
    ),
    CrossFieldRule("caseloads", "start_date", "end_date", "a caseload that ends on or after the day it starts"),
    CrossFieldRule("supports", "date", "end_date", "a plan that ends on or after the day it begins"),
)
"""Every rule about two cells of one row (ROW06)."""


@dataclass(frozen=True, eq=False)
class RowRule:
    """A rule for rows: its code, its columns, the condition that breaks it, and what was expected."""

    code: str
    columns: tuple[str, ...]
    broken: ir.BooleanValue
    expected: str
    shown: ir.StringValue
    is_code: bool = False

    @property
    def named(self) -> str:
        """Its columns as people read them."""
        return ", ".join(self.columns)


@dataclass(frozen=True)
class CellValues:
    """A file's rows with, for each canonical column, the cell, its text, and its value, which may be null."""

    layout: FileLayout
    rows: ir.Table

    def cell(self, name: str) -> ir.StringValue:
        """A column's cell as the file, or the look-up, has it."""
        return self.rows[f"cell_{name}"]

    def text(self, name: str) -> ir.StringValue:
        """A column's text after its pattern and zero padding."""
        return self.rows[f"text_{name}"]

    def value(self, name: str) -> ir.Value:
        """A column's converted value."""
        return self.rows[name]


def cell_rules(cells: CellValues, cell: MappedColumn) -> Iterator[RowRule]:
    """The rules of one column. A constant column, or one that the file does not have, has none."""
    mapping, name = cell.mapping, (cell.name,)
    if mapping is None or mapping.always is not None or mapping.day_of_school_year is not None:
        return
    shown, text = cells.cell(cell.name), cells.text(cell.name)
    if mapping.lookup:
        yield from lookup_rules(cells, cell, mapping.lookup)
    if mapping.pattern is not None:
        yield RowRule(
            "ROW03", name, shown.notnull() & ~shown.re_search(mapping.pattern), "a value of its pattern", shown
        )
    if cell.name in IDS:
        yield RowRule(
            "ROW10",
            name,
            is_spreadsheet_damaged(text),
            "an id; a spreadsheet changed it: export the column as text",
            shown,
        )
    if cell.name in LONGEST:
        longest = LONGEST[cell.name]
        yield RowRule("ROW03", name, text.length() > longest, f"{longest} characters at most", shown)
    if cell.column.required:
        yield RowRule("ROW02", name, is_empty(cells, cell), "a value; this column may not be empty", shown)
    yield from format_rules(cells, cell)
    if cell.column.least is not None and cell.column.most is not None:
        value, within = cells.value(cell.name), f"from {cell.column.least} to {cell.column.most}"
        yield RowRule("ROW05", name, ~value.between(cell.column.least, cell.column.most), within, shown)


def lookup_rules(cells: CellValues, cell: MappedColumn, lookup: Lookup) -> Iterator[RowRule]:
    """Rules about a look-up: it finds nothing for a required column, or several values where one must be found."""
    found, nothing = cells.rows[f"found_{cell.name}"], ibis.null("string")
    if cell.column.required:
        yield RowRule("ROW12", (cell.name,), found == 0, f"a value of it in {lookup.file}, which has none", nothing)
    if lookup.take == "one":
        several = f"one value of it in {lookup.file}, which has several; take = says which counts"
        yield RowRule("ROW12", (cell.name,), found > 1, several, nothing)


def is_empty(cells: CellValues, cell: MappedColumn) -> ir.BooleanValue:
    """Whether a column's cell is empty, or holds a code for an empty value."""
    text, codes = cells.text(cell.name), codes_of(cells, cell)
    return text.isnull() & cells.value(cell.name).isnull() if "" in codes else text.isnull()


def codes_of(cells: CellValues, cell: MappedColumn) -> Mapping[str, str]:
    """A column's codes and their meanings."""
    return cells.layout.delivered.mapping.codes.get(cell.name, {})


def format_rules(cells: CellValues, cell: MappedColumn) -> Iterator[RowRule]:
    """Rules about format: a text of another kind, or none of the column's codes or allowed values."""
    mapping, codes, name = cell.mapping, codes_of(cells, cell), (cell.name,)
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
    elif cell.name == "mark" and has_scale(cells.layout.delivered.mapping):
        unread = text.notnull() & cells.value("mark").isnull() & cells.value("mark_status").isnull()
        yield RowRule("ROW04", name, unread, UNREAD_MARK, text, is_code=True)
    elif cell.column.allowed or cell.column.kind == "boolean":
        broken = text.notnull() & cells.value(cell.name).isnull()
        other = OTHER_MARKS if cell.name == "mark" else ""
        yield RowRule("ROW04", name, broken, f"{allowed_values(cell.column)}{other}", text, is_code=True)
    elif cell.column.pattern:
        fits = text.re_search(f"^{cell.column.pattern}$")
        yield RowRule("ROW03", name, text.notnull() & ~fits, f"a value like {cell.column.pattern}", shown)
    elif cell.column.kind not in ("text", "student") and mapping is not None:
        broken, dialect = text.notnull() & cells.value(cell.name).isnull(), cells.layout.delivered.dialect
        form = describe_format(cell.column, mapping, dialect)
        for alike, hint in spelled_otherwise(cell.column, text, mapping.dates or dialect.dates, dialect):
            yield RowRule("ROW03", name, broken & alike, f"{form}; {hint}", shown)
        other = OTHER_DATES if cell.column.kind == "date" else ""
        yield RowRule("ROW03", name, broken, f"{form}{other}", shown)


def spelled_otherwise(
    column: Column, text: ir.StringValue, dates: Sequence[str], dialect: Dialect
) -> Iterator[tuple[ir.BooleanValue, str]]:
    """Texts that another declaration would read, each with what to declare."""
    if column.kind == "date" and SPREADSHEET not in dates:
        yield is_day_count(text), UNDECLARED_DAY_COUNT
    if column.kind in NUMBERS and dialect.decimal != "," and dialect.thousands != ",":
        yield text.re_search(DECIMAL_COMMA), UNDECLARED_COMMA


def unmapped_code_message(cells: CellValues, cell: MappedColumn) -> str:
    """The message for a code that is not mapped."""
    return (
        f"a code that [{codes_setting(cells.layout.delivered.table, cell.name)}] maps to {allowed_values(cell.column)}"
    )


def codes_setting(table: Table, name: str) -> str:
    """The table of `ontrack.toml` that maps a column's codes."""
    return f"districts.files.{table.name}.codes.{name}"


def allowed_values(column: Column) -> str:
    """The values that a code may be mapped to, for a message."""
    if column.kind == "boolean":
        return "true or false"
    return f"one of {', '.join(column.allowed)}" if column.allowed else f"a value of {column.name}"


def cross_field_rules(cells: CellValues) -> Iterator[RowRule]:
    """Rules about two cells of a row that contradict each other."""
    for rule in CROSS_FIELD_RULES:
        if rule.table == cells.layout.delivered.table.name:
            least, most = cells.value(rule.least), cells.value(rule.most)
            shown = least.cast("string") + " … " + most.cast("string")
            yield RowRule("ROW06", (rule.least, rule.most), most < least, rule.meaning, shown)

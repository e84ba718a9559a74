"""What a staged file must satisfy before a row of it is loaded. Checks are Ibis, findings name the row."""

from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.csv_source import Finding, SourceFile
from features.engine import IBIS_TYPES
from features.tables import TABLES, Column, Kind, Table
from features.warehouse import Writer

MOST_FINDINGS = 100
"""Findings read per check: enough to see the pattern, bounded for a file that is wrong throughout."""

FORMS: dict[Kind, tuple[str, str]] = {
    "integer": (r"^-?[0-9]{1,18}$", "a whole number"),
    "hundredths": (r"^-?[0-9]{1,18}$", "a whole number of hundredths"),
    "date": (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "a date as YYYY-MM-DD"),
    "boolean": (r"^(true|false)$", "true or false"),
    "real": (r"^-?[0-9]+(\.[0-9]+)?$", "a number"),
}
"""How a value of each kind is written in a file, and what to call it in an error."""

KNOWN_ON = Column("known_on", "date", "the local date on which the district knew this")


def columns_in_file(table: Table) -> tuple[Column, ...]:
    """The columns a file of the table has, students by their own id."""
    own = (c for c in table.columns if c.kind != "assigned")
    return (*(Column("student_id", "student", c.meaning) if c.kind == "student" else c for c in own), KNOWN_ON)


@dataclass(frozen=True)
class Rule:
    """What no row of a table may do."""

    column: str
    broken: ir.BooleanValue
    expected: str


def row_findings(writer: Writer, file: SourceFile) -> Iterator[Finding]:
    """Every row of a staged file that breaks its table's own rules. One query where none does."""
    rows = with_repeats(file.table)
    rules = [rule for column in columns_in_file(file.table) for rule in rules_of(column, rows[column.name])]
    key = ", ".join(key_in_file(name) for name in file.table.key)
    rules.append(Rule(key, rows.repeats > 0, "each key once per known_on; this row repeats one"))
    counts = {f"rule_{i}": ibis.coalesce(rule.broken, False).sum() for i, rule in enumerate(rules)}
    found = writer.table(rows.aggregate(**counts)).iloc[0]
    for i, rule in enumerate(rules):
        if found[f"rule_{i}"] > 0:
            yield from findings(writer, file, rows.filter(rule.broken), rule.column, rule.expected)


def with_repeats(table: Table) -> ir.Table:
    """A staged table with `repeats`, how many earlier rows say the same record known on the same date."""
    key = [key_in_file(name) for name in table.key]
    return staged(table).mutate(repeats=ibis.row_number().over(group_by=[*key, "known_on"], order_by="row"))


def rules_of(column: Column, value: ir.StringColumn) -> Iterator[Rule]:
    """What breaks a column's declaration, and what was expected instead."""
    if column.required:
        yield Rule(column.name, value.isnull(), "a value; this column may not be empty")
    if column.kind in FORMS:
        pattern, expected = FORMS[column.kind]
        typed = value.try_cast(IBIS_TYPES[column.kind])
        yield Rule(column.name, value.notnull() & (~value.re_search(pattern) | typed.isnull()), expected)
    if column.allowed:
        yield Rule(column.name, value.notnull() & value.notin(column.allowed), f"one of {', '.join(column.allowed)}")
    if column.least is not None and column.most is not None:
        number = value.try_cast("int64")
        within = f"from {column.least} to {column.most}"
        yield Rule(column.name, number.notnull() & ~number.between(column.least, column.most), within)


def orphans(writer: Writer, file: SourceFile, column: str, others: str) -> Iterator[Finding]:
    """Rows that name a student or a school the district did not send."""
    named = staged(file.table).filter(ibis._[column].notnull())
    lost = named.anti_join(staged(TABLES[others]).select(column).distinct(), column)
    yield from findings(writer, file, lost, column, f"an id that {others}.csv has")


def findings(writer: Writer, file: SourceFile, broken: ir.Table, column: str, expected: str) -> Iterator[Finding]:
    """A finding per broken row, in file order."""
    rows = writer.table(broken.select("row").order_by("row").limit(MOST_FINDINGS))
    for row in rows["row"]:
        yield Finding(file.path.name, int(row), column, f"expected {expected}")


def staged_name(table: Table) -> str:
    """What a table's staged file is called while it is checked."""
    return f"staged_{table.name}"


def staged(table: Table) -> ir.Table:
    """A table's staged file: text columns, and the row in the file."""
    return ibis.table({"row": "int64", **{c.name: "string" for c in columns_in_file(table)}}, name=staged_name(table))


def key_in_file(name: str) -> str:
    """A key column as files call it."""
    return "student_id" if name == "student_key" else name

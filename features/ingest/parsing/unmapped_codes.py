"""Codes that are not mapped yet, as lines to add to `ontrack.toml`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.ingest.delivery import DeliveredTable
from features.ingest.mapping.type_conversion import mask
from features.ingest.parsing.mark_scale_lines import is_number, scale_lines
from features.ingest.rules.row_rules import LONGEST_CODE, allowed_values, codes_setting
from features.ingest.staging_tables import columns_of, parsed_table, update_rows
from features.table_schema import Column
from features.warehouse.writer import Writer

MOST_CODES = 50
"""The most different values that a column of codes has."""


@dataclass(frozen=True)
class UnmappedColumn:
    """A canonical column's unmapped codes, the most frequent first, each with its number of rows."""

    delivered: DeliveredTable
    name: str
    codes: tuple[tuple[str, int], ...]

    @property
    def column(self) -> Column:
        """The canonical column."""
        return self.delivered.table.column(self.name)

    @property
    def mapped(self) -> bool:
        """Whether some of its codes are mapped already."""
        return bool(self.delivered.mapping.codes.get(self.name))

    @property
    def are_codes(self) -> bool:
        """Whether they look like codes. Otherwise they may be anything, names too."""
        words = [code for code, _ in self.codes if not (self.of_marks and is_number(code))]
        return len(words) <= MOST_CODES and all(len(code) <= LONGEST_CODE for code in words)

    @property
    def of_marks(self) -> bool:
        """Whether they are marks without codes of their own, which a scale can read."""
        return self.column.name == "mark" and not self.mapped


def code_mapping_lines(writer: Writer, delivered: Sequence[DeliveredTable]) -> list[str]:
    """Lines for `ontrack.toml`: for every column its unmapped codes, each with its number of rows.

    A column whose values do not look like codes is only named: its values may be names.
    """
    return [line for one in delivered for column in unmapped_columns(writer, one) for line in lines_of(column)]


def unmapped_columns(writer: Writer, delivered: DeliveredTable) -> Iterator[UnmappedColumn]:
    """Each column of a table with unmapped codes."""
    codes = writer.records(query_script(code_counts, delivered.table.name))
    for name in columns_of(delivered.table) if codes else ():
        own = tuple((code, n) for column, code, n in codes if column == name)
        if own:
            yield UnmappedColumn(delivered, name, own)


def code_counts(name: str) -> ir.Table:
    """The unmapped codes of each column of a table with their numbers of rows, the most frequent first."""
    rows = parsed_table(name)
    each = rows.filter(rows.unmapped.notnull()).select(one=rows.unmapped.unnest())
    each = each.filter(each.one.notnull()).select(column=each.one["column"], code=each.one["code"])
    counts = each.group_by("column", "code").aggregate(n=each.count())
    return counts.order_by(ibis.desc("n"), "code")


def mask_free_text(writer: Writer, delivered: DeliveredTable) -> None:
    """Masks the values of columns that do not look like codes."""
    for column in unmapped_columns(writer, delivered):
        if not column.are_codes:
            masked = query_script(masked_codes, delivered.table.name, column.name)
            update_rows(writer, delivered.table, ["shown"], masked)


def masked_codes(table: str, column: str) -> ir.Table:
    """The rows with an unmapped code in a column, its value masked."""
    rows = parsed_table(table)
    broken = rows.filter((rows.rule == "ROW04") & (rows.broken == column))
    return broken.select("file", "row", shown=mask(broken.shown))


def lines_of(column: UnmappedColumn) -> Iterator[str]:
    """The lines for one column. `?` is not a valid meaning, so each code must be decided on."""
    place = codes_setting(column.delivered.table, column.name)
    if not column.are_codes:
        name = f"{column.delivered.table.name}.{column.name}"
        yield f"# {name} does not look like a column of codes; is it the right one?"
        return
    if column.of_marks:
        yield from scale_lines(column.delivered.mapping, column.codes)
        return
    if column.mapped:
        yield f"# below [{place}]"
    else:
        yield f"[{place}]"
        yield from (f"{json.dumps(value)} = {json.dumps(value)}" for value in own_values(column.column))
    meanings = allowed_values(column.column)
    for code, n in column.codes:
        yield f'{json.dumps(code, ensure_ascii=False)} = "?"  # {n:,} row{"s" * (n != 1)}; {meanings}'


def own_values(column: Column) -> tuple[str, ...]:
    """The canonical values of a column: once it has codes, each of them must be listed as a code too."""
    return ("true", "false") if column.kind == "boolean" else column.allowed

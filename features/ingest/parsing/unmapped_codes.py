"""Codes that nothing maps yet, as lines to add to `ontrack.toml`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ibis

from features.ingest.files.delivery import Sent
from features.ingest.mapping.cell_types import masked
from features.ingest.rules.row_rules import LONGEST_CODE, one_of, place_of_codes
from features.ingest.staging_tables import change, columns_of, understood
from features.table_schema import Column
from features.warehouse.writer import Writer

MOST_CODES = 50
"""More different values than a column of codes has."""


@dataclass(frozen=True)
class Unmapped:
    """A canonical column's codes that are not mapped, the most frequent first, with their rows."""

    sent: Sent
    name: str
    codes: tuple[tuple[str, int], ...]

    @property
    def column(self) -> Column:
        """The canonical column."""
        return self.sent.table.column(self.name)

    @property
    def mapped(self) -> bool:
        """Whether some of its codes are mapped already."""
        return bool(self.sent.files.codes.get(self.name))

    @property
    def are_codes(self) -> bool:
        """Whether they look like codes. Else they may be anything, a name too."""
        return len(self.codes) <= MOST_CODES and all(len(code) <= LONGEST_CODE for code, _ in self.codes)


def codes_to_add(writer: Writer, sent: Sequence[Sent]) -> list[str]:
    """Lines for `ontrack.toml`, for every column with codes that are not mapped, each code with its rows.

    A column whose values do not look like codes is only named: its values may be anything.
    """
    return [line for one in sent for column in unmapped(writer, one) for line in lines_of(column)]


def unmapped(writer: Writer, sent: Sent) -> Iterator[Unmapped]:
    """Each column of a table with codes that are not mapped."""
    rows = understood(sent.table.name)
    each = rows.filter(rows.unmapped.notnull()).select(one=rows.unmapped.unnest())
    each = each.filter(each.one.notnull()).select(column=each.one["column"], code=each.one["code"])
    counts = each.group_by("column", "code").aggregate(n=each.count())
    found = writer.table(counts.order_by(ibis.desc("n"), "code"))
    codes = list(zip(found["column"].map(str), found["code"].map(str), found["n"].map(int), strict=True))
    for name in columns_of(sent.table):
        own = tuple((code, n) for column, code, n in codes if column == name)
        if own:
            yield Unmapped(sent, name, own)


def mask_what_is_no_code(writer: Writer, sent: Sent) -> None:
    """Values of a column that do not look like codes are kept as their shape."""
    rows = understood(sent.table.name)
    for column in unmapped(writer, sent):
        if not column.are_codes:
            broken = rows.filter((rows.rule == "ROW04") & (rows.broken == column.name))
            change(writer, sent.table, broken.select("file", "row", shown=masked(broken.shown)))


def lines_of(unmapped: Unmapped) -> Iterator[str]:
    """One column's lines. `?` is no meaning of any code: each one must be decided on."""
    place = place_of_codes(unmapped.sent.table, unmapped.name)
    if not unmapped.are_codes:
        yield f"# {unmapped.sent.table.name}.{unmapped.name} does not look like a column of codes; is it the right one?"
        return
    if unmapped.mapped:
        yield f"# below [{place}]"
    else:
        yield f"[{place}]"
        yield from (f"{json.dumps(value)} = {json.dumps(value)}" for value in own_values(unmapped.column))
    for code, n in unmapped.codes:
        yield f'{json.dumps(code, ensure_ascii=False)} = "?"  # {n:,} row{"s" * (n != 1)}; {one_of(unmapped.column)}'


def own_values(column: Column) -> tuple[str, ...]:
    """The values that a column may have: once it has codes, they are codes too."""
    return ("true", "false") if column.kind == "boolean" else column.allowed

"""Tables as plain values; the templates show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TableRow = tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """The heading of a column, with a note below it."""

    words: str
    note: str = ""


@dataclass(frozen=True)
class RowGroup:
    """Rows under a title of their own; the title is empty in a plain table, and `empty` says why there are no rows."""

    rows: tuple[TableRow, ...]
    title: str = ""
    empty: str = ""


@dataclass(frozen=True)
class DataTable:
    """A table of figures; the first cell of a row names it, and column `emphasized` stands out (-1: none)."""

    caption: str
    head: tuple[Heading, ...]
    groups: tuple[RowGroup, ...]
    emphasized: int = -1


@dataclass(frozen=True)
class CheckLine:
    """One check in a table of checks: its verdict as a sign and in words, its code and title, and what was found.

    `style` is the verdict's class in the stylesheet; a code that is `linked` leads to what the check asks.
    """

    sign: str
    verdict: str
    style: str
    code: str
    title: str
    says: str
    linked: bool = True


def plain_table(
    caption: str, head: Sequence[str | Heading], rows: Iterable[Sequence[str]], *, emphasized: int = -1
) -> DataTable:
    """A table whose rows stand in one group."""
    return grouped_table(caption, head, [RowGroup(tuple(map(tuple, rows)))], emphasized=emphasized)


def grouped_table(
    caption: str, head: Sequence[str | Heading], groups: Iterable[RowGroup], *, emphasized: int = -1
) -> DataTable:
    """A table of groups of rows."""
    headings = tuple(one if isinstance(one, Heading) else Heading(one) for one in head)
    return DataTable(caption, headings, tuple(groups), emphasized)

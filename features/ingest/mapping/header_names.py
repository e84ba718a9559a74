"""Matches a header's names with the names that are looked for, however they are spelled."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.file_mapping.column_mapping import ColumnMapping
from features.ingest.delivery import MappedTable
from features.ingest.findings import DataRefused, Finding
from features.ingest.mapping.file_layout import KNOWN_ON, MappedColumn, columns_read, mapped_names


@dataclass(frozen=True)
class HeaderMatch:
    """A header whose names are as they are looked for: `spelled` are those that it spells otherwise."""

    names: tuple[str, ...]
    spelled: tuple[tuple[str, str], ...] = ()

    @property
    def note(self) -> str:
        """What is said of the names that are spelled otherwise; empty where there are none."""
        return ", ".join(f"{there!r} as {name}" for name, there in self.spelled)


def match_header(delivered: MappedTable, file: str, names: Sequence[str]) -> HeaderMatch:
    """The header of a table's file, matched; DataRefused where a name could be two columns."""
    return matched(file, names, tuple(dict.fromkeys(names_looked_for(delivered))), delivered.table.name)


def names_looked_for(delivered: MappedTable) -> Iterator[str]:
    """The names that a file of the table may have: those of the mapping, and of canonical columns that it leaves."""
    cells = [MappedColumn(column, None) for column in columns_read(delivered)]
    own = delivered.mapping.columns
    yield from mapped_names(
        delivered.mapping,
        [MappedColumn(cell.column, own.get(cell.name) or ColumnMapping(column=cell.name)) for cell in cells],
    )
    rule = delivered.mapping.known_on
    if rule is None or rule.column:
        yield KNOWN_ON if rule is None else str(rule.column)


def matched(file: str, names: Sequence[str], wanted: Sequence[str], table: str) -> HeaderMatch:
    """The names, each that is spelled otherwise replaced by the one that is wanted."""
    there, lacking = set(names), [name for name in wanted if name not in names]
    spare = [name for name in names if name and name not in wanted]
    spelled: dict[str, str] = {}
    findings: list[Finding] = []
    for name in lacking:
        alike = [one for one in spare if plain(one) == plain(name)]
        rivals = [one for one in lacking if plain(one) == plain(name)]
        if len(alike) == len(rivals) == 1:
            spelled[alike[0]] = name
        elif alike:
            findings.append(Finding("FILE04", file, 1, name, two_columns(alike, rivals, table)))
    if findings:
        raise DataRefused(findings)
    told = tuple((name, one) for one, name in spelled.items() if one in there)
    return HeaderMatch(tuple(spelled.get(name, name) for name in names), told)


def two_columns(alike: Sequence[str], rivals: Sequence[str], table: str) -> str:
    """What is said where names of the header and names looked for do not go together one by one."""
    read, looked_for = (", ".join(map(repr, names)) for names in (alike, rivals))
    mend = f"rename one, or name the right one exactly below [districts.files.{table}.columns]"
    return f"the header's {read} could be {looked_for}: expected one column for each; {mend}"


def plain(name: str) -> str:
    """A name without what people spell differently: case, spaces around it, and `_`, `-` or spaces within."""
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", name)).casefold()

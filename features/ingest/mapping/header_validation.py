"""Checks a file's header against the mapping: columns that it lacks, repeats or adds."""

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import get_args

from features.file_mapping.declaration import Delimiter
from features.ingest.findings import DataRefused, Finding
from features.ingest.mapping.file_layout import KNOWN_ON, FileLayout


def refuse_header(layout: FileLayout, header: Sequence[str]) -> None:
    """Raise DataRefused where the header as it stands in the file lacks, repeats or adds a column."""
    if not set(layout.used):
        raise DataRefused([Finding("FILE04", layout.file, 1, "", no_header_message(layout))])
    findings = [*missing_columns(layout)]
    if not layout.delivered.mapping.columns:
        findings += [*repeated_columns(layout.file, header), *unknown_columns(layout, header)]
    if findings:
        raise DataRefused(findings)


def no_header_message(layout: FileLayout) -> str:
    """The message for a first row that names no column. It may be a record, so it is not repeated."""
    table, divider = layout.delivered.table.name, likely_delimiter(layout)
    if divider:
        how = f"set delimiter = {json.dumps(divider)} below [districts.files.{table}] or [districts.reading]"
        return f"the header is one column, as the file is not divided by {layout.delivered.dialect.delimiter!r}: {how}"
    return (
        f"no header; expected a first row with {', '.join(layout.required)}; if the file has none, "
        f"name its columns in header = […] below [districts.files.{table}]"
    )


def likely_delimiter(layout: FileLayout) -> str:
    """The delimiter that splits a header of one cell into required columns; empty where none does."""
    if len(layout.names) != 1:
        return ""
    found = {
        divider: {part.strip(" \"'") for part in layout.names[0].split(divider)} for divider in get_args(Delimiter)
    }
    return next((divider for divider, names in found.items() if names & set(layout.required)), "")


def missing_columns(layout: FileLayout) -> Iterator[Finding]:
    """Required columns that the header lacks, each with the setting that would name them."""
    for name in layout.required:
        if name not in layout.names:
            yield Finding("FILE04", layout.file, 1, name, f"missing column; {missing_column_hint(layout, name)}")


def missing_column_hint(layout: FileLayout, name: str) -> str:
    """How to mend a missing column: the nearest name in the header, or the line of `ontrack.toml`."""
    place, spare = f"districts.files.{layout.delivered.table.name}", [n for n in layout.names if n not in layout.used]
    nearest = difflib.get_close_matches(name.lower(), {n.lower() for n in spare}, n=1)
    hint = next((f"; did you mean {n}?" for n in spare if n.lower() in nearest), "")
    files = layout.delivered.mapping
    if files.known_on is None and name == KNOWN_ON:
        return f'say when rows became known: known_on = {{ column = "…" }}, or a rule, below [{place}]{hint}'
    if name in files.columns or name not in {cell.name for cell in layout.cells}:
        return f"[{place}] names it{hint}"
    return f'expected it in the header, or {name} = "…" below [{place}.columns]{hint}'


def repeated_columns(file: str, header: Sequence[str]) -> Iterator[Finding]:
    """Names that the header has more than once."""
    for name in dict.fromkeys(header):
        if name and header.count(name) > 1:
            expected = "the header names this column twice; expected once"
            yield Finding("FILE04", file, 1, name, expected)


def unknown_columns(layout: FileLayout, header: Sequence[str]) -> Iterator[Finding]:
    """Columns that a file with the canonical columns may not have, each with the nearest one that it may.

    `header` is as the file has it: a name that is only spelled otherwise is among those of the layout.
    """
    known = [*(cell.name for cell in layout.cells), KNOWN_ON]
    for name in dict.fromkeys(named for named, given in zip(layout.names, header, strict=True) if given):
        if name not in known and name not in layout.used and name in header:
            nearest = difflib.get_close_matches(name.lower(), known, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"expected {', '.join(known)}"
            yield Finding("FILE04", layout.file, 1, name, f"unknown column; {hint}")

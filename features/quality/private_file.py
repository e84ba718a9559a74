"""Tables about single students for those who may see them: on the terminal on request, or in a file of their own."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

TERMINAL = Path("-")
"""Stands for the terminal in the place of a file."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


def give_rows(place: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Writes rows as CSV into a file that only its owner can read, or prints them; never to a log."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row[name]) for name in columns] for row in rows)
    if place == TERMINAL:
        typer.echo(text.getvalue(), nl=False)
        return
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text.getvalue())


def cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text

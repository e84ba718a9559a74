"""A file's header and what `ontrack.toml` says, put together: where each canonical column's value comes from."""

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from features.file_mapping.declaration import Column, Delimiter, Files
from features.ingest.files.delivery import Sent
from features.ingest.findings import DataRefused, Finding
from features.table_schema import Column as Canonical
from features.tables import SCHOOL_YEAR

KNOWN_ON = "known_on"
"""The column that says when a row became known, in a file of our own shape."""


@dataclass(frozen=True)
class Cell:
    """A canonical column, and where a file has it; nowhere where `said` is None: then it is empty."""

    column: Canonical
    said: Column | None

    @property
    def name(self) -> str:
        """What the column is called in files."""
        return "student_id" if self.column.kind == "student" else self.column.name


@dataclass(frozen=True)
class Plan:
    """How one file is read as rows of one table: its columns are known by their place."""

    sent: Sent
    file: str
    names: tuple[str, ...]
    cells: tuple[Cell, ...]

    def place(self, name: str) -> str:
        """What the file's column of that name is called while it is read."""
        return f"c{self.names.index(name)}"

    @property
    def known_on(self) -> str | None:
        """The file's column that says when a row became known, None where a rule says it."""
        rule = self.sent.files.known_on
        return KNOWN_ON if rule is None else rule.column

    @property
    def used(self) -> tuple[str, ...]:
        """The file's columns that are read, in its order."""
        wanted = set(wanted_names(self.sent.files, self.cells)) | ({self.known_on} if self.known_on else set())
        return tuple(name for name in self.names if name in wanted)

    @property
    def unused(self) -> tuple[str, ...]:
        """The file's columns that nothing reads."""
        return tuple(name for name in self.names if name not in self.used)


def plan_of(sent: Sent, file: str, names: Sequence[str], header: Sequence[str]) -> Plan:
    """How a file with that header is read; DataRefused where it lacks, repeats or adds a column.

    `names` are the header's, made unique: the second `a` is `a (2)`.
    """
    plan = Plan(sent, file, tuple(names), tuple(cells_of(sent, names)))
    if not set(plan.used):
        raise DataRefused([Finding("FILE04", file, 1, "", no_header(plan))])
    findings = [*missing(plan)]
    if not sent.files.columns:
        findings += [*repeated(file, header), *unknown(plan, header)]
    if findings:
        raise DataRefused(findings)
    return plan


def cells_of(sent: Sent, names: Sequence[str]) -> Iterator[Cell]:
    """Every canonical column with its place."""
    for column in columns_read(sent):
        cell = Cell(column, None)
        said = sent.files.columns.get(cell.name)
        if said is None and (cell.name in names or column.required):
            said = Column(column=cell.name)
        yield Cell(column, said)


def columns_read(sent: Sent) -> tuple[Canonical, ...]:
    """The columns that a file of a table gives; first a school year of which a column is but a day."""
    own = tuple(column for column in sent.table.columns if column.kind != "assigned")
    asked = any(said.day_of_school_year for said in sent.files.columns.values())
    return own if SCHOOL_YEAR in own or not asked else (SCHOOL_YEAR, *own)


def wanted_names(files: Files, cells: Sequence[Cell]) -> Iterator[str]:
    """The file's columns that a mapping reads, without the one of `known_on`."""
    for cell in cells:
        if cell.said and cell.said.column:
            yield cell.said.column
        if cell.said and cell.said.lookup:
            yield from cell.said.lookup.match
    yield from files.leave_out
    if files.deletes:
        yield files.deletes.column


def wanted(plan: Plan) -> tuple[str, ...]:
    """The file's columns that it must have, once each."""
    known_on = (plan.known_on,) if plan.known_on else ()
    return tuple(dict.fromkeys([*wanted_names(plan.sent.files, plan.cells), *known_on]))


def no_header(plan: Plan) -> str:
    """The sentence for a first row that names no column. It may be a record: it is not repeated."""
    table, divider = plan.sent.table.name, divider_of(plan)
    if divider:
        how = f"set delimiter = {json.dumps(divider)} below [districts.files.{table}] or [districts.reading]"
        return f"the header is one column, as the file is not divided by {plan.sent.dialect.delimiter!r}: {how}"
    return (
        f"no header; expected a first row with {', '.join(wanted(plan))}; if the file has none, "
        f"name its columns in header = […] below [districts.files.{table}]"
    )


def divider_of(plan: Plan) -> str:
    """What divides a header of one cell into columns that are wanted, where something does."""
    if len(plan.names) != 1:
        return ""
    found = {divider: {part.strip(" \"'") for part in plan.names[0].split(divider)} for divider in get_args(Delimiter)}
    return next((divider for divider, names in found.items() if names & set(wanted(plan))), "")


def missing(plan: Plan) -> Iterator[Finding]:
    """Columns that the header lacks, each with the setting that says where they are."""
    for name in wanted(plan):
        if name not in plan.names:
            yield Finding("FILE04", plan.file, 1, name, f"missing column; {what_to_say(plan, name)}")


def what_to_say(plan: Plan, name: str) -> str:
    """What would mend a missing column: the nearest name in the header, or the line of `ontrack.toml`."""
    place, spare = f"districts.files.{plan.sent.table.name}", [n for n in plan.names if n not in plan.used]
    nearest = difflib.get_close_matches(name.lower(), {n.lower() for n in spare}, n=1)
    said = next((f"; did you mean {n}?" for n in spare if n.lower() in nearest), "")
    files = plan.sent.files
    if files.known_on is None and name == KNOWN_ON:
        return f'say when rows became known: known_on = {{ column = "…" }}, or a rule, below [{place}]{said}'
    if name in files.columns or name not in {cell.name for cell in plan.cells}:
        return f"[{place}] names it{said}"
    return f'expected it in the header, or {name} = "…" below [{place}.columns]{said}'


def repeated(file: str, header: Sequence[str]) -> Iterator[Finding]:
    """Names that the header has twice."""
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            told = "the header names this column twice; expected once"
            yield Finding("FILE04", file, 1, name or "(empty)", told)


def unknown(plan: Plan, header: Sequence[str]) -> Iterator[Finding]:
    """Columns that a file of our own shape does not have, each with the nearest one that it may have."""
    known = [*(cell.name for cell in plan.cells), KNOWN_ON]
    for name in dict.fromkeys(header):
        if name not in known and name not in plan.used:
            nearest = difflib.get_close_matches(name.lower(), known, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"expected {', '.join(known)}"
            yield Finding("FILE04", plan.file, 1, name or "(empty)", f"unknown column; {hint}")

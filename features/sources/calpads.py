"""The source of CALPADS files: submissions and ODS extracts, and the layouts of their records by school year."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from features.sources.declaration import Gives, Source

LAYOUTS = Path(__file__).with_name("calpads_layouts.toml")

EXTRACT = ("uploaded", "updated")
"""The columns that an ODS extract has after those of the submission: its record type ends in -R."""


OF_STUDENT = ("transaction", "school", "year", "ssid", "local_id")
READ: Mapping[str, tuple[str, ...]] = {
    "SENR": (
        *OF_STUDENT, "first_name", "last_name", "birth_date", "start", "status", "grade", "exit", "exit_reason",
        "completion",
    ),
    "SINF": ("transaction", "ssid", "local_id", "start", "birth_date", "gender", "hispanic",
             *(f"race_{place}" for place in range(1, 6))),
    "SPRG": ("transaction", "ssid", "local_id", "program", "start", "end"),
    "SELA": ("transaction", "ssid", "local_id", "status", "start"),
    "SCSC": (*OF_STUDENT, "course", "section", "term", "marking_period", "attempted", "earned", "mark",
             "uc_requirement"),
    "CRSC": ("transaction", "school", "year", "course", "course_name", "uc_requirement"),
    "SINC": (*OF_STUDENT, "incident", "date", "statutory"),
    "SIRS": (*OF_STUDENT, "incident", "result", "days"),
    "SDIS": (*OF_STUDENT, "incident", "date", "offense", "result", "days"),
}  # fmt: skip
"""The columns of each record type that are read, in layouts of all years, and in one that a district declares."""


class Calpads(Source):
    """CALPADS files: SENR, SINF, SPRG, SELA, SCSC with CRSC, SINC and SIRS or SDIS; STAS is known and not loaded."""

    title: ClassVar[str] = "CALPADS submissions and ODS extracts"
    gives: ClassVar[Gives] = {
        "schools": ("school_id", "name", "level"),
        "students": ("student_id", "first_name", "last_name", "birth_date", "state_id"),
        "demographics": ("student_id", "attribute", "value"),
        "programs": ("student_id", "program", "start_date", "end_date"),
        "enrollments": (
            "student_id", "school_id", "track", "school_year", "grade_level", "entry_date", "exit_date", "exit_kind",
            "is_primary",
        ),
        "marks": (
            "student_id", "school_id", "school_year", "term_id", "course_id", "course_name", "a_g", "mark_kind",
            "mark", "credits_attempted_hundredths", "credits_earned_hundredths",
        ),
        "incidents": ("incident_id", "student_id", "school_id", "date", "severity"),
        "discipline_actions": ("incident_id", "student_id", "school_id", "date", "action", "days_removed_hundredths"),
        "completions": ("student_id", "date", "kind"),
    }  # fmt: skip

    otherwise: ClassVar[Mapping[str, str]] = {
        "schools.name": "a school is called by its state code, as no file names it",
        "demographics.start_date": "race and sex have no date: they count from the birth date",
        "discipline_actions.date": "an action has no day of its own: it is on that of the incident",
        "discipline_actions.action": "results that take no student out of class are left out",
        "marks": "marks in progress are not told",
    }

    kind: Literal["calpads"] = "calpads"
    ids: Literal["local", "ssid"] = Field(
        default="local", description="what a student's id is: the local one, or the state's"
    )
    columns: dict[str, tuple[str, ...]] = Field(
        default={}, description="record type = its columns in order, where the state's specification differs"
    )

    core_by_a_g: bool = Field(
        default=False, description="whether every core course has an A-G area, which then says its subject"
    )

    known_by: Literal["changes", "dates"] = Field(
        default="changes",
        description="when a row became known: as the system last changed it, or at the load where it does not say; or "
        "by the row's own dates",
    )

    @property
    def by_dates(self) -> bool:
        """Whether `known_by` says so."""
        return self.known_by == "dates"

    @property
    def given(self) -> Gives:
        """Subjects of marks only where the district says that A-G areas tell them."""
        found = dict(self.own)
        if self.core_by_a_g and "marks" in found:
            found["marks"] = (*found["marks"], "subject")
        return found

    @field_validator("columns")
    @classmethod
    def has_what_is_read(cls, columns: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """The same; ValueError for a record type that is not read, or one without a column that is."""
        for record, names in columns.items():
            if record not in READ:
                raise ValueError(f"{record}: expected one of {', '.join(READ)}")
            lacking = [name for name in READ[record] if name not in names]
            if lacking or len({*names}) < len(names):
                raise ValueError(f"{record}: expected each of {', '.join(READ[record])} once among its columns")
        return columns


@dataclass(frozen=True)
class Layout:
    """The columns of a record type from a school year on."""

    record: str
    since: int
    columns: tuple[str, ...]
    more: bool = False
    """Whether further columns may follow, which are not read."""

    def with_columns(self, cells: int) -> tuple[str, ...]:
        """Its columns and those that follow in a row of so many cells, which have no name of their own."""
        return (*self.columns, *(f"more_{place}" for place in range(len(self.columns) + 1, cells + 1)))


@cache
def column_names() -> Mapping[str, str]:
    """The column that each of the state's names is of, and each of ours of itself; lower case, without marks."""
    return {plain_name(name): column for column, names in state_names().items() for name in (*names, column)}


@cache
def state_names() -> Mapping[str, Sequence[str]]:
    """The state's names of each column, the usual one first."""
    said: Mapping[str, Sequence[str]] = tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))["names"]
    return said


def plain_name(name: str) -> str:
    """A column's name in lower case, without spaces and marks."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def headed_columns(header: Sequence[str]) -> tuple[str, ...]:
    """The columns that a header names, in its order; one that is not known, or stands twice, gets a name of its own."""
    found: list[str] = []
    for place, name in enumerate(header, start=1):
        column = column_names().get(plain_name(name), "")
        found.append(column if column and column not in found else f"more_{place}")
    return tuple(found)


@cache
def shipped_layouts() -> tuple[Layout, ...]:
    """Every layout that is shipped."""
    said = tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))["layout"]
    return tuple(Layout(one["record"], one["from"], tuple(one["columns"]), one.get("more", False)) for one in said)


def layouts_of(source: Calpads) -> Mapping[str, tuple[Layout, ...]]:
    """The layouts of each record type, the newest first: the district's own, else those shipped."""
    found: dict[str, list[Layout]] = {}
    for layout in sorted(shipped_layouts(), key=lambda one: -one.since):
        found.setdefault(layout.record, []).append(layout)
    own = {record: [Layout(record, 0, columns)] for record, columns in source.columns.items()}
    return {record: tuple(layouts) for record, layouts in (found | own).items()}

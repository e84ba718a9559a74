"""The source of CALPADS files: submissions and ODS extracts, and the layouts of their records by school year."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from features.sources.declaration import Gives, Source

LAYOUTS = Path(__file__).with_name("calpads_layouts.toml")

EXTRACT = ("uploaded", "updated")
"""The columns that an ODS extract has after those of the submission: its record type ends in -R."""


class Calpads(Source):
    """CALPADS files: SENR, SINF, SPRG, SCSC, SINC and SIRS, and their extracts; STAS is recognized and not loaded."""

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
            "student_id", "school_id", "school_year", "term_id", "course_id", "course_name", "mark_kind", "mark",
            "credits_attempted_hundredths", "credits_earned_hundredths",
        ),
        "incidents": ("incident_id", "student_id", "school_id", "date", "severity"),
        "discipline_actions": ("incident_id", "student_id", "school_id", "date", "action", "days_removed_hundredths"),
        "completions": ("student_id", "date", "kind"),
    }  # fmt: skip

    kind: Literal["calpads"] = "calpads"
    ids: Literal["local", "ssid"] = Field(
        default="local", description="what a student's id is: the local one, or the state's"
    )
    columns: dict[str, tuple[str, ...]] = Field(
        default={}, description="record type = its columns in order, where the state's specification differs"
    )


@dataclass(frozen=True)
class Layout:
    """The columns of a record type from a school year on."""

    record: str
    since: int
    columns: tuple[str, ...]


@cache
def shipped_layouts() -> tuple[Layout, ...]:
    """Every layout that is shipped."""
    said = tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))["layout"]
    return tuple(Layout(one["record"], one["from"], tuple(one["columns"])) for one in said)


def layouts_of(source: Calpads) -> Mapping[str, tuple[Layout, ...]]:
    """The layouts of each record type, the newest first: the district's own, else those shipped."""
    found: dict[str, list[Layout]] = {}
    for layout in sorted(shipped_layouts(), key=lambda one: -one.since):
        found.setdefault(layout.record, []).append(layout)
    own = {record: [Layout(record, 0, columns)] for record, columns in source.columns.items()}
    return {record: tuple(layouts) for record, layouts in (found | own).items()}

"""Sources that are CSV exports of a known system: a mapping shipped with OnTrack, on which a district's own goes."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from features.file_mapping.declaration import Dialect, FileMapping
from features.sources.declaration import Gives, Source

PACKS = Path(__file__).parent / "packs"

KEYS = ("student_id", "school_id")
ROSTER: Gives = {
    "schools": ("school_id", "name", "level"),
    "terms": ("school_year", "term_id", "kind", "start_date", "end_date"),
    "calendar_days": ("school_id", "track", "date", "school_year", "in_session"),
    "students": ("student_id", "first_name", "last_name", "birth_date", "state_id"),
    "enrollments": (
        *KEYS, "track", "school_year", "grade_level", "entry_date", "exit_date", "exit_kind",
    ),
    "attendance": (*KEYS, "date", "section_id", "kind", "absent_hundredths", "excused"),
    "marks": (
        *KEYS, "school_year", "term_id", "course_id", "course_name", "subject", "mark_kind", "mark",
        "points_hundredths", "unweighted_points_hundredths", "mark_status", "credits_attempted_hundredths",
        "credits_earned_hundredths",
    ),
    "incidents": ("incident_id", *KEYS, "date", "severity"),
}  # fmt: skip
"""What exports of a whole student information system give."""

STAFF = ("staff_id", "first_name", "last_name", "email", "role", "school_id")


class Pack(BaseModel):
    """A shipped mapping: how files are written, and where the columns of each table stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reading: Dialect
    files: dict[str, FileMapping]


@cache
def pack_of(kind: str) -> Pack:
    """The shipped mapping of a kind of source."""
    return Pack.model_validate(tomllib.loads((PACKS / f"{kind}.toml").read_text(encoding="utf-8")))


def with_own(shipped: Mapping[str, FileMapping], own: Mapping[str, FileMapping]) -> dict[str, FileMapping]:
    """The shipped mapping of each table with what the district says of it on top, column by column and code by code."""
    return {name: merged(one, own[name]) if name in own else one for name, one in shipped.items()}


def merged(shipped: FileMapping, own: FileMapping) -> FileMapping:
    """One table's mapping with the district's on top."""
    said = {name: getattr(own, name) for name in own.model_fields_set}
    codes = {
        column: {**shipped.codes.get(column, {}), **own.codes.get(column, {})}
        for column in {*shipped.codes, *own.codes}
    }
    both = {"columns": shipped.columns | own.columns, "codes": codes}
    return shipped.model_copy(update=said | both)


class PowerSchool(Source):
    """CSV exports of PowerSchool."""

    title: ClassVar[str] = "PowerSchool exports, by a shipped mapping"
    gives: ClassVar[Gives] = ROSTER
    kind: Literal["powerschool"] = "powerschool"


class InfiniteCampus(Source):
    """CSV exports of Infinite Campus."""

    title: ClassVar[str] = "Infinite Campus exports, by a shipped mapping"
    gives: ClassVar[Gives] = {**ROSTER, "calendar_days": (*ROSTER["calendar_days"], "attendance_taken")}
    kind: Literal["infinite-campus"] = "infinite-campus"


class Aeries(Source):
    """CSV exports of Aeries queries."""

    title: ClassVar[str] = "Aeries query exports, by a shipped mapping"
    gives: ClassVar[Gives] = {**ROSTER, "completions": ("student_id", "date", "kind")}
    may_give: ClassVar[Gives] = {"staff": STAFF}
    otherwise: ClassVar[Mapping[str, str]] = {
        "staff": "read by `staff_titles`, as a title says whose records somebody sees; who has a day of leaving, no "
        "address, or another title is not read",
    }
    kind: Literal["aeries"] = "aeries"
    staff_titles: dict[str, Literal["counselor", "principal", "district"]] = Field(
        default={}, description="title of staff in Aeries = what they may see; nobody is read where none is named"
    )

    @property
    def declared(self) -> tuple[str, ...]:
        """Staff, where titles are named."""
        return ("staff",) if self.staff_titles else ()


class Clever(Source):
    """Clever's Secure Sync files and attendance.csv."""

    title: ClassVar[str] = "Clever attendance.csv and Secure Sync files, by a shipped mapping"
    gives: ClassVar[Gives] = {name: ROSTER[name] for name in ("schools", "students", "attendance")}
    kind: Literal["clever"] = "clever"


class StudentInsights(Source):
    """Exports of X2 Aspen as Student Insights reads them."""

    title: ClassVar[str] = "X2 Aspen exports in the shapes of Student Insights, by a shipped mapping"
    gives: ClassVar[Gives] = {
        "schools": ROSTER["schools"],
        "students": ROSTER["students"],
        "demographics": ("student_id", "attribute", "value", "start_date"),
        "programs": ("student_id", "program", "start_date"),
        "enrollments": (*KEYS, "track", "school_year", "grade_level", "entry_date"),
        "attendance": ROSTER["attendance"],
        "marks": tuple(one for one in ROSTER["marks"] if not one.startswith("credits")),
        "incidents": ROSTER["incidents"],
    }
    kind: Literal["student-insights"] = "student-insights"


class SdpToolkit(Source):
    """Yearly extracts in the shapes of the Strategic Data Project's toolkit."""

    title: ClassVar[str] = "Yearly extracts in the shapes of the Strategic Data Project's toolkit, by a shipped mapping"
    gives: ClassVar[Gives] = {
        "schools": ROSTER["schools"],
        "students": ("student_id", "first_name", "last_name"),
        "demographics": ("student_id", "attribute", "value", "start_date", "end_date"),
        "programs": ("student_id", "program", "start_date", "end_date"),
        "enrollments": (*KEYS, "track", "school_year", "grade_level", "entry_date", "exit_date"),
    }
    kind: Literal["sdp-toolkit"] = "sdp-toolkit"

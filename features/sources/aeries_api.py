"""The source of an Aeries API, version 5."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from features.sources.declaration import Gives, Source
from features.sources.mapping_packs import KEYS, ROSTER

NO_SCHOOL = ("@", "#", "$")
"""Holiday codes of days without instruction: school not in session, a holiday, staff development."""


class AeriesApi(Source):
    """An Aeries API: each school's roster, calendar, attendance, marks and discipline, pulled whole."""

    title: ClassVar[str] = "Aeries API, version 5"
    gives: ClassVar[Gives] = {
        **ROSTER,
        "school_terms": ("school_id", "track", "school_year", "term_id", "kind", "start_date", "end_date"),
        "demographics": ("student_id", "attribute", "value", "start_date"),
        "programs": ("student_id", "program", "start_date", "end_date"),
        "marks": (*ROSTER["marks"], "a_g"),
        "discipline_actions": ("incident_id", *KEYS, "date", "action", "days_removed_hundredths"),
    }

    may_give: ClassVar[Gives] = {"staff": ("staff_id", "first_name", "last_name", "email", "role", "school_id")}

    otherwise: ClassVar[Mapping[str, str]] = {
        "programs": "who learns English is told of today alone, from the day on which the student came to the "
        "district; who learnt it once is not told",
        "staff": "read by `staff_titles`, as a title says whose records somebody sees; who has left, or has another "
        "title, is not read. Caseloads come as our own CSV",
        "completions": "not read: an exit says that a student completed, and not with which award; CALPADS tells it, "
        'with `tables = ["completions"]`, or our own CSV',
        "grade9.absence_rate_previous_year": "of past years the API does not tell on which days a school took no "
        "attendance; such a day counts as one of instruction",
    }

    kind: Literal["aeries-api"] = "aeries-api"
    url: str = Field(
        pattern=r"^https?://[^\s?#@]+$", description="address that ends before /api/v5, such as https://…/aeries"
    )
    certificate_variable: str = Field(
        default="AERIES_CERT", description="variable of the environment with the certificate of the district's API"
    )
    years: int = Field(
        default=1, ge=1, le=10, description="school years that are read: the current one and those before it"
    )
    schools: tuple[str, ...] = Field(
        default=(), description="codes of the schools that are read; all that are active where none is named"
    )
    no_school: tuple[str, ...] = Field(
        default=NO_SCHOOL, description="holiday codes of the calendar that are days without instruction"
    )
    periods: int = Field(
        default=0,
        ge=0,
        le=20,
        description="class periods of a school day, by which days missed in part count; such days are left out where 0",
    )
    staff_titles: dict[str, Literal["counselor", "principal", "district"]] = Field(
        default={}, description="title of staff in Aeries = what they may see; nobody is read where none is named"
    )
    page_size: int = Field(default=500, ge=1, le=5000, description="students asked for at a time")

    @property
    def declared(self) -> tuple[str, ...]:
        """Staff, where titles are named."""
        return ("staff",) if self.staff_titles else ()

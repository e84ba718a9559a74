"""The sources of Ed-Fi data: the published EDU warehouse, an Ed-Fi API, and files of resources."""

from typing import ClassVar, Literal

from pydantic import Field

from features.sources.declaration import Gives, Source

OF_MARTS: Gives = {
    "schools": ("school_id", "name", "level"),
    "terms": ("school_year", "term_id", "kind", "start_date", "end_date"),
    "school_terms": ("school_id", "track", "school_year", "term_id", "kind", "start_date", "end_date"),
    "calendar_days": ("school_id", "track", "date", "school_year", "in_session", "attendance_taken"),
    "students": ("student_id", "first_name", "last_name", "birth_date", "state_id"),
    "demographics": ("student_id", "attribute", "value", "start_date"),
    "programs": ("student_id", "program", "start_date", "end_date"),
    "enrollments": (
        "student_id", "school_id", "track", "school_year", "grade_level", "entry_date", "exit_date", "exit_kind",
        "is_primary",
    ),
    "attendance": ("student_id", "school_id", "date", "section_id", "kind", "absent_hundredths", "excused"),
    "section_enrollments": ("student_id", "school_id", "school_year", "section_id", "start_date", "end_date"),
    "marks": (
        "student_id", "school_id", "school_year", "term_id", "course_id", "course_name", "subject", "mark_kind",
        "mark", "points_hundredths", "unweighted_points_hundredths", "mark_status", "credits_attempted_hundredths",
        "credits_earned_hundredths", "credit_kind",
    ),
    "incidents": ("incident_id", "student_id", "school_id", "date", "severity"),
    "discipline_actions": ("incident_id", "student_id", "school_id", "date", "action", "days_removed_hundredths"),
    "completions": ("student_id", "date", "kind"),
    "staff": ("staff_id", "first_name", "last_name", "email", "role", "school_id"),
}  # fmt: skip
"""What Ed-Fi data can fill: neither caseloads nor supports, nor the A-G area of a course."""


class EdFiData(Source):
    """Records in Ed-Fi's words."""

    gives: ClassVar[Gives] = OF_MARTS

    attendance: Literal["daily", "section"] = Field(
        default="daily", description="which attendance events count: those of whole days, or those of sections"
    )


class EduWarehouse(EdFiData):
    """The marts of the published EDU warehouse, one of its tenants: Parquet files, or a database to pull them from."""

    title: ClassVar[str] = "EDU warehouse of Ed-Fi data, its marts"

    kind: Literal["edu-warehouse"] = "edu-warehouse"
    tenant: str = Field(min_length=1, description="the `tenant_code` whose rows are this district's")
    connection_variable: str = Field(
        default="",
        description="variable of the environment with the address of the database, such as postgresql://…, from which "
        "`ontrack pull` reads; the Parquet files are there already where empty",
    )
    database_schema: str = Field(default="", description="schema of the database in which the marts are")


SCHOOL_DAYS = ("Instructional day", "Make-up day", "Student late arrival/early dismissal")
"""Calendar events of the standard that make a day one of instruction."""


class EdFiResources(EdFiData):
    """Resources of the Ed-Fi data standard 4 or 5."""

    school_days: tuple[str, ...] = Field(
        default=SCHOOL_DAYS, min_length=1, description="calendar event descriptors of days of instruction"
    )


class EdFiFiles(EdFiResources):
    """Files of resources as JSON Lines, as bulk loaders take them."""

    title: ClassVar[str] = "Ed-Fi resources in files of JSON Lines"

    kind: Literal["edfi-files"] = "edfi-files"


class EdFiXml(EdFiResources):
    """Interchanges of bulk XML, in files of any names."""

    title: ClassVar[str] = "Ed-Fi bulk XML, interchanges in files"

    kind: Literal["edfi-xml"] = "edfi-xml"


class EdFiApi(EdFiResources):
    """An Ed-Fi API: everything once, then what changed."""

    title: ClassVar[str] = "Ed-Fi API, data standard 4 and 5"

    kind: Literal["edfi-api"] = "edfi-api"
    url: str = Field(pattern=r"^https?://[^\s?#@]+$", description="address of the API's root document")
    key_variable: str = Field(default="EDFI_KEY", description="variable of the environment with the client's key")
    secret_variable: str = Field(default="EDFI_SECRET", description="likewise with its secret")
    page_size: int = Field(default=500, ge=1, le=5000, description="rows asked for at a time")
    paging: Literal["offset", "cursor"] | None = Field(
        default=None, description="how pages are asked for; by the version of the API where empty"
    )

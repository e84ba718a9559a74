"""The source of OneRoster CSV packages, versions 1.1 and 1.2."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from features.sources.declaration import Gives, Source
from features.sources.oneroster_absences import ATTENDANCE, Absences


class OneRoster(Source):
    """Roster, classes, demographics, terms, and results where they are course marks."""

    gives: ClassVar[Gives] = {
        "schools": ("school_id", "name", "level"),
        "terms": ("school_year", "term_id", "kind", "start_date", "end_date"),
        "students": ("student_id", "first_name", "last_name", "birth_date", "state_id"),
        "demographics": ("student_id", "attribute", "value"),
        "enrollments": (
            "student_id", "school_id", "track", "school_year", "grade_level", "entry_date", "exit_date",
        ),
        "marks": (
            "student_id", "school_id", "school_year", "term_id", "course_id", "course_name", "subject", "mark_kind",
            "mark", "mark_status",
        ),
        "staff": ("staff_id", "first_name", "last_name", "email", "role", "school_id"),
    }  # fmt: skip
    may_give: ClassVar[Gives] = {"attendance": ATTENDANCE}
    otherwise: ClassVar[Mapping[str, str]] = {
        "demographics.start_date": "race and sex have no date: they count from the birth date, or from 1900",
        "enrollments": "spells follow from homerooms, else classes, else roles; why a spell ended is not told",
        "marks": "results of the categories that `marks_in` names; credits where `credits` declares them",
    }

    @property
    def declared(self) -> tuple[str, ...]:
        """Attendance where the district says where absences are."""
        return ("attendance",) if self.absences else ()

    @property
    def given(self) -> Gives:
        """Marks only where their category is named, with credits where they are declared."""
        found = {name: columns for name, columns in self.own.items() if name != "marks" or self.marks_in}
        if self.credits and "marks" in found:
            found["marks"] = (*found["marks"], "credits_attempted_hundredths", "credits_earned_hundredths")
        return found

    ids: Literal["sourcedId", "identifier"] = Field(
        default="sourcedId",
        description="what the id of a student or school is: `identifier` where another source uses it",
    )
    last_days: Literal["exclusive", "inclusive"] = Field(
        default="exclusive", description="whether an endDate is the day after the last one, as the standard says"
    )
    term_ids: Literal["sourcedId", "title"] = Field(default="sourcedId", description="what the id of a term is")
    marks_in: tuple[str, ...] = Field(
        default=(), description="titles of the categories whose line items are course marks; no marks are read without"
    )
    final_terms: tuple[str, ...] = Field(
        default=("semester",), description="types of session whose marks are final; the others are in progress"
    )
    credits: float = Field(
        default=0,
        ge=0,
        le=10,
        description="credits that a final course mark counts for: a package has none, and they are missing where 0",
    )
    state_id: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_.-]*$",
        description="type within userIds that is the state's id, such as stateId; userMasterIdentifier else",
    )
    absences: Absences | None = Field(
        default=None,
        description="where the absences of students are, in a system that offers them; the standard has none",
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

    @model_validator(mode="after")
    def attendance_is_declared(self) -> Self:
        """The same; ValueError where it is to own attendance, and `absences` does not say where that is."""
        if "attendance" in self.tables and self.absences is None:
            raise ValueError("attendance: OneRoster has none of its own; say in `absences` where it is")
        return self


class OneRosterCsv(OneRoster):
    """A OneRoster CSV package."""

    title: ClassVar[str] = "OneRoster 1.1 and 1.2, CSV package"

    kind: Literal["oneroster-csv"] = "oneroster-csv"


class OneRosterRest(OneRoster):
    """A OneRoster API, pulled whole, or between whole pulls what changed."""

    title: ClassVar[str] = "OneRoster 1.1 and 1.2, API"

    kind: Literal["oneroster-rest"] = "oneroster-rest"
    url: str = Field(
        pattern=r"^https?://[^\s?#@]+$", description="address that ends before the service and version: …/ims/oneroster"
    )
    token_url: str = Field(pattern=r"^https?://[^\s?#@]+$", description="where the client gets its token, on that host")
    version: Literal["1.1", "1.2"] = Field(default="1.2", description="version of the API")
    key_variable: str = Field(default="ONEROSTER_KEY", description="variable of the environment with the client's key")
    secret_variable: str = Field(default="ONEROSTER_SECRET", description="likewise with its secret")
    page_size: int = Field(default=500, ge=1, le=10_000, description="objects asked for at a time")
    whole_days: int = Field(
        default=0,
        ge=0,
        le=30,
        description="days after which everything is read again; between, a pull asks for what has a later "
        "dateLastModified than the rows that are there; everything each time where 0",
    )

    @model_validator(mode="after")
    def absences_have_a_path(self) -> Self:
        """The same; ValueError where absences are declared without their path."""
        if self.absences is not None and not self.absences.path:
            raise ValueError("absences: expected their `path` below `url`, as the vendor tells it")
        return self

"""The file mapping of `ontrack.toml`: a district's file names, dialect, columns, codes, dates and history."""

import codecs
import re
from datetime import date
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from features.file_mapping.date_formats import validate_date_format
from features.file_mapping.mapping_section import MappingSection
from features.file_mapping.mark_scales import MarkMapping
from features.table_schema import Table

UNSUPPORTED_REGEX = re.compile(r"\(\?(<?[=!]|>|\(|P=)|\\[1-9]|[*+?}]\+")
"""Parts of a Python regular expression that DuckDB does not support."""

SPREADSHEET = "spreadsheet"
"""The form of a date as a spreadsheet counts days: 45567 is 2 October 2024."""

Delimiter = Literal[",", ";", "\t", "|", "^"]
DecimalMark = Literal[".", ","]
ThousandsMark = Literal["", ",", ".", " ", "'"]


class Dialect(MappingSection):
    """How a file's text is written. It is declared, never guessed."""

    came_later: ClassVar[tuple[str, ...]] = ("decimal", "thousands")

    encoding: str = Field(default="utf-8", description="utf-8, utf-16, cp1252, or another that Python knows")
    delimiter: Delimiter = Field(default=",", description="what stands between two cells")
    quote: Literal['"', "'"] = Field(default='"', description="what cells are quoted with")
    escape: Literal["", "\\"] = Field(default="", description="what escapes a quote; empty where quotes are doubled")
    null: tuple[str, ...] = Field(default=(), description="words that stand for an empty cell, such as NULL")
    dates: tuple[str, ...] = Field(
        default=("%Y-%m-%d",),
        min_length=1,
        description="forms of a date, tried in this order; `spreadsheet` for a count of days such as 45567",
    )
    decimal: DecimalMark = Field(default=".", description="what stands before the decimals of a number")
    thousands: ThousandsMark = Field(default="", description="what stands between groups of three digits, if anything")

    @field_validator("encoding")
    @classmethod
    def encoding_exists(cls, encoding: str) -> str:
        """The encoding's canonical name; ValueError for an unknown one."""
        try:
            known = codecs.lookup(encoding).name
            if known == "idna":
                raise LookupError(known)
            if not known.startswith(("utf-16", "utf-32")):
                str(b"a,".decode(known))  # codecs such as hex and idna are of no text
            return known
        except (LookupError, ValueError):
            raise ValueError("no such encoding; common ones are utf-8, utf-16 and cp1252") from None

    @model_validator(mode="after")
    def number_marks_differ(self) -> Self:
        """The same; ValueError where one mark would stand for decimals and for thousands."""
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands: expected two different marks")
        return self

    @field_validator("dates")
    @classmethod
    def formats_are_unambiguous(cls, dates: tuple[str, ...]) -> tuple[str, ...]:
        """The date formats; ValueError for one without a day, or two that read one text as two dates."""
        for form in dates:
            if form != SPREADSHEET:
                validate_date_format(form)
        if len({form.replace("%m", "%").replace("%d", "%") for form in dates}) < len(set(dates)):
            raise ValueError("two forms differ in the order of month and day only: one text would be two dates")
        return dates


class Lookup(MappingSection):
    """Another file in which a column's value is looked up."""

    file: str = Field(description="name or pattern of the file")
    column: str = Field(min_length=1, description="the column that holds the value")
    match: tuple[str, ...] = Field(min_length=1, description="columns, of the same name in both files, that must agree")
    take: Literal["one", "highest", "lowest"] = Field(
        default="one", description="which value where several differ; `one` leaves the row in quarantine"
    )


class ColumnMapping(MappingSection):
    """Where a canonical column's value comes from: a column or several, a constant, a day of the year, or a lookup."""

    came_later: ClassVar[tuple[str, ...]] = ("joined",)

    column: str | None = Field(default=None, min_length=1, description="the file's column")
    always: str | None = Field(default=None, min_length=1, description="the same value in every row")
    day_of_school_year: str | None = Field(
        default=None, description="a month-day of the school year that the row's `school_year` names, such as 07-01"
    )
    lookup: Lookup | None = Field(default=None, description="the column of another file")
    joined: tuple[str, ...] = Field(default=(), description="columns that are an id together, a hyphen between them")
    pattern: str | None = Field(default=None, description="a regular expression whose first group is the value")
    digits: int | None = Field(default=None, ge=1, le=20, description="pad ids with zeros to so many digits")
    times: int | None = Field(
        default=None, ge=1, le=100, description="multiply by, such as 100 for whole days or credits"
    )
    dates: tuple[str, ...] = Field(default=(), description="forms of a date, instead of the file's")

    @model_validator(mode="after")
    def has_one_source(self) -> Self:
        """The same; ValueError unless one source is named, and it has text where a setting needs text."""
        sources = (self.column, self.always, self.day_of_school_year, self.lookup, self.joined or None)
        if sum(source is not None for source in sources) != 1:
            raise ValueError("expected one of column, always, day_of_school_year, lookup, joined")
        if len(set(self.joined)) < len(self.joined) or len(self.joined) == 1 or not all(self.joined):
            raise ValueError("joined: expected two columns or more, each once")
        worked_on = [name for name in ("pattern", "digits", "times", "dates") if getattr(self, name)]
        if worked_on and self.column is None and self.lookup is None:
            raise ValueError(f"{worked_on[0]}: only the text of a column or lookup needs it")
        return self

    @field_validator("day_of_school_year")
    @classmethod
    def is_month_day(cls, month_day: str | None) -> str | None:
        """The month-day; ValueError for one that some year does not have."""
        if month_day is not None and not is_iso_date(f"2001-{month_day}"):
            raise ValueError("expected a month-day such as 07-01, which every year has")
        return month_day

    @field_validator("pattern")
    @classmethod
    def is_supported_regex(cls, pattern: str | None) -> str | None:
        """The pattern; ValueError where it is no regular expression, has no group, or is not supported."""
        try:
            if pattern is not None and re.compile(pattern).groups < 1:
                raise ValueError("expected a group in parentheses around the value")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if pattern is not None and UNSUPPORTED_REGEX.search(pattern):
            raise ValueError("no part of a pattern may look around, refer back, or be possessive")
        return pattern

    @field_validator("dates")
    @classmethod
    def own_formats_are_unambiguous(cls, dates: tuple[str, ...]) -> tuple[str, ...]:
        """The date formats, validated as in a dialect."""
        return Dialect.formats_are_unambiguous(dates) if dates else dates


TERM_END = "term_end"
"""The value of `after` for the last day of a row's term, which is in another table."""


class KnownOnRule(MappingSection):
    """When the district knew a row: a column, a fixed date, some days after an event, or the day of the load."""

    column: str | None = Field(default=None, description="the file's column that holds the date")
    always: str | None = Field(default=None, description="a fixed date, YYYY-MM-DD")
    after: str | None = Field(
        default=None, description="the canonical date column of the event, or term_end: the last day of the row's term"
    )
    school_days: int | None = Field(default=None, ge=0, le=200, description="so many school days after it")
    days: int | None = Field(default=None, ge=0, le=400, description="so many days after it")
    load: Literal[True] | None = Field(default=None, description="the day of the load")

    @model_validator(mode="after")
    def has_one_rule(self) -> Self:
        """The same; ValueError unless it has one rule, with its days where it counts from an event."""
        if sum(source is not None for source in (self.column, self.always, self.after, self.load)) != 1:
            raise ValueError("expected one of column, always, after, load")
        counted = sum(days is not None for days in (self.school_days, self.days))
        if counted != (self.after is not None):
            raise ValueError("`after` goes with either school_days or days")
        if self.always is not None and not is_iso_date(self.always):
            raise ValueError("always: expected a date as YYYY-MM-DD")
        return self


class DeletionMarker(MappingSection):
    """How a delta marks a record as withdrawn."""

    column: str = Field(description="the file's column")
    values: tuple[str, ...] = Field(min_length=1, description="its values that mean: withdrawn")


Covers = Literal["all", "school_years", "nothing"]


class FileMapping(MarkMapping):
    """The mapping of the file, or files, of one canonical table."""

    came_later: ClassVar[tuple[str, ...]] = (*MarkMapping.came_later, "decimal", "thousands")

    file: str | None = Field(default=None, description="name or pattern; <table>.csv, also with .gz, by default")
    sent: Literal["always", "sometimes", "never"] | None = Field(
        default=None, description="whether every load has it; optional tables and deltas are sent sometimes"
    )
    kind: Literal["full", "delta"] = Field(default="full", description="everything there is, or what changed")
    covers: Covers | Annotated[int, Field(ge=1, le=4000)] | None = Field(
        default=None,
        description="what a full extract covers: all, the school_years that are in it, the last so many days, nothing",
    )
    deletes: DeletionMarker | None = Field(default=None, description="how a delta withdraws a record")
    header: tuple[str, ...] | None = Field(default=None, description="the columns of a file without a header")
    encoding: str | None = Field(default=None, description="as in [districts.reading], for this table only")
    delimiter: Delimiter | None = Field(default=None, description="likewise")
    quote: Literal['"', "'"] | None = Field(default=None, description="likewise")
    escape: Literal["", "\\"] | None = Field(default=None, description="likewise")
    null: tuple[str, ...] | None = Field(default=None, description="likewise")
    dates: tuple[str, ...] | None = Field(default=None, description="likewise")
    decimal: DecimalMark | None = Field(default=None, description="likewise")
    thousands: ThousandsMark | None = Field(default=None, description="likewise")
    columns: dict[str, ColumnMapping] = Field(default={}, description="canonical column = where its value comes from")
    codes: dict[str, dict[str, str]] = Field(default={}, description="canonical column = its codes and what they mean")
    leave_out: dict[str, tuple[str, ...]] = Field(
        default={}, description="the file's column = values whose rows are not records of this table"
    )
    known_on: KnownOnRule | None = Field(
        default=None, description="when the district knew a row; a column known_on else"
    )
    repeats: Literal["refuse", "last"] = Field(
        default="refuse", description="rows that say one record twice and differently: quarantine, or the last counts"
    )
    most_quarantined: float = Field(
        default=0.01, ge=0, le=1, description="share of rows in quarantine beyond which the load is refused"
    )
    most_withdrawn: float = Field(
        default=0.10, ge=0, le=1, description="share of records gone from a full extract beyond which it is refused"
    )

    @field_validator("encoding")
    @classmethod
    def own_encoding_exists(cls, encoding: str | None) -> str | None:
        """The encoding, validated as in a dialect."""
        return None if encoding is None else Dialect.encoding_exists(encoding)

    @field_validator("dates")
    @classmethod
    def own_formats_are_unambiguous(cls, dates: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """The date formats, validated as in a dialect."""
        return Dialect.formats_are_unambiguous(dates) if dates else None

    @field_validator("header")
    @classmethod
    def names_are_unique(cls, header: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """The header; ValueError where it is empty or names a column twice."""
        if header is not None and (not header or len(set(header)) < len(header) or "" in header):
            raise ValueError("expected every column of the file, each by a name of its own")
        return header

    @field_validator("covers", mode="before")
    @classmethod
    def covers_is_known(cls, covers: object) -> object:
        """The same; ValueError for neither a known word nor a number of days."""
        if covers not in (None, *get_args(Covers)) and (isinstance(covers, bool) or not isinstance(covers, int)):
            raise ValueError("expected all, school_years, nothing, or a number of days")
        return covers

    @field_validator("columns", mode="before")
    @classmethod
    def expand_short_form(cls, columns: object) -> object:
        """The columns, with a name alone expanded to `{ column = name }`."""
        if not isinstance(columns, dict):
            return columns
        return {name: {"column": mapping} if isinstance(mapping, str) else mapping for name, mapping in columns.items()}

    @model_validator(mode="after")
    def is_consistent(self) -> Self:
        """The same; ValueError for a full extract with deletes or a delta that covers something."""
        if self.kind == "full" and self.deletes:
            raise ValueError("deletes: only a delta has them; a full extract withdraws by absence")
        if self.kind == "delta" and self.covers is not None:
            raise ValueError("covers: only a full extract covers something")
        return self

    def dialect(self, reading: Dialect) -> Dialect:
        """The district's dialect, overridden by this table's own settings."""
        own = {name: getattr(self, name) for name in Dialect.model_fields if getattr(self, name) is not None}
        return Dialect.model_validate(reading.model_dump() | own)


def is_iso_date(text: str) -> bool:
    """Whether a text is a date as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def file_columns(table: Table) -> tuple[str, ...]:
    """The names of a table's columns in its files, `student_id` for the student's key, without `known_on`."""
    own = (column for column in table.columns if column.kind != "assigned")
    return tuple("student_id" if column.kind == "student" else column.name for column in own)

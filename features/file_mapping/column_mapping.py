"""Where a canonical column's value stands in a file, and the records that one row of it is."""

import re
from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from features.file_mapping.date_formats import unambiguous_formats
from features.file_mapping.mapping_section import MappingSection

UNSUPPORTED_REGEX = re.compile(r"\(\?(<?[=!]|>|\(|P=)|\\[1-9]|[*+?}]\+")
"""Parts of a Python regular expression that DuckDB does not support."""


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
        return unambiguous_formats(dates) if dates else dates


class RowPart(MappingSection):
    """One of several records that each row of a file is, over what the table says; none where its columns are empty."""

    columns: dict[str, ColumnMapping] = Field(description="as below the table, for this part")
    codes: dict[str, dict[str, str]] = Field(default={}, description="likewise, for this part")
    leave_out: dict[str, tuple[str, ...]] = Field(default={}, description="likewise, for this part")

    @field_validator("columns", mode="before")
    @classmethod
    def expand_short_form(cls, columns: object) -> object:
        """The columns, with a name alone expanded to `{ column = name }`."""
        return columns_in_full(columns)

    @model_validator(mode="after")
    def reads_a_column(self) -> Self:
        """The same; ValueError unless a column of the file decides on it, and no other file."""
        if not self.name:
            raise ValueError("columns: expected one at least that is a column of the file, or leave_out by one")
        if any(one.lookup for one in self.columns.values()):
            raise ValueError("columns: a lookup is for all parts; put it below the table")
        return self

    @property
    def read(self) -> tuple[str, ...]:
        """The canonical columns that it reads from the file."""
        return tuple(name for name, one in self.columns.items() if one.column is not None or one.joined)

    @property
    def name(self) -> str:
        """What people call it: the file's columns that it reads, else those by which it leaves rows out."""
        own = [self.columns[name] for name in self.read]
        names = [name for one in own for name in (one.column or "", *one.joined) if name]
        return ", ".join(dict.fromkeys(names or self.leave_out))


def columns_in_full(columns: object) -> object:
    """Columns of a mapping, with a name alone expanded to `{ column = name }`."""
    if not isinstance(columns, dict):
        return columns
    return {name: {"column": mapping} if isinstance(mapping, str) else mapping for name, mapping in columns.items()}


def is_iso_date(text: str) -> bool:
    """Whether a text is a date as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

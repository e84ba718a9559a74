"""The file mapping of `ontrack.toml`: a district's file names, dialect, columns, codes, dates and history."""

import codecs
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from features.file_mapping.column_mapping import ColumnMapping, RowPart, columns_in_full, is_iso_date
from features.file_mapping.date_formats import unambiguous_formats
from features.file_mapping.mapping_section import MappingSection
from features.file_mapping.mark_scales import MarkMapping
from features.table_schema import Table

Delimiter = Literal[",", ";", "\t", "|", "^"]
DecimalMark = Literal[".", ","]
ThousandsMark = Literal["", ",", ".", " ", "'"]


class Dialect(MappingSection):
    """How a file's text is written. It is declared, never guessed."""

    came_later: ClassVar[tuple[str, ...]] = ("decimal", "thousands")

    encoding: str = Field(default="utf-8", description="utf-8, utf-16, cp1252, or another that Python knows")
    delimiter: Delimiter = Field(default=",", description="what stands between two cells")
    quote: Literal['"', "'", ""] = Field(
        default='"', description="what cells are quoted with; empty where nothing is quoted and a quote is a letter"
    )
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
    def escapes_a_quote(self) -> Self:
        """The same; ValueError where quotes are escaped and nothing is quoted."""
        if self.escape and not self.quote:
            raise ValueError("escape: expected none, as nothing is quoted")
        return self

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
        return unambiguous_formats(dates)


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

    came_later: ClassVar[tuple[str, ...]] = (*MarkMapping.came_later, "decimal", "thousands", "parts")

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
    quote: Literal['"', "'", ""] | None = Field(default=None, description="likewise")
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
    parts: tuple[RowPart, ...] = Field(
        default=(), description="records that a row of the file is, one for each of these columns"
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
        return columns_in_full(columns)

    @model_validator(mode="after")
    def is_consistent(self) -> Self:
        """The same; ValueError for a full extract with deletes or a delta that covers something."""
        if self.kind == "full" and self.deletes:
            raise ValueError("deletes: only a delta has them; a full extract withdraws by absence")
        if self.kind == "delta" and self.covers is not None:
            raise ValueError("covers: only a full extract covers something")
        return self

    @property
    def readings(self) -> tuple["Reading", ...]:
        """How often the file is read, and as what: once for each part, else once as the table says."""
        if not self.parts:
            return (Reading("", self),)
        names = [part.name for part in self.parts]
        numbered = [
            name if names.count(name) == 1 else f"{name}, part {place}" for place, name in enumerate(names, start=1)
        ]
        return tuple(Reading(name, self.of_part(part)) for name, part in zip(numbered, self.parts, strict=True))

    def of_part(self, part: RowPart) -> "FileMapping":
        """The mapping of one part alone: what the table says, and over it what the part says."""
        codes = {
            name: {**self.codes.get(name, {}), **part.codes.get(name, {})} for name in {**self.codes, **part.codes}
        }
        said = {"columns": self.columns | part.columns, "codes": codes, "leave_out": self.leave_out | part.leave_out}
        return self.model_copy(update={**said, "parts": (part,)})

    def dialect(self, reading: Dialect) -> Dialect:
        """The district's dialect, overridden by this table's own settings."""
        own = {name: getattr(self, name) for name in Dialect.model_fields if getattr(self, name) is not None}
        return Dialect.model_validate(reading.model_dump() | own)


@dataclass(frozen=True)
class Reading:
    """One reading of a table's file: the name of the part, empty where it has none, and how its columns are mapped."""

    part: str
    mapping: FileMapping


def file_columns(table: Table) -> tuple[str, ...]:
    """The names of a table's columns in its files, `student_id` for the student's key, without `known_on`."""
    own = (column for column in table.columns if column.kind != "assigned")
    return tuple("student_id" if column.kind == "student" else column.name for column in own)

"""What every source declares: its kind, its files, and the canonical tables and columns that it can give."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from features.tables import TABLES

Gives = Mapping[str, tuple[str, ...]]
"""Canonical table = the columns of its files that a source can fill, `student_id` for the student's key."""


class Source(BaseModel):
    """One source of a district's records. A kind of source is a class below this one, and an adapter in ingest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: ClassVar[str] = ""
    gives: ClassVar[Gives] = {}
    may_give: ClassVar[Gives] = {}
    """Further tables, which it gives where its settings declare them."""
    otherwise: ClassVar[Mapping[str, str]] = {}
    """Columns and features that it tells otherwise than our own CSV does, and why."""

    kind: str = Field(description="which system it is")
    folder: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*)?$",
        description="folder of its files within the district's records; the whole of them where empty",
    )
    tables: tuple[str, ...] = Field(
        default=(), description="canonical tables that it owns; all that it can give where none is named"
    )
    refresh_hours: int = Field(
        default=0,
        ge=0,
        le=12,
        description="the worker reads it every so many hours too, and loads what changed; with the night alone where 0",
    )
    sent: Literal["always", "sometimes"] = Field(default="always", description="whether every load must have its files")

    @property
    def by_dates(self) -> bool:
        """Whether rows became known by their own dates, whatever the source says of changes."""
        return False

    @field_validator("tables")
    @classmethod
    def can_be_given(cls, tables: tuple[str, ...]) -> tuple[str, ...]:
        """The tables; ValueError for one that a source of this kind cannot give."""
        wrong = [name for name in tables if name not in {*cls.gives, *cls.may_give}]
        if wrong:
            raise ValueError(f"{wrong[0]}: this source gives {', '.join(cls.gives)}")
        return tables

    @property
    def name(self) -> str:
        """What people call it, within its district."""
        return self.folder or self.kind

    @property
    def own(self) -> dict[str, tuple[str, ...]]:
        """The tables that it is asked for, each with the columns that its kind gives."""
        can = {**self.gives, **{name: self.may_give[name] for name in self.declared}}
        return {name: columns for name, columns in can.items() if not self.tables or name in self.tables}

    @property
    def declared(self) -> tuple[str, ...]:
        """The tables of `may_give` that its settings declare."""
        return ()

    @property
    def given(self) -> Gives:
        """The tables that it is asked for, each with the columns that come by its settings."""
        return self.own


SENT_TABLES = tuple(name for name, table in TABLES.items() if table.from_source)
"""The canonical tables that a district may send."""

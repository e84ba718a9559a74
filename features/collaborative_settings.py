"""What a district declares for a collaborative, and what the collaborative's office declares of its members."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from features.tables import TABLES

Quarter = Literal["", "0-25", "25-50", "50-75", "75-100"]
Purpose = Literal["pooled_model", "movers"]


class Context(BaseModel):
    """The setting of a district, in `[districts.context]`: districts that declare the same are compared as alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locale: Literal["", "city", "suburb", "town", "rural"] = Field(default="", description="where its schools are")
    low_income: Quarter = Field(default="", description="students of low income, of 100")
    english_learners: Quarter = Field(default="", description="students who learn English, of 100")


class Consent(BaseModel):
    """What a district lets the collaborative use, for what: one line for each decision, never removed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: Purpose = Field(description="a model that districts train together, or the history of students who move")
    school_years: tuple[int, ...] = Field(default=(), description="of which school years; none for all that are over")
    tables: tuple[str, ...] = Field(
        default=tuple(name for name, table in TABLES.items() if table.from_source),
        description="records of which tables",
    )
    decided_on: date = Field(description="the day of the decision")
    decided_by: str = Field(min_length=1, description="who decided: a person or a board")
    withdrawn_on: date | None = Field(default=None, description="the day from which it no longer holds")

    def holds_on(self, day: date) -> bool:
        """Whether it is given and not withdrawn on a day."""
        return self.decided_on <= day and (self.withdrawn_on is None or day < self.withdrawn_on)


class Member(BaseModel):
    """A district of the collaborative, as its office knows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="the district's id")
    name: str = Field(description="what people call it")
    key: Path = Field(description="file of its public key, as the district gave it by hand")


class Collaborative(BaseModel):
    """The collaborative, for the office that makes its report from the districts' files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="The collaborative", description="what people call it")
    members: tuple[Member, ...] = Field(default=(), description="the districts whose files are taken")

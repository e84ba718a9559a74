"""What a district declares for a collaborative, and what the collaborative's office declares of its members."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OFFICE = "collaborative"
"""The id under which people of the collaborative's office sign in; no district has it."""
Quarter = Literal["", "0-25", "25-50", "50-75", "75-100"]


class Context(BaseModel):
    """The setting of a district, in `[districts.context]`: districts that declare the same are compared as alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locale: Literal["", "city", "suburb", "town", "rural"] = Field(default="", description="where its schools are")
    low_income: Quarter = Field(default="", description="students of low income, of 100")
    english_learners: Quarter = Field(default="", description="students who learn English, of 100")


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
    files: Path | None = Field(
        default=None, description="folder of the districts' files, for the page; `home/shared` where none is said"
    )
    timezone: str = Field(default="America/Los_Angeles", description="of its office")

    @property
    def visitors(self) -> Mapping[str, str]:
        """Whose people its page is for, by id with what people call it: the office and each member; none without."""
        members = {one.id: one.name for one in self.members}
        return {OFFICE: self.name, **members} if members else {}

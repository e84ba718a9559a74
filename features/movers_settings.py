"""What a district lets go with students who move to another district, and takes with those who come, by table."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MovedTable = Literal["enrollments", "attendance", "marks", "incidents", "discipline_actions"]


class Movers(BaseModel):
    """Records of students who move, in `[districts.movers]`: a table crosses where both districts name it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    districts: tuple[str, ...] = Field(default=(), description="the other districts, by id; each names this one too")
    sends: tuple[MovedTable, ...] = Field(default=(), description="tables that go with a student who moves to them")
    receives: tuple[MovedTable, ...] = Field(default=(), description="tables that are taken with one who comes")
    named: bool = Field(default=False, description="whether their pages may say this district's name")

    @model_validator(mode="after")
    def begins_with_enrollments(self) -> Self:
        """The same; ValueError where records are named without the spells that say where and when they were made."""
        for name, tables in (("sends", self.sends), ("receives", self.receives)):
            if tables and "enrollments" not in tables:
                raise ValueError(f"{name}: other records are read within spells; expected `enrollments` among them")
        return self


def refuse_unknown(districts: Mapping[str, Movers]) -> None:
    """Raise ValueError where a district names itself, or one that is not among these, for students who move."""
    for district, movers in districts.items():
        others = sorted(districts.keys() - {district})
        for other in movers.districts:
            if other not in others:
                found = ", ".join(others) or "none"
                raise ValueError(f"movers of '{district}': '{other}' is no other district here; others: {found}")

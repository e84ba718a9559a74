"""What a district lends to a pool: the records that a model of several districts may learn from."""

from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

LentTable = Literal[
    "enrollments", "attendance", "marks", "incidents", "discipline_actions", "completions", "supports"
]  # fmt: skip
LENT_TABLES: tuple[str, ...] = get_args(LentTable)
"""Tables of a student's records that can be lent. Names, demographics and programs never are."""
LendableYear = tuple[str, int]
"""A table, and the calendar year in which a school year ends."""


class Lent(BaseModel):
    """Records lent to a pool, in `[[districts.lends]]`: what no entry names is not lent. To withdraw, take it out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pool: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="the pool")
    tables: tuple[LentTable, ...] = Field(min_length=1, description="the tables whose records are lent")
    years: tuple[int, ...] = Field(default=(), description="the school years, by the year in which each ends")

    @model_validator(mode="after")
    def names_years_once(self) -> Self:
        """The same; ValueError where years are said twice."""
        if len(set(self.years)) < len(self.years):
            raise ValueError("a school year is said twice in `years`")
        return self

    @property
    def records(self) -> frozenset[LendableYear]:
        """Every table and year of this entry."""
        return frozenset((table, year) for table in self.tables for year in self.years)

"""What a data team says about its prepared table, in a small TOML file."""

import re
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from features.errors import Refused
from features.settings_file import explain_one

DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+")


class SpecRefused(Refused):
    """A spec that cannot be used. Exit code 2."""

    exit_code = 2


class Section(BaseModel):
    """A table of the spec."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def canonical(text: str) -> str:
    """A text as values are compared: without blanks around it, 1.0 as 1 and True as true."""
    text = text.strip()
    if text.lower() in {"true", "false"}:
        return text.lower()
    return text.rstrip("0").rstrip(".") if DECIMAL.fullmatch(text) else text


def scalar_text(value: object) -> str:
    """A value of the TOML file as canonical text; ValueError where it is none."""
    if not isinstance(value, bool | int | float | str | date):
        raise ValueError("expected a text, a number, true, false or a date")
    return canonical(str(value))


Value = Annotated[str, BeforeValidator(scalar_text)]


class Label(Section):
    """The label's column, and the values of those who ended off track."""

    column: str
    positive: tuple[Value, ...] = Field(min_length=1)


class Subgroup(Section):
    """A column to audit by: its values as they are, or, with `cuts`, ranges of a number."""

    column: str
    cuts: tuple[float, ...] = ()

    @field_validator("cuts")
    @classmethod
    def rising(cls, cuts: tuple[float, ...]) -> tuple[float, ...]:
        """The cuts, each above the one before."""
        if any(low >= high for low, high in pairwise(cuts)):
            raise ValueError("expected rising numbers, like [21, 25]")
        return cuts


def as_subgroup(value: object) -> object:
    """A column's name alone stands for that column without cuts."""
    return {"column": value} if isinstance(value, str) else value


class Folds(Section):
    """Folds of whole students, dealt anew for each seed."""

    kind: Literal["folds"] = "folds"
    k: int = Field(default=5, ge=2, le=50)
    seeds: tuple[int, ...] = Field(default=(0, 1, 2), min_length=1)


class Groups(Section):
    """Folds of whole groups (schools, years): how the model does where it has not been."""

    kind: Literal["groups"]
    column: str
    k: int = Field(default=5, ge=2, le=50)
    seeds: tuple[int, ...] = Field(default=(0, 1, 2), min_length=1)


class Time(Section):
    """The rows of the listed values are judged by a model of the rows before the earliest of them."""

    kind: Literal["time"]
    column: str
    test: tuple[Value, ...] = Field(min_length=1)


class TableSpec(Section):
    """A prepared table: which columns are the label, the features, the subgroups, and how to split."""

    id: str | None = None
    as_of: str | None = None
    school: str | None = None
    label: Label
    exclude: tuple[str, ...] = ()
    features: tuple[str, ...] | None = Field(default=None, min_length=1)
    subgroups: dict[str, Annotated[Subgroup, BeforeValidator(as_subgroup)]] = {}
    protected_features: bool = False
    search_trials: int = Field(default=0, ge=0)
    split: Annotated[Folds | Groups | Time, Field(discriminator="kind")] = Folds()

    @model_validator(mode="after")
    def one_way_to_choose(self) -> "TableSpec":
        """The spec, unless it both lists and excludes features."""
        if self.features is not None and self.exclude:
            raise ValueError("give `features` or `exclude`, not both")
        return self

    @model_validator(mode="after")
    def dates_of_students(self) -> "TableSpec":
        """The spec, unless it has scoring dates and does not say whose rows are one student's."""
        if self.as_of is not None and self.id is None:
            raise ValueError("`as_of` says that a student has several rows: give `id`, the column of the student")
        return self

    @model_validator(mode="after")
    def no_school_unseen_only(self) -> "TableSpec":
        """The spec, unless it asks what a school tells where every school that is judged is a new one."""
        if isinstance(self.split, Groups) and self.school == self.split.column:
            raise ValueError("no school that is judged was learned from: leave out `school`, or split another way")
        return self

    @property
    def split_column(self) -> str | None:
        """The column that the split goes by."""
        return None if isinstance(self.split, Folds) else self.split.column


BELOW: dict[str, type[BaseModel]] = {
    "label": Label,
    "subgroups": Subgroup,
    "folds": Folds,
    "groups": Groups,
    "time": Time,
}


def load_spec(path: Path) -> TableSpec:
    """The spec of a TOML file; SpecRefused names the place and, for an unknown key, the nearest known one."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpecRefused(f"{path}: no such file; docs/examples has three to start from") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SpecRefused(f"{path}: not TOML: {error}") from None
    try:
        return TableSpec.model_validate(values)
    except ValidationError as error:
        mistakes = error.errors(include_input=False, include_url=False)
        said = "; ".join(
            explain_one(tuple(one["loc"]), one["type"], one["msg"], section_at(one["loc"])) for one in mistakes
        )
        raise SpecRefused(f"{path}: {said}") from None


def section_at(loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The section in which a mistake stands."""
    for part in reversed(loc[:-1]):
        if part in BELOW:
            return BELOW[str(part)]
    return TableSpec

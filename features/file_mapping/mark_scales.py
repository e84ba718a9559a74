"""Mark scales: what a district's marks mean (letters, percent, levels, codes), and the grade points of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Self

from pydantic import Field, field_validator, model_validator

from features.file_mapping.mapping_section import MappingSection
from features.tables import MARKS

NO_MARKS = MARKS.column("mark_status").allowed
"""Why there is no mark in a line of a report. None of them is an F."""

POINTS: Mapping[str, float | None] = {
    "A+": 4.0, "A": 4.0, "A-": 3.7, "B+": 3.3, "B": 3.0, "B-": 2.7, "C+": 2.3, "C": 2.0, "C-": 1.7,
    "D+": 1.3, "D": 1.0, "D-": 0.7, "F": 0.0, "P": None, "NP": None,
}  # fmt: skip
"""Every mark that a code or cut can mean, best first, with its grade points on the usual scale of the United States."""

HIGHEST_PERCENT = 150
"""The highest number that cuts read as a mark: extra credit, and no 999 that stands for none."""


@dataclass(frozen=True)
class CommonScale:
    """A scale that many districts have, to be named in a mapping."""

    codes: Mapping[str, str]
    points: Mapping[str, float]
    cuts: tuple[tuple[float, str], ...] = ()


COMMON_SCALES: Mapping[str, CommonScale] = {
    "letters": CommonScale(dict(zip(POINTS, POINTS, strict=True)), {}),
    "percent": CommonScale({}, {}, ((90, "A"), (80, "B"), (70, "C"), (60, "D"), (0, "F"))),
    "levels": CommonScale({"4": "A", "3": "B", "2": "C", "1": "D"}, {"4": 4, "3": 3, "2": 2, "1": 1}),
    "pass_or_not": CommonScale({"P": "P", "S": "P", "CR": "P", "NP": "NP", "U": "NP", "NC": "NP"}, {}),
    "no_marks": CommonScale(
        {
            "I": "incomplete", "INC": "incomplete", "W": "withdrawn", "WD": "withdrawn", "AU": "audit",
            "AUD": "audit", "NM": "not_given", "NG": "not_given",
        },
        {},
    ),
}  # fmt: skip
"""The common scales by name; several together are the scale of a district that has them in one column."""


class MarkScale(MappingSection):
    """What marks mean. `scale = "letters"` is short for `{ like = ["letters"] }`; several common ones are a list."""

    like: tuple[str, ...] = Field(default=(), description=f"common scales: {', '.join(COMMON_SCALES)}")
    cuts: tuple[tuple[float, str], ...] = Field(
        default=(), description='least number = mark, highest first: [[90, "A"], [80, "B"], …]; instead of percent\'s'
    )
    codes: dict[str, str] = Field(
        default={}, description=f"code = a mark such as A- or NP, or why there is none: {', '.join(NO_MARKS)}"
    )
    points: dict[str, float] = Field(
        default={}, description="code or mark = its grade points, where they are not the usual ones (A- = 3.7)"
    )

    @field_validator("like")
    @classmethod
    def scales_are_known(cls, like: tuple[str, ...]) -> tuple[str, ...]:
        """The names; ValueError for one that is no common scale."""
        for name in like:
            if name not in COMMON_SCALES:
                raise ValueError(f"no such scale as {name}; there are {', '.join(COMMON_SCALES)}")
        return like

    @field_validator("cuts")
    @classmethod
    def cuts_fall(cls, cuts: tuple[tuple[float, str], ...]) -> tuple[tuple[float, str], ...]:
        """The cuts; ValueError unless a lower number never means a better mark."""
        for _, mark in cuts:
            if mark not in POINTS:
                raise ValueError(f"expected marks such as A, B- or NP; {mark} is none")
        order = list(POINTS)
        for (higher, better), (lower, worse) in pairwise(cuts):
            if lower >= higher or order.index(worse) <= order.index(better):
                raise ValueError("expected the highest number first, and a worse mark with each lower one")
        return cuts

    @field_validator("codes")
    @classmethod
    def codes_mean_marks(cls, codes: dict[str, str]) -> dict[str, str]:
        """The codes; ValueError for a meaning that is neither a mark nor a reason for none."""
        for code, meaning in codes.items():
            if meaning not in POINTS and meaning not in NO_MARKS:
                raise ValueError(f"{code}: expected one of {', '.join((*POINTS, *NO_MARKS))}")
        return codes

    @field_validator("points")
    @classmethod
    def points_are_in_range(cls, points: dict[str, float]) -> dict[str, float]:
        """The points; ValueError for some that no mark has."""
        for code, worth in points.items():
            if not 0 <= worth <= 5:
                raise ValueError(f"{code}: expected grade points from 0 to 5")
        return points

    @model_validator(mode="after")
    def says_one_thing(self) -> Self:
        """The same; ValueError where a number is both a code and a percent, or points belong to no code."""
        numbers = [code for code in self.meanings if code.replace(".", "", 1).isdigit()]
        if self.cuts_read and numbers:
            raise ValueError(f"{numbers[0]} is a code and a number that cuts read; give each its rows by scale_by")
        unknown = [code for code in self.points if code not in self.meanings and code not in POINTS]
        if unknown:
            raise ValueError(f"points.{unknown[0]}: no such code or mark")
        return self

    @property
    def meanings(self) -> dict[str, str]:
        """Every code and what it means, the district's own before those of the common scales."""
        common = {code: mark for name in self.like for code, mark in COMMON_SCALES[name].codes.items()}
        return {**common, **self.codes}

    @property
    def cuts_read(self) -> tuple[tuple[float, str], ...]:
        """The cuts, the district's own or those of the common scales."""
        return self.cuts or tuple(cut for name in self.like for cut in COMMON_SCALES[name].cuts)

    def points_of(self, code: str) -> int | None:
        """The grade points of a code, or of a mark that cuts give, in hundredths; None where it has none."""
        mark = self.meanings.get(code, code)
        common = {} if code in self.codes else self.common_points
        known = ((self.points, code), (common, code), (self.points, mark), (POINTS, mark))
        worth = next((points[name] for points, name in known if name in points), None)
        return None if worth is None else round(100 * worth)

    @property
    def common_points(self) -> dict[str, float]:
        """The grade points that common scales give their codes."""
        return {code: worth for name in self.like for code, worth in COMMON_SCALES[name].points.items()}


def letter_of(mark: str) -> str | None:
    """A mark as the warehouse holds it, without plus and minus; None where it is the reason for none."""
    return None if mark in NO_MARKS else mark.rstrip("+-")


def scale_from(said: object) -> object:
    """A scale as it is declared, its short form spelled out: a name, or several."""
    if isinstance(said, str):
        return {"like": [said]}
    return {"like": said} if isinstance(said, list | tuple) else said


class ScaleChoice(MappingSection):
    """Rows of a file with a scale of their own: those of a school, a course, a grade."""

    column: str = Field(min_length=1, description="the file's column")
    values: tuple[str, ...] = Field(min_length=1, description="its values in the rows of this scale")
    scale: MarkScale = Field(description="their scale, as in `scale`")

    @field_validator("scale", mode="before")
    @classmethod
    def expand_short_form(cls, scale: object) -> object:
        """The scale, names alone spelled out."""
        return scale_from(scale)


class MarkMapping(MappingSection):
    """What a file of marks says besides its columns. Other tables have none of it."""

    came_later: ClassVar[tuple[str, ...]] = ("scale", "scale_by", "recovers")

    scale: MarkScale | None = Field(default=None, description="what marks mean, instead of codes")
    scale_by: tuple[ScaleChoice, ...] = Field(default=(), description="rows with another scale; the first that fits")
    recovers: dict[str, str] = Field(
        default={}, description="course id = the id of the failed course that passing it makes up for"
    )

    @field_validator("scale", mode="before")
    @classmethod
    def expand_scale(cls, scale: object) -> object:
        """The scale, names alone spelled out."""
        return scale_from(scale)


OF_MARKS = MarkMapping.came_later
"""The settings that a file of marks alone may have."""


def has_scale(files: MarkMapping) -> bool:
    """Whether a scale says what the marks of some rows mean."""
    return files.scale is not None or bool(files.scale_by)

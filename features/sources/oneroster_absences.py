"""The absences of students beside a OneRoster roster, which the standard itself does not have.

Two extensions are public, and neither is the standard's. The OneRoster+ files of Kinvolved (docs.kinvolved.com) put
`attendance.csv` into a package, a row for each event, with `sourcedId`, `status`, `dateLastModified`, `schoolSourcedId`
and `classSourcedId`. 1EdTech's Norwegian Profile 1.0 has an absence service, of which OnEdHub (docs.onedhub.io) offers
`absences/v1p0/absences/detail` as a beta. What else their rows hold could not be looked at, so a district names it.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, model_validator

ATTENDANCE = ("student_id", "school_id", "date", "section_id", "kind", "absent_hundredths", "excused")
"""The columns of `attendance` that absences give. The district's `codes` say what its codes are."""

NAME = r"^[A-Za-z_][A-Za-z0-9_.-]*$"


class Absences(BaseModel):
    """Where the absences are, and what their columns are called; for an API, the members of an object."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(default="attendance", pattern=NAME, description="name of their file in a package, without .csv")
    path: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*)?$",
        description="their path below `url` of an API, such as absences/v1p0/absences/detail",
    )
    member: str = Field(default="absences", pattern=NAME, description="member of an API's answer that lists them")
    student: str = Field(pattern=NAME, description="column of the student's sourcedId")
    date: str = Field(pattern=NAME, description="column of the day, or of a time on it; a row is of one day")
    code: str = Field(pattern=NAME, description="column of the code, of which `codes` of attendance say what it means")
    school: str = Field(default="schoolSourcedId", pattern=NAME, description="column of the school; else the class's")
    section: str = Field(
        default="classSourcedId", pattern=NAME, description="column of the class; a row without is of the whole day"
    )
    share: str = Field(
        default="",
        pattern=f"{NAME}|^$",
        description="column of the part of the day that was missed, from 0 to 1; by the code where there is none",
    )
    excused: str = Field(
        default="",
        pattern=f"{NAME}|^$",
        description="column that says whether it was excused; by the code where there is none",
    )

    @property
    def names(self) -> Mapping[str, str]:
        """What a district calls a column = our name of it."""
        said = {
            self.student: "studentSourcedId", self.school: "schoolSourcedId", self.section: "classSourcedId",
            self.date: "date", self.code: "code", self.share: "share", self.excused: "excused",
        }  # fmt: skip
        return {theirs: ours for theirs, ours in said.items() if theirs}

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which nothing can be read."""
        return (self.student, self.date, self.code)

    @model_validator(mode="after")
    def columns_differ(self) -> "Absences":
        """The same; ValueError where one column is named for two things."""
        named = [self.student, self.school, self.section, self.date, self.code]
        named += [one for one in (self.share, self.excused) if one]
        twice = next((one for one in named if named.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice} is named for two things; a code says by `codes` what it means for each column")
        return self

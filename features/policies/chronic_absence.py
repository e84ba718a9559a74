"""By whose definition absence is chronic, in `[outcomes.<outcome>.chronic]`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ChronicAbsence(BaseModel):
    """By whose definition absence is chronic. What is not said here is as the authority says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authority: Literal["california", "federal", "edu_wh"] = Field(
        default="california", description="whose definition; the others stand in the explanation of chronic absence"
    )
    least_days: int | None = Field(default=None, ge=1, le=366, description="days expected from which it is told")
    exactly_counts: bool | None = Field(default=None, description="whether exactly the share (10 %) is chronic")
    came_once: bool | None = Field(default=None, description="whether a student who never came is left out")
    in_school_suspension: bool | None = Field(default=None, description="whether suspension in school counts as missed")
    absence_follows: Literal["student", "school"] | None = Field(
        default=None, description="the student across schools, or each school answers for its own days"
    )

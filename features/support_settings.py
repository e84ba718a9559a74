"""How a district follows up on students, in `[districts.support]`."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

CODE = r"^[a-z0-9][a-z0-9_-]{0,39}$"


class Strategy(BaseModel):
    """A way of support that the district offers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=CODE, description="short name, kept with each plan")
    name: str = Field(min_length=1, max_length=120, description="what people call it")
    spanish: str = Field(default="", max_length=120, description="what people call it in Spanish; empty for `name`")
    evidence: Literal["strong", "moderate", "promising", "local"] = Field(
        default="local", description="how well it is studied: a tier of the federal law on schools (ESSA), or `local`"
    )


class Support(BaseModel):
    """How a district follows up on students: what My week puts forward, deadlines, and the ways of support."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    new_a_week: int = Field(default=5, ge=1, le=50, description="new or changed students that My week shows at most")
    unmet_days: int = Field(
        default=21, ge=1, description="days without a contact after which My week names a listed student"
    )
    try_again_days: int = Field(
        default=3, ge=1, le=120, description="weekdays until a contact only tried comes back; holidays count as days"
    )
    silence_days: int = Field(
        default=14, ge=1, description="days past due after which the principal sees a follow-up too"
    )
    plan_weeks: int = Field(default=6, ge=1, le=40, description="weeks a plan runs where nothing else is said")
    problem_days: int = Field(default=10, ge=1, description="days in which the data team answers a data problem")
    longest_snooze_days: int = Field(default=60, ge=1, le=200, description="days for which a student may be snoozed")
    meeting_students: int = Field(default=8, ge=1, le=40, description="students ticked for an agenda to begin with")
    meetings: tuple[date, ...] = Field(default=(), description="dates of the team's meetings; My week names the next")
    written_years: int = Field(
        default=0, ge=0, le=30, description="full school years for which what people wrote is kept; 0 for good"
    )
    list_years: int = Field(
        default=0, ge=0, le=30, description="full school years for which lists are kept; 0 for good"
    )
    family_contact: str = Field(
        default="", max_length=200, description="how a family reaches the school, on its sheet; empty for its office"
    )
    family_contact_spanish: str = Field(
        default="", max_length=200, description="the same in Spanish; empty for `family_contact`"
    )
    strategies: tuple[Strategy, ...] = Field(default=(), description="ways of support; none for OnTrack's own six")

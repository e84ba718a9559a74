"""Policies of calendars: students on a track without one, and days shorter than others."""

from typing import Literal

from pydantic import Field

from features.policies.policy_section import PolicySection


class CalendarPolicies(PolicySection):
    """What the rows of calendars mean."""

    track_without_days: Literal["unknown", "school"] = Field(
        default="unknown",
        description="students on a track of which the school's calendar has no day: no rate, or the school's `main` "
        "track (where there is none, its first by name)",
    )
    short_days: Literal["whole", "share"] = Field(
        default="whole",
        description="a day with `day_hundredths`: a day like any other, or that share of a day, expected and missed",
    )

    def sentences(self) -> tuple[str, ...]:
        """A plain sentence for each policy that is not the default."""
        said = []
        if self.track_without_days == "school":
            said.append("students on a track without a calendar have the days of their school's main track")
        if self.short_days == "share":
            said.append("a short day is expected, and missed, by its share of a day")
        return tuple(said)

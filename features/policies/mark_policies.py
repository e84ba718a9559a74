"""Policies of marks: which grade points count, and until when an incomplete waits for its mark."""

from typing import Literal

from pydantic import Field

from features.policies.policy_section import PolicySection


class MarkPolicies(PolicySection):
    """What the rows of marks mean. What marks mean that are no letters says `scale` of their file."""

    points: Literal["weighted", "unweighted"] = Field(
        default="weighted",
        description="grade points that averages are taken of: `points_hundredths`, or `unweighted_points_hundredths`",
    )
    incomplete_days: int | None = Field(
        default=None, ge=0, le=400, description="days after its term's last day in which an incomplete may be made up"
    )
    incomplete_then: Literal["F", "NP"] = Field(
        default="F", description="what it counts as from the day after; without `incomplete_days` it stays missing"
    )

    def sentences(self) -> tuple[str, ...]:
        """A plain sentence for each policy that is not the default."""
        said = []
        if self.points == "unweighted":
            said.append("grade averages are taken of unweighted points")
        if self.incomplete_days is not None:
            then, days = self.incomplete_then, self.incomplete_days
            said.append(f"an incomplete counts as {then} from the day after {days} days after the end of its term")
        return tuple(said)

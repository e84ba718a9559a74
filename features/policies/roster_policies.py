"""Policies of the roster: rows of students whom it does not know, and ids that are given to another person."""

from typing import Literal

from pydantic import Field

from features.policies.policy_section import PolicySection


class RosterPolicies(PolicySection):
    """What the rows of students and staff mean."""

    unknown_students: Literal["quarantine", "leave_out"] = Field(
        default="quarantine",
        description="rows of students whom neither `students` nor an earlier load has: bad rows, or no records at all",
    )
    most_unknown: float = Field(
        default=0.10,
        ge=0,
        le=1,
        description="share of a table's rows left out as of unknown students beyond which the load is refused",
    )
    reused_ids: Literal["quarantine", "same_student"] = Field(
        default="quarantine",
        description="a student id that comes with another birth date, first and last name: rows of another person, "
        "or a correction of the same one",
    )

    def sentences(self) -> tuple[str, ...]:
        """A plain sentence for each policy that is not the default."""
        said = []
        if self.unknown_students == "leave_out":
            said.append(
                "rows of students whom neither students nor an earlier load has are left out, up to "
                f"{self.most_unknown:.0%} of a table"
            )
        if self.reused_ids == "same_student":
            said.append("another birth date, first and last name of a student id are a correction of the same student")
        return tuple(said)

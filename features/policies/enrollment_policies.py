"""Policies of enrollment: what an exit date means, and which rows are no enrollment at all."""

from typing import Literal

from pydantic import Field

from features.policies.policy_section import PolicySection

Concurrent = Literal["longer", "latest", "shares"]
"""What counts on a date on which a student is enrolled at several schools."""


SameEntry = Literal["longer", "latest", "quarantine"]
"""What counts where several rows have one student, school and entry date."""

EarlierRow = Literal["goes_on", "ended"]
"""What an earlier row of a student and school is after a later one that ended within it."""

SAME_ENTRY_WORDS = {"latest": "the last one counts", "quarantine": "they wait in quarantine"}
CONCURRENT_WORDS = {
    "latest": "the one entered latest counts",
    "shares": "the one of the longer spell counts, and an absence at each counts its share of the day",
}


class EnrollmentPolicies(PolicySection):
    """What the rows of enrollments mean."""

    exit_date: Literal["last_day", "first_day_gone"] = Field(
        default="last_day",
        description="what an exit date in the files is: the last day enrolled, or the first day not enrolled",
    )
    never_came: tuple[str, ...] = Field(
        default=(), description="exit codes of the files that mean a no-show: the student was never enrolled"
    )

    same_entry: SameEntry = Field(
        default="longer",
        description="which of a student's rows with one school and entry date counts where they end on different days: "
        "the longer, the latest of the files, or none until it is said (quarantine)",
    )
    concurrent: Concurrent = Field(
        default="longer",
        description="which school counts on a date on which a student is enrolled at several, and none is the primary "
        "one (`is_primary`): that of the longer spell, of the one entered latest, or that of the longer one while an "
        "absence at each counts its share",
    )
    earlier_row: EarlierRow = Field(
        default="goes_on",
        description="what a student's row is after a later one at the same school that ended within it: it goes on, as "
        "after a stint of two days in another grade, or the later one had ended it for good, as where entry dates are "
        "corrected and the old row stays",
    )

    def sentences(self) -> tuple[str, ...]:
        """A plain sentence for each policy that is not the default."""
        said = []
        if self.exit_date == "first_day_gone":
            said.append("an exit date is the first day gone: the day before it is the last day enrolled")
        if self.never_came:
            said.append(f"exit codes {', '.join(self.never_came)} mean that a student never came: no enrollment")
        if self.same_entry != "longer":
            rows = "rows with one student, school and entry date that say different things"
            said.append(f"of {rows}, {SAME_ENTRY_WORDS[self.same_entry]}")
        if self.concurrent != "longer":
            said.append(
                f"where a student is enrolled at several schools on a date, {CONCURRENT_WORDS[self.concurrent]}"
            )
        if self.earlier_row == "ended":
            said.append("a later row of a student at a school ends the earlier one for good, also where it ends first")
        return tuple(said)


AS_FILES_SAY = EnrollmentPolicies()
"""Each row as it is by default."""

"""All policies of a district's records."""

from pydantic import Field

from features.policies.attendance_policies import AttendancePolicies
from features.policies.calendar_policies import CalendarPolicies
from features.policies.enrollment_policies import EnrollmentPolicies
from features.policies.mark_policies import MarkPolicies
from features.policies.policy_section import PolicySection
from features.policies.roster_policies import RosterPolicies


class RecordPolicies(PolicySection):
    """Choices about records on which districts differ; `ontrack ingest` says in its report which are declared."""

    enrollment: EnrollmentPolicies = Field(default=EnrollmentPolicies())
    attendance: AttendancePolicies = Field(default=AttendancePolicies())
    marks: MarkPolicies = Field(default=MarkPolicies())
    calendar: CalendarPolicies = Field(default=CalendarPolicies())
    roster: RosterPolicies = Field(default=RosterPolicies())

    def sentences(self) -> tuple[str, ...]:
        """A plain sentence for each policy that is not the default."""
        sections: tuple[PolicySection, ...] = (
            self.enrollment, self.attendance, self.marks, self.calendar, self.roster,
        )  # fmt: skip
        return tuple(sentence for section in sections for sentence in section.sentences())

    @property
    def declared(self) -> str:
        """The policies that are not the default, as JSON; empty where all are."""
        return "" if self == NO_POLICIES else self.model_dump_json(exclude_defaults=True)


NO_POLICIES = RecordPolicies()
"""Every policy as it is by default."""

"""All policies of a district's records."""

from pydantic import Field, ValidationError

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

OTHERS = "policies that this version does not know"


def changed_policies(then: str | None, now: str | None) -> tuple[str, ...]:
    """What differs between policies as `declared` says them, a sentence each; nothing where one is not known."""
    if then is None or now is None or then == now:
        return ()
    try:
        before, after = (RecordPolicies.model_validate_json(text or "{}") for text in (then, now))
    except ValidationError:
        return (OTHERS,)
    added = [f"now {said}" for said in after.sentences() if said not in before.sentences()]
    gone = [f"no longer {said}" for said in before.sentences() if said not in after.sentences()]
    return (*added, *gone) or (() if before == after else ("bounds of policies",))

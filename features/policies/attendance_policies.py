"""Policies of attendance: which event of a day counts, what periods make a day, and on which days it was taken."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from features.policies.policy_section import PolicySection

KINDS = ("absent", "partial", "tardy", "suspended")
"""The kinds of events that codes of a district are mapped to."""


class Periods(PolicySection):
    """How class periods make a day. Without `a_day` a section's row says how much of the day was missed."""

    a_day: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="class periods a day, where neither sections (`section_enrollments`) nor an enrollment say the "
        "student's own; a section's row then says how much of its period was missed",
    )
    counted_in: Literal["share", "periods", "minutes"] = Field(
        default="share", description="what `whole_day` and `half_day` are: a share of the student's periods, or so many"
    )
    minutes_each: int | None = Field(default=None, ge=1, le=600, description="minutes of a period, to count in minutes")
    whole_day: float | None = Field(
        default=None, gt=0, description="from so much on the whole day is missed; the share itself counts where empty"
    )
    half_day: float | None = Field(default=None, gt=0, description="from so much on half of the day is missed")

    @model_validator(mode="after")
    def is_consistent(self) -> Self:
        """The same; ValueError for a bound that cannot be reached, or one that nothing can be compared with."""
        bounds = [bound for bound in (self.half_day, self.whole_day) if bound is not None]
        if self.a_day is None and (bounds or self.minutes_each):
            raise ValueError("expected a_day as well: how many class periods a day has")
        if self.counted_in == "minutes" and self.minutes_each is None:
            raise ValueError("expected minutes_each as well: how long a period is")
        if self.counted_in == "share" and any(bound > 1 for bound in bounds):
            raise ValueError('expected shares of at most 1; counted_in = "periods" or "minutes" for more')
        if len(bounds) == 2 and bounds[0] >= bounds[1]:
            raise ValueError("expected half_day below whole_day")
        return self


NO_PERIODS = Periods()
"""Rows of sections say how much of the day was missed."""


class AttendancePolicies(PolicySection):
    """What the rows of attendance mean."""

    day_priority: tuple[str, ...] = Field(
        default=(),
        description="codes in the column of `kind`, or kinds, the one that counts first; of several daily events of a "
        "student and day one then counts, else all",
    )
    present: tuple[str, ...] = Field(
        default=(),
        description="codes in the column of `kind` that mean present: read as proof that attendance was taken",
    )
    part_time: bool = Field(
        default=False,
        description="whether students are expected on the weekdays, and for the share of a day, that enrollments say",
    )
    unknown_after_last_event: bool = Field(
        default=True,
        description="whether a school's days after its last event are unknown where the calendar does not say that "
        "attendance was taken; else every day of instruction counts",
    )
    periods: Periods = NO_PERIODS

    @field_validator("day_priority")
    @classmethod
    def names_each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """The order; ValueError where it names a code or a kind twice, or none."""
        if len(set(names)) < len(names) or not all(names):
            raise ValueError("expected each code or kind once, and none of them empty")
        return names

    @property
    def codes_in_order(self) -> tuple[str, ...]:
        """The codes that `day_priority` names; empty where it names kinds alone."""
        return codes_of(self.day_priority)

    def sentences(self) -> tuple[str, ...]:
        """A plain sentence for each policy that is not the default."""
        said = []
        if self.day_priority:
            order = ", ".join(self.day_priority)
            said.append(f"of several daily events of a student and day one counts, in this order: {order}")
        if self.present:
            said.append(f"codes {', '.join(self.present)} mean present: proof that attendance was taken, no absence")
        if self.part_time:
            said.append("part-time students are expected on their own weekdays and for their own share of a day")
        if not self.unknown_after_last_event:
            said.append("attendance counts as taken on every day of instruction of which the calendar does not say")
        if self.periods.a_day is not None:
            said.append(periods_sentence(self.periods, self.periods.a_day))
        return tuple(said)


def codes_of(day_priority: tuple[str, ...]) -> tuple[str, ...]:
    """The names in an order of events that are codes of the district and no kinds."""
    return tuple(name for name in day_priority if name not in KINDS)


def periods_sentence(periods: Periods, a_day: int) -> str:
    """What the policy of periods says."""
    unit = {"share": " of the periods", "periods": " periods", "minutes": " minutes"}[periods.counted_in]
    bounds = [(periods.whole_day, "the whole day"), (periods.half_day, "half of the day")]
    reached = [f"from {bound:g}{unit} on {part} is missed" for bound, part in bounds if bound is not None]
    means = " and ".join(reached) or "the share of the periods missed is the share of the day"
    return (
        f"attendance by period, {a_day} a day where neither sections nor an enrollment say the student's own: {means}"
    )

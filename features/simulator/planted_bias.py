"""The biases planted in a simulated district's records, for an audit to find."""

from dataclasses import dataclass

COMMON_FORGOTTEN_DAYS = 3
COMMON_LATE_SHARE = 0.03
"""How many days a year at most a school forgets to take attendance, and the share it enters late, where none is odd."""


@dataclass(frozen=True)
class Planted:
    """What is planted.

    Minor behavior of Black students is recorded `black_recorded` times as often as that of others, 2.2 at most. One
    school forgets up to `forgotten_days` days of attendance a year and enters `late_share` of the rest late. `later`
    names a program whose members show only after November 20 how their year ends. Where `groups_differ`, programs cost
    engagement and ability. Where `schools_differ`, each pushes its students' engagement and forgets more days in one
    year than in another; else every year half of those it might. Where `a_period_is_lost`, a teacher never takes
    attendance, in districts that do by class. Where `late_is_absent`, every late arrival is written as a day absent:
    another meaning of the code than in other districts.
    """

    black_recorded: float = 1.6
    forgotten_days: int = 14
    late_share: float = 0.35
    later: str | None = None
    groups_differ: bool = True
    schools_differ: bool = True
    a_period_is_lost: bool = True
    late_is_absent: bool = False

    @property
    def a_school_is_odd(self) -> bool:
        """Whether one school records attendance worse than the others."""
        return self.forgotten_days > COMMON_FORGOTTEN_DAYS or self.late_share > COMMON_LATE_SHARE


USUAL = Planted()
"""What the demo and every district has, unless its plan says otherwise."""

NOTHING = Planted(
    black_recorded=1.0,
    forgotten_days=COMMON_FORGOTTEN_DAYS,
    late_share=COMMON_LATE_SHARE,
    groups_differ=False,
    schools_differ=False,
    a_period_is_lost=False,
)
"""Nothing planted: whatever an audit finds is chance. Plans still help some, in every group and school alike."""

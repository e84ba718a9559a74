"""The share of expected days that was missed, by the definitions on which authorities differ."""

from dataclasses import dataclass

from features.language.quantities import Threshold
from features.language.records import Measure, Records


@dataclass(frozen=True)
class MissedShare(Measure):
    """Days missed over days expected (0-1), of all schools together or the most of any one school.

    A school, or all together, counts where it expected the student on more than `more_than_days` days; missing where
    none does.
    """

    each_school: bool = False
    with_in_school_suspension: bool = False
    more_than_days: float | Threshold = 0.0

    @property
    def number(self) -> float:
        """The days above which a share is told."""
        return self.more_than_days.value if isinstance(self.more_than_days, Threshold) else self.more_than_days


def missed_share(
    *, each_school: bool, with_in_school_suspension: bool, more_than_days: float | Threshold
) -> MissedShare:
    """The share of this school year's expected days that was missed."""
    return MissedShare(
        "share_missed",
        Records("school_attendance"),
        "absent_hundredths",
        each_school=each_school,
        with_in_school_suspension=with_in_school_suspension,
        more_than_days=more_than_days,
    )

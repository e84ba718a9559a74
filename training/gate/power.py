"""Power: which difference a comparison could have shown, and how many students it would take to show the one seen."""

from dataclasses import dataclass

from models.metrics.paired_comparison import RecallLead

SHOWN = 1.96 + 0.84
"""Standard errors of a difference that a 95% interval leaves above zero in 80 of 100 repetitions."""


@dataclass(frozen=True)
class Power:
    """What a comparison over that many students a year, in that many years, could have shown.

    `smallest` is the smallest difference in recall that it shows in 80 of 100 repetitions. `needed` is about how many
    students a year would show the difference seen; None where none was seen, or where it hangs on no student.
    """

    smallest: float
    students: int
    years: int
    needed: int | None

    @property
    def says(self) -> str:
        """The same in words."""
        over = f" over {self.years} years" if self.years > 1 else ""
        could = (
            f"With {self.students:,} students a year{over}, this comparison can show a difference of "
            f"{self.smallest * 100:.0f} of 100 (80% power)"
        )
        if self.needed is None or self.needed <= self.students:
            return f"{could}."
        return f"{could}; to show the one seen, it would take about {self.needed:,} students a year."


def power_of(lead: RecallLead, students: int, years: int) -> Power:
    """The power of a comparison with this lead."""
    smallest = SHOWN * lead.error
    seen = lead.estimate > 0 and lead.error > 0
    needed = two_digits(students * (smallest / lead.estimate) ** 2) if seen else None
    return Power(smallest, students, years, needed)


def two_digits(number: float) -> int:
    """A number to two digits that mean something; never less than one."""
    return max(1, int(float(f"{number:.1e}")))

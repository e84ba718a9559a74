"""Who is looked at: students enrolled in some grades on the as-of date."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Cohort:
    """Students enrolled in one of some grades on the as-of date.

    First-time ones only where so said; of the grades that `repeating` names those only who are in them again; and, once
    it is past, only those who were enrolled on the school year's census day (California: the first Wednesday in
    October) where so said.
    """

    grade_levels: tuple[int, ...]
    first_time: bool = False
    on_census_day: bool = False
    repeating: tuple[int, ...] = ()

    def __repr__(self) -> str:
        """As a dataclass is told; `repeating` only where said, so that a definition of before keeps its digest."""
        said = (
            f"grade_levels={self.grade_levels!r}, first_time={self.first_time!r}, on_census_day={self.on_census_day!r}"
        )
        return f"Cohort({said}{f', repeating={self.repeating!r}' if self.repeating else ''})"

    @property
    def words(self) -> str:
        """Who they are, as a noun."""
        grades = ", ".join(map(str, self.grade_levels))
        words = f"students enrolled in grade{'' if len(self.grade_levels) == 1 else 's'} {grades} on the as-of date"
        repeats = ", for the first time" if self.first_time else ""
        if self.repeating:
            repeats = f"; of grade {', '.join(map(str, self.repeating))} those who repeat it"
        return words + repeats + (", and on census day" if self.on_census_day else "")

    def within(self, other: "Cohort") -> bool:
        """Whether everyone of this cohort belongs to another one."""
        rules = (self.first_time or not other.first_time) and (self.on_census_day or not other.on_census_day)
        again = set(self.grade_levels) & set(other.repeating) <= set(self.repeating)
        return rules and again and set(self.grade_levels) <= set(other.grade_levels)


def enrolled(
    *grade_levels: int, first_time: bool = False, on_census_day: bool = False, repeating: tuple[int, ...] = ()
) -> Cohort:
    """The students enrolled in one of these grades on the as-of date."""
    return Cohort(grade_levels, first_time, on_census_day, repeating)


def census_day(school_year: int) -> date:
    """California's census day of a school year: the first Wednesday in October."""
    first = date(school_year - 1, 10, 1)
    return first + timedelta(days=(2 - first.weekday()) % 7)

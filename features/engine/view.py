"""A view: the records as a district knew them at the end of one local day. It holds the values, and no query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from features.engine.view_policies import AS_BEFORE, Transfers, ViewPolicies, policies_with_transfers
from features.language.cohorts import census_day
from features.schedule import school_week

Values = Mapping[str, date | int | str | None]
"""The values of a script's parameters, by name; none where it is not known."""


LAST_TEXT = chr(0x10FFFF)
"""A text after every key."""


@dataclass(frozen=True)
class KeyRange:
    """The students whose keys come from `first` on and before `beyond`."""

    first: str = ""
    beyond: str = LAST_TEXT


@dataclass(frozen=True)
class ViewShape:
    """Which parameters the queries over a view have. A compiled script depends on the shape, never on the values.

    `role` tells apart the views that one script reads: it begins the names of their parameters and of their tables.
    """

    role: str = ""
    has_loads_through: bool = False
    has_through: bool = False
    has_term_from: bool = False
    has_part: bool = False
    policies: ViewPolicies = AS_BEFORE
    has_transfers: bool = False

    def named(self, name: str) -> str:
        """What a parameter or a table of the view is called."""
        return f"{self.role}_{name}" if self.role else name


PLAIN = ViewShape()
"""The shape of a view with an as-of date and a school year only."""


@dataclass(frozen=True)
class View:
    """Records as they were known at the end of a local day, within one school year or the ones before.

    `loads_through` leaves out loads that came after a past run, so that its score can be rebuilt. A label is seen from
    a day on which its records are in: `through` is then the last day that counts, and `term_from` the first day of the
    marking term that is looked at. `first_day` is the first day of instruction of the school year, where that is on
    record. `policies` are those by which the records are read. With `part`, cohorts are those of its students alone:
    nothing is told of their schools, which other students make up too. `transfers` says whether records of students
    are read that another district let go with them, and whether any of them shares a day with another one.
    """

    as_of: date
    school_year: int
    loads_through: int | None = None
    through: date | None = None
    term_from: date | None = None
    role: str = ""
    first_day: date | None = None
    policies: ViewPolicies = AS_BEFORE
    part: KeyRange | None = None
    transfers: Transfers = "none"

    @property
    def own(self) -> "View":
        """The view of the district's own records alone."""
        return replace(self, transfers="none")

    @property
    def school_week(self) -> int | None:
        """The school week of the as-of date; None where the year is not on record."""
        return school_week(self.first_day, self.as_of) if self.first_day else None

    @property
    def shape(self) -> ViewShape:
        """What a script for this view depends on."""
        return ViewShape(
            self.role,
            self.loads_through is not None,
            self.through is not None,
            self.term_from is not None,
            self.part is not None,
            policies_with_transfers(self.policies, self.transfers),
            self.transfers != "none",
        )

    @property
    def values(self) -> Values:
        """The values of the parameters that the shape names."""
        given: dict[str, date | int | str | None] = {
            "as_of": self.as_of,
            "school_year": self.school_year,
            "census_day": census_day(self.school_year) if self.school_year else None,
            "loads_through": self.loads_through,
            "through": self.through,
            "term_from": self.term_from,
            "part_first": self.part.first if self.part else None,
            "part_beyond": self.part.beyond if self.part else None,
        }
        known = {name: value for name, value in given.items() if value is not None}
        return {self.shape.named(name): value for name, value in {**known, "school_week": self.school_week}.items()}


def school_year_of(days: Sequence[tuple[int, date]], as_of: date) -> int | None:
    """The school year of a date, from each year's first school day; None before the first."""
    begun = [year for year, first in days if first <= as_of]
    return max(begun, default=None)

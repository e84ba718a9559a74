"""Enrollments of a request, read as a load reads those of files: exit day, no-shows, and a row's school year."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from features.policies.enrollment_policies import EnrollmentPolicies

Row = Mapping[str, object]


@dataclass(frozen=True)
class SchoolYearDays:
    """The days of instruction that a calendar has, by school year, and by school and track within."""

    of_years: Mapping[int, Sequence[date]]
    of_schools: Mapping[tuple[str, int], Sequence[date]]
    of_tracks: Mapping[tuple[str, str, int], Sequence[date]]

    def is_of_earlier_year(self, entry: date, school: str, school_year: int) -> bool:
        """Whether a day is of an earlier school year, whose last day at the school had not passed; or before July 1."""
        before = self.of_schools.get((school, school_year - 1))
        return entry <= max(before) if before else entry < july_first(school_year)

    def first_day(self, school_year: int) -> date:
        """The first day of a school year."""
        return min(self.of_years.get(school_year, (july_first(school_year),)))


def july_first(school_year: int) -> date:
    """The day on which a school year begins where its calendar is not known."""
    return date(school_year - 1, 7, 1)


def school_year_days(calendar: Sequence[Row]) -> SchoolYearDays:
    """The days of instruction of rows of `calendar_days`."""
    years: dict[int, list[date]] = defaultdict(list)
    schools: dict[tuple[str, int], list[date]] = defaultdict(list)
    tracks: dict[tuple[str, str, int], list[date]] = defaultdict(list)
    for row in calendar:
        if row.get("in_session"):
            school, track, year = str(row["school_id"]), str(row["track"]), int(str(row["school_year"]))
            day = day_of(row["date"])
            for days in (years[year], schools[school, year], tracks[school, track, year]):
                days.append(day)
    return SchoolYearDays(years, schools, tracks)


def day_of(value: object) -> date:
    """A date, also from its ISO text."""
    return date.fromisoformat(str(value)[:10])


def enrollments_as_loaded(
    rows: Sequence[Row], calendar: Sequence[Row], policies: EnrollmentPolicies
) -> list[dict[str, object]]:
    """Rows of enrollments as a load would keep them; those that are no enrollment are left out.

    `calendar` holds rows of `calendar_days` of the schools in the rows.
    """
    return list(kept_rows(rows, school_year_days(calendar), policies))


def kept_rows(rows: Sequence[Row], days: SchoolYearDays, policies: EnrollmentPolicies) -> Iterator[dict[str, object]]:
    """The rows that are an enrollment, each with its first and its last day."""
    for row in rows:
        entry, given = day_of(row["entry_date"]), row.get("exit_date")
        school, track, year = str(row["school_id"]), str(row["track"]), int(str(row["school_year"]))
        leaves = None if given is None else last_day(day_of(given), policies)
        begins = days.of_tracks.get((school, track, year))
        is_early = leaves is not None and begins is not None and leaves < min(begins)
        is_none = leaves is not None and leaves < entry
        if is_early or is_none or row.get("exit_kind") in policies.never_came:
            continue
        if days.is_of_earlier_year(entry, school, year):
            entry = max(entry, days.first_day(year))
        yield {**row, "entry_date": entry, "exit_date": leaves}


def last_day(exit_date: date, policies: EnrollmentPolicies) -> date:
    """The last day enrolled, by what an exit date is."""
    return exit_date - timedelta(days=1) if policies.exit_date == "first_day_gone" else exit_date

"""Which school years an outcome can be judged on, and from when on there is one.

A model is judged on a year that it never saw: every label that it learned from was known before the first scoring date
of that year.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import pandas as pd

from features.language.outcome import Outcome
from features.snapshots.outcome_periods import outcome_period, what_is_not_on_record, why_open, why_unknown
from features.snapshots.snapshot import scoring_dates
from features.warehouse.reader import Reader

YEARS_AHEAD = 10
"""School years after the last one on record among which the first that can be judged is looked for."""


@dataclass(frozen=True)
class LabelYear:
    """One school year with labels: its scoring dates, and the day by which the outcome of all of them is known."""

    school_year: int
    scored_on: tuple[date, ...]
    horizon: date

    @property
    def first_scored_on(self) -> date:
        """Its first scoring date."""
        return min(self.scored_on)


@dataclass(frozen=True)
class JudgeableYears:
    """The school years on which an outcome can be judged; where there is none, why, and the first day with one.

    `possible_from` is None where more than time is missing.
    """

    school_years: tuple[int, ...]
    why_none: str = ""
    possible_from: date | None = None


def judgeable_years(
    reader: Reader, outcome: Outcome, schedule: tuple[str, ...], *, observed_on: date
) -> JudgeableYears:
    """The school years on which a model for an outcome can be judged on a day, or why there is none."""
    known = label_years(reader, outcome, schedule, observed_on=observed_on)
    judged = tuple(year for year, test in known.items() if years_to_learn_from(known, test))
    if judged:
        return JudgeableYears(judged)
    lacking = what_is_not_on_record(reader, outcome)
    if lacking:
        return JudgeableYears((), lacking)
    why = nothing_before(known) if known else why_no_label(reader, outcome, schedule, observed_on)
    since = judgeable_from(reader, outcome, schedule)
    return JudgeableYears((), why, since if since and since > observed_on else None)


def label_years(
    reader: Reader, outcome: Outcome, schedule: tuple[str, ...], *, observed_on: date
) -> dict[int, LabelYear]:
    """The school years of which the outcome of a scoring date or more is known on a day, with those dates."""
    dates = scoring_dates(reader, schedule, until=observed_on)
    years = {year: label_year(reader, outcome, year, days, observed_on) for year, days in dates.items()}
    return {year: one for year, one in years.items() if one}


def label_year(
    reader: Reader, outcome: Outcome, school_year: int, days: Sequence[date], observed_on: date | None = None
) -> LabelYear | None:
    """A school year scored on some days, those whose outcome is known on a day where one is given; None without any.

    Days whose outcome is decided alike are asked once.
    """
    periods = {day: period for day in days if (period := outcome_period(reader, outcome, day))}
    kinds = set(periods.values())
    known = {one for one in kinds if observed_on is None or not why_open(reader, outcome, one, observed_on)}
    known_by = {day: period.known_by for day, period in periods.items() if period in known}
    return LabelYear(school_year, tuple(known_by), max(known_by.values())) if known_by else None


def years_to_learn_from(years: Mapping[int, LabelYear], test: LabelYear) -> tuple[int, ...]:
    """The years of which every label was known before the first scoring date of a test year."""
    return tuple(sorted(one.school_year for one in years.values() if one.horizon < test.first_scored_on))


def nothing_before(years: Mapping[int, LabelYear]) -> str:
    """Why a model cannot be judged on the latest of some years, none of which leaves another to learn from."""
    test = years[max(years)]
    return (
        f"school year {test.school_year} was first scored on {test.first_scored_on}, "
        "and no earlier year's outcome was known before that day"
    )


def why_no_label(reader: Reader, outcome: Outcome, schedule: tuple[str, ...], observed_on: date) -> str:
    """Why no outcome of any scoring date is known on a day."""
    days = [day for days in scoring_dates(reader, schedule, until=observed_on).values() for day in days]
    return why_unknown(reader, outcome, days[0], observed_on) if days else "no scoring date is past"


def judgeable_from(reader: Reader, outcome: Outcome, schedule: tuple[str, ...]) -> date | None:
    """The first day with a year that can be judged, as far as time decides; None where no outcome is ever known."""
    earlier: dict[int, LabelYear] = {}
    for year, known_from in planned_years(reader, outcome, schedule):
        if years_to_learn_from(earlier, year):
            return known_from
        earlier[year.school_year] = year
    return None


def planned_years(reader: Reader, outcome: Outcome, schedule: tuple[str, ...]) -> Iterator[tuple[LabelYear, date]]:
    """Each school year on record and some more like the last, with the day on which its first outcome is known."""
    recorded = []
    for school_year, days in scoring_dates(reader, schedule, until=date.max).items():
        year, first = label_year(reader, outcome, school_year, days), label_year(reader, outcome, school_year, days[:1])
        recorded += [(year, first.horizon)] if year and first else []
    yield from recorded
    for (year, known_from), later in product(recorded[-1:], range(1, YEARS_AHEAD)):
        yield years_later(year, later), day_years_later(known_from, later)


def years_later(year: LabelYear, years: int) -> LabelYear:
    """A year like another one, so many years later."""
    days = tuple(day_years_later(day, years) for day in year.scored_on)
    return LabelYear(year.school_year + years, days, day_years_later(year.horizon, years))


def day_years_later(day: date, years: int) -> date:
    """The same day so many years later."""
    return (pd.Timestamp(day) + pd.DateOffset(years=years)).date()

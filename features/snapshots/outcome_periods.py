"""When an outcome is decided, and whether it is known: by the calendar, the marking terms and what is on record."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from features.engine.school_terms import DISTRICT
from features.engine.view import View, school_year_of
from features.engine.view_policies import AS_BEFORE, ViewPolicies
from features.language.outcome import Outcome
from features.snapshots.snapshot import first_school_days
from features.snapshots.term_series import differ_by_school, series_of_year, terms_of_series
from features.snapshots.untold_credits import untold_credits
from features.warehouse.reader import Reader

UNFINISHED = "the horizon is ahead"

SUMMER = timedelta(days=92)
"""The most that lies between two school years."""

SUBYEAR_TERMS = ("semester", "trimester", "quarter")
"""Kinds of marking terms within a year, in the order in which the next one is looked for."""


@dataclass(frozen=True)
class OutcomePeriod:
    """The last day that counts for a label, when its records are in, and where in the calendar it lies."""

    through: date
    known_by: date
    school_year: int
    term_from: date | None = None
    policies: ViewPolicies = AS_BEFORE

    @property
    def view(self) -> View:
        """The records as the label sees them."""
        return View(
            self.known_by, self.school_year, None, self.through, self.term_from, "horizon", policies=self.policies
        )


def why_unknown(reader: Reader, outcome: Outcome, as_of: date, observed_on: date, series: str | None = None) -> str:
    """Why nothing can be said of anyone of that date's cohort on `observed_on`; empty where it can.

    Of the students of a series of terms where one is given.
    """
    return why_open(reader, outcome, outcome_period(reader, outcome, as_of, series), observed_on)


def why_open(reader: Reader, outcome: Outcome, period: OutcomePeriod | None, observed_on: date) -> str:
    """The same of a period, which many dates may have."""
    if period is None:
        return "no marking term begins after the as-of date in its school year"
    if observed_on < period.known_by:
        return UNFINISHED
    calendar_ends = reader.last_school_day(max(first_school_days(reader)))
    if period.through > calendar_ends + SUMMER:
        return f"the calendar on record ends on {calendar_ends}, and what counts is up to {period.through}"
    return what_is_not_on_record(reader, outcome, period.school_year)


def what_is_not_on_record(reader: Reader, outcome: Outcome, school_year: int | None = None) -> str:
    """Which table, or credits of a year or of all, an outcome needs that are not on record; empty for none."""
    missing = [name for name in outcome.needs if not reader.has_rows(name)]
    if missing:
        return f"no {missing[0].replace('_', ' ')} on record"
    return untold_credits(reader, outcome, school_year)


def outcome_period(reader: Reader, outcome: Outcome, as_of: date, series: str | None = None) -> OutcomePeriod | None:
    """When the outcome of the as-of date's cohort is decided; None where the year has no such term.

    For students of a series of terms where one is given; else when that of the last of them is.
    """
    horizon, firsts = outcome.horizon, first_school_days(reader)
    start = school_year_of(list(firsts.items()), as_of) or min(firsts)
    posting, policies = timedelta(days=horizon.posting_days), reader.policies()
    if horizon.kind == "year":
        last = last_school_day(reader, start + horizon.later)
        return OutcomePeriod(last, last + posting, start + horizon.later, policies=policies)
    if horizon.kind == "months":
        through = (pd.Timestamp(as_of) + pd.DateOffset(months=horizon.later)).date()
        year = school_year_of(list(firsts.items()), through) or start
        return OutcomePeriod(through, through + posting, year, policies=policies)
    followed = series_of_year(reader, policies, start) if series is None else (series,)
    spans = [found for one in followed if (found := next_term(reader, start, as_of, one))]
    span = max(spans, key=lambda days: days[1], default=None)
    return OutcomePeriod(span[1], span[1] + posting, start, span[0], policies) if span else None


def periods_by_series(reader: Reader, outcome: Outcome, as_of: date) -> tuple[tuple[str, OutcomePeriod | None], ...]:
    """Each series of terms with when its students' outcome is decided; empty where schools do not differ in it."""
    policies = reader.policies()
    if not differ_by_school(outcome, policies):
        return ()
    firsts = first_school_days(reader)
    year = school_year_of(list(firsts.items()), as_of) or min(firsts)
    return tuple((one, outcome_period(reader, outcome, as_of, one)) for one in series_of_year(reader, policies, year))


def last_school_day(reader: Reader, school_year: int) -> date:
    """The last day of instruction of a school year; of one that is not on record, about when it will be."""
    latest = min(school_year, max(first_school_days(reader)))
    return reader.last_school_day(latest) + timedelta(days=365 * (school_year - latest))


def next_term(reader: Reader, school_year: int, as_of: date, series: str = DISTRICT) -> tuple[date, date] | None:
    """First and last day of the marking term of the school year that begins next after a date."""
    terms = terms_of_series(reader, series)
    terms = terms[terms["school_year"] == school_year]
    kinds = [kind for kind in SUBYEAR_TERMS if kind in set(terms["kind"])]
    later = terms[(terms["kind"] == kinds[0]) & (terms["start_date"] > pd.Timestamp(as_of))] if kinds else terms[:0]
    if later.empty:
        return None
    first = later.sort_values(["start_date", "end_date", "term_id"]).iloc[0]
    return pd.Timestamp(first["start_date"]).date(), pd.Timestamp(first["end_date"]).date()

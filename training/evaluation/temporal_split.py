"""Splits that leave the future out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from features.errors import Refused


@dataclass(frozen=True)
class Year:
    """One school year with labels: its scoring dates, and the date by which its outcome was known."""

    school_year: int
    scored_on: tuple[date, ...]
    horizon: date


@dataclass(frozen=True)
class Split:
    """Years to learn from and the year to be judged on."""

    train: tuple[int, ...]
    test: int


def rolling_splits(years: Mapping[int, Year], most: int) -> tuple[Split, ...]:
    """The splits of the latest test years, oldest first, `most` of them at most; the last is `leave_future_out`.

    Each test year has the years whose outcome was known before its first score to learn from. Raises Refused where
    not even the last year has one.
    """
    last = leave_future_out(years)
    earlier = []
    for test in sorted(year for year in years if year < last.test):
        seen = {year: years[year] for year in years if year <= test}
        try:
            earlier.append(leave_future_out(seen))
        except Refused:
            continue
    return (*earlier, last)[-most:]


def leave_future_out(years: Mapping[int, Year]) -> Split:
    """The latest year as test; to train, every year whose outcome was known before the test year's first score.

    Raises Refused where no such year is left.
    """
    if not years:
        raise Refused("no school year on record has a known outcome yet; come back after the next final marks")
    test = years[max(years)]
    first_score = min(test.scored_on)
    train = tuple(sorted(y.school_year for y in years.values() if y.horizon < first_score))
    if not train:
        raise Refused(
            f"only school year {test.school_year} has a known outcome: one year to learn from and a later one to be "
            "judged on are needed; the rule can serve until then"
        )
    return Split(train, test.school_year)

"""Numbers, intervals, school years and dates as a report writes them for people."""

from datetime import date
from math import isnan
from typing import Protocol


class IntervalLike(Protocol):
    """An estimate and the two ends of its interval."""

    @property
    def estimate(self) -> float:
        """The estimate."""

    @property
    def low(self) -> float:
        """The lower end."""

    @property
    def high(self) -> float:
        """The upper end."""


def of_100(share: float) -> str:
    """A share as a number of 100."""
    return f"{share * 100:.0f}"


def capacity_of_100(share: float) -> str:
    """A capacity as a number of 100, with decimals only where it has some."""
    return f"{share * 100:.3g}"


def signed_of_100(share: float) -> str:
    """A difference as a signed number of 100, never a signed zero."""
    rounded = round(share * 100)
    return f"{'−' if rounded < 0 else '+' if rounded > 0 else ''}{abs(rounded)}"


def signed(value: float) -> str:
    """A technical difference with three decimals."""
    return f"{value:+.3f}".replace("-", "−")


def people_interval(one: IntervalLike) -> str:
    """A difference in people of 100 with its interval."""
    return f"{signed_of_100(one.estimate)} ({signed_of_100(one.low)} to {signed_of_100(one.high)})"


def share_interval(one: IntervalLike | None) -> str:
    """A share of 100 with its interval, or that too few students stand behind it."""
    return "not enough" if one is None else f"{of_100(one.estimate)} ({of_100(one.low)}–{of_100(one.high)})"


def technical_interval(one: IntervalLike) -> str:
    """A technical difference with its interval, three decimals each."""
    return f"{signed(one.estimate)} ({signed(one.low)} to {signed(one.high)})"


def figure_interval(one: IntervalLike) -> str:
    """A figure with its interval; none where it does not exist, as for risks that are all the same."""
    if isnan(one.estimate) or isnan(one.low):
        return "none"
    return f"{one.estimate:.3f} ({one.low:.3f} to {one.high:.3f})".replace("-", "−")


def school_year(ending: int) -> str:
    """A school year by its two calendar years, from the one in which it ends: 2025–26."""
    return f"{ending - 1}–{ending % 100:02d}"


def long_date(day: date) -> str:
    """A date in words: November 20, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def capitalized(words: str) -> str:
    """The words with a capital first letter."""
    return words[:1].upper() + words[1:]

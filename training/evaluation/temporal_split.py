"""Splits that leave the future out."""

from collections.abc import Mapping
from dataclasses import dataclass

from features.errors import Refused
from features.snapshots.label_years import LabelYear, nothing_before, years_to_learn_from


@dataclass(frozen=True)
class Split:
    """Years to learn from and the year to be judged on."""

    train: tuple[int, ...]
    test: int


def rolling_splits(years: Mapping[int, LabelYear], most: int) -> tuple[Split, ...]:
    """The splits of the latest test years, oldest first, `most` of them at most; the last is `leave_future_out`.

    Each test year has the years whose outcome was known before its first score to learn from. Raises Refused where
    not even the last year has one.
    """
    last = leave_future_out(years)
    earlier = [split_on(years, years[test]) for test in sorted(years) if test < last.test]
    return (*(split for split in earlier if split.train), last)[-most:]


def leave_future_out(years: Mapping[int, LabelYear]) -> Split:
    """The latest year as test; to train, every year whose outcome was known before the test year's first score.

    Raises Refused where no such year is left.
    """
    if not years:
        raise Refused("no school year on record has a known outcome yet; come back after the next final marks")
    split = split_on(years, years[max(years)])
    if not split.train:
        raise Refused(nothing_before(years))
    return split


def split_on(years: Mapping[int, LabelYear], test: LabelYear) -> Split:
    """The split that judges on a test year, with no year to train where none was known before its first score."""
    return Split(years_to_learn_from(years, test), test.school_year)

"""Numbers that three judged years allow, and the year after: the counting of `benchmarks.numbers_ahead`."""

from benchmarks.numbers_ahead import Ahead, ahead_of, told_line
from models.metrics.intervals import Interval
from training.evaluation.level_by_year import LevelGap
from training.evaluation.year_parts import WHOLE_YEAR

BOUND = 0.03
NEAR, LOW = 0.01, 0.05


def years_with(*gaps: float) -> dict[int, list[LevelGap]]:
    """Years of one date each, that were off by so much, each known well."""
    return {2020 + at: [LevelGap(2020 + at, 5, Interval(gap, gap - 0.01, gap + 0.01))] for at, gap in enumerate(gaps)}


def test_the_year_after_three_judged_ones_is_no_part_of_what_decides() -> None:
    found = list(ahead_of(years_with(NEAR, NEAR, NEAR, LOW, NEAR), [WHOLE_YEAR], BOUND))
    assert found == [Ahead("year", 2023, told=True, furthest=LOW, missed=True),
                     Ahead("year", 2024, told=False, furthest=NEAR, missed=False)]  # fmt: skip


def test_what_is_told_and_what_is_not_are_counted_apart() -> None:
    found = list(ahead_of(years_with(NEAR, NEAR, NEAR, LOW, NEAR), [WHOLE_YEAR], BOUND))
    assert told_line(found, told=True, bound=BOUND) == (
        "told: 1; held in the year after: 0; on every date within 3 of 100: 0"
    )
    assert told_line(found, told=False, bound=BOUND).startswith("not told: 1; held in the year after: 1;")


def test_with_three_years_there_is_no_year_after() -> None:
    assert list(ahead_of(years_with(NEAR, NEAR, NEAR), [WHOLE_YEAR], BOUND)) == []

"""The level of risks in each judged year: on every scoring date, the share off track less the mean risk.

How many end off track differs from year to year for reasons that no record of the year before shows. A scorer whose
mean risk missed by much in one of a few years will miss again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.examples import Examples, Floats
from models.metrics.bound_verdict import excludes_zero
from models.metrics.intervals import Z95, Interval
from training.evaluation.calibration_by_date import LEAST_OFF_TRACK
from training.evaluation.evaluation import Evaluation, counts_of, shares_of_rule
from training.evaluation.scorers import OWN_RULE
from training.evaluation.temporal_split import Split
from training.evaluation.year_parts import YearPart


@dataclass(frozen=True)
class LevelGap:
    """The share off track less the mean risk on one scoring date of a judged year, with the interval of chance.

    Chance is of the students of the date and of those learned from, as if all years were alike. `week` is the date's
    school week, 0 where the calendar is not known.
    """

    year: int
    week: int
    gap: Interval

    def misses(self, bound: float, *, years: int) -> bool:
        """Whether the mean risk missed by more than a bound, and by more than chance in one of so many years."""
        return abs(self.gap.estimate) > bound and excludes_zero(self.gap, comparisons=years)


def level_gaps(judged: Sequence[Evaluation], scorer: str, learned: Mapping[int, int]) -> tuple[LevelGap, ...]:
    """Every date of the judged years with enough students off track, and on track; none where a scorer has no risks.

    `learned` says from how many students each judged year's scorer learned.
    """
    years = [(one, learned.get(int(one.test.time[0]), 0)) for one in judged if scorer in one.risks and len(one.test)]
    return tuple(gap for one, count in years for gap in gaps_by_date(one.test, one.risks[scorer], learned=count))


def students_learned(learn: Examples | None, splits: Sequence[Split]) -> dict[int, int]:
    """By test year, how many students' years its split learns from."""
    if learn is None:
        return {}
    known = pd.DataFrame({"student": learn.student, "time": learn.time}).drop_duplicates()
    return {one.test: int(known["time"].isin(one.train).sum()) for one in splits}


def level_gaps_of_rule(
    examples: Examples, splits: Sequence[Split], part: YearPart, scorer: str = OWN_RULE
) -> tuple[LevelGap, ...]:
    """The same of a rule where no model was fitted, by its shares of the years before each judged one."""
    held = examples.take(part.holds(examples))
    return tuple(gap for split in splits for gap in gaps_of_split(held, split, scorer))


def gaps_of_split(examples: Examples, split: Split, scorer: str) -> Iterator[LevelGap]:
    """The dates of a split's test year; none where its years have no count of the rule."""
    learn, test = examples.take(np.isin(examples.time, split.train)), examples.take(examples.time == split.test)
    if scorer in counts_of(test) and len(learn) and not np.isnan(counts_of(learn)[scorer]).all():
        risk, count = shares_of_rule(learn, scorer).risk(counts_of(test)[scorer]), students_learned(learn, [split])
        yield from gaps_by_date(test, risk, learned=count[split.test])


def gaps_by_date(test: Examples, risk: Floats, *, learned: int) -> Iterator[LevelGap]:
    """The dates of one judged year, by risks learned from so many students; 0 where that is not known.

    On each date a student has one row, so that the error of the mean is that of chance.
    """
    off_by = test.label - risk
    for rows in test.lists():
        off_track = int(test.label[rows].sum())
        if min(off_track, len(rows) - off_track) < LEAST_OFF_TRACK:
            continue
        error = float(off_by[rows].std() * np.sqrt(1 / len(rows) + (1 / learned if learned else 0)))
        mean, half = float(off_by[rows].mean()), Z95 * error
        week = 0 if test.week is None else int(test.week[rows[0]])
        yield LevelGap(int(test.time[rows[0]]), week, Interval(mean, mean - half, mean + half))

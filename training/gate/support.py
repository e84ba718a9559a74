"""The judged years' outcomes as they would have been had nobody on a served list been supported."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.estimators.support_imputation import outcomes_without_support
from models.examples import SUPPORTED, SUPPORTED_FIRST, Examples, Floats, concatenate
from models.metrics.paired_comparison import RecallLead

DRAWS = 100
"""Draws of what the estimate of outcomes without support leaves open."""
Labels = Mapping[int, Floats]
"""By judged year the labels to compare by: the first row is the most likely, others are drawn around it.

A year is missing where every label is known.
"""


@dataclass(frozen=True)
class SupportedOutcomes:
    """What is known and not known of the students who were supported after being listed, in all judged years.

    `supported` students, `first` of whom ended on track. `imputed` has their outcomes without support; `none` and
    `every` the two bounds: none, or all, of those supported first would have ended off track.
    """

    supported: int = 0
    first: int = 0
    imputed: Labels = field(default_factory=dict)
    none: Labels = field(default_factory=dict)
    every: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class SupportBounds:
    """What the lead over the rule hangs on: how many were supported, how many of them first, and the lead's bounds.

    `none` is the lead if none of those supported first would have ended off track without support, `every` if all.
    """

    supported: int
    first: int
    none: RecallLead
    every: RecallLead

    def as_json(self) -> dict[str, object]:
        """The same as JSON values."""
        return {"supported": self.supported, "supported_first": self.first} | {
            "if_none": vars(self.none), "if_all": vars(self.every)
        }  # fmt: skip


def supported_outcomes(tests: Mapping[int, Examples], before: Examples | None, *, seed: int) -> SupportedOutcomes:
    """The outcomes of the judged years' tests; `before` are earlier rows to learn from as well."""
    served = {year: test for year, test in tests.items() if test.support is not None and test.support.any()}
    if not served:
        return SupportedOutcomes()
    parts = [*tests.values(), *([before] if before is not None else [])]
    drawn = outcomes_without_support(concatenate(parts), draws=DRAWS, seed=seed)
    ends = np.cumsum([len(one) for one in parts])
    labels = dict(zip(tests, np.split(drawn, ends[:-1], axis=1), strict=False))
    return SupportedOutcomes(
        supported=sum(students_from(test, SUPPORTED) for test in served.values()),
        first=sum(students_from(test, SUPPORTED_FIRST) for test in served.values()),
        imputed={year: labels[year] for year in served},
        none={year: test.observed[None, :].astype(np.float64) for year, test in served.items()},
        every={
            year: (test.observed | (test.support == SUPPORTED_FIRST))[None, :].astype(float)
            for year, test in served.items()
        },
    )


def students_from(test: Examples, state: int) -> int:
    """How many students of a year have this state of support, or one after it."""
    return 0 if test.support is None else len(np.unique(test.student[test.support >= state]))

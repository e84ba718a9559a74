"""Support on record: which listed students were supported before their outcome, and what is learned from their rows."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from features.language.outcome import Outcome
from features.ledger.ledger import build_ledger
from features.warehouse.reader import Reader
from models.estimators.support_imputation import draw_outcomes
from models.examples import NOT_SUPPORTED, SUPPORTED, SUPPORTED_FIRST, Examples


def with_support(reader: Reader, outcome: Outcome, examples: Examples, on: date, *, seed: int) -> Examples:
    """The examples as they are to be learned from and judged by: unchanged where no list was ever served.

    `support` is added from the flags, contacts and plans known on the day `on`; the labels of students supported first
    are as they might have been without.
    """
    students = build_ledger(reader, outcome, on).students
    if students["first_flag"].isna().all():
        return examples
    return labels_without_support(add_support(examples, students), seed=seed)


def add_support(examples: Examples, students: pd.DataFrame) -> Examples:
    """The examples with `support`, given the students of the ledger.

    A student was supported where a contact or a plan followed the first flag of the year. In a year in which none
    followed any flag, support is not on record, and everyone listed counts as supported.
    """
    listed, reached = students["first_flag"].notna(), students["supported_on"].notna()
    recorded = reached.groupby(students["school_year"]).transform("any")
    counted = students[listed & (reached | ~recorded)]
    known = pd.MultiIndex.from_arrays([counted["student_key"].astype("str"), counted["school_year"].astype("int64")])
    supported = pd.MultiIndex.from_arrays([examples.student, examples.time]).isin(known)
    support = np.select([supported & examples.label, supported], [SUPPORTED, SUPPORTED_FIRST], NOT_SUPPORTED)
    return replace(examples, support=support.astype(np.int64))


def labels_without_support(examples: Examples, *, seed: int) -> Examples:
    """The examples with the labels of students supported first drawn from their chances without support.

    Those of a year come from rows of that year and before, so that no training label knows of a later year.
    """
    label = examples.label.copy()
    for year in years_with_support(examples):
        known = np.flatnonzero(examples.time <= year)
        drawn = draw_outcomes(examples.take(known), seed=seed + year)
        own = examples.time[known] == year
        label[known[own]] = drawn[own]
    return replace(examples, label=label)


def years_with_support(examples: Examples) -> list[int]:
    """The years in which students were supported first, in order."""
    first = np.zeros(len(examples), bool) if examples.support is None else examples.support == SUPPORTED_FIRST
    return [int(year) for year in np.unique(examples.time[first])]

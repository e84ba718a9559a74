"""Ranges are told where the years that could be asked bear them out, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from models.estimators.published_rule import fit_rule
from models.estimators.year_ranges import YearCounts
from models.examples import Examples
from models.feature_dictionary import FeatureDictionary
from tests.models.estimators.test_year_ranges import USUAL, WORSE
from training.evaluation.rule_ranges import ranges_of_rule
from training.evaluation.scorers import OWN_RULE

FAR = YearCounts(USUAL.n, USUAL.n - 1)
"""A year in which nearly everybody ended off track."""


def rows_of(years: list[YearCounts]) -> Examples:
    """One row a student of these years, which end in 2021 and after."""
    signals = np.concatenate([np.repeat(np.arange(3.0), one.n.astype(int)) for one in years])
    ended = [np.arange(int(n)) < off for one in years for n, off in zip(one.n, one.off_track, strict=True)]
    label = np.concatenate(ended)
    return Examples(
        dictionary=FeatureDictionary(()),
        features=pd.DataFrame(index=range(len(label))),
        label=label,
        student=np.arange(len(label)).astype("str"),
        time=np.repeat(2021 + np.arange(len(years)), [int(one.n.sum()) for one in years]),
        rule=signals,
    )


@pytest.mark.parametrize(
    ("years", "told"),
    [
        ([USUAL, WORSE, USUAL, WORSE], True),
        ([USUAL, WORSE, USUAL], False),
        ([USUAL, USUAL, USUAL, FAR], False),
    ],
    ids=["the fourth year lay in the ranges of the first three", "no year could be asked", "the fourth lay outside"],
)
def test_ranges_are_told_where_a_year_that_could_be_asked_bears_them_out(years: list[YearCounts], told: bool) -> None:
    rows = rows_of(years)
    assert len(ranges_of_rule(fit_rule(rows), rows, OWN_RULE)) == (3 if told else 0)

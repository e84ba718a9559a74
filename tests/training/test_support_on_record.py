"""Students who were helped are not unlearned: what flags, contacts and plans of earlier years do to labels."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit

from models.estimators.fitting import fit_risk_model
from models.examples import NOT_SUPPORTED, SUPPORTED, SUPPORTED_FIRST, Examples
from models.feature_dictionary import Entry, FeatureDictionary
from tests.drawn import rows_of
from training.support_on_record import add_support, labels_without_support

YEARS = (2023, 2024, 2025, 2026)
SERVED = 2025
ROWS = 1500
KEPT = 0.6
LEDGER = """
| student_key | school_year | first_flag | supported_on |
| ann         | 2025        | 2024-11-20 | 2025-02-01   |
| ben         | 2025        | 2024-11-20 | 2025-02-01   |
| cleo        | 2025        | 2024-11-20 |              |
| dan         | 2025        |            |              |
| ann         | 2026        | 2025-11-20 |              |
| dan         | 2026        |            |              |
"""
ENDED = """
| student | time | off_track | support         |
| ann     | 2025 | yes       | SUPPORTED       |
| ben     | 2025 | no        | SUPPORTED_FIRST |
| cleo    | 2025 | no        | NOT_SUPPORTED   |
| dan     | 2025 | no        | NOT_SUPPORTED   |
| ann     | 2026 | no        | SUPPORTED_FIRST |
| dan     | 2026 | yes       | NOT_SUPPORTED   |
| ann     | 2024 | yes       | NOT_SUPPORTED   |
"""


def helped_years(seed: int = 1) -> Examples:
    """Four years; in the last two, of those who are absent most the commuters are listed and supported."""
    rng = np.random.default_rng(seed)
    rows = ROWS * len(YEARS)
    absences, commutes, time = rng.normal(size=rows), rng.random(rows) < 0.5, np.repeat(YEARS, ROWS)
    given = (time >= SERVED) & commutes & (absences > 0.8)
    label = (rng.random(rows) < expit(-1.5 + 1.5 * absences)) & ~(given & (rng.random(rows) < KEPT))
    return Examples(
        dictionary=FeatureDictionary((Entry("absences", more_is="worse"), Entry("commutes", kind="boolean"))),
        features=pd.DataFrame({"absences": absences, "commutes": commutes}),
        label=label,
        student=np.array([f"s{i}" for i in range(rows)]),
        time=time,
        support=np.select([given & label, given], [SUPPORTED, SUPPORTED_FIRST], NOT_SUPPORTED),
    )


def gap_of_commuters(examples: Examples) -> float:
    """By how much lower a model fitted on these rows has the risk of commuters who are absent often."""
    asked = pd.DataFrame({"absences": np.linspace(1, 2.5, 50)})
    model = fit_risk_model(examples, seed=1, threads=1)
    stays, goes = (model.risk(asked.assign(commutes=one)).mean() for one in (False, True))
    return float(stays - goes)


def test_students_who_were_helped_are_unlearned_as_observed_and_not_without_support() -> None:
    observed = helped_years()
    assert gap_of_commuters(observed) > 0.15
    assert abs(gap_of_commuters(labels_without_support(observed, seed=1))) < 0.05


def test_support_is_what_followed_a_flag_and_where_none_is_on_record_everyone_listed_counts() -> None:
    rows = rows_of(ENDED)
    examples = Examples(
        dictionary=FeatureDictionary(()),
        features=pd.DataFrame(index=range(len(rows))),
        label=np.array([row["off_track"] == "yes" for row in rows]),
        student=np.array([row["student"] for row in rows]),
        time=np.array([int(row["time"]) for row in rows]),
    )
    ledger = pd.DataFrame(rows_of(LEDGER)).replace("", None).astype({"school_year": "int64"})
    states = {"NOT_SUPPORTED": NOT_SUPPORTED, "SUPPORTED": SUPPORTED, "SUPPORTED_FIRST": SUPPORTED_FIRST}
    found = add_support(examples, ledger).support
    assert found is not None
    assert found.tolist() == [states[row["support"]] for row in rows]


def test_a_later_year_reaches_no_earlier_label() -> None:
    examples = helped_years()
    earlier = examples.take(examples.time <= SERVED)
    found = labels_without_support(examples, seed=1)
    np.testing.assert_array_equal(found.label[examples.time <= SERVED], labels_without_support(earlier, seed=1).label)
    assert (found.label != examples.label).sum() > (found.label != examples.label)[examples.time <= SERVED].sum() > 0


def test_rows_of_years_without_lists_keep_their_labels() -> None:
    examples = helped_years()
    found = labels_without_support(examples, seed=1)
    np.testing.assert_array_equal(found.label[examples.time < SERVED], examples.label[examples.time < SERVED])
    unserved = replace(examples, support=None)
    assert labels_without_support(unserved, seed=1).label.tolist() == examples.label.tolist()

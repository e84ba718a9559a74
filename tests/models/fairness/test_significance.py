"""Chances of an audit: of groups that do not differ seldom a difference is told, and a large one is found.

`make audits` simulates 1,000 audits of groups that do not differ.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.fairness.audit import ListAudit, audit_listing, holm_adjusted
from models.fairness.group_metrics import TESTED_MEASURES, AuditSettings
from models.fairness.significance import (
    fisher_p_value,
    moments_of,
    standard_error_of_auc,
    standard_error_of_gaps,
    standard_error_of_means,
)
from models.fairness.suppression import suppress_groups
from models.metrics.count_tables import listing_of
from tests.models.fairness.listing_tables import LEAST, audit_drawn, students_of, table_of
from tests.sweeps import swept

AUDITS = 1000 if swept("audits") else 60
LANGUAGES = """
    | language | off, listed | off | on, listed | on  |
    | English  | 30          | 30  | 10         | 200 |
    | Spanish  | 12          | 28  | 12         | 88  |
    | Hmong    | 6           | 14  | 4          | 56  |
"""


@pytest.mark.parametrize(
    ("chances", "corrected"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.01, 0.02, 0.03, 0.04], [0.04, 0.06, 0.06, 0.06]),
        ([0.0, 1.0, 0.5], [0.0, 1.0, 1.0]),
        ([0.02, 0.02], [0.04, 0.04]),
    ],
)
def test_chances_are_corrected_after_holm(chances: list[float], corrected: list[float]) -> None:
    assert holm_adjusted(np.array(chances, dtype=np.float64)).tolist() == pytest.approx(corrected)


@given(chances=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_corrected_chance_is_no_smaller_keeps_the_order_and_is_a_chance(chances: list[float]) -> None:
    found = holm_adjusted(np.array(chances))
    assert (found >= np.array(chances)).all()
    assert (found <= 1).all()
    assert (np.diff(found[np.argsort(chances, kind="stable")]) >= 0).all()


@pytest.mark.parametrize(
    ("part", "whole", "chance"),
    [
        ((0, 30), (11, 60), 0.0017),  # no replicate of a bootstrap of 0 of 11 would differ
        ((5, 30), (10, 60), 1.0),
        ((3, 1), (4, 4), 0.4857),  # Fisher's tea
    ],
)
def test_shares_of_few_are_counted_exactly(part: tuple[int, int], whole: tuple[int, int], chance: float) -> None:
    assert fisher_p_value(np.array(part), np.array(whole), 1.0) == pytest.approx(chance, abs=2e-4)


def test_rows_of_the_same_students_are_no_further_evidence() -> None:
    part, whole = np.array([4.0, 40.0]), np.array([20.0, 80.0])
    assert fisher_p_value(3 * part, 3 * whole, 3.0) == fisher_p_value(part, whole, 1.0)


def test_groups_whose_values_do_not_vary_have_the_spread_of_both_together() -> None:
    values = moments_of(np.array([10.0] * 11 + [10.0, 20.0] * 50), np.repeat([0, 1], [11, 100]), 2)
    both = np.array([10.0] * 61 + [20.0] * 50)
    assert standard_error_of_means(values, (0, 1)) == pytest.approx(both.std() * np.sqrt(1 / 11 + 1 / 100))
    gaps = moments_of(np.full(40, 0.2), np.repeat([0, 1], 20), 2)
    assert standard_error_of_gaps(gaps, np.array([0.1, 0.1]), (0, 1)) == pytest.approx(np.sqrt(2 * 0.3 * 0.7 / 20))
    assert standard_error_of_auc(1.0, np.array([11.0, 30.0]), np.array([40.0, 60.0])) == 0.0
    assert standard_error_of_auc(0.8, np.array([11.0, 1e9]), np.array([40.0, 1e9])) == pytest.approx(0.0853, abs=1e-4)


def chances_of(audit: ListAudit) -> dict[tuple[str, str, str], float]:
    """The corrected chance of each tested comparison, by attribute, group and figure."""
    return {
        (one.of, group.name, name): comparison.corrected
        for one in audit.tables
        for group in one.groups
        for name, comparison in group.against.items()
        if name in TESTED_MEASURES
    }


def test_what_is_not_tested_is_told_and_not_judged() -> None:
    spanish = table_of(audit_drawn(students_of(LANGUAGES)), "language").group("Spanish")
    assert {"share_off_track", "selection_rate"} <= set(spanish.against)
    assert spanish.against["share_off_track"].corrected == 1.0


def simulated_audit(seed: int, *, gap: float = 0.0, students: int = 600) -> ListAudit:
    """The audit of a list of students some of whom were found early; groups are alike but for a gap in b's recall.

    A gap takes students of group b who ended off track from the list by giving them a low risk.
    """
    rng = np.random.default_rng(seed)
    groups = pd.DataFrame({"of": rng.choice(list("abcdef"), students, p=[0.4, *[0.12] * 5])})
    odds = rng.normal(-1.7, 1.5, students)
    risk = 1 / (1 + np.exp(-odds))
    label = rng.random(students) < risk
    missed = label & (groups["of"] == "b").to_numpy() & (rng.random(students) < gap)
    risk = np.where(missed, 0.01 * risk, risk)
    listing = listing_of(label, risk, np.arange(students).astype(str), (0.2,))
    lead = np.where(label & (listing.band == 0), rng.integers(1, 25, students), np.nan)
    return audit_listing(listing, suppress_groups(listing, groups, LEAST), AuditSettings(0.2, LEAST, 100, seed), lead)


def test_groups_that_are_alike_are_seldom_told_to_differ() -> None:
    """The family-wise error: in at most 5 of 100 audits any comparison is small by chance alone."""
    audits = [chances_of(simulated_audit(seed)) for seed in range(AUDITS)]
    told = sum(min(chances.values(), default=1.0) < 0.05 for chances in audits)
    assert np.mean([len(chances) for chances in audits]) > 12
    assert told / AUDITS <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / AUDITS)


@pytest.mark.parametrize("seed", range(3))
def test_a_recall_that_is_25_points_lower_is_found(seed: int) -> None:
    audit = simulated_audit(seed, gap=0.5, students=7300)
    b = table_of(audit, "of").group("b")
    assert 170 < b.off_track < 230
    difference = b.against["recall"].difference
    assert -0.35 < difference.estimate < -0.15
    small = {key for key, chance in chances_of(audit).items() if chance < 0.05}
    assert ("of", "b", "recall") in small
    assert {name for _, name, _ in small} == {"b"}, "nobody else is told to differ"

"""An audit: figures of a group are its own, intervals are those of whole students, and nothing is told of too few."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from models.fairness.audit import audit_listing
from models.fairness.group_metrics import MEASURES, AuditSettings, GroupFigures
from models.fairness.rates import RATES
from models.fairness.suppression import CROSSED, NOT_RECORDED, TOGETHER, suppress_groups
from models.metrics.count_tables import Listing, listing_of
from models.metrics.intervals import Interval
from tests.models.fairness.fairlearn_peer import fairlearn_on_rows
from tests.models.fairness.listing_tables import LEAST, audit_drawn, students_of, table_of, told_with

LANGUAGES = """
    | language | off, listed | off | on, listed | on  |
    | English  | 30          | 30  | 10         | 200 |
    | Spanish  | 12          | 28  | 12         | 88  |
    | Hmong    | 6           | 14  | 4          | 56  |
"""


def estimates(group: GroupFigures) -> dict[str, float | None]:
    """The figures of a group without their intervals."""
    return {name: None if one is None else one.estimate for name, one in group.figures.items()}


def test_figures_of_a_group_are_its_own() -> None:
    audit = audit_drawn(students_of(LANGUAGES))
    spanish = table_of(audit, "language").group("Spanish")
    assert (spanish.n, spanish.off_track, spanish.listed) == (140, 40, 24)
    assert estimates(spanish) == pytest.approx(
        {
            "share_off_track": 40 / 140,
            "selection_rate": 24 / 140,
            "recall": 12 / 40,
            "false_positive_rate": 12 / 100,
            "false_discovery_rate": 12 / 24,
            "calibration_gap": 40 / 140 - (24 * 0.9 + 116 * 0.1) / 140,
            "roc_auc": (12 * 88 + (12 * 12 + 28 * 88) / 2) / (40 * 100),
        }
    )
    assert (audit.n, audit.off_track, audit.listed) == (490, 120, 74)


def test_a_group_beside_the_largest_one_is_its_difference_and_ratio() -> None:
    language = table_of(audit_drawn(students_of(LANGUAGES)), "language")
    assert language.reference == "English"
    assert language.group("English").against == {}
    recall = language.group("Spanish").against["recall"]
    assert recall.difference.estimate == pytest.approx(12 / 40 - 30 / 60)
    assert recall.ratio is not None
    assert recall.ratio.estimate == pytest.approx((12 / 40) / (30 / 60))
    assert recall.difference.low < recall.difference.estimate < recall.difference.high
    assert "calibration_gap" in language.group("Spanish").against
    assert language.group("Spanish").against["calibration_gap"].ratio is None, "a gap of nothing is no unit"


def test_a_figure_over_too_few_is_not_told_and_never_parity() -> None:
    """Of ten Hmong students who are listed nothing is told; nobody of the Lao is listed at all."""
    language = table_of(
        audit_drawn(students_of(LANGUAGES + "    | Lao      | 0           | 20  | 0          | 60  |\n")), "language"
    )
    hmong, lao = language.group("Hmong"), language.group("Lao")
    assert hmong.figures["false_discovery_rate"] is None
    assert hmong.figures["recall"] is not None
    assert lao.figures["false_discovery_rate"] is None
    assert "false_discovery_rate" not in hmong.against
    assert "false_discovery_rate" not in lao.against
    assert estimates(lao)["recall"] == 0.0
    assert lao.against["recall"].ratio is not None
    assert lao.against["recall"].ratio.estimate == 0.0


def test_a_ratio_to_nothing_is_not_told() -> None:
    language = table_of(
        audit_drawn(
            students_of("""
                | language | off, listed | off | on, listed | on  |
                | English  | 0           | 60  | 20         | 300 |
                | Spanish  | 12          | 28  | 12         | 88  |
                | Hmong    | 0           | 20  | 12         | 60  |
            """)
        ),
        "language",
    )
    assert language.group("Spanish").against["recall"].ratio is None
    assert language.group("Hmong").against["recall"].ratio is None, "0/0 is not 1"
    assert language.group("Hmong").against["recall"].chance == 1.0


def test_the_reference_is_the_largest_group_and_never_the_folded_one() -> None:
    folded = """
        | language | off, listed | off | on, listed | on  |
        | English  | 30          | 30  | 10         | 100 |
        | Spanish  | 12          | 28  | 12         | 50  |
        | Lao      | 9           | 1   | 10         | 200 |
        | Hmong    | 8           | 2   | 10         | 200 |
    """
    language = table_of(audit_drawn(students_of(folded)), "language")
    assert [one.name for one in language.groups] == ["English", "Spanish", f"Hmong{TOGETHER}Lao"]
    assert language.group(f"Hmong{TOGETHER}Lao").n > language.group("English").n
    assert language.reference == "English"


def test_a_pair_of_which_a_side_is_folded_is_not_the_reference() -> None:
    folded = students_of("""
        | language | sex    | off, listed | off | on, listed | on  |
        | English  | female | 30          | 30  | 10         | 100 |
        | English  | male   | 30          | 30  | 10         | 100 |
        | Spanish  | female | 30          | 30  | 10         | 90  |
        | Spanish  | male   | 30          | 30  | 10         | 90  |
        | Lao      | female | 3           | 1   | 10         | 200 |
        | Lao      | male   | 3           | 1   | 10         | 200 |
        | Hmong    | female | 3           | 2   | 10         | 200 |
        | Hmong    | male   | 3           | 2   | 10         | 200 |
        | Karen    | female | 3           | 1   | 10         | 200 |
        | Karen    | male   | 3           | 1   | 10         | 200 |
    """)
    pairs = table_of(audit_drawn(folded, center="language"), f"language{CROSSED}sex")
    assert pairs.crossed
    assert pairs.group(f"{TOGETHER.join(['Hmong', 'Karen', 'Lao'])}{CROSSED}female").n == 643
    assert pairs.reference == f"English{CROSSED}female"


def test_groups_that_are_as_large_are_told_apart_by_their_order() -> None:
    equal = """
        | language | off, listed | off | on, listed | on |
        | Spanish  | 12          | 20  | 12         | 50 |
        | English  | 12          | 20  | 12         | 50 |
    """
    assert table_of(audit_drawn(students_of(equal)), "language").reference == "English"


def test_ordered_groups_keep_their_order_and_missing_is_not_recorded() -> None:
    students = students_of(LANGUAGES.replace("Spanish", "?      "))
    ordered = students.groups.astype(pd.CategoricalDtype(["Hmong", "English"], ordered=True))
    told = suppress_groups(students.listing(), ordered, LEAST)
    audit = audit_listing(students.listing(), told, AuditSettings(students.capacity, LEAST, 50, 0))
    assert [one.name for one in table_of(audit, "language").groups] == ["Hmong", "English", NOT_RECORDED]


def test_pairs_have_rates_and_no_figures_of_order() -> None:
    rows = LANGUAGES.strip().splitlines()
    header, *rest = [row.replace("language", "language | sex").strip() for row in rows]
    both = [row.replace("|", "|", 1).replace(" |", f" | {sex} |", 1) for sex in ("female", "male") for row in rest]
    audit = audit_drawn(students_of("\n".join([header, *both])), center="sex")
    pairs = table_of(audit, f"sex{CROSSED}language")
    spanish = pairs.group(f"male{CROSSED}Spanish")
    assert set(spanish.figures) == {"share_off_track", *RATES}
    assert spanish.curve == {}
    assert estimates(spanish)["recall"] == pytest.approx(12 / 40)


def test_nothing_is_told_of_an_attribute_without_groups() -> None:
    audit = audit_drawn(students_of("""
        | language | off, listed | off | on, listed | on  |
        | English  | 30          | 30  | 10         | 200 |
        | Lao      | 3           | 1   | 1          | 20  |
    """))  # fmt: skip
    language = table_of(audit, "language")
    assert (language.groups, language.reference, language.untold) == ((), "", ("English", "Lao"))


def random_listing(seed: int, *, rows_a_student: int = 1, capacities: tuple[float, ...] = (0.1, 0.2)) -> Listing:
    """A listing of 240 rows, some with equal risks; several rows a student where asked, alike in risk."""
    rng = np.random.default_rng(seed)
    students = 240 // rows_a_student
    own = np.repeat(rng.normal(size=students), rows_a_student)
    odds = own + 0.5 * rng.normal(size=240)
    label = rng.random(240) < 1 / (1 + np.exp(-own))
    return listing_of(
        label,
        np.round(1 / (1 + np.exp(-odds)), 2),
        np.repeat(np.arange(students), rows_a_student).astype(str),
        capacities,
    )


def random_groups(seed: int, *, rows_a_student: int = 1) -> pd.DataFrame:
    """Two attributes of 240 rows, the same for all rows of a student."""
    rng = np.random.default_rng(seed + 1)
    students = 240 // rows_a_student
    drawn = {
        "race": rng.choice(["a", "b", "c"], students, p=[0.5, 0.3, 0.2]),
        "sex": rng.choice(["f", "m"], students),
    }
    return pd.DataFrame({name: np.repeat(values, rows_a_student) for name, values in drawn.items()})


def ends(figure: Interval | None) -> tuple[float, float, float] | None:
    """The three numbers of a figure."""
    return None if figure is None else (figure.estimate, figure.low, figure.high)


def test_a_curve_over_every_capacity_agrees_with_the_figure_at_the_capacity() -> None:
    capacities = (0.05, 0.1, 0.2, 0.3, 0.5)
    listing, groups = random_listing(1, capacities=capacities), random_groups(1)
    told = suppress_groups(listing, groups, LEAST)
    audits = {at: audit_listing(listing, told, AuditSettings(at, LEAST, 100, 0)) for at in capacities}
    for place, at in enumerate(capacities):
        for one in table_of(audits[at], "race").groups:
            for name in RATES:
                assert ends(one.curve[name][place]) == pytest.approx(ends(one.figures[name]))
                assert one.curve[name] == table_of(audits[0.05], "race").group(one.name).curve[name]


def test_lead_is_the_mean_of_those_found_and_needs_enough_of_them() -> None:
    students = students_of(LANGUAGES)
    listing = students.listing()
    lead = np.where(students.label & (students.risk > 0.5), 10.0, np.nan)
    lead[np.flatnonzero(~np.isnan(lead))[::3]] = 16.0
    told = suppress_groups(listing, students.groups, LEAST)
    draws = AuditSettings(students.capacity, LEAST, 300, 0)
    language = table_of(audit_listing(listing, told, draws, lead), "language")
    english, spanish, hmong = (language.group(name) for name in ("English", "Spanish", "Hmong"))
    assert estimates(english)["lead_weeks"] == pytest.approx(12.0)
    assert estimates(spanish)["lead_weeks"] == pytest.approx(12.0)
    assert hmong.figures["lead_weeks"] is None, "six were found"
    assert "lead_weeks" not in hmong.against
    few = np.where(np.cumsum(~np.isnan(lead)) <= 35, lead, np.nan)
    spanish = table_of(audit_listing(listing, told, draws, few), "language").group("Spanish")
    assert spanish.figures["lead_weeks"] is None, "twelve are listed, and a lead is known of five"


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), capacity=st.sampled_from([0.05, 0.1, 0.2]))
def test_every_figure_is_that_of_fairlearn_on_the_rows(seed: int, capacity: float) -> None:
    listing, groups = random_listing(seed, capacities=(0.05, 0.1, 0.2)), random_groups(seed)
    told = told_with(listing, groups, center="race", capacity=capacity)
    audit = audit_listing(listing, told, AuditSettings(capacity, LEAST, 5, 0))
    compared = 0
    for one in told:
        if not one.names:
            continue
        peer = fairlearn_on_rows(listing, listing.capacities.index(capacity), one)
        for group in table_of(audit, one.of).groups:
            assert group.n == peer["n"].astype(float)[group.name]
            for name, figure in group.figures.items():
                if figure is not None:
                    assert abs(figure.estimate - peer[name].astype(float)[group.name]) < 1e-9, name
                    compared += 1
    assert compared >= 10


def plain_figures(listing: Listing, lead: np.ndarray, rows: np.ndarray) -> dict[str, float]:
    """Every figure of some rows, plainly."""
    label, risk, listed = listing.label[rows], listing.risk[rows], listing.band[rows] <= 1
    off, ranks = label.sum(), rankdata(risk)
    return {
        "share_off_track": label.mean(),
        "selection_rate": listed.mean(),
        "recall": listed[label].mean(),
        "false_positive_rate": listed[~label].mean(),
        "false_discovery_rate": 1 - label[listed].mean(),
        "calibration_gap": label.mean() - risk.mean(),
        "roc_auc": (ranks[label].sum() - off * (off + 1) / 2) / (off * (len(label) - off)),
        "lead_weeks": np.nanmean(lead[rows]),
    }


@pytest.mark.parametrize("rows_a_student", [1, 3])
def test_intervals_are_those_of_a_plain_bootstrap_of_whole_students(rows_a_student: int) -> None:
    listing = random_listing(4, rows_a_student=rows_a_student, capacities=(0.1, 0.4))
    groups = random_groups(4, rows_a_student=rows_a_student)[["sex"]]
    rng = np.random.default_rng(0)
    lead = np.where(listing.label & (listing.band <= 1), rng.integers(2, 30, 240), np.nan)
    told = suppress_groups(listing, groups, LEAST)
    audit = audit_listing(listing, told, AuditSettings(0.4, LEAST, 4000, 7), lead)
    drawn = []
    for _ in range(1000):
        who = rng.integers(0, 240 // rows_a_student, 240 // rows_a_student)
        rows = (who[:, None] * rows_a_student + np.arange(rows_a_student)).ravel()
        own = [rows[told[0].group[rows] == at] for at in (0, 1)]
        drawn.append([plain_figures(listing, lead, of) for of in own])
    reference = table_of(audit, "sex").reference
    for at, group in enumerate(table_of(audit, "sex").groups):
        plain = pd.DataFrame([both[at] for both in drawn])
        assert set(group.figures) == set(MEASURES)
        for name, figure in group.figures.items():
            assert_same_interval(figure, plain[name])
        other = pd.DataFrame([both[1 - at] for both in drawn])
        for name in () if group.name == reference else MEASURES:
            assert_same_interval(group.against[name].difference, plain[name] - other[name])


def assert_same_interval(ours: Interval | None, plain: "pd.Series[float]") -> None:
    """The ends lie within 0.3 of the plain bootstrap's spread, which is the sampling noise of its percentiles."""
    assert ours is not None
    low, high = np.percentile(plain, [2.5, 97.5])
    assert [ours.low, ours.high] == pytest.approx([low, high], abs=0.3 * plain.std()), plain.name

"""An audit: figures of a group are its own, intervals are those of whole students, and chance is told as chance.

`ONTRACK_AUDITS=full` simulates 1,000 audits of groups that do not differ.
"""

import os
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata
from sklearn.metrics import precision_score, roc_auc_score

from models.audit import TESTED, Audit, GroupTable, audit_of, holm
from models.cells import Listing, listing_of
from models.chances import chance_of_counts, moments_of, spread_of_gaps, spread_of_means, spread_of_orders
from models.group_figures import MEASURES, RATES, Draws, Group
from models.metrics import Interval
from models.told import CROSSED, NOT_RECORDED, TOGETHER, Grouped, told_alone
from tests.models.made_listings import LEAST, audit_drawn, students_of, told_with

FULL = os.environ.get("ONTRACK_AUDITS") == "full"
AUDITS = 1000 if FULL else 120
LANGUAGES = """
    | language | off, listed | off | on, listed | on  |
    | English  | 30          | 30  | 10         | 200 |
    | Spanish  | 12          | 28  | 12         | 88  |
    | Hmong    | 6           | 14  | 4          | 56  |
"""


def table(audit: Audit, of: str) -> GroupTable:
    """The audit's table of an attribute, which is there."""
    found = audit.table(of)
    assert found is not None
    return found


def estimates(group: Group) -> dict[str, float | None]:
    """The figures of a group without their intervals."""
    return {name: None if one is None else one.estimate for name, one in group.figures.items()}


def test_figures_of_a_group_are_its_own() -> None:
    audit = audit_drawn(students_of(LANGUAGES))
    spanish = table(audit, "language").group("Spanish")
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
    language = table(audit_drawn(students_of(LANGUAGES)), "language")
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
    language = table(
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
    language = table(
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
    language = table(audit_drawn(students_of(folded)), "language")
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
    pairs = table(audit_drawn(folded, center="language"), f"language{CROSSED}sex")
    assert pairs.crossed
    assert pairs.group(f"{TOGETHER.join(['Hmong', 'Karen', 'Lao'])}{CROSSED}female").n == 643
    assert pairs.reference == f"English{CROSSED}female"


def test_groups_that_are_as_large_are_told_apart_by_their_order() -> None:
    equal = """
        | language | off, listed | off | on, listed | on |
        | Spanish  | 12          | 20  | 12         | 50 |
        | English  | 12          | 20  | 12         | 50 |
    """
    assert table(audit_drawn(students_of(equal)), "language").reference == "English"


def test_ordered_groups_keep_their_order_and_missing_is_not_recorded() -> None:
    students = students_of(LANGUAGES.replace("Spanish", "?      "))
    ordered = students.groups.astype(pd.CategoricalDtype(["Hmong", "English"], ordered=True))
    told = told_alone(students.listing(), ordered, LEAST)
    audit = audit_of(students.listing(), told, Draws(students.capacity, LEAST, 50, 0))
    assert [one.name for one in table(audit, "language").groups] == ["Hmong", "English", NOT_RECORDED]


def test_pairs_have_rates_and_no_figures_of_order() -> None:
    rows = LANGUAGES.strip().splitlines()
    header, *rest = [row.replace("language", "language | sex").strip() for row in rows]
    both = [row.replace("|", "|", 1).replace(" |", f" | {sex} |", 1) for sex in ("female", "male") for row in rest]
    audit = audit_drawn(students_of("\n".join([header, *both])), center="sex")
    pairs = table(audit, f"sex{CROSSED}language")
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
    language = table(audit, "language")
    assert (language.groups, language.reference, language.untold) == ((), "", ("English", "Lao"))


# --- along every capacity


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
    told = told_alone(listing, groups, LEAST)
    audits = {at: audit_of(listing, told, Draws(at, LEAST, 100, 0)) for at in capacities}
    for place, at in enumerate(capacities):
        for one in table(audits[at], "race").groups:
            for name in RATES:
                assert ends(one.curve[name][place]) == pytest.approx(ends(one.figures[name]))
                assert one.curve[name] == table(audits[0.05], "race").group(one.name).curve[name]


def test_lead_is_the_mean_of_those_found_and_needs_enough_of_them() -> None:
    students = students_of(LANGUAGES)
    listing = students.listing()
    lead = np.where(students.label & (students.risk > 0.5), 10.0, np.nan)
    lead[np.flatnonzero(~np.isnan(lead))[::3]] = 16.0
    told = told_alone(listing, students.groups, LEAST)
    draws = Draws(students.capacity, LEAST, 300, 0)
    language = table(audit_of(listing, told, draws, lead), "language")
    english, spanish, hmong = (language.group(name) for name in ("English", "Spanish", "Hmong"))
    assert estimates(english)["lead_weeks"] == pytest.approx(12.0)
    assert estimates(spanish)["lead_weeks"] == pytest.approx(12.0)
    assert hmong.figures["lead_weeks"] is None, "six were found"
    assert "lead_weeks" not in hmong.against
    few = np.where(np.cumsum(~np.isnan(lead)) <= 35, lead, np.nan)
    spanish = table(audit_of(listing, told, draws, few), "language").group("Spanish")
    assert spanish.figures["lead_weeks"] is None, "twelve are listed, and a lead is known of five"


# --- beside Fairlearn on the rows


def fairlearn_on_rows(listing: Listing, at: int, one: Grouped) -> pd.DataFrame:
    """Fairlearn's figures of each group, from the rows."""
    rows = one.group >= 0
    names = pd.Series(np.array(one.names, dtype=object)[one.group[rows]], name="group")
    metrics: dict[str, Callable[..., float]] = {
        "selection_rate": selection_rate,
        "recall": true_positive_rate,
        "false_positive_rate": false_positive_rate,
        "precision": lambda y_true, y_pred: float(precision_score(y_true, y_pred, zero_division=0)),
        "share_off_track": lambda y_true, y_pred: float(np.mean(y_true)),
        "n": lambda y_true, y_pred: float(len(y_true)),
    }
    found = MetricFrame(
        metrics=metrics, y_true=listing.label[rows], y_pred=listing.band[rows] <= at, sensitive_features=names
    ).by_group
    risks = MetricFrame(
        metrics={"roc_auc": roc_auc_score, "calibration_gap": lambda y_true, y_pred: float(np.mean(y_true - y_pred))},
        y_true=listing.label[rows].astype(float),
        y_pred=listing.risk[rows],
        sensitive_features=names,
    ).by_group
    found["false_discovery_rate"] = 1 - found["precision"]
    joined: pd.DataFrame = pd.concat([found, risks], axis=1)
    return joined


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), capacity=st.sampled_from([0.05, 0.1, 0.2]))
def test_every_figure_is_that_of_fairlearn_on_the_rows(seed: int, capacity: float) -> None:
    listing, groups = random_listing(seed, capacities=(0.05, 0.1, 0.2)), random_groups(seed)
    told = told_with(listing, groups, center="race", capacity=capacity)
    audit = audit_of(listing, told, Draws(capacity, LEAST, 5, 0))
    compared = 0
    for one in told:
        if not one.names:
            continue
        peer = fairlearn_on_rows(listing, listing.capacities.index(capacity), one)
        for group in table(audit, one.of).groups:
            assert group.n == peer["n"].astype(float)[group.name]
            for name, figure in group.figures.items():
                if figure is not None:
                    assert abs(figure.estimate - peer[name].astype(float)[group.name]) < 1e-9, name
                    compared += 1
    assert compared >= 10


# --- beside a plain bootstrap of students


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
    told = told_alone(listing, groups, LEAST)
    audit = audit_of(listing, told, Draws(0.4, LEAST, 4000, 7), lead)
    drawn = []
    for _ in range(1000):
        who = rng.integers(0, 240 // rows_a_student, 240 // rows_a_student)
        rows = (who[:, None] * rows_a_student + np.arange(rows_a_student)).ravel()
        own = [rows[told[0].group[rows] == at] for at in (0, 1)]
        drawn.append([plain_figures(listing, lead, of) for of in own])
    reference = table(audit, "sex").reference
    for at, group in enumerate(table(audit, "sex").groups):
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


# --- chance


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
    assert holm(np.array(chances, dtype=np.float64)).tolist() == pytest.approx(corrected)


@given(chances=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_corrected_chance_is_no_smaller_keeps_the_order_and_is_a_chance(chances: list[float]) -> None:
    found = holm(np.array(chances))
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
    assert chance_of_counts(np.array(part), np.array(whole), 1.0) == pytest.approx(chance, abs=2e-4)


def test_rows_of_the_same_students_are_no_further_evidence() -> None:
    part, whole = np.array([4.0, 40.0]), np.array([20.0, 80.0])
    assert chance_of_counts(3 * part, 3 * whole, 3.0) == chance_of_counts(part, whole, 1.0)


def test_groups_whose_values_do_not_vary_have_the_spread_of_both_together() -> None:
    values = moments_of(np.array([10.0] * 11 + [10.0, 20.0] * 50), np.repeat([0, 1], [11, 100]), 2)
    both = np.array([10.0] * 61 + [20.0] * 50)
    assert spread_of_means(values, (0, 1)) == pytest.approx(both.std() * np.sqrt(1 / 11 + 1 / 100))
    gaps = moments_of(np.full(40, 0.2), np.repeat([0, 1], 20), 2)
    assert spread_of_gaps(gaps, np.array([0.1, 0.1]), (0, 1)) == pytest.approx(np.sqrt(2 * 0.3 * 0.7 / 20))
    assert spread_of_orders(1.0, np.array([11.0, 30.0]), np.array([40.0, 60.0])) == 0.0
    assert spread_of_orders(0.8, np.array([11.0, 1e9]), np.array([40.0, 1e9])) == pytest.approx(0.0853, abs=1e-4)


def chances_of(audit: Audit) -> dict[tuple[str, str, str], float]:
    """The corrected chance of each tested comparison, by attribute, group and figure."""
    return {
        (one.of, group.name, name): comparison.corrected
        for one in audit.tables
        for group in one.groups
        for name, comparison in group.against.items()
        if name in TESTED
    }


def test_what_is_not_tested_is_told_and_not_judged() -> None:
    spanish = table(audit_drawn(students_of(LANGUAGES)), "language").group("Spanish")
    assert {"share_off_track", "selection_rate"} <= set(spanish.against)
    assert spanish.against["share_off_track"].corrected == 1.0


def simulated_audit(seed: int, *, gap: float = 0.0, students: int = 600) -> Audit:
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
    return audit_of(listing, told_alone(listing, groups, LEAST), Draws(0.2, LEAST, 100, seed), lead)


def test_groups_that_are_alike_are_seldom_told_to_differ() -> None:
    """The family-wise error: in at most 5 of 100 audits any comparison is small by chance alone."""
    audits = [chances_of(simulated_audit(seed)) for seed in range(AUDITS)]
    told = sum(min(chances.values(), default=1.0) < 0.05 for chances in audits)
    assert np.mean([len(chances) for chances in audits]) > 12
    assert told / AUDITS <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / AUDITS)


@pytest.mark.parametrize("seed", range(3))
def test_a_recall_that_is_25_points_lower_is_found(seed: int) -> None:
    audit = simulated_audit(seed, gap=0.5, students=7300)
    b = table(audit, "of").group("b")
    assert 170 < b.off_track < 230
    difference = b.against["recall"].difference
    assert -0.35 < difference.estimate < -0.15
    small = {key for key, chance in chances_of(audit).items() if chance < 0.05}
    assert ("of", "b", "recall") in small
    assert {name for _, name, _ in small} == {"b"}, "nobody else is told to differ"

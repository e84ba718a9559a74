"""Fairness: figures by group at the capacity, nothing said on too few, nothing that gives a small group away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.fairness import Attribute, mean_table, recall_gaps, subgroup_table
from models.suppression import hidden_values


def drawn(groups: dict[str, tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Per group: how many rows, how many ended off track, how many of those had a high risk."""
    label, risk, value = [], [], []
    for name, (rows, off_track, found) in groups.items():
        label += [i < off_track for i in range(rows)]
        risk += [0.9 if i < found else 0.1 for i in range(rows)]
        value += [name] * rows
    return np.array(label), np.array(risk), pd.DataFrame({"language": value})


def test_figures_of_a_group_are_its_own() -> None:
    label, risk, groups = drawn({"English": (60, 20, 15), "Spanish": (40, 20, 5)})
    table = subgroup_table(label, risk, groups, capacity=0.2)["language"]
    assert table["English"] == pytest.approx(
        {
            "n": 60,
            "share_off_track": 20 / 60,
            "mean_risk": (15 * 0.9 + 45 * 0.1) / 60,
            "selection_rate": 15 / 60,
            "recall": 15 / 20,
            "false_positive_rate": 0.0,
            "false_discovery_rate": 0.0,
        }
    )
    assert table["Spanish"]["recall"] == pytest.approx(5 / 20)
    assert table["Spanish"]["false_discovery_rate"] is None


def test_risks_that_tie_at_the_cut_are_selected_in_shares() -> None:
    label, risk, groups = drawn({"English": (50, 25, 0), "Spanish": (50, 25, 0)})
    table = subgroup_table(label, risk, groups, capacity=0.2)["language"]
    assert [table[one]["selection_rate"] for one in ("English", "Spanish")] == pytest.approx([0.2, 0.2])
    assert [table[one]["false_discovery_rate"] for one in ("English", "Spanish")] == [None, None]


def test_a_rate_over_too_few_is_not_enough_evidence_and_never_one() -> None:
    label, risk, groups = drawn({"English": (60, 20, 12), "Spanish": (40, 0, 0)})
    table = subgroup_table(label, risk, groups, capacity=0.12)["language"]
    assert table["Spanish"]["recall"] is None
    assert table["Spanish"]["selection_rate"] == 0.0


def test_a_small_group_is_hidden_and_so_is_the_next_smallest() -> None:
    label, risk, groups = drawn(
        {"English": (60, 20, 12), "Spanish": (40, 15, 2), "Hmong": (30, 12, 2), "Lao": (4, 1, 1)}
    )
    table = subgroup_table(label, risk, groups, capacity=0.1)["language"]
    assert table["Lao"] == table["Hmong"] == {"suppressed": True}
    assert "recall" in table["Spanish"]


def test_a_missing_value_is_a_group_of_its_own() -> None:
    label, risk, groups = drawn({"English": (60, 20, 12), "?": (40, 15, 2)})
    unknown = groups.where(groups["language"] != "?", None)
    assert list(subgroup_table(label, risk, unknown, capacity=0.1)["language"]) == ["English", "not recorded"]


def test_ranges_keep_their_order() -> None:
    label, risk, groups = drawn({"under 9": (20, 9, 1), "9 to 10": (20, 9, 1), "over 10": (20, 9, 1)})
    ordered = pd.Categorical(groups["language"], ["under 9", "9 to 10", "over 10"], ordered=True)
    table = subgroup_table(label, risk, pd.DataFrame({"grade": ordered}), capacity=0.1)
    assert list(table["grade"]) == ["under 9", "9 to 10", "over 10"]


@given(sizes=st.dictionaries(st.text(max_size=3), st.integers(1, 60), min_size=1, max_size=8), least=st.integers(2, 20))
def test_what_is_left_of_the_total_is_never_a_small_group(sizes: dict[str, int], least: int) -> None:
    hidden = hidden_values(sizes, least)
    small = {value for value, rows in sizes.items() if rows < least}
    assert small <= hidden
    assert bool(hidden) == bool(small)
    rest = sum(sizes[value] for value in hidden)
    assert not hidden or hidden == set(sizes) or (len(hidden) >= 2 and rest >= least)


def test_more_is_hidden_until_those_hidden_are_no_small_group_together() -> None:
    assert hidden_values({"a": 3, "b": 4, "c": 30, "d": 50}, 11) == {"a", "b", "c"}
    assert hidden_values({"a": 10, "b": 9, "c": 30}, 11) == {"a", "b"}
    assert hidden_values({"a": 11, "b": 30}, 11) == set()


def test_the_mean_of_tables_keeps_counts_and_says_none_where_one_of_them_does() -> None:
    one: dict[str, Attribute] = {
        "language": {"English": {"n": 60, "recall": 0.5, "false_discovery_rate": 0.2}, "Lao": {"suppressed": True}}
    }
    two: dict[str, Attribute] = {
        "language": {"English": {"n": 60, "recall": 0.7, "false_discovery_rate": None}, "Lao": {"suppressed": True}}
    }
    mean = mean_table([one, two])
    assert mean["language"]["English"] == {"n": 60, "recall": pytest.approx(0.6), "false_discovery_rate": None}
    assert mean["language"]["Lao"] == {"suppressed": True}


def test_a_gap_is_the_groups_recall_less_that_of_the_largest() -> None:
    label, risk, groups = drawn({"English": (200, 80, 60), "Spanish": (100, 40, 10), "Hmong": (40, 5, 5)})
    gaps = recall_gaps(label, risk, groups, np.arange(340).astype(str), capacity=75 / 340, seed=2)["language"]
    gap = gaps["Spanish"]
    assert gap is not None
    assert gap.estimate == pytest.approx(10 / 40 - 60 / 80)
    assert gap.low < gap.estimate < gap.high < 0
    assert set(gaps) == {"Spanish", "Hmong"}
    assert gaps["Hmong"] is None


def test_the_interval_of_a_gap_is_that_of_a_plain_bootstrap_of_students() -> None:
    label, risk, groups = drawn({"English": (120, 60, 40), "Spanish": (80, 40, 16)})
    student = np.array([f"s{i // 4}" for i in range(200)])
    gap = recall_gaps(label, risk, groups, student, capacity=56 / 200, replicates=4000, seed=1)["language"]["Spanish"]
    assert gap is not None
    rng, english, found = np.random.default_rng(0), (groups["language"] == "English").to_numpy(), risk > 0.5
    plain = []
    for _ in range(2000):
        rows = np.concatenate([np.arange(4 * who, 4 * who + 4) for who in rng.integers(0, 50, 50)])
        ended, ours, listed = label[rows], english[rows], found[rows]
        plain.append(listed[ended & ~ours].mean() - listed[ended & ours].mean())
    assert [gap.low, gap.high] == pytest.approx(np.percentile(plain, [2.5, 97.5]).tolist(), abs=0.04)

"""What decides: recall at the capacity over all judged years, beside the rule that was best before them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.settings import Gate
from models.examples import Examples, Floats
from models.feature_dictionary import FeatureDictionary
from models.metrics.classification_metrics import evaluate
from training.evaluation.evaluation import Risks, counts_of, figures_of, order_of
from training.evaluation.scorers import PEER
from training.gate.comparison import GateComparison, Heard, compare_lists
from training.gate.power import power_of
from training.gate.rule_selection import Bootstrap, select_rules

BOUNDS = Gate(capacity=0.2, replicates=200)
DRAWS = Bootstrap(BOUNDS.capacity, BOUNDS.replicates, 1)
OTHER = "air_high_so_far"
ROWS = 400


def year_of(time: int, *, own: float, other: float, rows: int = ROWS) -> Examples:
    """A year in which each rule sees who will end off track as clearly as is said, from 0 to 1."""
    rng = np.random.default_rng(time)
    label = rng.random(rows) < 0.25
    counted = [np.floor(3 * (clear * label + (1 - clear) * rng.random(rows))) for clear in (own, other)]
    return Examples(
        dictionary=FeatureDictionary(()),
        features=pd.DataFrame(index=range(rows)),
        label=label,
        student=np.array([f"{time}-{i}" for i in range(rows)]),
        time=np.full(rows, time),
        rule=counted[0],
        peers=pd.DataFrame({OTHER: counted[1]}),
    )


def heard(test: Examples, *, clear: float = 0.5) -> Heard:
    """What a model that sees as clearly as is said, and the rules, say of a year."""
    rng = np.random.default_rng(int(test.time[0]) + 1)
    model = clear * test.label + (1 - clear) * rng.random(len(test))
    return test, {"model": model, "rule": flat(test), f"{PEER}{OTHER}": flat(test)}


def flat(test: Examples) -> Floats:
    """A share fitted on some years that says the same of every count."""
    return np.full(len(test), 0.25)


def test_a_rule_that_shines_in_the_test_years_only_is_not_chosen() -> None:
    before = year_of(2023, own=0.6, other=0.1)
    tests = [year_of(time, own=0.1, other=0.9) for time in (2024, 2025)]
    found = compare_lists({2024: heard(tests[0]), 2025: heard(tests[1])}, before, BOUNDS, seed=1)
    assert found.rule
    assert (found.rule.scorer, found.rule.among.scorers, found.rule.among.years) == ("rule", ("rule",), (2023,))
    other = select_rules(tests[0], tests[1], DRAWS)
    assert other
    assert other.scorers == (f"{PEER}{OTHER}",)


def test_rules_that_were_about_as_good_before_have_to_be_beaten_each() -> None:
    before = year_of(2023, own=0.40, other=0.43)
    tests = [year_of(time, own=0.6, other=0.1) for time in (2024, 2025)]
    found = compare_lists({2024: heard(tests[0]), 2025: heard(tests[1])}, before, BOUNDS, seed=1)
    assert found.rule
    assert set(found.rule.among.scorers) == {f"{PEER}{OTHER}", "rule"}
    assert found.rule.scorer == "rule"
    assert found.contenders["rule"].low < found.contenders[f"{PEER}{OTHER}"].low
    assert found.leads["rule"] == found.contenders["rule"]
    assert "Of 2 published rules, 2 were as good as the best" in found.rule.says


@given(labels=st.lists(st.booleans(), min_size=40, max_size=40))
def test_which_rule_is_chosen_does_not_hang_on_how_the_test_year_ended(labels: list[bool]) -> None:
    before, test = year_of(2023, own=0.3, other=0.5, rows=40), year_of(2024, own=0.9, other=0.1, rows=40)
    ended = replace(test, label=np.array(labels))
    assert select_rules(test, before, DRAWS) == select_rules(ended, before, DRAWS)


def test_of_rules_that_found_as_much_the_feature_sets_own_is_chosen() -> None:
    before = year_of(2023, own=0.5, other=0.5)
    same = replace(before, peers=pd.DataFrame({OTHER: before.rule}))
    among = select_rules(same, same, DRAWS)
    assert among
    assert among.scorers == ("rule", f"{PEER}{OTHER}")


def test_without_an_earlier_year_or_another_rule_it_is_the_feature_sets_own() -> None:
    test = year_of(2024, own=0.1, other=0.9)
    alone = replace(test, peers=pd.DataFrame())
    for rows, before, why in ((test, None, "no earlier year"), (alone, alone, "the only")):
        among = select_rules(rows, before, DRAWS)
        assert among
        assert among.scorers == ("rule",)
        assert why in among.says
    assert select_rules(replace(alone, rule=None), None, DRAWS) is None


def test_a_rule_is_listed_by_its_own_count_and_never_by_the_shares_fitted_to_it() -> None:
    test = year_of(2024, own=0.6, other=0.1)
    risks: Risks = {"model": flat(test), "rule": flat(test)}
    assert test.rule is not None
    assert np.array_equal(order_of("rule", test, risks), test.rule)
    found = figures_of(test, risks, (0.2,))
    by_count = evaluate(test.label, test.rule / 3, (0.2,))
    assert (found["rule"].recall_at, found["rule"].roc_auc) == (by_count.recall_at, by_count.roc_auc)
    assert found["rule"].brier == pytest.approx(np.mean((0.25 - test.label) ** 2))
    assert found["model"].roc_auc == 0.5
    assert list(counts_of(test)) == ["rule", f"{PEER}{OTHER}"]


def test_at_the_rules_own_count_both_list_as_many_as_the_rule_holds_something_against() -> None:
    test = year_of(2024, own=0.6, other=0.1)
    assert test.rule is not None
    found = compare_lists({2024: heard(test, clear=0.5)}, None, BOUNDS, seed=1)
    flagged = test.rule > 0
    longest = np.argsort(-heard(test, clear=0.5)[1]["model"])[: int(flagged.sum())]
    by_hand = (test.label[longest].sum() - test.label[flagged].sum()) / test.label.sum()
    assert found.own_count
    assert found.own_count.estimate == pytest.approx(by_hand)
    assert found.flagged == pytest.approx(flagged.mean())


def test_a_rule_that_flags_nobody_has_no_count_of_its_own() -> None:
    test = year_of(2024, own=0.6, other=0.1)
    silent = replace(test, rule=np.zeros(ROWS), peers=pd.DataFrame())
    assert compare_lists({2024: heard(silent)}, None, BOUNDS, seed=1).own_count is None


def over_years(*clear: float) -> GateComparison:
    """The comparison over as many years, in each of which the model sees as clearly as is said."""
    years = {2024 + place: year_of(2024 + place, own=0.4, other=0.1) for place in range(len(clear))}
    seen = zip(years.items(), clear, strict=True)
    return compare_lists({time: heard(test, clear=how) for (time, test), how in seen}, None, BOUNDS, seed=1)


def test_the_last_year_alone_can_speak_against_a_model_that_was_good_before() -> None:
    drifted = over_years(0.8, 0.8, 0.8, 0.8, 0.0)
    assert drifted.leads["rule"].low > 0
    assert drifted.last_year
    assert drifted.last_year.high < 0
    assert over_years(0.8).last_year is None


def test_more_years_show_smaller_differences() -> None:
    one, three = over_years(0.5).power, over_years(0.5, 0.5, 0.5).power
    assert one
    assert three
    assert three.smallest == pytest.approx(one.smallest / np.sqrt(3), rel=0.25)
    assert (one.students, one.years, three.years) == (ROWS, 1, 3)


def test_what_it_would_take_is_what_would_make_the_difference_seen_the_smallest_one() -> None:
    found = over_years(0.42)
    lead, power = found.leads["rule"], found.power
    assert power
    assert power.needed
    assert lead.estimate > 0
    assert power.smallest * np.sqrt(power.students / power.needed) == pytest.approx(lead.estimate, rel=0.05)
    assert f"{power.needed:,}" in power.says or power.needed <= power.students


def test_no_number_of_students_shows_a_model_that_is_behind_to_be_better() -> None:
    behind = over_years(0.0)
    assert behind.power
    assert behind.power.needed is None
    assert "it would take" not in behind.power.says


def test_a_scorer_is_compared_on_the_years_that_it_speaks_of() -> None:
    """The model that serves is not asked about years that it learned from."""
    first, last = year_of(2024, own=0.4, other=0.1), year_of(2025, own=0.4, other=0.1)
    test, risks = heard(last)
    judged = {2024: heard(first), 2025: (test, {**risks, "champion": risks["model"]})}
    found = compare_lists(judged, None, BOUNDS, seed=1)
    assert (found.leads["champion"].estimate, found.leads["champion"].error) == (0.0, 0.0)
    assert "school_only" not in found.leads


def test_the_power_is_what_a_two_sided_interval_shows_in_eight_of_ten_repetitions() -> None:
    rng = np.random.default_rng(1)
    power = power_of(over_years(0.5).leads["rule"], ROWS, 1)
    error = power.smallest / 2.8
    shown = rng.normal(power.smallest, error, 20_000) - 1.96 * error > 0
    assert shown.mean() == pytest.approx(0.80, abs=0.01)

"""The audit of a run: each student once, other lists of the same length, what records say, and sentences that hold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from features.settings import Gate, Settings
from models.examples import Examples
from models.fairness.audit import audit_listing
from models.fairness.group_metrics import AuditSettings
from models.fairness.suppression import suppress_groups
from models.feature_dictionary import Entry, FeatureDictionary
from models.metrics.count_tables import Listing, listing_of
from tests.models.row_examples import made_examples
from training.audit.alternative_lists import equally_found, kept_without, same_length, without_domains
from training.audit.checks import CODES, DisparityBounds, list_checks, record_checks
from training.audit.record_bias import attendance_coverage, incident_ratios
from training.audit.rule_audit import audit_rule
from training.audit.run import AuditRequest, AuditResult, first_of_each_student, run_audit

SETTINGS = Settings(gate=Gate(replicates=100))
CAPACITIES = (0.05, 0.15)
DRAWS = AuditSettings(capacity=0.15, least=11, replicates=200, seed=3)


def listing(groups: dict[str, tuple[int, int, int]]) -> tuple[Listing, pd.DataFrame]:
    """By group: how many students, how many ended off track, and how many of those stand at the top of the list."""
    label, risk, value = [], [], []
    for name, (rows, off_track, found) in groups.items():
        label += [i < off_track for i in range(rows)]
        risk += [0.9 if i < found else 0.1 for i in range(rows)]
        value += [name] * rows
    found_by = listing_of(np.array(label), np.array(risk), np.arange(len(label)).astype(str), CAPACITIES)
    return found_by, pd.DataFrame({"language": value})


@pytest.fixture(scope="module")
def audited() -> AuditResult:
    """An audit of made rows."""
    learn, test = made_examples(900), made_examples(900, seed=1)
    return run_audit(AuditRequest(learn, test, np.linspace(0, 1, 900), SETTINGS, CAPACITIES))


def test_a_student_counts_once_on_the_first_scoring_date() -> None:
    test = made_examples(100, rows_per_student=2)
    dates = np.where(np.arange(100) % 2 == 0, "2026-02-20", "2025-11-20")
    asked = AuditRequest(test, replace(test, as_of=dates), np.zeros(100), SETTINGS, CAPACITIES)
    assert np.flatnonzero(first_of_each_student(asked.test)).tolist() == list(range(1, 100, 2))


def test_every_check_has_a_verdict_and_a_sentence(audited: AuditResult) -> None:
    assert [check.code for check in audited.checks] == list(CODES)
    assert all(check.says.endswith((".", ".)")) for check in audited.checks)


def test_other_lists_hold_as_many_students(audited: AuditResult) -> None:
    assert set(audited.others) == {"rule", "attendance", "grades"}
    assert {audit.listed for audit in audited.others.values()} == {audited.model.listed}


def test_what_is_published_is_json_without_a_number_that_is_none(audited: AuditResult) -> None:
    found = audited.as_json()
    assert set(found) == {"model", "others", "cuts", "incidents", "lacking", "schools", "checks"}


def test_a_rule_without_a_model_is_audited_as_beside_one(audited: AuditResult) -> None:
    test = made_examples(900, seed=1)
    alone = audit_rule(test, SETTINGS, CAPACITIES)
    assert alone
    beside = audited.others["rule"]
    assert [one.of for one in alone.listed.tables] == [one.of for one in beside.tables]
    for table, other in zip(alone.listed.tables, beside.tables, strict=True):
        assert len(table.groups) > 1
        for group, same in zip(table.groups, other.groups, strict=True):
            assert (group.name, group.n, group.listed) == (same.name, same.n, same.listed)
            own, other_found = group.figures["recall"], same.figures["recall"]
            assert (own and own.estimate) == (other_found and other_found.estimate)
            assert len(group.curve["recall"]) == len(CAPACITIES)
    asked = {check.code for check in alone.checks}
    assert asked == {check.code for check in audited.checks_of_rule(DisparityBounds(0.2, 0.05))}


def test_the_audit_of_a_rule_stands_in_a_bundle_as_one_with_a_model_does(audited: AuditResult) -> None:
    alone = audit_rule(made_examples(900, seed=1), SETTINGS, CAPACITIES)
    assert alone
    found, others = alone.as_json(), audited.as_json()["others"]
    assert set(found) == set(audited.as_json())
    assert isinstance(others, dict)
    assert set(TypeAdapter(dict[str, dict[str, object]]).validate_python(found["others"])["rule"]) == set(
        others["rule"]
    )


def test_rows_without_a_rule_are_not_audited() -> None:
    assert audit_rule(replace(made_examples(300), rule=None), SETTINGS, CAPACITIES) is None


def test_a_model_without_a_kind_of_records_does_not_have_them() -> None:
    models = without_domains(made_examples(600), seed=7, threads=1)
    assert "absence_rate" not in models["attendance"].dictionary.names
    assert "grade_points" in models["attendance"].dictionary.names
    assert kept_without(models["attendance"].dictionary, "attendance") == models["attendance"].dictionary


def test_a_list_by_another_score_is_as_long() -> None:
    main, _ = listing({"English": (200, 60, 30), "Spanish": (100, 30, 5)})
    other = same_length(main, np.arange(300.0), 0.15)
    assert int((other.band == 0).sum()) == int((main.band <= 1).sum()) == 45


def test_group_cuts_find_each_group_about_as_often_and_list_no_more() -> None:
    rng = np.random.default_rng(2)
    label, late = rng.random(2000) < 0.25, rng.random(2000) < 0.3
    risk = np.clip(rng.normal(0.2 + 0.4 * label - 0.25 * (late & label), 0.15), 0, 1)
    groups = pd.DataFrame({"language": np.where(late, "Spanish", "English")})
    main = listing_of(label, risk, np.arange(2000).astype(str), CAPACITIES)
    (grouped,) = suppress_groups(main, groups, 11)
    cut = equally_found(main, grouped, 0.15)
    before, after = (
        audit_listing(one, (grouped,), DRAWS).tables[0] for one in (main, replace(cut, capacities=(0.15,)))
    )
    gaps = [abs(table.group("Spanish").against["recall"].difference.estimate) for table in (before, after)]
    assert gaps[0] > 0.3
    assert gaps[1] < 0.02
    assert int((cut.band == 0).sum()) <= int((main.band <= 1).sum())


def test_a_group_that_is_found_far_less_often_fails_and_is_said_in_people() -> None:
    main, groups = listing({"no": (1000, 300, 195), "yes": (500, 150, 30)})
    grouped = suppress_groups(main, groups.rename(columns={"language": "english_learner"}), 11)
    audit = audit_listing(main, grouped, replace(DRAWS, capacity=0.15))
    check = next(one for one in list_checks(audit, DisparityBounds(0.20, 0.05)) if one.code == "EWS101")
    assert check.verdict == "fail"
    assert check.says.startswith("Of 100 English learners who ended off track, 20 would have been listed; of 100")
    within = next(one for one in list_checks(audit, DisparityBounds(0.50, 0.05)) if one.code == "EWS101")
    assert within.verdict == "warn"


def test_groups_of_which_nothing_can_be_said_are_not_called_alike() -> None:
    main, groups = listing({"English": (60, 12, 5), "Spanish": (40, 5, 1)})
    checks = list_checks(audit_listing(main, suppress_groups(main, groups, 11), DRAWS), DisparityBounds(0.2, 0.05))
    assert {check.verdict for check in checks} == {"not_enough_evidence", "not_applicable"}


def incidents(times: float, *, seed: int = 5) -> tuple[Examples, np.ndarray]:
    """Rows of two groups alike in risk, with incidents written down so many times as often for one of them."""
    rng = np.random.default_rng(seed)
    n = 4000
    risk, own = rng.beta(1, 4, n), rng.random(n) < 0.2
    features = pd.DataFrame({"incidents_year": rng.poisson((0.1 + risk) * np.where(own, times, 1.0)).astype(float)})
    rows = Examples(
        dictionary=FeatureDictionary((Entry("incidents_year", domain="behavior"),)),
        features=features,
        label=rng.random(n) < risk,
        student=np.arange(n).astype(str),
        time=np.full(n, 2026),
        groups=pd.DataFrame({"race_ethnicity": np.where(own, "Black", "White")}),
    )
    return rows, risk


@pytest.mark.parametrize(("times", "verdict"), [(1.0, "pass"), (1.6, "warn")])
def test_more_written_down_for_students_alike_is_named(times: float, verdict: str) -> None:
    rows, risk = incidents(times)
    main = listing_of(rows.label, risk, rows.student, CAPACITIES)
    found = incident_ratios(rows, risk, suppress_groups(main, rows.groups, 11))
    assert found[0].ratio.low < times < found[0].ratio.high
    assert record_checks(found, (), ())[0].verdict == verdict


def test_what_is_on_record_more_often_because_risks_differ_is_not_named() -> None:
    rows, risk = incidents(1.0)
    worse = np.where(rows.groups["race_ethnicity"] == "Black", np.minimum(1, 2 * risk), risk)
    rng = np.random.default_rng(1)
    counted = rows.features.assign(incidents_year=rng.poisson(0.1 + worse).astype(float))
    again = replace(rows, features=counted, label=rng.random(len(rows)) < worse)
    main = listing_of(again.label, worse, again.student, CAPACITIES)
    assert (
        record_checks(incident_ratios(again, worse, suppress_groups(main, again.groups, 11)), (), ())[0].verdict
        == "pass"
    )


@pytest.mark.parametrize(
    ("taken_by_one", "late_by_one", "named"),
    [(60, 2, False), (58, 2, False), (50, 2, True), (60, 30, True)],
)
def test_a_school_that_takes_attendance_unlike_the_others_is_named(
    taken_by_one: int, late_by_one: int, named: bool
) -> None:
    schools = pd.DataFrame(
        {"days": 60, "taken": [60, 59, taken_by_one], "entries": 100, "late": [3, 2, late_by_one]}, ["10", "20", "30"]
    )
    found = {one.school: one.named for one in attendance_coverage(schools)}
    assert found == {"10": False, "20": False, "30": named}


def test_a_school_of_a_few_days_is_not_judged() -> None:
    assert attendance_coverage(pd.DataFrame({"days": [10], "taken": [2], "entries": [5], "late": [5]}, ["10"])) == ()

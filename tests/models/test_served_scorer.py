"""What serves on a date: exactly one scorer for every week, and a model never where nobody judged it."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.definitions.catalog import SERVABLE
from models.bundle.bundle import Bundle
from models.bundle.year_parts import JudgedWeek, ServedPart
from models.estimators.published_rule import TOO_FEW, RuleModel, fit_shares
from models.feature_dictionary import fingerprint_of
from models.scoring import similar_students_of
from models.served_scorer import part_of_week, serving_on, within_judged
from models.verdict import Verdict
from tests.models.part_examples import (
    AUTUMN,
    EARLY_RULE,
    FIRST_WEEKS,
    GRADE9,
    LATE_RULE,
    PARTS,
    SPRING,
    grade9_model,
    model_by_part,
    rule_by_part,
)

FIRST_DAY = date(2026, 8, 17)
"""The first day of instruction, a Monday."""
VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "not_enough_evidence")


def opened(parts: tuple[ServedPart, ...] = PARTS, /, **figures: object) -> Bundle:
    """The model's bundle as it is once opened, without a folder."""
    made = model_by_part(parts)
    kind, scorer = ("model", made.model) if any(one.serves == "model" for one in parts) else ("rule", LATE_RULE)
    assert scorer is not None
    return Bundle(
        kind="model" if kind == "model" else "rule",
        digest="0" * 64,
        path=Path("0" * 16),
        scorer=scorer,
        dictionary=GRADE9,
        metrics=figures,
        gate=made.gate,
        card="",
        name=made.name,
        grade_band="9",
        feature_set="grade9",
        provenance={},
        parts=parts,
    )


def day_in(week: int, first_day: date = FIRST_DAY) -> date:
    """The Wednesday of a school week."""
    return first_day + timedelta(weeks=week - 1, days=2)


def test_the_rule_serves_in_the_first_weeks_and_the_model_from_november_on() -> None:
    early, late = (serving_on(opened(), week, day_in(week)) for week in (4, 12))
    assert (early.part, early.not_judged, early.bundle.kind) == (FIRST_WEEKS, None, "rule")
    assert (early.bundle.scorer, early.bundle.feature_set) == (FIRST_WEEKS.rule, FIRST_WEEKS.feature_set)
    assert early.bundle.dictionary.rule == fingerprint_of(SERVABLE[FIRST_WEEKS.feature_set].indicator)
    assert (late.part, late.not_judged, late.bundle.kind) == (AUTUMN, None, "model")
    assert late.bundle.scorer == grade9_model()


def test_where_the_level_missed_what_passed_gives_the_order_and_no_number_is_told() -> None:
    early, late = (replace(part, numbers=False) for part in (FIRST_WEEKS, AUTUMN))
    bundle = opened((early, late, SPRING))
    rule, model, spring = (serving_on(bundle, week, day_in(week)) for week in (4, 12, 30))
    assert (rule.not_judged, rule.bundle.kind, rule.bundle.scorer) == ("level", "rule", EARLY_RULE.without_evidence())
    assert (model.not_judged, model.bundle.kind, model.bundle.scorer) == ("level", "model", grade9_model())
    assert spring.not_judged is None
    features = pd.DataFrame({name: [0.5] for name in GRADE9.names})
    told = [
        similar_students_of(model.bundle.scorer, features, least=10, told=one.not_judged is None)
        for one in (model, spring)
    ]
    assert told == [[TOO_FEW], [None]]


def test_where_a_rules_level_missed_its_ranges_are_told_if_there_are_any() -> None:
    rule = fit_shares(np.repeat([0.0, 1.0], 40), np.arange(80) % 4 == 0, np.arange(80).astype("str"))
    ranges = ((0.1, 0.5),) * len(rule.counts)
    early = replace(FIRST_WEEKS, rule=rule, numbers=False, ranges=ranges)
    told = serving_on(opened((early, AUTUMN, SPRING)), 4, day_in(4))
    assert (told.not_judged, told.bundle.scorer) == ("level", rule.within(ranges))
    similar = similar_students_of(told.bundle.scorer, pd.DataFrame({"rule_signals": [0.0]}), least=10)
    assert [(one.are_told, one.low, one.high) for one in similar if one] == [(True, 0.1, 0.5)]
    elsewhere = serving_on(opened((early, AUTUMN, SPRING)), 50, day_in(50))
    assert elsewhere.bundle.scorer == AUTUMN.rule.without_evidence()


def test_a_date_that_nobody_judged_stays_one_where_the_level_missed_too() -> None:
    bundle = opened((FIRST_WEEKS, AUTUMN, replace(SPRING, numbers=False)))
    found = serving_on(bundle, 50, day_in(50))
    assert (found.not_judged, found.bundle.kind) == ("week", "rule")


def test_what_serves_has_the_verdict_and_the_figures_of_its_part() -> None:
    bundle = opened(capacity=0.2, headline={"model": 1}, parts={"first_weeks": {"headline": {"rule": 2}}})
    early, late = (serving_on(bundle, week, day_in(week)).bundle for week in (4, 12))
    assert (early.metrics["headline"], early.metrics["capacity"]) == ({"rule": 2}, 0.2)
    assert late.metrics["headline"] == {"model": 1}
    assert early.gate is not None
    assert late.gate is not None
    assert (early.gate["verdict"], late.gate["verdict"]) == ("not_enough_evidence", "pass")


def test_what_serves_is_held_against_the_profile_of_the_nearest_judged_week() -> None:
    weekly = opened(promised="of the year", promised_by_week={"6": "week 6", "11": "week 11"})
    found = [serving_on(weekly, week, day_in(week)).bundle.metrics["promised"] for week in (2, 8, 9, 30)]
    assert found == ["week 6", "week 6", "week 11", "week 11"]
    yearly = serving_on(opened(promised="of the year"), 8, day_in(8)).bundle
    assert yearly.metrics["promised"] == "of the year"


@pytest.mark.parametrize(
    ("week", "part"), [(1, FIRST_WEEKS), (0, FIRST_WEEKS), (10, FIRST_WEEKS), (11, AUTUMN), (21, SPRING), (60, SPRING)]
)
def test_a_week_outside_of_all_parts_has_the_nearest(week: int, part: ServedPart) -> None:
    assert part_of_week(PARTS, week) == part


@pytest.mark.parametrize(
    ("week", "why"), [(0, "week"), (1, "week"), (2, None), (3, None), (39, None), (42, None), (43, "week")]
)
def test_a_week_is_judged_among_the_judged_ones_and_a_step_after_them_but_the_year_s_first_week_is_not(
    week: int, why: str | None
) -> None:
    """The drawn schedule ends in week 36, and its largest step is of six weeks."""
    found = serving_on(opened(), week, day_in(week))
    assert found.not_judged == why
    assert found.bundle.kind == ("rule" if why or week <= 10 else "model")


@pytest.mark.parametrize(
    ("first", "week", "judged"),
    [(1, 1, True), (2, 1, False), (2, 2, True), (3, 1, False), (3, 2, True), (14, 12, False), (14, 13, True)],
)
def test_the_week_before_the_first_judged_one_counts_unless_it_is_the_first_of_the_year(
    first: int, week: int, judged: bool
) -> None:
    assert within_judged([first, first + 3], week) is judged


@pytest.mark.parametrize(
    ("moved", "why"),
    [(0, None), (14, None), (-14, None), (20, "calendar"), (-20, "calendar"), (45, "calendar"), (-45, "calendar")],
)
@pytest.mark.parametrize("week", [12, 17, 20, 21, 33])
def test_a_calendar_that_has_shifted_by_more_than_two_weeks_was_not_judged(
    week: int, moved: int, why: str | None
) -> None:
    found = serving_on(opened(), week, day_in(week, FIRST_DAY + timedelta(days=moved)))
    assert found.not_judged == why
    assert found.bundle.kind == ("rule" if why else "model")
    assert found.part is not None
    assert found.bundle.scorer == (found.part.rule.without_evidence() if why else grade9_model())


def test_a_date_of_a_school_year_that_is_not_on_record_has_the_first_rule() -> None:
    found = serving_on(opened(), None, date(2026, 7, 1))
    assert (found.not_judged, found.part) == ("no_school_week", FIRST_WEEKS)
    assert found.bundle.scorer == FIRST_WEEKS.rule.without_evidence()


def test_on_a_date_that_nobody_judged_the_rule_orders_and_none_of_its_shares_is_told() -> None:
    signals = np.array([0.0, 1, 2])
    shares = fit_shares(
        np.repeat(signals, 100), np.arange(300) % 100 < np.repeat([10, 40, 70], 100), np.arange(300).astype(str)
    )
    parts = tuple(replace(part, rule=shares) for part in PARTS)
    bundle = replace(opened(), parts=parts)
    judged, not_judged = (serving_on(bundle, week, day_in(week)).bundle.scorer for week in (2, 43))
    assert isinstance(judged, RuleModel)
    assert isinstance(not_judged, RuleModel)
    assert (judged.risk(signals) == not_judged.risk(signals)).all()
    assert [one.are_told for one in judged.similar_students(signals, least=1) if one] == [True] * 3
    assert [one.are_told for one in not_judged.similar_students(signals, least=1) if one] == [False] * 3


def test_a_bundle_made_before_there_were_parts_serves_as_before_on_every_date() -> None:
    before = replace(opened(), parts=())
    for week in (None, 0, 11, 60):
        found = serving_on(before, week, date(2026, 9, 1))
        assert (found.bundle, found.part, found.not_judged) == (before, None, None)


def test_a_bundle_of_the_rule_has_each_part_s_rule() -> None:
    bundle = opened(rule_by_part().parts)
    assert serving_on(bundle, 4, day_in(4)).bundle.scorer == FIRST_WEEKS.rule
    assert serving_on(bundle, 12, day_in(12)).bundle.scorer == AUTUMN.rule


@st.composite
def drawn_parts(draw: st.DrawFn) -> tuple[ServedPart, ...]:
    """Parts with any bounds, verdicts and judged weeks."""
    ends = sorted(draw(st.sets(st.integers(2, 50), min_size=2, max_size=4)))
    made = []
    for first, last in pairwise(ends):
        weeks = sorted(draw(st.sets(st.integers(first, last - 1), max_size=5)))
        days = [f"{day_in(week):%m-%d}" for week in weeks]
        verdict = draw(st.sampled_from(VERDICTS))
        serves = verdict == "pass" and weeks and draw(st.booleans())
        judged = tuple(JudgedWeek(week, day, day) for week, day in zip(weeks, days, strict=True))
        part = replace(AUTUMN, name=f"part {first}", from_week=first, through_week=last - 1, weeks=judged)
        made.append(replace(part, verdict=verdict, serves="model" if serves else "rule"))
    return tuple(made)


@given(drawn_parts(), st.integers(0, 60), st.integers(-40, 40))
def test_in_every_week_one_part_serves_and_a_model_only_where_it_was_judged_and_passed(
    parts: tuple[ServedPart, ...], week: int, moved: int
) -> None:
    found = serving_on(opened(parts), week, day_in(week, FIRST_DAY + timedelta(days=moved)))
    assert found.part is not None
    holding = [part for part in parts if part.from_week <= week <= part.through_week]
    assert len(holding) == (parts[0].from_week <= week <= parts[-1].through_week)
    assert holding in ([], [found.part])
    judged = [one.week for part in parts for one in part.weeks]
    outside = not judged or week < judged[0] - 1 or week > judged[-1] + 50
    if outside or abs(moved) > 20:
        assert found.not_judged is not None
    if found.not_judged or found.part.serves == "rule":
        rule = found.part.rule.without_evidence() if found.not_judged else found.part.rule
        assert (found.bundle.kind, found.bundle.scorer) == ("rule", rule)
    else:
        assert (found.bundle.kind, found.part.verdict) == ("model", "pass")

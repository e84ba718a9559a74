"""What holds for enrollment whatever the records: nothing that is no new school day changes a rate or a feature."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, reduce

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.definitions.grade9 import NinthGrade
from features.engine.view_policies import ViewPolicies, policies_as_json, view_policies_of
from features.policies.enrollment_policies import Concurrent, EnrollmentPolicies
from features.policies.record_policies import RecordPolicies
from features.snapshots.snapshot import Snapshot, build_snapshot
from tests.drawn import reader_of
from tests.spec.drawn_snapshots import FULL, TERMS, drawn
from tests.spec.made_districts import (
    AS_OF,
    CALENDAR,
    ENROLLED,
    FIRST,
    Row,
    Rows,
    in_town,
    known_before,
    merged,
    records,
)

RULES: tuple[Concurrent, ...] = ("longer", "latest", "shares")
LATER = [date(2025, 10, day) for day in (1, 8, 20, 24)]
"""Days after the first one on which something changes, the as-of date among them."""

LAST_YEAR: list[Row] = [
    {**row, "school_year": 2025, "grade_level": 8, "entry_date": date(2025, 3, 3), "exit_date": date(2025, 6, 12)}
    for row in ENROLLED
]
"""The students' year before, at the same school."""


def at_one_school(rows: Rows) -> Rows:
    """The records with everyone at school 10 in both years, and nothing recorded elsewhere."""
    kept = {name: [row for row in own if row.get("school_id", "10") == "10"] for name, own in rows.items()}
    return {**kept, "enrollments": [*LAST_YEAR, *ENROLLED], "calendar_days": []}


@dataclass(frozen=True)
class Case:
    """Drawn records, in which the first enrollment will be changed on a day."""

    rows: Rows
    day: date
    is_open: bool
    days: int
    first: Row


CASES = st.builds(
    Case,
    records(known_before, 20).map(at_one_school), st.sampled_from(LATER), st.booleans(), st.integers(0, 4),
    st.just(ENROLLED[0]),
)  # fmt: skip
IN_SUITE, IN_SWEEP = 6, 100
"""Cases that each property is put to: in `make test` towns of one district, in `make properties` one by one."""


@cache
def all_cases() -> list[list[Case]]:
    """The cases of each district that properties are put to."""
    if FULL:
        return [[case] for case in drawn(CASES, IN_SWEEP)]
    return [[placed(town, case) for town, case in enumerate(drawn(CASES, IN_SUITE))]]


def placed(town: int, case: Case) -> Case:
    """The case in a town of its own."""
    rows = {name: in_town(town, own) for name, own in case.rows.items()}
    return replace(case, rows=rows, first=in_town(town, [case.first])[0])


@cache
def unchanged(place: int) -> Snapshot:
    """The snapshot of the district with these cases before anything is changed."""
    return snapshot_of(records_of(all_cases()[place]))


def records_of(cases: list[Case]) -> Rows:
    """The records of all cases."""
    return reduce(merged, (case.rows for case in cases))


def changed(cases: list[Case], spells_of: Callable[[Case], list[Row]]) -> Rows:
    """The same with other enrollments in the place of each case's first one."""
    others = [row for case in cases for row in case.rows["enrollments"] if row != case.first]
    return {**records_of(cases), "enrollments": [*others, *(row for case in cases for row in spells_of(case))]}


def second_school(case: Case) -> str:
    """The other school of the case's town."""
    return str(case.first["school_id"]).replace("10", "20", 1)


CALENDARS: Rows = {"calendar_days": [row for town in range(IN_SUITE) for row in in_town(town, CALENDAR)]}


def snapshot_of(rows: Rows, policies: ViewPolicies | None = None) -> Snapshot:
    """The snapshot of ninth graders in these records, whose newest load kept these policies."""
    said = policies_as_json(policies or ViewPolicies())
    loads: list[Row] = [{"load_id": 1, "source": "made", "digest": "made", "rows": 1, "report": "", "policies": said}]
    known = {**rows, **CALENDARS, "terms": TERMS, "loads": loads}
    return build_snapshot(reader_of(known), NinthGrade, AS_OF)


def same(one: Snapshot, other: Snapshot) -> None:
    """Both snapshots hold the same: features, context, rules, school, grade and days."""
    for name in ("features", "context", "peers"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_dtype=False)
    for name in ("school", "grade", "school_days", "days_before"):
        pd.testing.assert_series_equal(getattr(one, name), getattr(other, name), check_dtype=False)


@pytest.mark.parametrize("rule", RULES)
def test_a_second_enrollment_without_records_changes_nothing(rule: Concurrent) -> None:
    """It begins later than the first and is no primary one; by the latest rule the first is the primary one.

    With shares it says that the student was there for its share of each day: only school days stay as they are.
    """

    def with_second(case: Case) -> list[Row]:
        ends = None if case.is_open else AS_OF
        second = {**case.first, "school_id": second_school(case), "entry_date": case.day, "exit_date": ends}
        return [{**case.first, "is_primary": rule == "latest" or None}, second]

    nested = rule == "latest"  # none is; then nothing else is found by looking for some
    policies = ViewPolicies(has_overlaps=True, has_nested_rows=nested, concurrent=rule)
    for place, cases in enumerate(all_cases()):
        before = unchanged(place)
        after = snapshot_of(changed(cases, with_second), policies)
        if rule == "shares":
            pd.testing.assert_series_equal(before.school_days, after.school_days, check_dtype=False)
            assert (after.features["absence_rate_year"] <= before.features["absence_rate_year"]).all()
        else:
            same(before, after)


@pytest.mark.parametrize("has_overlaps", [False, True])
def test_a_stint_split_into_two_back_to_back_changes_nothing(has_overlaps: bool) -> None:
    """Also where spells of other students share days, so that one school a date is looked for."""

    def split(case: Case) -> list[Row]:
        return [{**case.first, "exit_date": case.day - timedelta(days=1)}, {**case.first, "entry_date": case.day}]

    for place, cases in enumerate(all_cases()):
        same(unchanged(place), snapshot_of(changed(cases, split), ViewPolicies(has_overlaps=has_overlaps)))


def test_a_stub_within_a_stint_changes_nothing() -> None:
    """A second row of the same school and grade, closed after some days or on the as-of date; the first is open."""

    def with_stub(case: Case) -> list[Row]:
        entry = min(case.day, LATER[2])
        ends = min(entry + timedelta(days=case.days), AS_OF)
        return [case.first, {**case.first, "entry_date": entry, "exit_date": ends}]

    for place, cases in enumerate(all_cases()):
        same(unchanged(place), snapshot_of(changed(cases, with_stub), ViewPolicies(has_overlaps=True)))


def moved(case: Case) -> list[Row]:
    """The student of the case at one school until the day, and at the other from then on."""
    left = {**case.first, "exit_date": case.day - timedelta(days=1), "exit_kind": "moved_school"}
    return [left, {**case.first, "school_id": second_school(case), "entry_date": case.day}]


def test_where_no_spells_share_a_day_looking_for_one_school_a_date_changes_nothing() -> None:
    """One student moves from a day to the next; nothing of the others is touched."""
    for cases in all_cases():
        rows = changed(cases, moved)
        plain = snapshot_of(rows)
        for rule in RULES:
            same(plain, snapshot_of(rows, ViewPolicies(has_overlaps=True, concurrent=rule)))


@given(
    st.sampled_from(RULES),
    st.sampled_from(["last_day", "first_day_gone"]),
    st.sampled_from(["longer", "latest", "quarantine"]),
)
def test_a_policy_that_no_record_asks_for_leaves_the_view_as_it_is(
    rule: Concurrent, exit_date: str, same_entry: str
) -> None:
    """Compiled scripts and views are those without a policy, for policies of enrollment and no day that is shared."""
    said = {"concurrent": rule, "exit_date": exit_date, "same_entry": same_entry}
    policies = RecordPolicies(enrollment=EnrollmentPolicies.model_validate(said))
    assert view_policies_of(policies, has_overlaps=False) == ViewPolicies()


def test_the_first_day_is_a_school_day() -> None:
    assert FIRST in {date.fromisoformat(str(row["date"])) for row in CALENDAR}

"""What holds for enrollment whatever the records: nothing that is no new school day changes a rate or a feature."""

from datetime import date, timedelta

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from features.definitions.grade9 import NinthGrade
from features.engine.view_policies import ViewPolicies, policies_as_json, view_policies_of
from features.policies.enrollment_policies import Concurrent, EnrollmentPolicies
from features.policies.record_policies import RecordPolicies
from features.snapshots.snapshot import Snapshot, build_snapshot
from tests.drawn import reader_of
from tests.spec.drawn_snapshots import TERMS
from tests.spec.made_districts import AS_OF, CALENDAR, ENROLLED, FIRST, Row, Rows, known_before, records

few = settings(
    derandomize=True,
    deadline=None,
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
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


districts = records(known_before, 20).map(at_one_school)
entered = st.sampled_from(LATER)
rules = st.sampled_from(RULES)


def snapshot_of(rows: Rows, policies: ViewPolicies | None = None) -> Snapshot:
    """The snapshot of ninth graders in these records, whose newest load kept these policies."""
    said = policies_as_json(policies or ViewPolicies())
    loads: list[Row] = [{"load_id": 1, "source": "made", "digest": "made", "rows": 1, "report": "", "policies": said}]
    known = {**rows, "calendar_days": CALENDAR, "terms": TERMS, "loads": loads}
    return build_snapshot(reader_of(known), NinthGrade, AS_OF)


def same(one: Snapshot, other: Snapshot) -> None:
    """Both snapshots hold the same: features, context, rules, school, grade and days."""
    for name in ("features", "context", "peers"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_dtype=False)
    for name in ("school", "grade", "school_days", "days_before"):
        pd.testing.assert_series_equal(getattr(one, name), getattr(other, name), check_dtype=False)


@few
@given(districts, entered, rules, st.booleans())
def test_a_second_enrollment_without_records_changes_nothing(
    rows: Rows, entry: date, rule: Concurrent, is_open: bool
) -> None:
    """It begins later than the first and is no primary one; by the latest rule the first is the primary one.

    With shares it says that the student was there for its share of each day: only school days stay as they are.
    """
    second = {**ENROLLED[0], "school_id": "20", "entry_date": entry, "exit_date": None if is_open else AS_OF}
    first = {**ENROLLED[0], "is_primary": rule == "latest" or None}
    others = [row for row in rows["enrollments"] if row is not ENROLLED[0]]
    told = {**rows, "enrollments": [*others, first, second]}
    before, after = snapshot_of(rows), snapshot_of(told, ViewPolicies(has_overlaps=True, concurrent=rule))
    if rule == "shares":
        pd.testing.assert_series_equal(before.school_days, after.school_days, check_dtype=False)
        assert (after.features["absence_rate_year"] <= before.features["absence_rate_year"]).all()
        return
    same(before, after)


@few
@given(districts, entered, st.booleans())
def test_a_stint_split_into_two_back_to_back_changes_nothing(rows: Rows, entry: date, has_overlaps: bool) -> None:
    """Also where spells of other students share days, so that one school a date is looked for."""
    first = {**ENROLLED[0], "exit_date": entry - timedelta(days=1)}
    second = {**ENROLLED[0], "entry_date": entry}
    others = [row for row in rows["enrollments"] if row is not ENROLLED[0]]
    told = {**rows, "enrollments": [*others, first, second]}
    same(snapshot_of(rows), snapshot_of(told, ViewPolicies(has_overlaps=has_overlaps)))


@settings(few, max_examples=3)
@given(districts, st.sampled_from(LATER[:3]), st.integers(0, 4))
def test_a_stub_within_a_stint_changes_nothing(rows: Rows, entry: date, days: int) -> None:
    """A second row of the same school and grade that is closed after some days, the first left open."""
    stub = {**ENROLLED[0], "entry_date": entry, "exit_date": entry + timedelta(days=days)}
    told = {**rows, "enrollments": [*rows["enrollments"], stub]}
    same(snapshot_of(rows), snapshot_of(told, ViewPolicies(has_overlaps=True)))


@few
@given(districts, rules, entered)
def test_where_no_spells_share_a_day_looking_for_one_school_a_date_changes_nothing(
    rows: Rows, rule: Concurrent, moved: date
) -> None:
    """One student moves from a day to the next; nothing of the others is touched."""
    left = {**ENROLLED[0], "exit_date": moved - timedelta(days=1), "exit_kind": "moved_school"}
    came = {**ENROLLED[0], "school_id": "20", "entry_date": moved}
    others = [row for row in rows["enrollments"] if row is not ENROLLED[0]]
    told = {**rows, "enrollments": [*others, left, came]}
    same(snapshot_of(told), snapshot_of(told, ViewPolicies(has_overlaps=True, concurrent=rule)))


@given(rules, st.sampled_from(["last_day", "first_day_gone"]), st.sampled_from(["longer", "latest", "quarantine"]))
def test_a_policy_that_no_record_asks_for_leaves_the_view_as_it_is(
    rule: Concurrent, exit_date: str, same_entry: str
) -> None:
    """Compiled scripts and views are those without a policy, for policies of enrollment and no day that is shared."""
    said = {"concurrent": rule, "exit_date": exit_date, "same_entry": same_entry}
    policies = RecordPolicies(enrollment=EnrollmentPolicies.model_validate(said))
    assert view_policies_of(policies, has_overlaps=False) == ViewPolicies()


def test_the_first_day_is_a_school_day() -> None:
    assert FIRST in {date.fromisoformat(str(row["date"])) for row in CALENDAR}

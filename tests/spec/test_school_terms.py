"""Terms of a school or a track: a mark and a day are read by the terms of their student's school, everywhere.

North has the district's quarters. South has its own, and its track B again others, all under the same ids.
"""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.definitions.catalog import OUTCOMES, SERVABLE
from features.engine.school_terms import DISTRICT
from features.engine.view_policies import ViewPolicies, policies_as_json
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, marks
from features.snapshots.labels import label_outcome
from features.snapshots.live_features import snapshot_of_records
from features.snapshots.outcome_periods import outcome_period
from features.snapshots.snapshot import build_snapshot
from features.warehouse.reader import Reader
from features.way_back.way_back import find_ways_back
from serving.scoring.school_calendars import read_calendars
from tests.drawn import canonical, reader, rows_of, school_days, stacked, told

YEAR = (date(2025, 9, 1), 190)
CALENDAR = stacked(
    *(school_days(*YEAR, school_id=school, track=track) for school, track in (("n", "main"), ("s", "main"), ("s", "B")))
)
ENROLLED = """
| student_id | school_id | track | school_year | entry_date |
| nora       | n         | main  | 2026        | 2025-09-01 |
| sam        | s         | main  | 2026        | 2025-09-01 |
| bea        | s         | B     | 2026        | 2025-09-01 |
"""
TERMS = """
| school_year | term_id | kind    | start_date | end_date   | known_on   |
| 2026        | q1      | quarter | 2025-09-01 | 2025-10-31 | 2025-07-01 |
| 2026        | q2      | quarter | 2025-11-03 | 2026-01-30 | 2025-07-01 |
"""
OWN = """
| school_id | track | school_year | term_id | kind    | start_date | end_date   | known_on   |
| s         | main  | 2026        | q1      | quarter | 2025-09-01 | 2025-10-10 | 2025-07-01 |
| s         | main  | 2026        | q2      | quarter | 2025-10-13 | 2025-12-19 | 2025-07-01 |
| s         | B     | 2026        | q1      | quarter | 2025-09-01 | 2025-11-14 | 2025-07-01 |
| s         | B     | 2026        | q2      | quarter | 2025-11-17 | 2026-02-27 | 2025-07-01 |
"""
DAYS = ("2025-09-10", "2025-10-20", "2025-11-05")
ABSENT = "\n".join(
    ["| student_id | school_id | date |"]
    + [f"| {who} | {where} | {day} |" for who, where in (("nora", "n"), ("sam", "s"), ("bea", "s")) for day in DAYS]
)
FAILED = "\n".join(
    ["| student_id | school_id | school_year | term_id | course_id | mark | subject | known_on |"]
    + [f"| {who} | {where} | 2026 | q1 | alg | F | math | 2025-09-20 |" for who, where in (("nora", "n"), ("sam", "s"))]
    + ["| bea | s | 2026 | q1 | alg | F | math | 2025-09-20 |"]
)
WITH_OWN = ViewPolicies(has_school_terms=True)


class ThisTerm(FeatureSet):
    """What happened since the student's own term began."""

    name = "this_term_of_schools"
    cohort = enrolled(9)
    missed = Feature(attendance.this_term().days_absent(), because="missed {:.0f} days this term")
    failed = Feature(marks.this_term().failing(), because="{:.0f} Fs this term")


def district(policies: ViewPolicies = WITH_OWN, **more: str) -> Reader:
    """The drawn district as those policies read it."""
    tables = {
        "calendar_days": CALENDAR, "enrollments": ENROLLED, "terms": TERMS, "school_terms": OWN, "attendance": ABSENT,
        "marks": FAILED, "loads": f"| load_id | policies |\n| 1 | {policies_as_json(policies)} |",
    }  # fmt: skip
    return reader({**tables, **more})


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2025, 10, 24), "| bea | 2 | 1 |\n| nora | 2 | 1 |\n| sam | 1 | 0 |"),
        (date(2025, 11, 10), "| bea | 3 | 1 |\n| nora | 1 | 0 |\n| sam | 2 | 0 |"),
    ],
    ids=["south is in its second quarter", "the district too, track B not yet"],
)
def test_this_term_is_that_of_the_students_school_and_track(as_of: date, expected: str) -> None:
    found = told(build_snapshot(district(), ThisTerm, as_of).features)
    assert found == rows_of(f"| student_id | missed | failed |\n{expected}")


def test_a_track_without_terms_of_its_own_has_those_of_its_school() -> None:
    main_only = "\n".join(line for line in OWN.splitlines() if "| B " not in line)
    rows = told(build_snapshot(district(school_terms=main_only), ThisTerm, date(2025, 10, 24)).features)
    assert [row["missed"] for row in rows] == ["1", "2", "1"]


LATER = "\n".join(
    ["| student_id | school_id | school_year | term_id | course_id | mark | subject | known_on |"]
    + [f"| {who} | {where} | 2026 | q2 | alg | {mark} | math | {day} |"
       for who, where, mark, day in (
           ("nora", "n", "F", "2026-02-05"), ("sam", "s", "A", "2026-01-05"), ("bea", "s", "F", "2026-03-05"))]
)  # fmt: skip
NEXT_TERM = OUTCOMES["core_f_next_term_9"]


def off_track(labels: pd.Series) -> dict[str, object]:
    """Each student's label; None where it is missing."""
    return {str(key): None if pd.isna(value) else bool(value) for key, value in labels.items()}


@pytest.mark.parametrize(
    ("observed_on", "expected"),
    [
        (date(2026, 2, 1), {"bea": None, "nora": None, "sam": False}),
        (date(2026, 3, 1), {"bea": None, "nora": True, "sam": False}),
        (date(2026, 4, 1), {"bea": True, "nora": True, "sam": False}),
    ],
)
def test_a_label_of_the_next_term_is_known_when_that_of_the_students_school_is(
    observed_on: date, expected: dict[str, object]
) -> None:
    """Asked in September: south's next quarter is over in December, track B's in February."""
    labels = label_outcome(district(marks=LATER), NEXT_TERM, date(2025, 9, 26), observed_on=observed_on)
    assert off_track(labels.off_track) == expected
    assert labels.horizon == date(2026, 3, 20), "the year is known when the last of its schools is"


def test_the_date_whose_labels_are_to_be_known_is_that_of_the_last_school() -> None:
    """Between the beginnings of their terms, south's next quarter has begun already, and the district's has not."""
    opened, as_of = district(), date(2025, 9, 26)
    ends = {one: outcome_period(opened, NEXT_TERM, as_of, one) for one in (DISTRICT, "s/main", "s/B")}
    assert {one: period.through for one, period in ends.items() if period} == {
        DISTRICT: date(2026, 1, 30), "s/main": date(2025, 12, 19), "s/B": date(2026, 2, 27),
    }  # fmt: skip
    assert outcome_period(opened, NEXT_TERM, as_of) == ends["s/B"]


def test_the_way_back_ends_with_the_term_of_the_students_school() -> None:
    opened = district(marks=LATER)
    ways = find_ways_back(opened, NEXT_TERM, opened.view(date(2025, 9, 26))).by_student()
    assert {key: way.until for key, way in ways.items()} == {
        "bea": date(2026, 2, 27), "nora": date(2026, 1, 30), "sam": date(2025, 12, 19),
    }  # fmt: skip


def test_an_incomplete_lapses_after_the_term_of_its_school() -> None:
    """Twenty days after the first quarter: of south in October, of the district in November, of track B in December."""
    open_marks = FAILED.replace("| mark | ", "| mark | mark_status | ").replace("| F |", "| | incomplete |")
    policies = ViewPolicies(has_school_terms=True, incomplete_days=20)
    lapsed = {}
    for as_of in (date(2025, 11, 4), date(2025, 11, 24), date(2025, 12, 8)):
        opened = district(policies, marks=open_marks)
        rows = opened.visible(opened.view(as_of), "marks")
        lapsed[as_of.isoformat()] = sorted(rows.loc[rows["mark"] == "F", "student_key"])
    assert lapsed == {"2025-11-04": ["sam"], "2025-11-24": ["nora", "sam"], "2025-12-08": ["bea", "nora", "sam"]}


@settings(max_examples=4, deadline=None)
@given(st.sampled_from([date(2025, 9, 20), date(2025, 10, 31), date(2025, 11, 4), date(2026, 2, 2)]))
def test_schools_whose_own_terms_are_the_districts_change_nothing(as_of: date) -> None:
    own = "\n".join(
        ["| school_id | track | school_year | term_id | kind | start_date | end_date | known_on |"]
        + [f"| s | {track} {line}" for track in ("main", "B") for line in TERMS.strip().splitlines()[1:]]
    )
    same, without = district(school_terms=own), district(ViewPolicies(), school_terms="")
    assert told(build_snapshot(same, ThisTerm, as_of).features) == told(
        build_snapshot(without, ThisTerm, as_of).features
    )


def test_a_live_score_reads_the_terms_that_a_run_gave_it_for_the_school(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calendar that a run keeps has the school's own terms beside the district's."""
    monkeypatch.setitem(SERVABLE, ThisTerm.name, ThisTerm)
    opened, as_of = district(), date(2025, 10, 24)
    kept = {one.school_id: one for one in read_calendars(opened, opened.view(as_of))}
    sent = {
        name: [row for row in canonical(name, drawing) if row["student_key"] == "sam"]
        for name, drawing in (("enrollments", ENROLLED), ("attendance", ABSENT), ("marks", FAILED))
    }
    context = {"calendar_days": kept["s"].calendar_days, "terms": kept["s"].terms}
    live = snapshot_of_records(ThisTerm.name, as_of, {**context, **sent})
    assert told(live.features) == rows_of("| student_id | missed | failed |\n| sam | 1 | 0 |")

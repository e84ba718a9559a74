"""Students whom no served outcome is about: who is counted, and what the doctor says to add."""

from collections.abc import Mapping
from datetime import date

import pytest

from features.definitions.catalog import OUTCOMES
from features.served_outcome import ServedOutcome
from features.settings import District
from features.snapshots.coverage import Kind, count_students, in_words, uncovered, what_to_add
from tests.drawn import reader, school_days, stacked

DRAWN = {
    "calendar_days": stacked(school_days(date(2024, 9, 2), 180, school_year=2025), school_days(date(2025, 9, 1), 180)),
    "enrollments": """
    | student_id | school_year | grade_level | entry_date | exit_date  | exit_kind   | known_on   |
    | ada        | 2025        | 9           | 2024-09-02 | 2025-05-09 | year_end    | 2025-05-09 |
    | ada        | 2026        | 9           | 2025-09-01 |            |             | 2025-09-01 |
    | ben        | 2025        | 8           | 2024-09-02 | 2025-05-09 | year_end    | 2025-05-09 |
    | ben        | 2026        | 9           | 2025-09-01 |            |             | 2025-09-01 |
    | cleo       | 2026        | 7           | 2025-09-01 | 2025-10-10 | transferred | 2025-10-10 |
    | dan        | 2026        | 5           | 2025-09-01 |            |             | 2025-09-01 |
    | eve        | 2026        | 12          | 2025-09-01 |            |             | 2025-09-01 |
    | fay        | 2026        | 12          | 2025-12-01 |            |             | 2025-12-01 |
    """,
}
COUNTS: Mapping[Kind, int] = {((9, "first"), True): 1, ((9, "again"), True): 1, ((12, "first"), True): 1}
FIRST_TIME, AGAIN, LATER = "grade9_off_track_chicago", "core_f_next_term_9_again", "core_f_next_term_10_12"
ON_CENSUS_DAY = "grade9_off_track_ew"
CAME_LATE: Kind = ((12, "first"), False)


def test_who_is_enrolled_on_the_day_is_counted_by_grade_and_whether_again() -> None:
    drawn = reader(DRAWN)
    assert count_students(drawn, drawn.view(date(2025, 11, 20))) == COUNTS
    assert count_students(drawn, drawn.view(date(2025, 12, 5))) == {**COUNTS, CAME_LATE: 1}


@pytest.mark.parametrize(
    ("served", "left_out"),
    [
        ((), COUNTS),
        ((FIRST_TIME,), {((9, "again"), True): 1, ((12, "first"), True): 1}),
        ((FIRST_TIME, AGAIN), {((12, "first"), True): 1}),
        ((FIRST_TIME, AGAIN, LATER), {}),
    ],
)
def test_those_whom_no_served_outcome_is_about_are_left(served: tuple[str, ...], left_out: Mapping[Kind, int]) -> None:
    assert uncovered(COUNTS, [OUTCOMES[name] for name in served]) == left_out


def test_what_to_add_covers_exactly_those_who_are_left_out() -> None:
    served, known = [OUTCOMES[FIRST_TIME]], list(OUTCOMES.values())
    left_out = uncovered(COUNTS, served)
    assert in_words(left_out) == (
        "no outcome that is served is about 2 enrolled students: 1 of grade 9 (again); 1 of grade 12"
    )
    own = {"id": "north", "name": "North", "records": "records"}
    lines = f'{{ name = "{AGAIN}", model = false }}, {{ name = "{LATER}", model = false }}'
    declared = District.model_validate({**own, "outcomes": [ServedOutcome(name=FIRST_TIME)]})
    assert what_to_add(left_out, declared, served, known) == (
        f"add to `outcomes` of the district: {lines}; then train and promote"
    )
    silent = District.model_validate(own)
    assert what_to_add(left_out, silent, served, known) == (
        f'no `outcomes` are declared, so "{FIRST_TIME}" alone is served; write `outcomes = ["{FIRST_TIME}", {lines}]`'
    )


def test_who_came_after_census_day_is_left_by_an_outcome_that_counts_on_it() -> None:
    counts: Mapping[Kind, int] = {((9, "first"), True): 7, ((9, "first"), False): 2}
    left_out = uncovered(counts, [OUTCOMES[ON_CENSUS_DAY]])
    assert left_out == {((9, "first"), False): 2}
    assert "2 of grade 9, 2 of them not there on census day" in in_words(left_out)
    assert not uncovered(counts, [OUTCOMES[ON_CENSUS_DAY], OUTCOMES[FIRST_TIME]])


def test_a_grade_that_no_known_outcome_fits_is_named_beside_what_can_be_added() -> None:
    district = District.model_validate({"id": "north", "name": "North", "records": "records"})
    known = [OUTCOMES[FIRST_TIME], OUTCOMES[AGAIN]]
    said = what_to_add({((9, "again"), True): 1, CAME_LATE: 1}, district, known[:1], known)
    assert AGAIN in said
    assert said.endswith("define an outcome for those left of grade 12 (docs/how-to/add-an-outcome.md)")
    alone = what_to_add({CAME_LATE: 1}, district, known[:1], known)
    assert alone.startswith("define an outcome for those left of grade 12")

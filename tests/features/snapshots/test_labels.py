"""Labels of several scoring dates at once: what each date says alone."""

from datetime import date

import pytest

from features.definitions.catalog import OUTCOMES, feature_set_of
from features.snapshots.labels import label_outcome, label_snapshots
from features.snapshots.snapshot import build_snapshots
from features.warehouse.protected_groups import groups_on
from features.warehouse.reader import Reader
from tests.drawn import reader, school_days, stacked

DATES = (date(2024, 11, 20), date(2025, 2, 3), date(2025, 9, 15), date(2025, 11, 20))
DRAWN = {
    "calendar_days": stacked(school_days(date(2024, 9, 2), 180, school_year=2025), school_days(date(2025, 9, 1), 180)),
    "terms": """
    | school_year | term_id | kind     | start_date | end_date   |
    | 2025        | s1      | semester | 2024-09-02 | 2025-01-10 |
    | 2025        | s2      | semester | 2025-01-11 | 2025-05-09 |
    | 2026        | s1      | semester | 2025-09-01 | 2026-01-10 |
    | 2026        | s2      | semester | 2026-01-11 | 2026-05-08 |
    """,
    "enrollments": """
    | student_id | school_year | grade_level | entry_date | exit_date  | exit_kind   | known_on   |
    | ada        | 2025        | 9           | 2024-09-02 |            |             | 2024-09-02 |
    | ben        | 2025        | 9           | 2025-01-20 |            |             | 2025-01-20 |
    | cleo       | 2025        | 9           | 2024-09-02 | 2024-12-10 | transferred | 2024-12-10 |
    | dan        | 2026        | 9           | 2025-09-01 |            |             | 2025-09-01 |
    | eve        | 2026        | 9           | 2025-09-01 | 2025-10-10 | left        | 2025-10-10 |
    """,
    "marks": """
    | student_id | school_year | term_id | course_id | subject | mark | points_hundredths | known_on   | credits_earned_hundredths |
    | ada        | 2025        | s1      | alg1      | math    | F    | 0                 | 2025-01-12 | 0                         |
    | ada        | 2025        | s2      | eng1      | ela     | F    | 0                 | 2025-05-10 | 0                         |
    | ben        | 2025        | s2      | eng1      | ela     | B    | 300               | 2025-05-10 |                           |
    | dan        | 2026        | s1      | eng1      | ela     | F    | 0                 | 2026-01-12 | 0                         |
    """,  # noqa: E501 - a drawn table
    "demographics": """
    | student_id | attribute | value | start_date |
    | ada        | sex       | f     | 2024-09-01 |
    | ben        | sex       | m     | 2024-09-01 |
    | dan        | race_ethnicity | Asian | 2025-11-01 |
    """,
}


@pytest.fixture(scope="module")
def records() -> Reader:
    return reader(DRAWN)


@pytest.mark.parametrize("name", ["grade9_off_track_chicago", "core_f_next_term_9", "left_within_12_months_9"])
def test_the_labels_of_several_dates_are_those_of_each(records: Reader, name: str) -> None:
    """Students who came or went between, years apart, and an outcome that is ahead for some dates."""
    outcome, observed_on = OUTCOMES[name], date(2026, 3, 1)
    snapshots = build_snapshots(records, feature_set_of(outcome), DATES, cohort=outcome.cohort)
    found = label_snapshots(records, outcome, snapshots, observed_on=observed_on)
    for day, told in zip(DATES, found, strict=True):
        alone = label_outcome(records, outcome, day, observed_on=observed_on)
        assert (told.school_year, told.horizon) == (alone.school_year, alone.horizon)
        assert told.off_track.equals(alone.off_track)
        assert told.missing_because.fillna("").to_dict() == alone.missing_because.fillna("").to_dict()
    assert {len(one.off_track) for one in found} > {1}


def test_the_groups_of_some_students_are_those_of_everyone(records: Reader) -> None:
    """Also where none of them has an attribute that others have."""
    view = records.view(DATES[0])
    everyone = groups_on(records, records.view(DATES[-1]))
    for chosen in (everyone.index[:2], everyone.index):
        assert groups_on(records, records.view(DATES[-1]), chosen).equals(everyone.loc[chosen])
    assert groups_on(records, view, everyone.index).equals(groups_on(records, view))

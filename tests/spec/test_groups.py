"""Groups for audits: dated attributes and programs, as they held and were known on the as-of date."""

from datetime import date

import pytest

from features.warehouse.protected_groups import groups_on
from tests.drawn import reader, rows_of, school_days, told

STUDENTS = """
| student_id |
| ada        |
| bo         |
| cy         |
"""
CALENDAR = school_days(date(2025, 10, 1), 20)
DEMOGRAPHICS = """
| student_id | attribute      | value | start_date | end_date   | known_on   |
| ada        | race_ethnicity | Asian | 2020-01-01 |            | 2020-01-01 |
| ada        | race_ethnicity | White | 2020-01-01 |            | 2020-01-01 |
| ada        | sex            | F     | 2020-01-01 |            | 2020-01-01 |
| bo         | race_ethnicity | Black | 2020-01-01 | 2025-10-09 | 2020-01-01 |
| bo         | race_ethnicity | White | 2025-10-10 |            | 2025-10-10 |
| bo         | sex            | M     | 2020-01-01 |            | 2025-10-15 |
"""
PROGRAMS = """
| student_id | program           | start_date | end_date   | known_on   |
| ada        | english_learner   | 2024-09-01 | 2025-10-09 | 2024-09-01 |
| bo         | english_learner   | 2025-10-10 |            | 2025-10-10 |
| cy         | special_education | 2025-10-01 |            | 2025-10-15 |
"""


def groups(as_of: date) -> list[dict[str, str]]:
    records = reader(
        {"calendar_days": CALENDAR, "students": STUDENTS, "demographics": DEMOGRAPHICS, "programs": PROGRAMS}
    )
    columns = ["race_ethnicity", "english_learner", "special_education"]
    return told(groups_on(records, records.view(as_of)).reindex(columns=columns))


def test_a_student_of_several_races_is_two_or_more() -> None:
    """Ada has two at once. Cy has none on record, which is missing, not a group."""
    expected = """
    | student_id | race_ethnicity | english_learner | special_education |
    | ada        | Two or more    | yes             | no                |
    | bo         | Black          | no              | no                |
    | cy         |                | no              | no                |
    """
    assert groups(date(2025, 10, 9)) == rows_of(expected)


def test_one_value_after_the_other_is_not_several() -> None:
    """Bo's changed on 10 October, and so did the programs; the last day of a program is a day in it."""
    expected = """
    | student_id | race_ethnicity | english_learner | special_education |
    | ada        | Two or more    | no              | no                |
    | bo         | White          | yes             | no                |
    | cy         |                | no              | no                |
    """
    assert groups(date(2025, 10, 10)) == rows_of(expected)


def test_a_program_is_seen_from_the_day_it_became_known() -> None:
    """Cy was in it from 1 October, which the district entered on the 15th."""
    found = [groups(date(2025, 10, day))[2]["special_education"] for day in (14, 15)]
    assert found == ["no", "yes"]


def test_an_attribute_that_nobody_has_yet_is_missing_for_everyone() -> None:
    """Bo's sex became known on the 15th; before, only Ada's was."""
    records = reader({"calendar_days": CALENDAR, "students": STUDENTS, "demographics": DEMOGRAPHICS})
    found = [groups_on(records, records.view(date(2025, 10, day)))["sex"].dropna().to_dict() for day in (14, 15)]
    assert found == [{"ada": "F"}, {"ada": "F", "bo": "M"}]


@pytest.mark.parametrize("drawings", [{"students": STUDENTS}, {"students": STUDENTS, "programs": PROGRAMS}])
def test_without_demographics_there_are_programs_only(drawings: dict[str, str]) -> None:
    """A district that sends none has no groups by race or sex, and no error."""
    records = reader({"calendar_days": CALENDAR, **drawings})
    found = groups_on(records, records.view(date(2025, 10, 10)))
    assert list(found.index) == ["ada", "bo", "cy"]
    assert "race_ethnicity" not in found
    assert found["english_learner"].tolist() == ["no", "yes" if "programs" in drawings else "no", "no"]

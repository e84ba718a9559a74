"""Chronic absence by authority: the days enrolled, the tenth exactly, suspension in school, and one school or all."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest

from features.definitions.catalog import OUTCOMES, outcomes_of
from features.errors import SettingsRefused
from features.language.outcome import Outcome
from features.policies.chronic_absence import ChronicAbsence
from features.settings import OutcomeSettings, Settings
from tests.drawn import rows_of, school_days, stacked
from tests.spec.cases_together import answered, labels_of_cases

NAME = "chronic_absence_9"
FIRST = date(2025, 9, 1)
CALENDAR = stacked(*(school_days(FIRST, 100, school_id=school) for school in ("10", "20")))
DAYS = [date.fromisoformat(row["date"]) for row in rows_of(CALENDAR)][:100]
SHARED = {"calendar_days": CALENDAR}
CAME, TOO_LITTLE = "false", "too little on record to judge"


def asked(**chronic: object) -> Outcome:
    """The outcome by an authority, and by what a district says otherwise."""
    said = ChronicAbsence.model_validate(chronic)
    return outcomes_of(Settings(outcomes={NAME: OutcomeSettings(chronic=said)}))[NAME]


OBSERVED_ON = DAYS[-1] + timedelta(days=60)


def label(outcome: Outcome, drawn: dict[str, str]) -> str:
    """The label of the only student, or why it is missing."""
    of_case = labels_of_all().get((outcome.definition, repr(drawn)))
    return of_case or labels_of_cases(SHARED, [drawn], outcome, DAYS[-1], observed_on=OBSERVED_ON)[0]


@cache
def labels_of_all() -> dict[tuple[str, str], str]:
    """The labels of all cases, those of one definition in one district."""
    return answered(cases(), SHARED, DAYS[-1], observed_on=OBSERVED_ON)


def enrolled_for(days: int) -> str:
    return f"""
    | student_id | school_year | entry_date       |
    | ada        | 2026        | {DAYS[-days]} |
    """


def absent_on(days: list[date], school: str = "10") -> str:
    return "| student_id | school_id | date |\n" + "\n".join(f"| ada | {school} | {day} |" for day in days)


def missed_of(missed: int, days: int) -> dict[str, str]:
    """Ada was expected on the last so many days, and missed some of them."""
    return {"enrollments": enrolled_for(days), "attendance": absent_on(DAYS[-days:][:missed])}


AT_BOUNDS = [
    ("california", 4, 30, TOO_LITTLE), ("california", 4, 31, "true"), ("california", 3, 31, CAME),
    ("california", 31, 31, TOO_LITTLE),  # never came
    ("california", 4, 40, "true"),       # a tenth exactly
    ("california", 3, 40, CAME),
    ("federal", 1, 9, TOO_LITTLE), ("federal", 1, 10, "true"), ("federal", 1, 11, CAME),
    ("federal", 10, 10, "true"),         # who never came was enrolled all the same
    ("edu_wh", 2, 19, TOO_LITTLE), ("edu_wh", 2, 20, "true"), ("edu_wh", 1, 20, CAME), ("edu_wh", 2, 21, CAME),
    ("edu_wh", 20, 20, "true"),
]  # fmt: skip


@pytest.mark.parametrize(("authority", "missed", "days", "told"), AT_BOUNDS)
def test_each_authority_at_its_bounds(authority: str, missed: int, days: int, told: str) -> None:
    assert label(asked(authority=authority), missed_of(missed, days)) == told


DISTRICTS_OWN: list[tuple[dict[str, object], int, int, str]] = [
    ({"exactly_counts": False}, 4, 40, CAME), ({"exactly_counts": False}, 5, 40, "true"),
    ({"least_days": 45}, 20, 44, TOO_LITTLE), ({"least_days": 45}, 20, 45, "true"),
    ({"came_once": False}, 31, 31, "true"),
    ({"authority": "federal", "came_once": True}, 10, 10, TOO_LITTLE),
    ({"authority": "federal", "absence_follows": "student"}, 1, 10, "true"),
    ({"authority": "federal", "absence_follows": "student"}, 1, 9, TOO_LITTLE),
]  # fmt: skip


@pytest.mark.parametrize(("own", "missed", "days", "told"), DISTRICTS_OWN)
def test_a_district_says_its_own(own: dict[str, object], missed: int, days: int, told: str) -> None:
    assert label(asked(**own), missed_of(missed, days)) == told


MOVED = f"""
| student_id | school_id | school_year | entry_date    | exit_date     | exit_kind    |
| ada        | 10        | 2026        | {DAYS[0]}  | {DAYS[49]} | moved_school |
| ada        | 20        | 2026        | {DAYS[50]} |               |              |
"""


AT_TWO_SCHOOLS = [
    (9, 0, "student", CAME), (9, 0, "school", "true"),    # 18 % of the first school's days, 9 % of all
    (4, 4, "student", CAME), (4, 4, "school", CAME),      # 8 % at each
    (5, 5, "student", "true"), (5, 5, "school", "true"),
    (0, 5, "student", CAME), (0, 5, "school", "true"),
]  # fmt: skip


def missed_at_each(first: int, second: int) -> dict[str, str]:
    """Days missed at the first school and at the second."""
    return {
        "enrollments": MOVED,
        "attendance": stacked(absent_on(DAYS[:first]), absent_on(DAYS[50 : 50 + second], "20")),
    }


@pytest.mark.parametrize(("first", "second", "follows", "told"), AT_TWO_SCHOOLS)
def test_absence_follows_the_student_or_each_school_answers_for_its_own_days(
    first: int, second: int, follows: str, told: str
) -> None:
    assert label(asked(authority="edu_wh", absence_follows=follows), missed_at_each(first, second)) == told


def test_a_school_of_too_few_days_does_not_answer() -> None:
    """Nine days at the first school, all of them missed; none of 91 at the second."""
    enrollments = MOVED.replace(str(DAYS[49]), str(DAYS[8])).replace(str(DAYS[50]), str(DAYS[9]))
    drawn = {"enrollments": enrollments, "attendance": absent_on(DAYS[:9])}
    assert label(asked(authority="federal"), drawn) == CAME


def suspended_in_school(hundredths: int) -> str:
    return f"""
    | incident_id | student_id | date          | action               | days_removed_hundredths |
    | i1          | ada        | {DAYS[-1]} | in_school_suspension | {hundredths}            |
    """


SUSPENDED = [
    (3, 100, False, CAME), (3, 100, True, "true"), (3, 99, True, CAME), (2, 200, True, "true"), (2, 150, True, CAME),
]  # fmt: skip


def missed_and_suspended(missed: int, hundredths: int) -> dict[str, str]:
    """Days missed of 40, and days in school apart from the class."""
    return missed_of(missed, 40) | {"discipline_actions": suspended_in_school(hundredths)}


@pytest.mark.parametrize(("missed", "hundredths", "counts", "told"), SUSPENDED)
def test_suspension_in_school_counts_where_so_said(missed: int, hundredths: int, counts: bool, told: str) -> None:
    """Of 40 days: three missed, and a day in school apart from the class."""
    assert label(asked(in_school_suspension=counts), missed_and_suspended(missed, hundredths)) == told


def cases() -> Iterator[tuple[Outcome, dict[str, str]]]:
    """What the tests above ask, and of whom."""
    for authority, missed, days, _ in AT_BOUNDS:
        yield asked(authority=authority), missed_of(missed, days)
    for own, missed, days, _ in DISTRICTS_OWN:
        yield asked(**own), missed_of(missed, days)
    for first, second, follows, _ in AT_TWO_SCHOOLS:
        yield asked(authority="edu_wh", absence_follows=follows), missed_at_each(first, second)
    for missed, hundredths, counts, _ in SUSPENDED:
        yield asked(in_school_suspension=counts), missed_and_suspended(missed, hundredths)


def test_a_day_that_was_missed_and_suspended_in_school_is_missed_once() -> None:
    drawn = {
        "enrollments": enrolled_for(40),
        "attendance": absent_on([*DAYS[-40:-38], DAYS[-1]]),
        "discipline_actions": suspended_in_school(100),
    }
    assert label(asked(in_school_suspension=True), drawn) == CAME


def test_california_is_the_outcome_as_it_was() -> None:
    """Bundles of models that learned it keep their digests."""
    assert asked(authority="california") == OUTCOMES[NAME]
    assert asked(authority="california", least_days=31, exactly_counts=True) == OUTCOMES[NAME]


def test_two_authorities_are_two_definitions_and_say_so_in_their_words() -> None:
    named = [asked(authority=name) for name in ("california", "federal", "edu_wh")]
    assert len({one.definition for one in named}) == len(named)
    assert named[1].says == "missed 10% or more of the days at one school"
    assert asked(exactly_counts=False).says == "missed more than 10% of the school year"
    assert asked(least_days=20).source.endswith("changed by the district")


def test_thresholds_are_still_a_districts_own() -> None:
    chronic = ChronicAbsence(authority="federal")
    settings = Settings(outcomes={NAME: OutcomeSettings(chronic=chronic, thresholds={"least_share": 0.2})})
    outcome = outcomes_of(settings)[NAME]
    assert [label(outcome, missed_of(missed, 10)) for missed in (1, 2)] == [CAME, "true"]


def test_an_outcome_of_something_else_has_no_authority() -> None:
    settings = Settings(outcomes={"core_f_next_term_9": OutcomeSettings(chronic=ChronicAbsence(least_days=5))})
    with pytest.raises(SettingsRefused, match=r"core_f_next_term_9\.chronic: this outcome is not about chronic"):
        outcomes_of(settings)

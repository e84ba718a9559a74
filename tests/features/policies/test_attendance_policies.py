"""What policies of attendance may say, and the sentences in which a load's report repeats them."""

import pytest
from pydantic import ValidationError

from features.policies.attendance_policies import AttendancePolicies

REFUSED = {
    "a bound without periods": ({"periods": {"whole_day": 0.5}}, "expected a_day as well"),
    "a share above one": ({"periods": {"a_day": 6, "whole_day": 1.5}}, "expected shares of at most 1"),
    "minutes of no length": (
        {"periods": {"a_day": 6, "counted_in": "minutes", "whole_day": 180}}, "expected minutes_each as well",
    ),
    "half a day above a whole one": (
        {"periods": {"a_day": 6, "whole_day": 0.4, "half_day": 0.5}}, "expected half_day below whole_day",
    ),
    "a kind twice": ({"day_priority": ["tardy", "tardy"]}, "expected each code or kind once"),
    "an empty name": ({"day_priority": ["absent", ""]}, "none of them empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused(name: str) -> None:
    said, expected = REFUSED[name]
    with pytest.raises(ValidationError, match=expected):
        AttendancePolicies.model_validate(said)


A_DAY = "a day where neither sections nor an enrollment say the student's own"
SENTENCES = {
    f"attendance by period, 6 {A_DAY}: from 0.5 of the periods on the whole day is missed and from 0.25 of the periods "
    "on half of the day is missed": {"a_day": 6, "whole_day": 0.5, "half_day": 0.25},
    f"attendance by period, 6 {A_DAY}: from 150 minutes on the whole day is missed": {
        "a_day": 6, "counted_in": "minutes", "minutes_each": 50, "whole_day": 150,
    },
    f"attendance by period, 8 {A_DAY}: the share of the periods missed is the share of the day": {"a_day": 8},
}  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
def test_periods_are_said_in_a_sentence(sentence: str) -> None:
    assert AttendancePolicies.model_validate({"periods": SENTENCES[sentence]}).sentences() == (sentence,)


def test_the_default_says_nothing() -> None:
    assert AttendancePolicies().sentences() == ()

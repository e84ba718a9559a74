"""What a student's page says of strengths, of what changed, of the way back and of how it turned out for others."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.way_back.steps import WayBack, WayBackStep
from models.explanations.risk_change import FeatureChange, RiskChange
from models.metrics.track_record import ListRecord, TrackRecord
from serving.wording.lists import list_words
from serving.wording.locale import load_language
from serving.wording.reasons import FeatureWording, reason_sentence, strength_sentence
from serving.wording.risk_change import RiskComparison, change_words, hundredths, opening_words, part_words, split_count
from serving.wording.steps import step_sentence
from serving.wording.track_record import track_record_sentence
from serving.wording.way_back import way_back_words

ENGLISH, SPANISH = load_language("en"), load_language("es")
ENDED = "ended grade 9 off track"
THEN = date(2026, 11, 13)
MISSED = FeatureWording(
    "missed {:.0%} of the last 20 school days", "", "was in school on {rest:.0%} of the last 20 school days"
)
FAILING = FeatureWording(
    "has an F or no pass now in {:.0f} core courses", "has an F or no pass now in {:.0f} core course"
)
RISKS = st.floats(0, 1)
UNTIL = date(2027, 6, 4)


@pytest.mark.parametrize(("words", "value", "english", "spanish"), [
    (MISSED, 0.05, "Was in school on 95% of the last 20 school days.", "Vino a clases el 95% de los últimos 20 días."),
    (FeatureWording("", "", "was not late this year"), 0.0, "Was not late this year.", "No llegó tarde este año."),
    (FeatureWording("missed days"), 0.0, "Some feature.", "Some feature."),
    (None, 0.0, "Some feature.", "Some feature."),
])  # fmt: skip
def test_a_strength_is_said_by_its_own_words(
    words: FeatureWording | None, value: float, english: str, spanish: str
) -> None:
    assert strength_sentence(ENGLISH, words, "some_feature", value) == english
    assert strength_sentence(SPANISH, words, "some_feature", value) == spanish


def test_one_course_is_not_said_as_several_in_either_language() -> None:
    assert reason_sentence(ENGLISH, FAILING, "f", 1.0) == "Has an F or no pass now in 1 core course."
    assert reason_sentence(SPANISH, FAILING, "f", 1.0) == "Tiene ahora F o no aprobado en 1 curso básico."
    assert reason_sentence(SPANISH, FAILING, "f", 2.0) == "Tiene ahora F o no aprobado en 2 cursos básicos."


@given(before=RISKS, now=RISKS, asked=RISKS)
def test_the_parts_of_a_change_add_up_exactly_after_rounding(before: float, now: float, asked: float) -> None:
    total = hundredths(now) - hundredths(before)
    by_data, by_release = split_count(total, asked - before, now - asked)
    assert by_data + by_release == total
    assert by_release * (now - asked) >= 0
    assert abs(by_data - 100 * (asked - before)) <= 2.5 + 1e-9  # a risk is said as 1 to 99 of 100
    assert abs(by_release - 100 * (now - asked)) <= 2.5 + 1e-9


@pytest.mark.parametrize(("risk", "of_100"), [(0.0, 1), (0.004, 1), (0.63, 63), (0.997, 99), (1.0, 99)])
def test_no_risk_is_said_as_certain(risk: float, of_100: int) -> None:
    assert hundredths(risk) == of_100


@pytest.mark.parametrize(("change", "says"), [
    (RiskChange(0.14, 0.06), (
        "From changes in the records: 14 more of 100.",
        "From a new way of scoring: 6 more of 100. This part says nothing new about the student.",
    )),
    (RiskChange(0.25, -0.05), (
        "From changes in the records: 25 more of 100.",
        "From a new way of scoring: 5 fewer of 100. This part says nothing new about the student.",
    )),
    (RiskChange(0.001, 0.199), (
        "From changes in the records: no difference.",
        "From a new way of scoring: 20 more of 100. This part says nothing new about the student.",
    )),
    (RiskChange(0.14, 0.06, across_parts=True), (
        "From changes in the records: 14 more of 100.",
        "From the way of scoring used at this time of the year: 6 more of 100. This part says nothing new about"
        " the student.",
    )),
    (RiskChange(0.20, 0.0), ("All of this comes from changes in the records.",)),
    (RiskChange(None, None), (
        "The way of scoring was changed, and the old one is gone. So we cannot say how much of this comes from the"
        " records.",
    )),
])  # fmt: skip
def test_a_change_is_told_by_what_the_records_and_a_release_changed(change: RiskChange, says: tuple[str, ...]) -> None:
    assert part_words(ENGLISH, RiskComparison(0.63, THEN, 0.83), change) == says


def test_without_a_difference_nothing_is_split() -> None:
    risks = RiskComparison(0.631, THEN, 0.634)
    assert part_words(ENGLISH, risks, RiskChange(0.003, 0.0)) == ()
    assert opening_words(ENGLISH, risks, ENDED) == (
        "Much as on Nov 13, 2026: about 63 of 100 students with similar records ended grade 9 off track."
    )


def test_what_moved_most_is_said_now_and_before() -> None:
    moved = (
        FeatureChange("missed", 0.10, 0.25),
        FeatureChange("failing", None, 1.0),
        FeatureChange("there", 0.3, 0.02, is_strength=True),
    )
    words = change_words(
        ENGLISH,
        RiskComparison(0.63, THEN, 0.83),
        RiskChange(0.2, 0.0, moved),
        lexicon={"missed": MISSED, "failing": FAILING, "there": MISSED},
        ended=ENDED,
    )
    assert words.opening == (
        "On Nov 13, 2026, about 63 of 100 students with similar records ended grade 9 off track."
        " Now it is about 83 of 100."
    )
    assert [(line.now, line.before) for line in words.moved] == [
        ("Missed 25% of the last 20 school days.", "On Nov 13, 2026: 10%"),
        ("Has an F or no pass now in 1 core course.", "On Nov 13, 2026: nothing on record"),
        ("Was in school on 98% of the last 20 school days.", "On Nov 13, 2026: 70%"),
    ]


@pytest.mark.parametrize(("code", "values", "says"), [
    ("pass_core", {"pass": 7, "of": 8, "may": 1}, "Pass at least 7 of the 8 final marks to come in core courses."),
    ("pass_core", {"pass": 8, "of": 8, "may": 0}, "Pass every final mark to come in core courses: 8 in all."),
    ("pass_core", {"may": 1}, "Final Fs still allowed in core courses: 1."),
    ("pass_math", {"may": 0}, "Have no more final F in math."),
    ("no_df_ela", {"pass": 1, "of": 2, "may": 1},
     "Get a C or better on at least 1 of the 2 final marks to come in English."),
    ("earn_credits", {"credits": 2.5, "least": 5, "pass": 5, "of": 6},
     "Credits still to earn: 2.5 of 5. Pass 5 of the 6 final marks to come."),
    ("earn_credits", {"credits": 5, "least": 5}, "Credits still to earn: 5 of 5."),
    ("earn_credits", {"credits": 5, "least": 5, "of": 12}, "Credits still to earn: 5 of 5."),
    ("average", {"average": 3.25, "least": 3, "of": 6},
     "Get a grade average of 3.25 or more on the 6 final marks to come."),
    ("average", {"least": 2.5}, "End the year with a grade average of 2.5 or more."),
    ("absences_at_most", {"days": 9, "school_days": 110}, "Miss no more than 9 of the 110 school days to come."),
    ("absences_at_most", {"days": 9, "school_days": 110, "per_month": 1},
     "Miss no more than 9 of the 110 school days to come. That leaves room for 1 a month."),
    ("absences_at_most", {"days": 0, "school_days": 110, "per_month": 0}, "Miss none of the 110 school days to come."),
    ("no_suspension", {"may": 0}, "Have no suspension in the days to come."),
    ("no_incident", {"may": 2}, "Behavior incidents still allowed: 2."),
])  # fmt: skip
def test_a_step_says_what_is_still_to_be_done(code: str, values: dict[str, float], says: str) -> None:
    assert step_sentence(ENGLISH, WayBackStep(code, values)) == says


def test_a_way_back_out_of_reach_is_said_kindly_and_what_still_counts() -> None:
    way = WayBack("not_reachable", (WayBackStep("pass_core", {"so_far": 3, "most": 1, "may": 0}),), UNTIL)
    words = way_back_words(ENGLISH, way)
    assert "The year still counts." in words.opening
    assert words.steps == ("Final Fs in core courses: 3 on record. The rule allows 1.",)
    met = way_back_words(ENGLISH, WayBack("met", (), UNTIL))
    assert met.opening == "All that the rule asks for this year is on record. Nothing more is needed by June 4, 2027."
    assert "not a forecast" in met.assumes
    assert "final mark" in words.assumes
    days = WayBack("reachable", (WayBackStep("absences_at_most", {"days": 5, "school_days": 113}),), UNTIL)
    assert "final mark" not in way_back_words(ENGLISH, days).assumes, "of days nothing is assumed of marks"


RECORD = TrackRecord("risk", 130, 81, 0, per_hundred=62.3, low=54.0, high=69.4, school_years=(2025, 2026))


@pytest.mark.parametrize(("record", "says"), [
    (RECORD, "In 2024–25 and 2025–26, 130 students were listed with a score of 5 to 6 in 10, as this student now."
     " Of 100 of them, about 62 ended grade 9 off track. The likely range is 54 to 69."),
    (replace(RECORD, like="list", school_years=(2026,), supported=4),
     "In 2025–26, 130 students were on this list, some with more signals and some with fewer. Of 100 of"
     " them, about 62 ended grade 9 off"
     " track. The likely range is 54 to 69. 4 of the others had a contact or a plan first. Nobody knows how"
     " they would have ended without it. The range allows for both."),
    (replace(RECORD, school_years=(2024, 2025, 2026), low=58.0),
     "In 2023–24 to 2025–26, 130 students were listed with a score of 5 to 6 in 10, as this student now. Of 100 of"
     " them, about 62 ended grade 9 off track. The likely range is 58 to 69. That is more than this student’s score"
     " says."),
    (None, "Too few students were on a list like this in past years to say how it turned out."),
])  # fmt: skip
def test_a_track_record_is_a_share_of_100_with_its_range(record: TrackRecord | None, says: str) -> None:
    assert track_record_sentence(ENGLISH, record, ENDED, 0.57) == says
    beside = track_record_sentence(ENGLISH, record, ENDED, 0.57, similar=1012)
    other = " The 1,012 past students above are all with similar records, on a list or not."
    assert beside == says + ("" if record else other), "another count than the one above is said to be one"


def test_last_years_lists_are_told_in_full_and_from_the_other_side() -> None:
    record = ListRecord(2026, 212, 118, 61, 20, 13, 0, 0, never_listed=180, off_track=400)
    words = list_words(ENGLISH, record, ENDED)
    assert [(part.number, part.words) for part in words.turned] == [
        ("118", "ended grade 9 off track"), ("61", "stayed on track"),
        ("20", "stayed on track, and had a contact or a plan first"), ("13", "moved away"),
    ]  # fmt: skip
    assert words.never_listed == (
        "The lists do not find everyone. Of all students of that year, 400 ended grade 9 off track. Of these, 180 were"
        " on no list."
    )
    later = list_words(ENGLISH, replace(record, still_open=3, not_told=2), ENDED).turned
    assert [part.words for part in later[-2:]] == ["cannot be told yet", "cannot be told from the records"]

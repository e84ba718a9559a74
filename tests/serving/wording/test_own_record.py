"""A student's own record in words: courses by name, the largest departure from the own past, and what got better."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.store.cell_types import JsonRow
from serving.wording.average_marks import average_sentence
from serving.wording.locale import load_language
from serving.wording.named_reasons import named_reasons
from serving.wording.own_record import OwnRecord, own_record
from serving.wording.own_record_words import also_on_record, named_reason, own_strengths
from serving.wording.reasons import FeatureWording

ENGLISH, SPANISH = load_language("en"), load_language("es")
TODAY = date(2026, 11, 20)
LEXICON = {
    "gpa_now": FeatureWording("has a grade average of {:.1f} on the latest marks", can_change=True),
    "ela_points_now": FeatureWording("has {:.1f} grade points in English on the latest mark", can_change=True),
    "absence_rate_20d": FeatureWording("missed {:.0%} of the last 20 school days", can_change=True),
    "gpa_previous_year": FeatureWording("had a grade average of {:.1f} last year"),
}


def drawn(missed: str = "", now: str = "", before: str = "") -> OwnRecord:
    """A record from days missed week by week, and marks of now and last year: `math:F ela:C`."""
    weeks: list[JsonRow] = [{"week": f"w{at:02}", "days": 5, "missed": 100 * int(one)} for at, one in enumerate(missed)]
    marks = [*given_marks(2026, before), *given_marks(2027, now)]
    return own_record({"attendance": weeks, "marks": marks}, TODAY)


def given_marks(year: int, drawn_marks: str) -> Sequence[JsonRow]:
    """Marks of a year, one course a subject."""
    kind = "final" if year == 2026 else "progress"
    return [
        {"school_year": year, "course_name": f"{subject.title()} {year - 2018}", "subject": subject, "mark": mark,
         "mark_kind": kind, "known_on": f"{year - 1}-10-20", "term_id": "Q1"}
        for subject, mark in (one.split(":") for one in drawn_marks.split())
    ]  # fmt: skip


def reasons(*given_reasons: tuple[str, float, str]) -> list[JsonRow]:
    """Stored reasons."""
    return [{"code": code, "value": value, "domain": domain} for code, value, domain in given_reasons]


def test_straight_as_to_three_fs_are_said_by_course_with_the_drop_and_the_largest_departure_first() -> None:
    """85 % of the last weeks missed is further from this student's past than the marks are, and stands first."""
    record = drawn("0000000000" + "4445", "math:F ela:F science:F other:B", "math:A ela:A science:A other:A")
    found = named_reasons(
        ENGLISH,
        LEXICON,
        reasons(
            ("gpa_now", 0.75, "grades"), ("ela_points_now", 0.0, "grades"), ("absence_rate_20d", 0.85, "attendance")
        ),
        record,
    )
    assert [one.sentence for one in found] == [
        "Missed 85% of the last 20 school days.",
        "Has an F now in Ela 9, Math 9, and Science 9. Average mark: D− now, A last year.",
        "Has this mark now in Ela 9: F. Last year in English: A.",
    ]
    assert found[1].short == "Has an F now in Ela 9, Math 9, and Science 9."


def test_what_a_school_cannot_change_stays_last_and_small_departures_keep_the_order_of_the_score() -> None:
    record = drawn("0000000011", "math:C ela:B", "math:B ela:B")
    found = named_reasons(
        ENGLISH,
        LEXICON,
        reasons(
            ("gpa_previous_year", 3.0, "grades"), ("gpa_now", 2.5, "grades"), ("absence_rate_20d", 0.1, "attendance")
        ),
        record,
    )
    assert [one.code for one in found] == ["gpa_now", "absence_rate_20d", "gpa_previous_year"]


@pytest.mark.parametrize(("code", "value", "says"), [
    ("core_failing_now", 2.0, "Has an F now in Ela 9 and Math 9."),
    ("core_failing_now", 3.0, ""),
    ("other_failing_now", 1.0, "Has an F now in Other 9."),
    ("low_marks_now", 0.8, "Has a D or F now in Ela 9 (F), Math 9 (F), Other 9 (F), and Science 9 (D)."),
    ("low_marks_now", 0.5, ""),
    ("math_points_now", 0.0, "Has this mark now in Math 9: F. Last year in math: C."),
    ("math_points_now", 2.0, ""),
    ("gpa_now", 0.6, "Has a D or F now in Ela 9 (F), Math 9 (F), Other 9 (F), and Science 9 (D)."),
    ("gpa_now", 3.1, ""),
    ("tardies_45d", 2.0, ""),
])  # fmt: skip
def test_a_course_is_named_only_where_the_record_bears_the_value_out(code: str, value: float, says: str) -> None:
    record = drawn("", "math:F ela:F science:D social_science:C other:F", "math:C")
    assert named_reason(ENGLISH, code, value, record).words == says


@pytest.mark.parametrize(("code", "value", "says"), [
    ("gpa_last_term", 0.2, "Final marks of the last term: F on average."),
    ("gpa_previous_year", 2.8, "Marks of last year: B− on average."),
    ("ela_points_previous_year", 1.0, "Marks of last year in English: D on average."),
    ("math_points_year", 1.5, "Final marks of this year in math: C− on average."),
    ("gpa_change", -1.24, "The average mark is 1.2 letters lower than last year."),
    ("gpa_change", 0.5, ""),
    ("grade_points_tried", 1.0, ""),
    ("absence_rate_year", 0.2, ""),
])  # fmt: skip
def test_an_average_of_marks_is_said_as_a_letter_and_never_in_grade_points(code: str, value: float, says: str) -> None:
    assert average_sentence(ENGLISH, code, value) == says


def test_a_row_counts_courses_that_are_too_many_to_be_named() -> None:
    record = drawn("", "math:F ela:F science:D social_science:C other:F", "math:C")
    assert named_reason(ENGLISH, "gpa_now", 0.6, record).short == "Has a D or F now in 4 courses."
    alike = drawn("", "math:C ela:B", "math:A ela:A")
    assert named_reason(ENGLISH, "gpa_now", 2.5, alike).sentence == (
        "Marks now: Math 9 C, Ela 9 B. Average mark: B− now, A last year."
    )


@pytest.mark.parametrize(("record", "said", "facts"), [
    (drawn("1111111111111", "math:C"), (), ["Missed 13 of 65 school days this year (20%)."]),
    (drawn("1111111111111", "math:F"), ("attendance",), ["Has an F now in Math 9."]),
    (drawn("0000000003333"), (), ["Missed 12 of the last 20 school days, and 0 of 45 before."]),
    (drawn("0000000000000", "math:C ela:C", "math:B ela:B"), (), ["The average mark fell: C now, B last year."]),
    (drawn("0000000000000", "math:C ela:D science:F", "math:C ela:B science:F"), (),
     ["Went down in English: B last year, D now.", "Has an F now in Science 9. Last year in science: F."]),
    (drawn("0000000003333", "math:F ela:F", "math:A ela:A"), (),
     ["Has an F now in Ela 9 and Math 9. Average mark: F now, A last year.",
      "Missed 12 of the last 20 school days, and 0 of 45 before."]),
    (drawn("0000000000000", "math:C", "math:C"), (), []),
    (drawn("1", ""), (), []),
])  # fmt: skip
def test_what_the_score_does_not_look_at_is_on_the_page(
    record: OwnRecord, said: tuple[str, ...], facts: list[str]
) -> None:
    assert [one.sentence for one in also_on_record(ENGLISH, record, said)] == facts


@pytest.mark.parametrize(("record", "says"), [
    (drawn("2222222222222", "math:B", "math:D"),
     ["Went up in math: D last year, B now.", "Does well in Math 9: B."]),
    (drawn("2222222220000", "math:D", "math:D"),
     ["Comes to school more of late: missed 0 of the last 20 school days, 18 of the 45 before."]),
    (drawn("0000000000001", "math:D"), ["Was in school on 64 of 65 school days this year."]),
    (drawn("2222222222222", "other:A math:D"), ["Does well in Other 9: A."]),
    (drawn("2222222222222", "math:D", "math:A"), []),
    (drawn("0", ""), []),
])  # fmt: skip
def test_strengths_are_what_got_better_steady_attendance_and_good_courses(record: OwnRecord, says: list[str]) -> None:
    assert [one.sentence for one in own_strengths(ENGLISH, record)] == says


def test_a_mark_without_a_letter_and_last_years_marks_are_never_marks_of_now() -> None:
    record = drawn("", "math:P", "math:F")
    assert record.courses == ()
    assert record.average is None
    assert own_record({}, TODAY) == OwnRecord()


def test_the_same_is_said_in_spanish() -> None:
    record = drawn("0000000003333", "math:F", "math:A")
    said = [one.sentence for one in also_on_record(SPANISH, record, ())]
    assert said[0] == "Tiene ahora F en Math 9. El año pasado en matemáticas: A."
    assert said[1] == "Faltó 12 de los últimos 20 días de clases, y 0 de 45 antes."


@given(missed=st.text("012345", max_size=20), marks=st.lists(st.sampled_from("ABCDF"), max_size=4))
def test_departures_are_shares_and_no_fact_is_both_a_strength_and_a_signal(missed: str, marks: list[str]) -> None:
    subjects = ("math", "ela", "science", "other")
    record = drawn(
        missed, " ".join(f"{one}:{mark}" for one, mark in zip(subjects, marks, strict=False)), "math:C ela:B"
    )
    assert 0 <= record.rise_in_absence <= 1
    assert 0 <= record.fall_in_marks <= 1
    signals = {one.domain for one in also_on_record(ENGLISH, record, ()) if one.domain == "attendance"}
    strengths = {one.domain for one in own_strengths(ENGLISH, record) if one.domain == "attendance"}
    better = record.earlier.share - record.recent.share >= 0.10
    assert not signals & strengths or better

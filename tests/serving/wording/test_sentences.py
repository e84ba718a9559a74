"""What people read, sentence by sentence."""

import re
from io import StringIO
from itertools import combinations_with_replacement

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.estimators.published_rule import TOO_FEW, SimilarStudents
from presentation.charts.marks import BarMark, PathMark, TextMark
from serving.pages.record_charts import attendance_chart, marks_by_term, marks_chart
from serving.pages.record_tables import record_table
from serving.scoring.bands import Band, band_of
from serving.scoring.headline import Headline
from serving.web.logs import open_log
from serving.wording.letter_marks import letter
from serving.wording.lists import headline_sentence
from serving.wording.locale import load_language
from serving.wording.outcomes import ABOUT, told_apart
from serving.wording.reasons import FeatureWording, reason_sentence
from serving.wording.scores import why_served
from serving.wording.signals import (
    risk_in_tenths,
    share_beside_range,
    similar_students_in_short,
    similar_students_sentence,
    year_range_in_short,
    year_range_sentence,
)

ENGLISH, SPANISH = load_language("en"), load_language("es")


@pytest.mark.parametrize(("risk", "band"), [
    (0.0, "few"), (0.2499, "few"), (0.25, "some"), (0.4999, "some"), (0.5, "many"), (1.0, "many"), (None, "unknown"),
])  # fmt: skip
def test_a_band_begins_at_its_cut(risk: float | None, band: Band) -> None:
    assert band_of(risk, (0.25, 0.5)) == band


@pytest.mark.parametrize(("risk", "words"), [
    (0.0, "fewer than 1 in 10"), (0.04, "fewer than 1 in 10"), (0.11, "about 1 in 10"),
    (0.58, "about 6 in 10"), (0.94, "about 9 in 10"), (0.96, "more than 9 in 10"), (1.0, "more than 9 in 10"),
])  # fmt: skip
def test_risk_is_said_in_tenths_and_never_as_certain(risk: float, words: str) -> None:
    assert risk_in_tenths(ENGLISH, risk) == words


def test_similar_students_are_the_subject_of_the_sentence() -> None:
    expected = "About 6 in 10 students with similar records ended grade 9 off track."
    assert similar_students_sentence(ENGLISH, 0.6, "ended grade 9 off track") == expected


def test_a_rules_share_is_said_with_its_students_and_its_range_and_not_at_all_where_they_are_too_few() -> None:
    students, ended = SimilarStudents(26, 0.8713, 1.0), "ended grade 9 off track"
    assert similar_students_sentence(ENGLISH, 0.93, ended, students) == (
        "About 9 in 10 students with similar records ended grade 9 off track. That is from 26 past students. "
        "The likely range is 87 to 100 of 100."
    )
    assert similar_students_in_short(ENGLISH, 0.93, students) == "about 9 in 10 (87 to 100 of 100)"
    assert similar_students_in_short(ENGLISH, 0.93, None) == "about 9 in 10"
    assert similar_students_in_short(ENGLISH, 0.93, TOO_FEW) == "not enough evidence yet"
    too_few = "How many students with similar records ended grade 9 off track? Not enough evidence yet."
    assert similar_students_sentence(ENGLISH, 0.93, ended, TOO_FEW) == too_few


SAID = (
    (r"fewer than 1 in 10|menos de 1 de cada 10", 0, 9),
    (r"more than 9 in 10|más de 9 de cada 10", 91, 100),
    (r"(?:about|cerca de) (\d+) (?:in|de cada) 10", 10, None),
    (r"(?:about|cerca de) (\d+) (?:of|de cada) 100", 1, None),
)
"""Each form of a share: how it reads, then from where to where it lies of 100, or what its number is counted by."""


def span_said(about: str) -> tuple[int, int] | None:
    """Of 100, from where to where a share in words lies; None of what is no share."""
    for pattern, low, high in SAID:
        found = re.fullmatch(pattern, about.lower())
        if found:
            return (low, high) if high is not None else (low * int(found[1]),) * 2
    return None


@given(
    risk=st.floats(0, 1),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    code=st.sampled_from(("en", "es")),
)
@example(risk=0.645, ends=(0.62, 0.67), code="en")
@example(risk=0.5, ends=(0.62, 0.67), code="en")
@example(risk=0.96, ends=(0.85, 0.91), code="en")
@example(risk=0.04, ends=(0.09, 0.15), code="es")
@example(risk=0.96, ends=(0.955, 0.99), code="es")
def test_a_share_never_lies_outside_the_range_that_is_said_beside_it(
    risk: float, ends: tuple[float, float], code: str
) -> None:
    words, students = load_language(code), SimilarStudents(40, min(ends), max(ends))
    low, high, of_hundred = round(100 * students.low), round(100 * students.high), round(100 * risk)
    only_range = year_range_in_short(words, students)
    sentence = similar_students_sentence(words, risk, "ended grade 9 off track", students)
    about, *beside = similar_students_in_short(words, risk, students).removesuffix(")").split(" (")
    assert sentence.lower().startswith(about.lower()), "a page's sentence says the same as its table"
    if not low <= of_hundred <= high:
        assert (about, beside, sentence.lower().count(only_range)) == (only_range, [], 1), "the range, once"
        return
    span = span_said(about)
    assert [re.findall(r"\d+", one) for one in beside] == [[f"{low}", f"{high}", "100"]]
    assert span is not None, f"no share: {about}"
    assert max(span[0], low) <= min(span[1], high), "no part of what is said lies in the range"
    assert span[0] <= of_hundred <= span[1] or abs(of_hundred - span[0]) <= 5, "nor is it said of another share"


def test_every_share_and_range_of_100_is_said_truly() -> None:
    for low, high in combinations_with_replacement(range(101), 2):
        students = SimilarStudents(40, low / 100, high / 100)
        for risk in {*range(low, high + 1, 3), high}:
            span = span_said(share_beside_range(ENGLISH, risk / 100, students))
            assert span is not None, (risk, low, high)
            assert max(span[0], low) <= min(span[1], high), (risk, low, high)
            assert span[0] <= risk <= span[1] or (span[0] == span[1] and abs(risk - span[0]) <= 5), (risk, low, high)


@pytest.mark.parametrize(("risk", "low", "high", "words"), [
    (0.645, 0.62, 0.67, "about 64 of 100 (62 to 67 of 100)"), (0.58, 0.55, 0.61, "about 6 in 10 (55 to 61 of 100)"),
    (0.04, 0.02, 0.06, "fewer than 1 in 10 (2 to 6 of 100)"), (0.97, 0.95, 0.99, "more than 9 in 10 (95 to 99 of 100)"),
    (0.072, 0.06, 0.08, "about 7 of 100 (6 to 8 of 100)"), (0.50, 0.62, 0.67, "62 to 67 of 100"),
    (0.96, 0.85, 0.91, "85 to 91 of 100"), (0.04, 0.09, 0.15, "9 to 15 of 100"),
])  # fmt: skip
def test_tenths_that_lie_outside_the_range_are_said_of_100(risk: float, low: float, high: float, words: str) -> None:
    assert similar_students_in_short(ENGLISH, risk, SimilarStudents(900, low, high)) == words


def test_where_no_number_is_told_a_page_says_a_range_or_that_none_is_told() -> None:
    ended, students = "ended grade 9 off track", SimilarStudents(123, 0.12, 0.6)
    assert year_range_sentence(ENGLISH, ended, students) == (
        "Of 100 students with similar records, 12 to 60 ended grade 9 off track: years differ. That is from 123 past "
        "students."
    )
    assert year_range_in_short(ENGLISH, students) == "12 to 60 of 100"
    for nobody in (None, TOO_FEW):
        assert year_range_sentence(ENGLISH, ended, nobody) == (
            "How many students with similar records ended grade 9 off track is not told at this time of the year."
        )
        assert year_range_in_short(ENGLISH, nobody) == "not told"


@pytest.mark.parametrize(("because", "one", "value", "sentence"), [
    ("missed {:.0%} of the last 20 school days", "", 0.25, "Missed 25% of the last 20 school days."),
    ("has an F in {:.0f} core courses", "has an F in {:.0f} core course", 1.0, "Has an F in 1 core course."),
    ("has an F in {:.0f} core courses", "has an F in {:.0f} core course", 11.0, "Has an F in 11 core courses."),
    ("has {:.3g} days of absence this year", "", 2.5, "Has 2.5 days of absence this year."),
    ("has {:.0f} courses", "", "text", "Some feature."),
    ("has {:.0f} courses", "", None, "Some feature."),
    ("", "", 1.0, "Some feature."),
])  # fmt: skip
def test_a_reason_is_a_sentence_whatever_its_value(
    because: str, one: str, value: float | str | None, sentence: str
) -> None:
    assert reason_sentence(ENGLISH, FeatureWording(because, one), "some_feature", value) == sentence


def test_without_evidence_the_headline_says_so() -> None:
    outcome = "ended grade 9 off track"
    assert headline_sentence(ENGLISH, None, outcome).endswith("Not enough evidence yet.")
    with_evidence = headline_sentence(ENGLISH, Headline(60.6, 51.2, 69.9, 200, 2026), outcome)
    assert with_evidence == (
        "Of 100 students listed like this in 2025–26, about 61 ended grade 9 off track. The likely range is 51 to 70."
    )


def test_a_headline_over_few_students_is_a_range_and_not_a_number() -> None:
    assert headline_sentence(ENGLISH, Headline(60.6, 39.8, 80.2, 31, 2026), "ended grade 9 off track") == (
        "Of 100 students listed like this in 2025–26, 40 to 80 ended grade 9 off track. The more students"
        " are listed, the closer this can be said."
    )


VERDICTS = [("model", "pass"), ("rule", "fail"), ("rule", "not_enough_evidence"), ("rule", "no_model")]


@pytest.mark.parametrize(("scorer", "verdict"), VERDICTS)
def test_what_serves_is_said_with_the_reason_for_it(scorer: str, verdict: str) -> None:
    says = why_served(ENGLISH, scorer, verdict)
    assert ("A model puts" in says) == (scorer == "model")
    assert len(says.split(".")) >= 3
    assert ("no model was tried" in says) == (verdict == "no_model")
    assert ("no se probó ningún modelo" in why_served(SPANISH, scorer, verdict)) == (verdict == "no_model")


def test_an_attendance_chart_has_a_bar_for_every_week_and_a_sliver_for_none_missed() -> None:
    chart = attendance_chart(
        ENGLISH, [{"week": "2026-10-26", "days": 5, "missed": 0}, {"week": "2026-11-02", "days": 5, "missed": 500}]
    )
    assert chart is not None
    assert [mark.height for mark in chart.marks if isinstance(mark, BarMark)] == [1.5, 120.0]
    assert [mark.words for mark in chart.marks if isinstance(mark, TextMark)] == ["0", "1", "3", "5", "Oct", "Nov"]
    assert attendance_chart(ENGLISH, []) is None


def test_a_line_of_marks_needs_two_terms_and_leaves_out_marks_without_points() -> None:
    marks = [mark(2026, "S1", "A"), mark(2026, "S1", "C"), mark(2027, "S1", "F"), mark(2027, "S1", "P")]
    terms = marks_by_term(marks)  # type: ignore[arg-type]  # dicts are invariant
    assert [(t.year, t.term, t.average, t.count) for t in terms] == [
        ("2025–26", "S1", 3.0, 2), ("2026–27", "S1", 0.0, 1),
    ]  # fmt: skip
    chart = marks_chart(ENGLISH, terms)
    assert chart is not None
    assert [len(mark.points) for mark in chart.marks if isinstance(mark, PathMark)] == [2]
    assert marks_chart(ENGLISH, terms[:1]) is None


def mark(year: int, term: str, given: str) -> dict[str, int | str]:
    """A mark that became known in its year."""
    return {"school_year": year, "term_id": term, "mark": given, "known_on": f"{year}-01-20"}


@pytest.mark.parametrize(("average", "words"), [(4.0, "A"), (3.3, "B+"), (2.7, "B−"), (0.2, "F"), (1.1, "D")])
def test_an_average_is_named_by_the_nearest_letter(average: float, words: str) -> None:
    assert letter(average) == words


def test_records_are_shown_newest_first_in_plain_words() -> None:
    table = record_table(
        ENGLISH,
        [
            {"date": "2026-11-02", "kind": "absent", "absent_hundredths": 100, "excused": True, "section_id": None},
            {"date": "2026-11-03", "kind": "partial", "absent_hundredths": 50, "excused": False, "section_id": None},
        ],
    )
    assert table is not None
    assert table.columns == ("Date", "Recorded as", "How long", "Excused")
    assert table.rows == (
        ("Nov 3, 2026", "Absent part of the day", "Half a day", "No"),
        ("Nov 2, 2026", "Absent", "Whole day", "Yes"),
    )
    assert record_table(ENGLISH, []) is None


def test_a_record_of_a_mark_says_course_and_mark_first_and_the_year_with_the_term() -> None:
    given = mark(2027, "Q1", "F") | {"course_name": "Algebra 1", "subject": "math", "mark_kind": "progress"}
    table = record_table(ENGLISH, [given])  # type: ignore[list-item]  # dicts are invariant
    assert table is not None
    assert table.columns == ("Course", "Mark", "Kind of mark", "Term", "On record since")
    assert table.rows == (("Algebra 1", "F", "In progress", "Q1 2026–27", "Jan 20, 2027"),)


def test_a_log_line_keeps_known_fields_only() -> None:
    written = StringIO()
    open_log("info", written).info("request", status=200, student="Zzcanary", route="/x")
    assert "Zzcanary" not in written.getvalue()
    assert '"status": 200' in written.getvalue()


# the outcomes that a district serves, and what they are called beside each other
TOLD_APART = {
    "core_f_next_term_9_again core_f_next_term_10_12": [
        "Core courses next term, grade 9 again", "Core courses next term, grades 10 to 12",
    ],
    "core_f_next_term_9 core_f_next_term_6_8 chronic_absence_6_8": [
        "Core courses next term, first time in grade 9", "Core courses next term, grades 6 to 8",
        "Attendance this year, grades 6 to 8",
    ],
    "not_graduated_10 not_graduated_11": ["Graduation on time, grade 10", "Graduation on time, grade 11"],
    "grade9_off_track_chicago": ["On track in grade 9"],
}  # fmt: skip


@pytest.mark.parametrize("names", TOLD_APART)
def test_no_two_outcomes_of_a_district_are_called_alike(names: str) -> None:
    said = {name: ABOUT[name].capitalize() for name in names.split()}
    assert list(told_apart(load_language("en"), said).values()) == TOLD_APART[names]


def test_two_of_a_districts_own_outcomes_that_say_the_same_have_their_names_too() -> None:
    assert told_apart(load_language("en"), {"late": "Days", "later": "Days"}) == {
        "late": "Days (late)",
        "later": "Days (later)",
    }
    own = dict.fromkeys(("late_9", "late_9_again", "late_10_12"), "Days")
    said = ["Days, grade 9", "Days, grade 9 again", "Days, grades 10 to 12"]
    assert list(told_apart(load_language("en"), own).values()) == said

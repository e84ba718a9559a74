"""Whether marks are on the scale of the years before, and whether they come."""

from collections.abc import Mapping
from datetime import date

import pytest

from features.quality.mark_scale import missing_terms, scale_findings
from features.quality.term_marks import TermMarks, marks_of
from features.quality.term_names import TermNames, term_names
from tests.drawn import reader

USUAL = {"A": 300, "B": 400, "C": 200, "D": 60, "F": 40}
POINTS = {400: 300, 300: 400, 200: 200, 100: 60, 0: 40}


def term(year: int, letters: Mapping[str, int] = USUAL, points: Mapping[int, int] = POINTS) -> TermMarks:
    """The first quarter of a year in school 10."""
    return TermMarks("10", year, "quarter 1", sum(letters.values()), letters, points)


def scale(*terms: TermMarks) -> list[str]:
    """The code of each finding about these terms."""
    return [one.code for one in scale_findings({(t.school_id, t.school_year, t.term): t for t in terms})]


@pytest.mark.parametrize(
    ("letters", "found"),
    [
        (USUAL, []),
        ({**USUAL, "P": 19}, []),
        ({**USUAL, "P": 30}, ["CHECK15"]),
        ({"A": 360, "B": 400, "C": 200, "F": 40}, ["CHECK16"]),
        ({"A": 60, "B": 60}, []),
        ({"P": 40}, []),
        ({"P": 900, "NP": 100}, ["CHECK15", "CHECK15", *["CHECK16"] * 5]),
    ],
)
def test_letters_that_come_or_go_are_found(letters: Mapping[str, int], found: list[str]) -> None:
    """Not while they are rare, and none goes before half the marks of the term are in."""
    assert scale(term(2025), term(2026, letters)) == found


def test_a_letter_of_an_earlier_year_is_not_new() -> None:
    assert scale(term(2024, {**USUAL, "P": 300}), term(2025), term(2026, {**USUAL, "P": 300})) == ["CHECK16"]


def test_a_school_with_few_earlier_marks_has_no_scale_yet() -> None:
    assert scale(term(2025, {"A": 60}, {}), term(2026, {"A": 60, "P": 900}, {})) == []


@pytest.mark.parametrize(
    ("factor", "found"), [(1, []), (1.25, []), (2, ["CHECK17"]), (25, ["CHECK17"]), (0.01, ["CHECK17"])]
)
def test_points_on_another_scale_are_found(factor: float, found: list[str]) -> None:
    assert scale(term(2025), term(2026, points={round(p * factor): n for p, n in POINTS.items()})) == found


def test_points_that_are_gone_are_found() -> None:
    assert scale(term(2025), term(2026, points={})) == ["CHECK17"]


def test_the_top_of_a_scale_is_not_a_slip_of_a_hand() -> None:
    assert term(2026, points={**POINTS, 500: 1}).top_points == 4.0
    assert term(2026, points={**POINTS, 500: 20}).top_points == 5.0


TERMS = """
| school_year | term_id | kind     | start_date | end_date   | known_on   |
| 2025        | 1-25    | quarter  | 2024-08-19 | 2024-10-18 | 2024-07-01 |
| 2025        | 9-25    | semester | 2024-08-19 | 2025-01-17 | 2024-07-01 |
| 2025        | 2-25    | quarter  | 2024-10-21 | 2025-01-17 | 2024-07-01 |
| 2026        | 1-26    | quarter  | 2025-08-18 | 2025-10-17 | 2025-07-01 |
"""


def test_a_term_is_known_by_its_kind_and_its_place_for_ids_change_with_the_year() -> None:
    names = term_names(reader({"terms": TERMS}), date(2026, 1, 1))
    assert names.names == {
        ("", 2025, "1-25"): "quarter 1",
        ("", 2025, "9-25"): "semester 1",
        ("", 2025, "2-25"): "quarter 2",
        ("", 2026, "1-26"): "quarter 1",
    }


OWN = """
| school_id | track | school_year | term_id | kind    | start_date | end_date   | known_on   |
| 20        | main  | 2026        | early   | quarter | 2025-07-07 | 2025-09-12 | 2025-07-01 |
| 20        | main  | 2026        | 1-26    | quarter | 2025-09-22 | 2025-11-28 | 2025-07-01 |
| 20        | B     | 2026        | early   | quarter | 2025-07-28 | 2025-10-03 | 2025-07-01 |
"""


def test_a_term_of_a_school_of_its_own_is_known_by_its_place_among_these() -> None:
    """The id of the district's first quarter is that school's second; one of several tracks ends with the last."""
    names = term_names(reader({"terms": TERMS, "school_terms": OWN}), date(2026, 1, 1))
    called = [names.name(school, year, "1-26") for school, year in (("10", 2026), ("20", 2026), ("20", 2025))]
    assert called == ["quarter 1", "quarter 2", "1-26"]
    assert names.end("20", 2026, "quarter 1") == date(2025, 10, 3)
    assert names.end("10", 2026, "quarter 1") == date(2025, 10, 17)
    assert names.end("20", 2025, "quarter 2") == date(2025, 1, 17), "in that year it has the district's"


def test_a_schools_own_terms_are_missed_by_their_own_days() -> None:
    """The district's second quarter is running; that of school 20 was over five weeks ago."""
    names = term_names(reader({"terms": TERMS, "school_terms": OWN}), date(2026, 1, 5))
    before = {(school, 2025, "quarter 2"): TermMarks(school, 2025, "quarter 2", 0, USUAL) for school in ("10", "20")}
    found = missing_terms(before, names, [("10", 2026), ("20", 2026)], date(2026, 1, 5))
    assert [one.says for one in found] == ["school 20, quarter 2 of 2025–26: no marks, a year before 1,000"]


MARKS = """
| student_id | school_year | term_id | course_id | mark | points_hundredths | known_on   |
| 1          | 2025        | 1-25    | alg       | A    | 400               | 2024-10-20 |
| 1          | 2025        | 1-25    | bio       | B    | 300               | 2024-10-25 |
| 1          | 2025        | 1-25    | art       |      |                   | 2024-10-20 |
| 1          | 2026        | 1-26    | alg       | P    |                   | 2025-10-20 |
| 1          | 2026        | 1-26    | pe        | P    |                   | 2025-12-20 |
| 1          | 2026        | summer  | pe        | P    |                   | 2025-10-20 |
"""


def test_marks_are_counted_by_term_and_those_of_a_year_before_also_by_this_time() -> None:
    """Two weeks before November 4 of the year before; a mark that was not given does not count."""
    today = date(2025, 11, 4)
    drawn = reader({"terms": TERMS, "marks": MARKS})
    found = marks_of(drawn, today, term_names(drawn, today), 2026)
    assert {(t.school_year, t.term): (t.marks, t.in_time, t.pointed) for t in found.values()} == {
        (2025, "quarter 1"): (2, 1, 2),
        (2026, "quarter 1"): (1, 1, 0),
        (2026, "summer"): (1, 1, 0),
    }


def missing(in_time: int, today: date, *, there: bool = True) -> list[str]:
    """What is found where last year's quarter had so many marks by this time, and this year's has none."""
    before = TermMarks("10", 2025, "quarter 1", in_time, USUAL)
    enrolled = [("10", 2025), ("10", 2026)] if there else [("10", 2025), ("20", 2026)]
    names = TermNames({}, {("", 2026, "quarter 1"): date(2025, 10, 17)}, frozenset())
    found = missing_terms({("10", 2025, "quarter 1"): before}, names, enrolled, today)
    return [one.says.partition(": ")[2] for one in found]


def test_a_term_whose_marks_should_have_come_is_found() -> None:
    """By this time a year before; or a month after its end, whenever the first load brought those of a year before."""
    assert missing(800, date(2025, 11, 1)) == ["no marks, a year before 800 by this time"]
    assert missing(0, date(2025, 11, 1)) == []
    assert missing(0, date(2025, 12, 1)) == ["no marks, a year before 1,000"]


def test_a_school_without_students_is_not_asked_for_marks() -> None:
    assert missing(800, date(2025, 12, 1), there=False) == []

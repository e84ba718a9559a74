"""Where students leave the track: this year's ninth graders first, and terms beside terms of their kind."""

import pytest

from serving.pages.school_leaving import kind_of, leaving_of, leaving_words
from serving.pages.school_totals import Totals
from serving.pages.school_view import school_view
from serving.store.total_rows import WHOLE_DISTRICT, SchoolTotalRow
from serving.wording.locale import load_language
from tests.serving.example_service import TODAY

# school year, term, grade: how many of 100 left the track; and the sentence
DRAWN = {
    """
    2026 Q1 9 14, 2026 S1 9 6, 2026 Q3 9 18, 2027 Q1 9 17, 2027 Q1 10 21
    """: "In grade 9, 17 of 100 left the track in Q1, of those who had passed every core course before. "
    "In Q1 it was 14. Most left it in grade 10, Q1: 21.",
    """
    2026 Q3 9 30, 2027 Q1 9 17, 2027 Q1 10 12
    """: "In grade 9, 17 of 100 left the track in Q1, of those who had passed every core course before.",
    """
    2026 Q1 7 4, 2027 Q1 7 5, 2027 Q1 8 5
    """: "In grade 7, 5 of 100 left the track in Q1, of those who had passed every core course before. In Q1 it was 4.",
    """
    2025 Q3 9 40, 2026 Q3 9 18, 2026 S2 9 5, 2027 - 9 0
    """: "Most left the track in grade 9, Q3: 18 of 100 who had passed every core course before.",
    """
    2027 - 9 0
    """: "",
}


def totals(drawn: str) -> Totals:
    """The district's totals of a drawing; of a year without a term yet only how many show signals."""
    ends = {"Q1": 1, "S1": 2, "Q3": 3, "S2": 4}
    rows = []
    for year, term, grade, left in (line.split() for line in drawn.split(",")):
        measure = "signals" if term == "-" else "left"
        end = None if term == "-" else TODAY.replace(year=int(year) - 1, month=ends[term])
        named: dict[str, object] = {"district_id": "harbor", "list_id": "x", "subject": "", "period_end": end}
        named["school_id"] = WHOLE_DISTRICT
        named |= {"measure": measure, "school_year": int(year), "period": "" if term == "-" else term}
        rows.append(SchoolTotalRow(**named, grade=int(grade), n=100, yes=int(left)))
    return Totals("", TODAY, tuple(rows))


@pytest.mark.parametrize("drawn", DRAWN, ids=["a year before", "no year before", "no grade 9", "summer", "no term"])
def test_the_sentence_is_about_this_year_and_compares_a_term_with_the_same_one(drawn: str) -> None:
    said = leaving_words(load_language("en"), leaving_of(totals(drawn)), lambda period: period[1])
    assert said == DRAWN[drawn]


def test_quarters_stand_beside_quarters_and_the_kind_of_the_newest_term_first() -> None:
    view = school_view(totals(next(iter(DRAWN))), load_language("en"), {}, asked_grade="", own=None)
    assert view is not None
    assert [table.columns for table in view.leaving] == [
        ("Q1 2025–26", "Q3 2025–26", "Q1 2026–27"),
        ("S1 2025–26",),
    ]
    assert view.leaving[0].rows[0][1][2].words == "17"
    assert view.grade == 9


@pytest.mark.parametrize(
    ("name", "kind"), [("Q1", "q"), ("q-3", "q"), ("S2", "s"), ("Trimester 1", "trimester"), ("2", "")]
)
def test_the_kind_of_a_term_is_its_name_without_the_number(name: str, kind: str) -> None:
    assert kind_of((2027, name)) == kind

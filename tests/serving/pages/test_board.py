"""One page for the board: what School and district tells, this year beside the last, on one sheet of paper."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from docs.screenshots import served
from serving.pages.board_view import board_view, year_before
from serving.pages.school_totals import Totals
from serving.pages.school_view import school_view
from serving.scoring.run_writer import list_id_of
from serving.store.total_rows import WHOLE_DISTRICT, SchoolTotalRow
from serving.wording.locale import load_language
from tests.chromium import Windows
from tests.serving.access.test_sign_in import form, password_of
from tests.serving.browser import Browser
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import TODAY, ExampleService, run_of
from tests.serving.pages.test_follow_through import words_of

# measure, school year, period, grade, of 100
DRAWN = """
    passed  2026 Q1      9  82
    passed  2026 S2      9  90
    passed  2027 Q1      9  79
    passed  2027 Q1      10 75
    left    2026 Q1      9  14
    left    2027 Q1      9  17
    chronic 2026 2025-11 9  22
    chronic 2026 2025-10 9  19
    chronic 2027 2026-11 9  20
    chronic 2027 2026-11 10 25
"""


def drawn_rows(list_id: str = "x") -> list[SchoolTotalRow]:
    """The district's totals as drawn."""
    rows = []
    for place, line in enumerate(DRAWN.strip().splitlines()):
        measure, year, period, grade, yes = line.split()
        end = None if measure == "chronic" else date(int(year), 1, 1) + timedelta(days=place)
        row = SchoolTotalRow(
            district_id="harbor", list_id=list_id, measure=measure, school_year=int(year), period=period, subject="",
            grade=int(grade), school_id=WHOLE_DISTRICT, period_end=end, n=100, yes=int(yes),
        )  # fmt: skip
        rows.append(row)
    return rows


def test_terms_and_months_stand_beside_the_same_of_the_year_before_and_what_is_not_told_is_a_dash() -> None:
    view = board_view(Totals("", TODAY, tuple(drawn_rows())), load_language("en"))
    assert view is not None
    assert [(one.measure[:6], one.period) for one in view.columns] == [
        ("Passed", "Q1 2025–26"), ("Passed", "Q1 2026–27"), ("Left t", "Q1 2025–26"), ("Left t", "Q1 2026–27"),
        ("Missed", "Nov 2025"), ("Missed", "Nov 2026"),
    ]  # fmt: skip
    assert view.rows == (
        ("Grade 9", ("82", "79", "14", "17", "22", "20")),
        ("Grade 10", ("–", "75", "–", "–", "–", "25")),
    )
    assert view.says[0] == (
        "In grade 9, 79 of 100 students passed every core course in Q1 2026–27. In Q1 2025–26 it was 82."
    )


def test_no_figure_of_a_grade_is_on_it_that_school_and_district_does_not_tell() -> None:
    totals = Totals("", TODAY, tuple(drawn_rows()))
    board = board_view(totals, load_language("en"))
    school = school_view(totals, load_language("en"), {}, asked_grade="", own=None)
    assert board is not None
    assert school is not None
    tables = [*school.on_track_tables, *school.leaving, school.absences]
    published = {
        grade: {cell.words for table in tables for name, cells in table.rows if name == grade for cell in cells}
        for grade, _ in board.rows
    }
    for grade, cells in board.rows:
        assert set(cells) <= published[grade] | {"–"}


@pytest.mark.parametrize(
    ("period", "before"),
    [((2027, "Q1"), (2026, "Q1")), ((2027, "2026-11"), (2026, "2025-11")), ((2027, ""), (2026, ""))],
)
def test_a_year_before_is_the_same_term_or_month(period: tuple[int, str], before: tuple[int, str]) -> None:
    assert year_before(period) == before


@pytest.mark.parametrize(("staff_id", "start"), [("s-lena", "/school"), ("s-ines", "/"), ("s-kira", "/")])
def test_district_staff_begin_with_the_district_and_others_with_their_week(
    service: ExampleService, staff_id: str, start: str
) -> None:
    answer = Browser(service).post("/sign-in", form(password_of(service, staff_id), f"{staff_id}@example.org"))
    assert answer.headers["location"] == start


@pytest.fixture(scope="module")
def with_totals(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service whose list has the totals as drawn."""
    folder = tmp_path_factory.mktemp("board")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        with service.write_session() as session:
            session.add_all(drawn_rows(list_id_of(run_of("harbor"))))
        yield service


def test_the_page_says_it_in_words_and_names_nobody(with_totals: ExampleService) -> None:
    page = words_of(Browser(with_totals, "harbor", "s-lena").get("/school/board").text)
    assert "In grade 9, 17 of 100 left the track in Q1 2026–27" in page
    assert "Nothing was judged by group yet" in page
    assert not re.search("Boateng|Castellanos|k-amara", page)


@pytest.mark.browser
def test_it_is_one_sheet_of_paper(windows: Windows, with_totals: ExampleService) -> None:
    with served(with_totals) as address:
        page = windows.signed_in(with_totals.session_of("harbor", "s-lena"), address)
        page.goto(f"{address}/school/board")
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter"))) == 1

"""What is usual at a school: half of a grade's days missed, told over enough students, beside a student's own."""

import re
from dataclasses import replace

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from serving.scoring.typical_ranges import list_totals, ranges_of
from serving.store.rows import RunRow
from serving.store.total_rows import SchoolRangeRow
from tests.serving.browser import Browser
from tests.serving.example_service import ExampleService, run_of
from tests.serving.pages.test_follow_through import words_of
from tests.serving.scoring.test_school_totals import NOBODY

LEAST = 11


def missed(days: dict[str, list[int]]) -> pd.DataFrame:
    """Ninth graders of schools, each with hundredths of days missed."""
    rows = [{"grade": 9, "school_id": school, "value": one * 100} for school, every in days.items() for one in every]
    return pd.DataFrame(rows)


def told(days: dict[str, list[int]]) -> dict[str, tuple[int, int, int]]:
    """What is told by school: students, and the ends of the range in days."""
    found = ranges_of(missed(days), "2026-11", LEAST)
    return {str(one["school_id"]): (int(str(one["n"])), int(str(one["low"])), int(str(one["high"]))) for one in found}


def test_half_of_a_grade_is_between_the_ends_and_a_small_school_is_told_by_the_district_alone() -> None:
    assert told({"north": [*range(21), 20, 20], "south": [3] * 5}) == {"north": (23, 500, 1700), "": (28, 300, 1600)}
    assert told({"north": [1] * 21}) == {}


@given(st.lists(st.integers(min_value=0, max_value=90), min_size=22, max_size=60))
def test_at_least_half_are_in_the_range_and_a_quarter_at_each_end(days: list[int]) -> None:
    n, low, high = told({"north": days})["north"]
    inside = sum(low <= one * 100 <= high for one in days)
    assert inside * 2 >= n
    assert sum(one * 100 >= low for one in days) * 4 >= 3 * n
    assert sum(one * 100 <= high for one in days) * 4 >= 3 * n


def test_a_list_writes_its_ranges_once(service: ExampleService) -> None:
    with service.write_session() as session:
        for _ in range(2):
            other = [replace(run_of("harbor"), run_id="other")]
            list_totals(session, other, NOBODY, least=1).write(session, other)
    rows = [row for row in service.rows(SchoolRangeRow) if isinstance(row, SchoolRangeRow)]
    assert {(row.school_id, row.n) for row in rows} >= {("north", 3), ("", 5)}
    assert len({row.period for row in rows}) == 4


def test_the_students_page_says_what_is_usual_and_nothing_where_that_is_not_told(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    assert "Days missed so far" not in ines.get("/students/k-amara").text
    with service.write_session() as session:
        newest = select(RunRow).where(RunRow.district_id == "harbor").order_by(RunRow.as_of.desc())
        run = session.scalars(newest).first()
        assert run is not None
        for month, high in (("2026-10", 400), ("2026-11", 650)):
            named = {"district_id": "harbor", "list_id": run.list_id, "measure": "days_missed", "period": month}
            session.add(SchoolRangeRow(**named, grade=9, school_id="north", n=120, low=100, high=high))
    page = ines.get("/students/k-amara").text
    said = words_of(page)
    assert re.search(
        r"Days missed so far: [\d.]+\. For half of the students in grade 9 at this school it is 1 to 6\.5\.", said
    )
    assert page.count('class="usual"') == 2
    ends = re.findall(r"<tr[^>]*><t[hd][^>]*>([A-Z][a-z]{2} \d+)</t[hd]>", page.split('class="usual"')[-1])
    assert ends[:2] == ["Oct 30", "Nov 20"], "the last days counted: of a month, and of the records"
    assert "en esta escuela" in ines.get("/students/k-amara?lang=es").text
    with service.write_session() as session:
        session.add(SchoolRangeRow(**{**named, "period": "2026-01"}, grade=9, school_id="north", n=120, low=0, high=9))
    assert "Days missed so far" not in ines.get("/students/k-amara").text, "of a student who came after the others"

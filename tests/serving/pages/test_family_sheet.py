"""The sheet for a family: records, strengths and next steps; no score, no band and no place on a list can reach it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from inspect import getsource
from typing import get_args, get_type_hints

import pytest
from jinja2 import UndefinedError

from serving.pages import family_view as module
from serving.pages.family_view import FamilyRecord, FamilyView
from serving.pages.rendering import load_templates
from serving.pages.sheet_courses import sheet_courses
from serving.scoring.run_writer import write_run
from serving.store.cell_types import JsonRow
from serving.store.rows import AccessRow, ScoreRow
from serving.wording.own_record import DaysMissed
from tests.serving.browser import Browser, Tags
from tests.serving.example_service import TODAY, ExampleService, run_of

MARKS = """
    Arts 7, other, D+, final, 2026, 2026-06-01, S2
    Arts 7, other, A, final, 2026, 2026-01-15, S1
    Reading 7, ela, A, final, 2026, 2026-06-01, S2
    Algebra, math, B-, final, 2026, 2026-06-01, S2
    Algebra, math, F, in_progress, 2026, 2026-06-02, S2
    Arts 8, other, F, in_progress, 2027, 2026-11-01, S1
    English 8, ela, C, in_progress, 2027, 2026-11-01, S1
    Mathematics 8, math, F, in_progress, 2027, 2026-11-01, S1
    Mathematics 8, math, B, in_progress, 2027, 2026-10-01, S1
    Physical Education, other, P, in_progress, 2027, 2026-11-01, S1
    Chess, other, B, in_progress, 2027, 2026-11-01, S1
"""
ALLOWED = {"history", "way_back"}
"""What the sheet may read of a score."""
SCORE_WORDS = ("risk", "band", "flag", "position", "place", "reason", "listed", "signal", "score", "probability")


def sheet(service: ExampleService, key: str = "k-amara", language: str = "en") -> str:
    """The sheet of a student, as their counselor or district staff opens it."""
    response = Browser(service, "harbor", "s-lena").get(f"/students/{key}/family?lang={language}")
    assert response.status_code == 200
    return response.text


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", Tags(html).words)


def names_in(kind: object) -> Iterator[str]:
    """The names of all fields that a view has, however deep."""
    for part in get_args(kind):
        yield from names_in(part)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        for field in fields(kind):
            yield field.name
            yield from names_in(hints[field.name])


def test_the_sheet_has_days_marks_strengths_next_steps_and_the_way_to_a_correction(
    read_service: ExampleService,
) -> None:
    words = words_of(sheet(read_service))
    for expected in (
        "Amara Boateng", "Days missed so far: 8.5 of 69", "In the last four weeks: 6 of 20", "Algebra 1FD",
        "To end the year on track, this is still needed by June 4, 2027:",
        "Pass at least 7 of the 8 final marks to come in core courses.",
        "You can ask the school to correct a record.", "Whom to ask: Ines Moreno, North Harbor High",
    ):  # fmt: skip
        assert expected in words
    assert "Días que faltó hasta ahora: 8.5 de 69" in words_of(sheet(read_service, language="es"))


def test_every_course_of_the_year_is_on_it_beside_last_years_mark() -> None:
    head = ("course_name", "subject", "mark", "mark_kind", "school_year", "known_on", "term_id")
    rows = [line.split(", ") for line in MARKS.strip().splitlines()]
    marks: list[JsonRow] = [
        {**dict(zip(head, (cell.strip() for cell in row), strict=True)), "school_year": int(row[4])} for row in rows
    ]
    assert [(one.course, one.mark, one.before, one.is_failed) for one in sheet_courses(marks, 2027)] == [
        ("Arts 8", "F", "D+", True),
        ("Chess", "B", "", False),
        ("English 8", "C", "A", False),
        ("Mathematics 8", "F", "B-", True),
        ("Physical Education", "P", "", False),
    ]


def test_the_sheet_names_the_courses_with_an_f_under_what_the_year_asks(read_service: ExampleService) -> None:
    assert "The mark is F now in Algebra 1. Ask the teachers what can still be made up." in words_of(
        sheet(read_service)
    )


def test_its_view_has_no_field_for_a_score() -> None:
    for kind in (FamilyView, FamilyRecord):
        found = list(names_in(kind))
        assert found
        assert [name for name in found if any(word in name for word in SCORE_WORDS)] == []


def test_its_module_reads_nothing_else_of_a_score() -> None:
    tree = ast.parse(getsource(module))
    read = {
        node.attr for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ScoreRow"
    }  # fmt: skip
    assert read == ALLOWED | {"district_id", "run_id", "student_key"}


def test_whatever_the_score_is_the_sheet_is_the_same_byte_for_byte(service: ExampleService) -> None:
    before = sheet(service)
    with service.write_session() as session:
        for row in session.query(ScoreRow).filter(ScoreRow.student_key == "k-amara"):
            row.risk, row.band, row.flagged, row.list_position, row.place = 0.01, "few", False, 99, 99
            row.reasons, row.strengths, row.track_record, row.change, row.similar_students = [], [], None, None, None
            row.at_random, row.previous_risk, row.previous_band, row.evidence = True, 0.9, "many", {}
    assert sheet(service) == before


def test_a_template_that_asks_for_a_band_fails() -> None:
    """The protection bites: what the view does not have is an error and not an empty place."""
    view = FamilyView("Ann Lee", 9, "North", date(2026, 11, 20), DaysMissed(), DaysMissed(), (), "", (), None, ())
    with pytest.raises(UndefinedError):
        load_templates()["en"].from_string("{{ view.band_words }}").render(view=view)


def test_no_word_of_the_sheet_speaks_of_signals_but_to_say_that_there_are_none(read_service: ExampleService) -> None:
    printed = re.sub(
        r'<header.*?</header>|<p class="lead screen-only">.*?</p>', "", sheet(read_service), flags=re.DOTALL
    )
    words = words_of(printed).lower()
    assert not [word for word in ("signal", "score", "list", "in 10", "risk", "model", "of 100") if word in words]


def test_the_sheet_is_for_those_who_see_the_student_and_is_on_record(service: ExampleService) -> None:
    sheet(service)
    last = [row for row in service.rows(AccessRow) if isinstance(row, AccessRow)][-1]
    assert (last.action, last.object, last.students) == ("see", "family sheet", ["k-amara"])
    assert Browser(service, "harbor", "s-jonas").get("/students/k-amara/family").status_code == 404
    assert Browser(service, "harbor", "s-ines").get("/students/k-nobody/family").status_code == 404


@pytest.mark.parametrize("key", ["k-emil", "k-farah"])
def test_without_a_score_the_sheet_still_says_what_is_known(read_service: ExampleService, key: str) -> None:
    words = words_of(sheet(read_service, key))
    assert "Is something here wrong?" in words
    assert ("No school days are on record here yet." in words) == (key == "k-farah")


def test_where_no_counselor_has_the_student_the_principal_is_named(service: ExampleService) -> None:
    run = run_of("harbor", TODAY + timedelta(days=7))
    with service.write_session() as session:
        write_run(session, replace(run, roster=replace(run.roster, caseloads=run.roster.caseloads.head(0))))
    assert "Whom to ask: Kira Olufsen, North Harbor High" in words_of(sheet(service))

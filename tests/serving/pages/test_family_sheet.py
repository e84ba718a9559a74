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

from features.support_settings import Support
from serving.pages import family_view as module
from serving.pages.family_view import FamilyRecord, FamilyView, contact_line
from serving.pages.rendering import load_templates
from serving.pages.sheet_courses import sheet_courses
from serving.scoring.run_writer import write_run
from serving.store.cell_types import JsonRow
from serving.store.rows import AccessRow, ScoreRow
from serving.store.support_rows import ContactRow
from serving.wording.locale import load_language
from serving.wording.own_record import DaysMissed
from tests.serving.browser import Browser, Tags
from tests.serving.example_service import TODAY, ExampleService, run_of
from tests.serving.pages.example_entries import CONTACT, permit

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


def test_what_was_agreed_on_is_the_plans_goal_and_what_was_asked_for_with_the_family(service: ExampleService) -> None:
    permit(service, "harbor", "s-ines")
    ines = Browser(service, "harbor", "s-ines")
    words = sheet_of(service)
    assert "Goal:" not in words
    plan = {"goal": "Is in school four days a week.", "strategy": "check-in", "champion": "s-ines"}
    dates = {"start_date": f"{TODAY}", "weeks": "6", "sessions_a_week": "5"}
    assert ines.send("/students/k-amara/plans", **plan, **dates).status_code == 303
    for party, more in (
        ("family", {"next_step": "Bring the bus pass"}),
        ("staff", {"next_step": "Ask about the fight"}),
        ("outside", {"next_step": "Ask the clinic"}),
        ("family", {"next_step": "Secret step", "restricted": "yes"}),
        ("student", {"next_step": "Try once more", "reached": "no"}),
    ):
        contact = {**CONTACT, "party": party, "due_on": "2026-11-30", "asked_of": "s-kira", **more}
        assert ines.send("/students/k-amara/contacts", **contact).status_code == 303
    words = sheet_of(service)
    assert "Goal: Is in school four days a week. Until January 1, 2027." in words
    assert "Next step: Bring the bus pass. By November 30, 2026, Kira Olufsen." in words
    assert not re.search("fight|clinic|Secret|once more", words)
    assert "Próximo paso: Bring the bus pass. A más tardar el 30 de noviembre de 2026, Kira Olufsen." in sheet_of(
        service, "es"
    )
    assert ines.send("/students/k-amara/contacts/" + contact_id(service), **CONTACT, restricted="yes", revision="1")
    assert "bus pass" not in sheet_of(service), "restricted since"


def sheet_of(service: ExampleService, language: str = "en") -> str:
    """The words of a sheet in a language."""
    return words_of(Browser(service, "harbor", "s-lena").get(f"/students/k-amara/family?sheet={language}").text)


def contact_id(service: ExampleService) -> str:
    """The contact whose next step is about the bus."""
    return next(
        row.contact_id for row in service.rows(ContactRow) if isinstance(row, ContactRow) and "bus" in row.next_step
    )


def test_its_language_is_its_own_and_no_cookie_keeps_it(read_service: ExampleService) -> None:
    response = Browser(read_service, "harbor", "s-lena").get("/students/k-amara/family?sheet=es")
    assert '<html lang="en">' in response.text
    assert "ontrack_language" not in response.headers.get("set-cookie", "")
    shown = words_of(response.text.partition('<div class="one-sheet" lang="es">')[2].partition("</main>")[0])
    for spanish in ("Grado 9", "Días que faltó hasta ahora: 8.5 de 69", "Para la familia"):
        assert spanish in shown
    assert not re.search("Grade|Days|school|family", shown)
    assert "School" not in shown


def test_both_languages_print_at_once_each_on_a_page(read_service: ExampleService) -> None:
    page = Browser(read_service, "harbor", "s-lena").get("/students/k-amara/family?sheet=each").text
    assert re.findall(r'class="one-sheet" lang="(\w+)"', page) == ["en", "es"]
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("support", "language", "said"),
    [
        (Support(), "en", "Call, write or come to the school’s office."),
        (Support(family_contact="555-0100"), "es", "555-0100"),
        (
            Support(family_contact="Call 555-0100", family_contact_spanish="Llame al 555-0100"),
            "es",
            "Llame al 555-0100",
        ),
        (Support(family_contact="Call 555-0100", family_contact_spanish="Llame al 555-0100"), "en", "Call 555-0100"),
    ],
)
def test_it_says_how_to_reach_the_school_in_the_districts_words(support: Support, language: str, said: str) -> None:
    assert contact_line(load_language(language), support) == said

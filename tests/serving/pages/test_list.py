"""The list: who is on it and in which order, what it says of itself, and which kind of empty it is."""

import re
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from serving.access.permissions import give_permission
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ServedWeeks
from tests.serving.browser import Browser, Tags
from tests.serving.example_scores import with_scores
from tests.serving.example_service import NOW, TODAY, ExampleService, run_of, scored


def words_of(html: str) -> str:
    """The words of a page, on one line."""
    return re.sub(r"\s+", " ", Tags(html).words)


def test_the_list_says_how_often_such_lists_were_right_and_what_orders_it(service: ExampleService) -> None:
    model = words_of(Browser(service, "harbor", "s-ines").get("/caseload").text)
    for expected in (
        "How the lists of 2025–26 turned out", "of 212 students listed, 118 ended grade 9 off track",
        "Another 180 ended grade 9 off track and were on no list.", "212 students of the whole district were listed.",
        "118 ended grade 9 off track", "61 stayed on track",
        "20 stayed on track, and had a contact or a plan first", "13 moved away",
        "Of all students of that year, 400 ended grade 9 off track. Of these, 180 were on no list.",
        "A model puts this list in order", "Students with a higher score come first.",
    ):  # fmt: skip
        assert expected in model
    rule = words_of(Browser(service, "mesa", "s-ines").get("/caseload").text)
    assert "Not enough evidence yet" in rule
    assert "The published rule puts this list in order" in rule
    order = "Of those with as many, first come those listed before, then the order is drawn at random."
    assert order in rule
    by_name = words_of(Browser(service, "mesa", "s-ines").get("/caseload?sort=name").text)
    assert order not in by_name, "of a list in another order nothing is said"


def test_before_there_were_lists_the_test_year_says_how_often_such_a_list_was_right(service: ExampleService) -> None:
    with service.write_session() as session:
        write_run(session, replace(run_of("harbor", TODAY + timedelta(days=7)), last_lists=None))
    words = words_of(Browser(service, "harbor", "s-ines").get("/caseload").text)
    assert "Of 100 students listed like this in 2024–25, about 61 ended grade 9 off track" in words


def test_every_page_with_a_score_says_whether_a_model_or_the_rule_gave_it(service: ExampleService) -> None:
    said = {"harbor": ("Scored by a model.", "A model puts"), "mesa": ("Scored by the published rule.", "rule puts")}
    for district, (of_student, of_list) in said.items():
        lena = Browser(service, district, "s-lena")
        lists = [lena.get(path).text for path in ("/caseload", "/caseload?show=all")]
        assert all(of_list in Tags(html).words for html in lists)
        scored_keys = re.findall(r'href="/students/([^"]+)"', lists[1])
        pages_of_students = [Tags(lena.get(f"/students/{key}").text).words for key in scored_keys]
        assert pages_of_students
        assert all(of_student in words or "no score yet" in words for words in pages_of_students)


def test_this_weeks_list_holds_the_flagged_and_all_holds_everyone_in_order(service: ExampleService) -> None:
    lena = Browser(service, "harbor", "s-lena")
    assert names(lena.get("/caseload").text) == ["Boateng", "Castellanos", "Dunham"]
    assert names(lena.get("/caseload?show=all").text) == ["Boateng", "Castellanos", "Dunham", "Eklund", "&lt;img"]


def names(html: str) -> list[str]:
    """The family names on the list, from the top."""
    return re.findall(r'<a href="/students/[^"]+">([^, ]+)', html)


@pytest.mark.parametrize("staff", ["s-ines", "s-kira", "s-lena"])
def test_whom_no_list_is_about_is_counted_and_found_as_the_page_of_the_person_says(
    service: ExampleService, staff: str
) -> None:
    with service.write_session() as session:
        give_permission(session, "harbor", "s-lena", "administration", NOW)
    told = Tags(Browser(service, "harbor", "s-lena").get(f"/people/{staff}").text).words
    viewer = Browser(service, "harbor", staff)
    every, beside = (names(viewer.get(f"/caseload?show={show}").text) for show in ("all", "other"))
    assert f"{len(every) + len(beside)} students, {len(beside)} of them on no list" in told
    page = Tags(viewer.get("/caseload?show=all").text).words
    assert f"All students {len(every)} On no list {len(beside)}" in " ".join(page.split())
    assert set(beside) == {"Grönholm"}
    assert names(viewer.get("/caseload?show=other&grade=9").text) == []
    assert "Grönholm" in viewer.send("/caseload.csv?show=other", purpose="meeting").text


def test_the_page_of_a_person_counts_whom_they_cover_for(service: ExampleService) -> None:
    with service.write_session() as session:
        give_permission(session, "harbor", "s-lena", "administration", NOW)
    lena, mateo = Browser(service, "harbor", "s-lena"), "/people/s-mateo"
    assert "0 students" in lena.get(mateo).text
    days = {"start_date": f"{TODAY}", "end_date": f"{TODAY}"}
    Browser(service, "harbor", "s-ines").send("/cover", absent="s-ines", colleague="s-mateo", **days)
    assert "4 students" in lena.get(mateo).text


@pytest.mark.parametrize(("staff", "offered"), [("s-ines", True), ("s-kira", True), ("s-lena", False)])
def test_cover_for_a_colleague_is_offered_above_the_list_and_on_my_week(
    service: ExampleService, staff: str, offered: bool
) -> None:
    viewer = Browser(service, "harbor", staff)
    for page in ("/", "/caseload"):
        heads = {
            lang: re.split(r"<(?:section|div class=.tools)", viewer.get(f"{page}?lang={lang}").text)[0]
            for lang in ("en", "es")
        }
        assert ["/cover" in head for head in heads.values()] == [offered, offered], page
        assert ("Ceder estudiantes en una ausencia" in heads["es"]) is offered


def test_an_empty_list_says_which_kind_of_empty_it_is(service: ExampleService) -> None:
    assert "is assigned to you" in Browser(service, "harbor", "s-mateo").get("/caseload").text
    with service.write_session() as session:
        calm = run_of("harbor", TODAY + timedelta(days=7))
        write_run(session, replace(calm, scores=calm.scores.assign(flagged=False)))
    assert "None of your 3 students is on it" in Browser(service, "harbor", "s-ines").get("/caseload").text
    with service.write_session() as session:
        session.connection().exec_driver_sql("DELETE FROM calendars")
        session.connection().exec_driver_sql("DELETE FROM scores")
        session.connection().exec_driver_sql("DELETE FROM runs")
    assert "have not been loaded and scored" in Browser(service, "harbor", "s-ines").get("/caseload").text


def test_a_long_list_comes_in_pages_and_each_names_whom_it_showed(service: ExampleService) -> None:
    run = run_of("harbor", TODAY + timedelta(days=7))
    many = [(f"k-{i:03}", str(i), "Gil", f"Number{i:03}", 9, "north") for i in range(1, 121)]
    students = pd.DataFrame(many, columns=run.roster.students.columns)
    roster = replace(run.roster, caseloads=run.roster.caseloads.head(0), students=students)
    scores = tuple(scored(key, "north", 0.5, i) for i, (key, *_) in enumerate(many, start=1))
    with service.write_session() as session:
        write_run(session, with_scores(replace(run, roster=roster), scores))
    lena = Browser(service, "harbor", "s-lena")
    shown = [names(lena.get(f"/caseload?show=all&page={page}").text) for page in (1, 2, 3)]
    assert [len(page) for page in shown] == [50, 50, 20]
    assert [name for page in shown for name in page] == [last_name for _, _, _, last_name, _, _ in many]
    assert names(lena.get("/caseload?show=all&page=9").text) == shown[2]


def test_the_last_contact_is_that_of_the_own_district(service: ExampleService) -> None:
    shown = {d: Tags(Browser(service, d, "s-kira").get("/caseload").text).words for d in ("harbor", "mesa")}
    assert ["Nov 6, 2026" in shown["harbor"], "Nov 9, 2026" in shown["harbor"]] == [True, False]
    assert ["Nov 6, 2026" in shown["mesa"], "Nov 9, 2026" in shown["mesa"]] == [False, True]


def test_on_a_date_that_nobody_judged_list_and_page_say_so(service: ExampleService) -> None:
    run = replace(run_of("harbor", TODAY + timedelta(days=7)), scorer="rule", part="spring", not_judged="week")
    with service.write_session() as session:
        write_run(session, replace(run, parts=(ServedWeeks("spring", 20, 40, "model"),), school_week=45))
    for path in ("/caseload", "/students/k-amara"):
        words = words_of(Browser(service, "harbor", "s-ines").get(path).text)
        assert "No list was tested so early or so late in a school year." in words
        assert "no model gives a risk" in words


def test_the_list_counts_the_students_of_whom_too_little_is_on_record(service: ExampleService) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get("/caseload?show=all").text).words
    assert "1 new student has too little on record yet to be on a list." in words
    assert words.count("Too little on record yet.") == 1


def test_words_that_are_kept_are_of_this_run_and_in_the_language_of_the_reader(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    first = words_of(ines.get("/caseload").text)
    assert words_of(ines.get("/caseload").text) == first
    spanish = words_of(ines.get("/caseload?lang=es").text)
    assert "Missed" not in spanish
    assert words_of(ines.get("/caseload?lang=en").text) == first
    service.record_next_run("harbor")
    assert words_of(ines.get("/caseload").text) != first


def test_whose_words_are_kept_is_shown_to_nobody_who_does_not_see_them(service: ExampleService) -> None:
    assert names(Browser(service, "harbor", "s-lena").get("/caseload?show=all").text)[2:4] == ["Dunham", "Eklund"]
    assert names(Browser(service, "harbor", "s-ines").get("/caseload?show=all").text) == [
        "Boateng",
        "Castellanos",
        "&lt;img",
    ]

"""What a student's page and line show of strengths, needs, changes and the way back, and in which order."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from serving.pages.incident_counts import incident_sentence
from serving.scoring.run_writer import write_run
from serving.store.cell_types import JsonRow
from serving.wording.locale import load_language
from serving.wording.scores import LIMITS
from tests.serving.browser import Browser, Tags
from tests.serving.example_service import TODAY, ExampleService, run_of


def words_of(html: str) -> str:
    """The words of a page, on one line."""
    return re.sub(r"\s+", " ", Tags(html).words)


def test_a_students_page_goes_from_strengths_to_what_it_is_not_in_one_order(service: ExampleService) -> None:
    html = Browser(service, "harbor", "s-ines").get("/students/k-amara").text
    assert re.findall(r'<h2 id="([^"]+)"', html) == [
        "summary", "strengths", "needs", "since", "way-back", "track-record", "contacts", "match", "year",
        "attendance", "marks", "past", "people", "limits",
    ]  # fmt: skip
    words = words_of(html)
    for expected in (
        "On this week’s list", "Has no behavior incident on record this year.", "Now it is about 83 of 100.",
        "On Nov 13, 2026: 10%", "by June 4, 2027", "Pass at least 7 of the 8 final marks to come in core courses.",
        "about 62 ended grade 9 off track. The likely range is 54 to 69.",
    ):  # fmt: skip
        assert expected in words
    assert words.index("Has an F now in Algebra 1. Last year in math: D.") < words.index("Missed 25%")
    assert words.index("Missed 25%") < words.index("(past, for context)")


@pytest.mark.parametrize(("key", "says"), [
    ("k-bruno", "The rule for this year can no longer be met. The year still counts."),
    ("k-dmitri", "All that the rule asks for this year is on record."),
])  # fmt: skip
def test_the_way_back_is_said_where_it_is_out_of_reach_and_where_it_is_done(
    service: ExampleService, key: str, says: str
) -> None:
    words = words_of(Browser(service, "harbor", "s-lena").get(f"/students/{key}").text)
    assert says in words
    assert ("Not on this week’s list" in words) == (key == "k-dmitri")


def test_where_too_few_were_listed_like_this_the_page_says_so(service: ExampleService) -> None:
    run = run_of("harbor", TODAY + timedelta(days=7))
    scores = run.scores.assign(track_record=None, change=None, way_back=None)
    with service.write_session() as session:
        write_run(session, replace(run, scores=scores))
    html = Browser(service, "harbor", "s-lena").get("/students/k-amara").text
    assert "Too few students were on a list like this in past years" in html
    assert not {"since", "way-back"} & set(re.findall(r'<h2 id="([^"]+)"', html))


def test_a_row_says_what_stands_out_first_and_how_much_else_does(service: ExampleService) -> None:
    html = Browser(service, "harbor", "s-lena").get("/caseload?show=all").text
    cells = re.findall(r'<td role="cell" class="cell-reasons">(.*?)</td>', html, re.DOTALL)
    assert [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells] == [
        "Has an F now in Algebra 1. Last year in math: D. + 2 more",
        "Missed 15% of the last 20 school days. + 1 more",
        "Has an F or no pass now in 2 core courses. + 1 more",
        "Also on record: Has an F now in Algebra 1. Last year in math: D. + 1 more",
        "Too little on record yet.",
    ]


@pytest.mark.parametrize(("key", "page", "line"), [
    ("k-amara", "About 8 in 10 students with similar records ended grade 9 off track. That is from 26 past students."
                " The likely range is 66 to 93 of 100.", "about 8 in 10 (66 to 93 of 100)"),
    ("k-dmitri", "That is from 1,640 past students.", "about 7 of 100 (6 to 8 of 100)"),
    ("k-chloe", "How many students with similar records ended grade 9 off track? Not enough evidence yet.",
     "not enough evidence yet"),
])  # fmt: skip
def test_where_the_rule_serves_the_page_says_how_sure_a_share_is_or_that_too_few_stand_behind_it(
    service: ExampleService, key: str, page: str, line: str
) -> None:
    browser = Browser(service, "mesa", "s-lena")
    html = browser.get(f"/students/{key}").text
    assert page in words_of(html)
    assert f"Students with similar records: {line}" in words_of(html)
    assert ('id="since"' in html) == (key != "k-chloe")


def test_where_a_model_serves_or_a_run_kept_no_past_students_the_words_are_as_before(service: ExampleService) -> None:
    assert "Students with similar records" not in Browser(service, "harbor", "s-lena").get("/caseload?show=all").text
    words = words_of(Browser(service, "mesa", "s-lena").get("/students/k-amara").text)
    assert re.search(r"Students with similar records: about 6 in 10 (?!\()", words)


def test_a_students_page_shows_the_records_behind_each_reason(service: ExampleService) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get("/students/k-amara").text).words
    for expected in ("Missed 25% of the last 20 school days.", "Nov 17, 2026", "Whole day", "Algebra 1", "In progress"):
        assert expected in words
    assert "Contact, Nov 6, 2026" in re.sub(r"\s+", " ", words)
    assert all(limit in words for limit in LIMITS)


def test_a_change_of_release_is_marked_in_the_history(service: ExampleService) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get("/students/k-amara").text).words
    assert words.count("Scored by a new model from here on.") == 1
    assert "Since Nov 13: records +14, new scoring +6" in re.sub(r"\s+", " ", words)


def test_a_change_of_scorer_between_parts_of_the_year_is_marked_in_the_history(service: ExampleService) -> None:
    run = replace(run_of("harbor", TODAY + timedelta(days=7)), release_id="r-0002", scorer="rule", part="spring")
    with service.write_session() as session:
        write_run(session, run)
        write_run(session, replace(run_of("harbor", TODAY + timedelta(days=14)), release_id="r-0002", part="spring"))
    words = words_of(Browser(service, "harbor", "s-ines").get("/students/k-amara").text)
    assert words.count("Scored by another rule from here on, as at this time of each year.") == 1
    assert words.count("Scored by the model from here on, as at this time of each year.") == 1


@pytest.mark.parametrize(("key", "says"), [
    ("k-emil", "records on this student do not go far enough"),
    ("k-farah", "On no list No list is about this student."),
])  # fmt: skip
def test_without_a_score_the_page_says_why(service: ExampleService, key: str, says: str) -> None:
    words = words_of(Browser(service, "harbor", "s-ines").get(f"/students/{key}").text)
    assert says in words
    assert "in 10 students" not in words


def test_a_chart_has_its_table_behind_it(service: ExampleService) -> None:
    html = Browser(service, "harbor", "s-ines").get("/students/k-amara").text
    tags = Tags(html)
    assert tags.tags.count("figure") == 3
    assert html.count("<summary>Show as a table</summary>") == 2
    assert html.count("<summary>Show every mark</summary>") == 1
    assert "<title>Week of Nov 16, 2026: 2 of 5 days missed</title>" in html
    assert "<td>Nov 16, 2026</td>" in html


@pytest.mark.parametrize(("code", "leads_to", "called"), [
    ("", "/caseload", "Back to the list"),
    ("?show=all&amp;sort=name", "/caseload?show=all&amp;sort=name", "Back to the list"),
    ("?back=week", "/", "My week"),
    (f"?back=meeting-{'7' * 32}", f"/meetings/{'7' * 32}/students/k-amara", "Team meeting"),
    ("?back=//elsewhere.example", "/caseload", "Back to the list"),
])  # fmt: skip
def test_a_page_leads_back_to_where_it_was_opened(
    service: ExampleService, code: str, leads_to: str, called: str
) -> None:
    html = Browser(service, "harbor", "s-lena").get(f"/students/k-amara{code.replace('&amp;', '&')}").text
    assert f'<ol><li><a href="{leads_to}">{called}</a></li>' in html


@pytest.mark.parametrize(
    ("incidents", "said"),
    [
        ("minor 2026-10-01, minor 2026-10-02", ""),
        ("major 2026-05-20, minor 2026-10-02", ""),  # of last year
        ("minor 2026-09-01, major 2026-11-20", "Major (1), Minor (1). The last: Nov 20, 2026."),
        ("minor 2026-10-01, minor 2026-10-02, minor 2026-09-03", "Minor (3). The last: Oct 2, 2026."),
    ],
)
def test_incidents_that_no_reason_is_about_are_said_where_they_are_several_or_major(incidents: str, said: str) -> None:
    rows: list[JsonRow] = [dict(zip(("severity", "date"), one.split(), strict=True)) for one in incidents.split(", ")]
    sentence = incident_sentence(load_language("en"), rows, 2027)
    assert sentence == (f"Behavior on record this year: {said}" if said else "")

"""The caseload as a table to work with: filter, search, sort, pages, and a file that is no formula."""

import csv
import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pandas as pd
import pytest

from serving.pages.caseload_export import plain_cell
from serving.pages.caseload_filter import CaseloadFilter, pages_shown
from serving.scoring.run_writer import write_run
from serving.store.rows import AccessRow, RunRow
from serving.store.student_names import folded
from tests.serving.browser import Browser, Tags
from tests.serving.example_scores import with_scores
from tests.serving.example_service import TODAY, ExampleService, run_of, scored

FORMULAS = (
    '=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", " =1",
)  # fmt: skip


def names(html: str) -> list[str]:
    """The family names on the list, from the top."""
    return re.findall(r'<a href="/students/[^"]+">([^, ]+)', html)


def lena(service: ExampleService) -> Browser:
    """District staff of harbor."""
    return Browser(service, "harbor", "s-lena")


@pytest.mark.parametrize(("query", "shown"), [
    ("show=all&school=north", ["Boateng", "Castellanos", "&lt;img"]),
    ("show=all&school=south&band=many", ["Dunham"]),
    ("show=all&band=unknown", ["&lt;img"]),
    ("show=all&grade=9&contact=none", ["Castellanos", "Dunham", "Eklund", "&lt;img"]),
    ("show=all&sort=name", ["&lt;img", "Boateng", "Castellanos", "Dunham", "Eklund"]),
    ("show=all&sort=contact", ["Castellanos", "Dunham", "Eklund", "&lt;img", "Boateng"]),
    ("school=&grade=&band=&contact=&sort=list", ["Boateng", "Castellanos", "Dunham"]),
    ("show=all&grade=12", []),
])  # fmt: skip
def test_a_filter_narrows_and_sorts_and_stays_in_the_address(
    read_service: ExampleService, query: str, shown: list[str]
) -> None:
    html = lena(read_service).get(f"/caseload?{query}").text
    assert names(html) == shown
    assert ("Nobody is left" in html) == (not shown)


@pytest.mark.parametrize("query", ["band=red", "sort=risk", "grade=9%20or%201", "page=0", "show=x", "contact=all"])
def test_an_address_that_asks_for_what_is_not_there_is_refused(read_service: ExampleService, query: str) -> None:
    assert lena(read_service).get(f"/caseload?{query}").status_code == 422


def test_a_student_leads_back_to_the_same_list(read_service: ExampleService) -> None:
    browser = lena(read_service)
    html = browser.get("/caseload?show=all&school=north&sort=name&page=1").text
    (address,) = re.findall(r'href="(/students/k-bruno[^"]*)"', html)
    student = browser.get(address.replace("&amp;", "&")).text
    assert '<a href="/caseload?show=all&amp;school=north&amp;sort=name">' in student


@pytest.mark.parametrize(("words", "found"), [
    ("boateng", ["Boateng"]), ("AMARA", ["Boateng"]), ("boateng, amara", ["Boateng"]), ("gronholm", ["Grönholm"]),
    ("102", ["Dunham"]), ("a", ["&lt;img", "Boateng", "Castellanos", "Dunham", "Grönholm"]), ("zz", []),
    ("%", []), ("_", []), ("amara dunham", []),
])  # fmt: skip
def test_a_search_finds_by_name_or_number_whatever_case_and_accents(
    read_service: ExampleService, words: str, found: list[str]
) -> None:
    response = lena(read_service).post("/caseload", {"q": words})
    assert response.status_code == 200
    assert names(response.text) == found
    assert ("Nobody found" in response.text) == (not found)


@pytest.mark.parametrize(("words", "found"), [
    ("boatteng", ["Boateng"]), ("Bruno Castelanos", ["Castellanos"]), ("grönhlom", ["Grönholm"]), ("doateng", []),
    ("boateng dunhamm", []), ("999", []),
])  # fmt: skip
def test_a_misspelled_name_finds_those_that_are_like_it_and_says_so(
    read_service: ExampleService, words: str, found: list[str]
) -> None:
    html = lena(read_service).post("/caseload", {"q": words}).text
    assert names(html) == found
    assert ("Nobody has just such a name. These are like it." in html) == bool(found)
    assert "These are like it" not in lena(read_service).post("/caseload", {"q": "boateng"}).text
    assert names(Browser(read_service, "harbor", "s-jonas").post("/caseload", {"q": words}).text) == []


def test_a_search_finds_nobody_beyond_the_own_caseload_and_nobody_of_another_district(
    read_service: ExampleService,
) -> None:
    assert names(Browser(read_service, "harbor", "s-jonas").post("/caseload", {"q": "boateng"}).text) == []
    assert names(Browser(read_service, "mesa", "s-lena").post("/caseload", {"q": "boateng"}).text) == []
    assert names(Browser(read_service, "harbor", "s-ines").post("/caseload", {"q": "boateng"}).text) == ["Boateng"]


def test_what_is_searched_for_is_in_no_address_and_no_log(
    service: ExampleService, capsys: pytest.CaptureFixture[str]
) -> None:
    service = ExampleService(service.context.settings.home)  # once more, as pytest only now shows its standard error
    html = lena(service).post("/caseload?show=all", {"q": "Zzcanary Boateng"}).text
    lena(service).post("/caseload", {"q": "Boateng"})
    links = [value for key, value in Tags(html).attributes if key in {"href", "action"}]
    assert not [link for link in links if "canary" in link.lower() or "boateng" in link.lower()]
    assert "anary" not in capsys.readouterr().err
    logged = [str(vars(row)) for row in service.rows(AccessRow)]
    assert logged
    assert not [row for row in logged if "anary" in row or "Boateng" in row]
    assert len(names(lena(service).get("/caseload?q=Boateng").text)) == 3, "an address searches for nobody"


def test_a_form_of_another_site_neither_searches_nor_takes_a_file(read_service: ExampleService) -> None:
    for path, form in (("/caseload", {"q": "a"}), ("/caseload.csv", {"purpose": "meeting"})):
        assert lena(read_service).post(path, form, site="cross-site").status_code == 403


def file_of(service: ExampleService, query: str = "show=all") -> list[list[str]]:
    """The rows of the file that district staff takes."""
    response = lena(service).post(f"/caseload.csv?{query}", {"purpose": "meeting"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="caseload-2026-11-20.csv"'
    assert response.headers["cache-control"] == "no-store"
    return list(csv.reader(StringIO(response.text.removeprefix("\ufeff"), newline="")))


def test_a_file_holds_the_filtered_list_and_its_purpose_is_on_record(service: ExampleService) -> None:
    head, *rows = file_of(service, "show=all&school=north")
    assert head[:4] == ["Student", "Student number", "Grade", "School"]
    assert [row[0] for row in rows] == ["Boateng, Amara", "Castellanos, Bruno", "<img src=x onerror=alert(1)>, Emil"]
    assert rows[0][4:6] == ["Yes", "Many signals"]
    last = [row for row in service.rows(AccessRow) if isinstance(row, AccessRow)][-1]
    assert (last.action, last.object, last.reason) == ("export", "caseload file: meeting", "district")
    assert last.students == ["k-amara", "k-bruno", "k-emil"]


@pytest.mark.parametrize("form", [{}, {"purpose": ""}, {"purpose": "just because"}])
def test_without_a_purpose_there_is_no_file(service: ExampleService, form: dict[str, str]) -> None:
    assert lena(service).post("/caseload.csv", form).status_code == 422
    assert [row for row in service.rows(AccessRow) if isinstance(row, AccessRow) and row.action == "export"] == []


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_of_a_file_begins_like_a_formula(cell: str) -> None:
    assert plain_cell(cell) == f"'{cell}"
    assert plain_cell(f"x{cell}") == f"x{cell}"


def test_a_name_that_is_a_formula_is_text_in_the_file(service: ExampleService) -> None:
    run = run_of("harbor", TODAY + timedelta(days=7))
    students = run.roster.students.assign(last_name=list(FORMULAS[: len(run.roster.students)]))
    with service.write_session() as session:
        write_run(session, replace(run, roster=replace(run.roster, students=students)))
    for row in file_of(service)[1:]:
        assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(("page", "pages", "shown"), [
    (1, 1, (1,)), (1, 2, (1, 2)), (1, 25, (1, 2, 0, 25)), (2, 25, (1, 2, 3, 0, 25)), (4, 25, (1, 2, 3, 4, 5, 0, 25)),
    (13, 25, (1, 0, 12, 13, 14, 0, 25)), (25, 25, (1, 0, 24, 25)),
])  # fmt: skip
def test_a_pager_reaches_the_last_page_in_one_click(page: int, pages: int, shown: tuple[int, ...]) -> None:
    assert pages_shown(page, pages) == shown


def test_the_pages_of_a_filtered_list_keep_its_filter(service: ExampleService) -> None:
    run = run_of("harbor", TODAY + timedelta(days=7))
    many = [(f"k-{i:03}", str(i), "Gil", f"Number{i:03}", 9, "north") for i in range(1, 121)]
    students = pd.DataFrame(many, columns=run.roster.students.columns)
    roster = replace(run.roster, caseloads=run.roster.caseloads.head(0), students=students)
    scores = tuple(scored(key, "north", 0.5, i) for i, (key, *_) in enumerate(many, start=1))
    with service.write_session() as session:
        write_run(session, with_scores(replace(run, roster=roster), scores))
    html = lena(service).get("/caseload?show=all&band=many&sort=name").text
    assert (
        re.findall(r'href="(/caseload[^"]*page=\d+)"', html)[0]
        == "/caseload?show=all&amp;band=many&amp;sort=name&amp;page=2"
    )
    assert names(lena(service).get("/caseload?show=all&band=many&sort=name&page=3").text)[-1] == "Number120"
    assert len(file_of(service)) == 121, "a file has every page"


def test_an_address_says_only_what_is_not_as_usual() -> None:
    assert CaseloadFilter().address == "/caseload"
    assert CaseloadFilter(show="all", band="many", page=2).address == "/caseload?show=all&band=many&page=2"
    assert CaseloadFilter(show="all", page=4).showing("week").address == "/caseload"


def test_a_contact_of_an_earlier_school_year_is_not_shown_as_one_of_now(service: ExampleService) -> None:
    run = run_of("harbor", TODAY + timedelta(days=7))
    supports = run.roster.supports.assign(date=pd.to_datetime(["2025-02-10"]))
    with service.write_session() as session:
        write_run(session, replace(run, roster=replace(run.roster, supports=supports)))
    listed = re.sub(r"\s+", " ", Tags(lena(service).get("/caseload").text).words)
    assert "Not this year" in listed
    assert "last: Feb 10, 2025" in listed
    page = re.sub(r"\s+", " ", Tags(lena(service).get("/students/k-amara").text).words)
    assert "None so far this school year. Earlier:" in page
    assert "school year 2024–25" in page


@pytest.mark.parametrize(
    ("text", "plain"), [("Álvarez, Aiko", "alvarez  aiko"), ("STRAßE", "strasse"), ("Nuñez", "nunez")]
)
def test_names_are_compared_without_case_and_accents(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_a_list_that_was_not_followed_by_a_newer_one_says_how_old_its_records_are(service: ExampleService) -> None:
    browser = lena(service)
    assert "days old" not in browser.get("/caseload").text
    with service.write_session() as session:
        for run in session.query(RunRow).filter(RunRow.district_id == "harbor"):
            run.data_through = TODAY - timedelta(days=9)
    for path in ("/caseload", "/students/k-amara"):
        assert "The newest records are 9 days old." in browser.get(path).text

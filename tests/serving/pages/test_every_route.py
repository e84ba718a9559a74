"""Every route of the pages, read from the application: who may open it, what reading changes, and forged forms."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from serving.access.people import NewPerson, add_person
from serving.access.permissions import give_permission
from serving.app import PAGE_ROUTERS
from serving.route_access import access_of, routes_of
from serving.store.rows import Row
from serving.store.support_rows import FollowUpRow
from tests.serving.browser import Browser
from tests.serving.conftest import copy_prepared, opened
from tests.serving.district_rows import NOT_COMPARED, names_of, rows_of
from tests.serving.example_service import NOW, ExampleService
from tests.serving.pages.example_entries import AUTHORS, DRAFT, IDS, SAID, SECRET, write_everything

ROUTES = sorted((method, route.path) for route in routes_of(PAGE_ROUTERS) for method in route.methods or ())
BEHIND_A_DOOR = [route for route in routes_of(PAGE_ROUTERS) if access_of(route) != "anyone"]
NOT_THERE = {"/models/card", "/models/proposals", "/models/proposals/{proposal_id}", "/purge/{purge_id}"}
"""Addresses of what this service does not have: a model, a proposal, a certificate."""
FORMS = [path for method, path in ROUTES if method == "POST"]
WITHOUT_TOKEN = {"/sign-in", "/sign-in/code", "/sign-out", "/caseload", "/caseload.csv"}
"""Forms that change nothing of a student: another site's are refused by their origin."""

# x: may. Everybody's own pages are not in the table. Where a student is not seen, nothing about the student may be.
MAY = """
    route                    author principal district
    see                      x      x         x
    family                   x      x         x
    write                    x      x         .
    own                      x      .         .
    restricted               x      .         .
    report                   x      x         x
    problems                 .      .         x
"""
KIND = {
    "": "see", "family": "family", "plans/{plan_id}": "see", "contacts/{contact_id}": "own",
    "contacts/{contact_id}/take-back": "own", "notes/{note_id}": "own", "snooze/{snooze_id}/end": "own",
    "restricted/{entry_id}": "restricted", "problems/new": "report", "problems": "report",
}  # fmt: skip
"""The row of the table for a route below a student; the others are `write`. Of plans, a form is `write`."""
PEOPLE = {
    ("harbor", "s-jonas"): "", ("harbor", "s-mateo"): "", ("mesa", "s-ines"): "", ("mesa", "s-jonas"): "",
    ("harbor", "s-lena"): "district", ("harbor", "s-kira"): "principal", ("harbor", "s-ines"): "author",
}  # fmt: skip
"""Somebody of a district, and what they are to the student; those who see nothing of the student come first."""


@pytest.fixture(scope="module")
def harbor_alone() -> dict[str, list[str]]:
    """The rows of the harbor district before anything was written in the other one."""
    return {}


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory, prepared: Path, harbor_alone: dict[str, list[str]]
) -> Iterator[ExampleService]:
    """A service in which one of everything is written in both districts, under the same ids."""
    folder = tmp_path_factory.mktemp("written")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        write_everything(service, "harbor")
        harbor_alone |= rows_of(service, "harbor")
        write_everything(service, "mesa")
        yield service


def may() -> dict[tuple[str, str], bool]:
    """The drawn table as (kind of route, who) → may."""
    head, *lines = [line.split() for line in MAY.strip().splitlines()]
    return {(line[0], who): cell == "x" for line in lines for who, cell in zip(head[1:], line[1:], strict=True)}


def kind_of(method: str, path: str) -> str:
    """The row of the table for a route about a student."""
    if path == "/problems/{problem_id}":
        return "problems"
    kind = KIND.get(path.removeprefix("/students/{student_key}").strip("/"), "write")
    return "write" if method == "POST" and kind == "see" else kind


def filled(service: ExampleService, path: str, student: str = "k-amara", *, district_id: str = "harbor") -> str:
    """A route's address, for the entries of a district."""
    (follow_up,) = (
        row for row in service.rows(FollowUpRow) if isinstance(row, FollowUpRow) and row.district_id == district_id
    )
    return path.format(
        student_key=student,
        follow_up_id=follow_up.follow_up_id,
        proposal_id="0" * 32,
        purge_id="0" * 32,
        staff_id="s-jonas",
        **IDS,
    )


def content(service: ExampleService) -> dict[str, list[str]]:
    """Every row of every table but those that note who read what."""
    with service.read_session() as session:
        return {
            name: sorted(str(row) for row in session.execute(select(table)))
            for name, table in Row.metadata.tables.items()
            if name not in NOT_COMPARED
        }


def test_what_people_write_in_one_district_under_the_ids_of_another_changes_no_row_of_it(
    written: ExampleService, harbor_alone: dict[str, list[str]]
) -> None:
    assert rows_of(written, "harbor") == harbor_alone
    assert len([name for name, rows in rows_of(written, "mesa").items() if rows]) > 20


def test_reading_changes_nothing(written: ExampleService) -> None:
    before, ines = content(written), Browser(written, "harbor", "s-ines")
    for method, path in ROUTES:
        if method == "GET":
            ines.get(filled(written, path))
    assert content(written) == before


def test_a_forged_form_changes_nothing(written: ExampleService) -> None:
    before, ines = content(written), Browser(written, "harbor", "s-ines")
    assert len(FORMS) > 15
    for path in FORMS:
        address = filled(written, path)
        assert ines.post(address, {"token": "x"}, site="cross-site").status_code == 403, path
        assert ines.post(address, {}, site="same-site").status_code == 403, path
        if path not in WITHOUT_TOKEN:
            assert ines.post(address, {}).status_code == 403, path
            assert ines.post(address, {"token": "0" * 64}).status_code == 403, path
    assert content(written) == before


def test_everybody_opens_of_a_student_what_the_table_says_and_nobody_reads_what_is_not_theirs(
    written: ExampleService,
) -> None:
    table = may()
    about = [one for one in ROUTES if "{student_key}" in one[1] or "{problem_id}" in one[1]]
    for (district_id, staff_id), who in PEOPLE.items():
        browser = Browser(written, district_id, staff_id)
        for method, path in about:
            address = filled(written, path)
            answer = browser.get(address) if method == "GET" else browser.send(address)
            allowed = table.get((kind_of(method, path), who), False)
            assert (answer.status_code != 404) == allowed, (district_id, staff_id, method, path)
            assert answer.status_code in {200, 303, 404, 422}
            assert not leaked(answer.text, path, who), (district_id, staff_id, method, path)


def leaked(html: str, path: str, who: str) -> list[str]:
    """What a page says to somebody that it must not."""
    if not who:
        return [word for word in (SAID, DRAFT, SECRET) if word in html]
    asked = path.endswith("/restricted/{entry_id}")
    hidden = [] if asked and who == "author" else [SECRET]
    return [word for word in (*hidden, *([] if who == "author" else [DRAFT])) if word in html]


AGREED = (f"{SAID} is in school four days a week", f"{SAID} call again")
"""What the sheet for the family has of what people wrote: the goal of the plan, and the family's next step, once."""


def test_a_list_a_file_and_a_sheet_have_no_word_that_people_wrote_but_what_was_agreed_with_the_family(
    written: ExampleService,
) -> None:
    for staff_id in ("s-ines", "s-kira", "s-lena"):
        browser = Browser(written, "harbor", staff_id)
        pages = [
            browser.get("/caseload?show=all").text,
            browser.post("/caseload.csv?show=all", {"purpose": "meeting"}).text,
        ]
        sheet = browser.get("/students/k-amara/family").text
        for words in AGREED:
            sheet = sheet.replace(words, "", 1)
        pages.append(sheet)
        assert not [word for html in pages for word in (SAID, DRAFT, SECRET) if word in html], staff_id
        assert SECRET not in browser.get("/").text


def test_of_a_restricted_note_everybody_who_sees_the_student_sees_that_there_is_one(written: ExampleService) -> None:
    for staff_id in ("s-ines", "s-kira", "s-lena"):
        page = Browser(written, "harbor", staff_id).get("/students/k-amara").text
        assert page.count("Restricted</span>") == 2
        assert ("/restricted/" in page) == (staff_id == "s-ines")


def everybody(service: ExampleService, district_id: str) -> list[Browser]:
    """Somebody for each thing that routes ask for: students, the district, people and their access, what is shared."""
    with service.write_session() as session:
        for role in ("privacy_officer", "data_team"):
            person = NewPerson(f"p-{role}", "Pat", "Zed", f"{role}@{district_id}.org", role)
            add_person(session, district_id, person)
        give_permission(session, district_id, "p-privacy_officer", "administration", NOW)
    people = (AUTHORS[district_id], "s-lena", "p-data_team", "p-privacy_officer", "s-kira")
    return [Browser(service, district_id, one) for one in people]


def told(browsers: Sequence[Browser], method: str, address: str) -> tuple[int, str]:
    """What a route answers the first of some people who may open it: its status, its page, and where it leads."""
    for browser in browsers:
        answer = browser.get(address) if method == "GET" else browser.send(address)
        if answer.status_code != 404:
            break
    return answer.status_code, f"{answer.text} {answer.headers.get('location', '')}"


def test_no_route_tells_or_changes_anything_of_another_district(written: ExampleService) -> None:
    """District × district × route, reading and writing, under the same ids; it comes last, as it writes."""
    asked = [(method, route.path) for route in BEHIND_A_DOOR for method in route.methods or ()]
    opened = set()
    for district_id, other in (("harbor", "mesa"), ("mesa", "harbor")):
        before, foreign = rows_of(written, other), names_of(other)
        browsers = everybody(written, district_id)
        for method, path in asked:
            status, said = told(browsers, method, filled(written, path, district_id=district_id))
            assert not [name for name in foreign if name in said], (district_id, method, path)
            opened |= {path} if status != 404 else set()
        assert rows_of(written, other) == before, district_id
    assert {path for _, path in asked} - opened <= NOT_THERE


def test_a_page_that_tells_of_another_district_is_found(written: ExampleService) -> None:
    written.app.get("/leak")(lambda: {"said": "Abel Quintana"})
    _, said = told([Browser(written, "harbor", "s-lena")], "GET", "/leak")
    assert [name for name in names_of("mesa") if name in said] == ["Quintana"]

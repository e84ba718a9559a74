"""Words of a restricted note or contact: asked for by who may, and in nothing else that leaves the service.

Routes, tables and files are taken from the application itself, so that a new way out is tried without being named here.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import get_args

import pandas as pd
import pytest
from sqlalchemy import select

from features.warehouse.file import change_warehouse, open_warehouse
from serving.access.people import NewPerson, add_person
from serving.access.permissions import give_permission
from serving.access.scopes import SCOPES
from serving.app import API_ROUTERS, PAGE_ROUTERS
from serving.route_access import access_by_route
from serving.store.rows import Row, RunRow
from serving.store.support_rows import FollowUpRow
from serving.support.warehouse_export import SupportExport, export_supports
from serving.webhooks.announcements import announce_news
from serving.webhooks.endpoints import Event
from tests.serving.browser import ApiClient, Browser
from tests.serving.conftest import copy_prepared, opened
from tests.serving.district_rows import NOT_COMPARED
from tests.serving.example_service import NOW, TODAY, ExampleService
from tests.serving.pages.example_entries import CONTACT, IDS, SECRET, STUDENT, write_everything

KIRAS, TURNED = "3" * 32, "4" * 32
"""Contacts that a follow-up was asked for with: restricted from the first, and later."""
TELLING = {"notes", "contacts", "revisions"}
"""Tables that hold such words."""
ACCEPTED = ("application/json", "application/x-ndjson", "text/csv")
STAFF = ("s-ines", "s-kira", "s-lena", "p-data_team", "p-privacy_officer")
FIELDS = {
    "/caseload": {"q": "a"}, "/caseload.csv": {"purpose": "meeting"}, "/access-log": {"q": "100"},
    "/meetings": {"held_on": "2026-11-27", "student:k-amara": "yes"},
}  # fmt: skip
"""What a form asks for, so that it is answered with what was looked for."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service in which words were restricted in every way, followed up, changed, exported and told."""
    folder = tmp_path_factory.mktemp("restricted")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        told_elsewhere(service)
        write_everything(service, "harbor")
        restrict(service)
        export(service)
        yield service


def told_elsewhere(service: ExampleService) -> None:
    """An endpoint that wants every event, from before the first run on."""
    service.clock.now = NOW - timedelta(days=800)
    form = {"url": "https://93.184.216.34/told", "events": list(get_args(Event))}
    assert ApiClient(service, "harbor", "webhooks.manage").ask("POST", "/v1/webhooks", form).status_code == 201
    service.clock.now = NOW


def restrict(service: ExampleService) -> None:
    """Contacts with a next step that a colleague is asked for; of one the words are restricted after that."""
    ines = Browser(service, "harbor", "s-ines")
    step = {"result": f"{SECRET} call", "next_step": f"{SECRET} step", "due_on": f"{TODAY}", "asked_of": "s-kira"}
    for entry, restricted in ((KIRAS, {"restricted": "yes"}), (TURNED, {})):
        assert ines.send(f"{STUDENT}/contacts", **CONTACT, **step, **restricted, entry=entry).status_code == 303
    changed = {**CONTACT, **step, "due_on": "", "restricted": "yes", "revision": "1"}
    assert ines.send(f"{STUDENT}/contacts/{TURNED}", **changed).status_code == 303
    note = {"body": f"{SECRET} words anew", "restricted": "yes", "revision": "1"}
    assert ines.send(f"{STUDENT}/notes/{IDS['entry_id']}", **note).status_code == 303


def export(service: ExampleService) -> None:
    """A warehouse that what people wrote is exported to, and messages to programs."""
    path = service.context.settings.warehouse("harbor")
    path.parent.mkdir(parents=True)
    load = {"digest": "x", "district_id": "harbor", "known_on": TODAY, "load_id": 1, "withdrawn": False}
    with change_warehouse(path) as writer:
        writer.add("loads", pd.DataFrame([load]))
    assert export_supports(service.context.settings, service.context.engine, "harbor") != SupportExport(0, 0)
    with service.write_session() as session:
        announce_news(session, service.context.settings, "harbor")
        for role in ("privacy_officer", "data_team"):
            add_person(session, "harbor", NewPerson(f"p-{role}", "Pat", "Zed", f"{role}@harbor.org", role))
        give_permission(session, "harbor", "p-privacy_officer", "administration", NOW)


def addresses(path: str, service: ExampleService) -> list[str]:
    """A route's address for each restricted entry and its student, of the newest run."""
    parts = {name for _, name, _, _ in Formatter().parse(path) if name}
    run = next(one for one in service.rows(RunRow) if isinstance(one, RunRow) and one.district_id == "harbor")
    known = {**IDS, "student_key": "k-amara", "student_id": "100", "run_id": run.run_id, "staff_id": "s-jonas"}
    entries = ((KIRAS, KIRAS), (TURNED, TURNED), ("9" * 32, IDS["entry_id"]))
    unknown = dict.fromkeys(parts, "0" * 32)
    filled = [{**unknown, **known, "contact_id": contact, "entry_id": entry} for contact, entry in entries]
    return sorted({path.format(**{**values, "note_id": IDS["entry_id"]}) for values in filled})


def test_no_page_and_no_file_has_them_but_where_their_author_asks(written: ExampleService) -> None:
    """Reading first, then every form; what an answer may not say is looked for in each, whatever its status."""
    found, routes = set(), sorted(access_by_route(PAGE_ROUTERS), key=lambda one: one.startswith("POST"))
    for staff_id in STAFF:
        browser = Browser(written, "harbor", staff_id)
        for method, _, path in (route.partition(" ") for route in routes):
            if "sign-out" in path or (method == "POST" and staff_id == "s-ines" and "{" in path):
                continue
            for address in addresses(path, written):
                answer = browser.get(address) if method == "GET" else browser.send(address, **FIELDS.get(path, {}))
                if SECRET in answer.text + str(answer.headers):
                    found.add((staff_id, method, address.removeprefix(STUDENT)))
    assert {(who, method) for who, method, _ in found} == {("s-ines", "GET")}
    assert {address for _, _, address in found} == {
        f"/restricted/{KIRAS}", f"/restricted/{TURNED}", f"/restricted/{IDS['entry_id']}",
        f"/contacts/{KIRAS}", f"/contacts/{TURNED}", f"/contacts/{'9' * 32}", f"/notes/{IDS['entry_id']}",
    }  # fmt: skip


def test_no_answer_to_a_program_has_them_in_any_form(written: ExampleService) -> None:
    program, answered = ApiClient(written, "harbor", *SCOPES), set()
    for method, _, path in (route.partition(" ") for route in access_by_route(API_ROUTERS)):
        if method not in {"GET", "POST"}:
            continue
        for address in addresses(path, written):
            for accepted in ACCEPTED if method == "GET" else ACCEPTED[:1]:
                program.headers["Accept"] = accepted
                body = None if method == "GET" else {"student_id": "100", "query": "a", "name": "a"}
                answer = program.ask(method, address, body)
                assert SECRET not in answer.text, (address, accepted)
                answered |= {path} if answer.status_code == 200 else set()
    assert {"/v1/contacts", "/v1/plans", "/v1/scores", "/v1/scoring-runs/{run_id}/scores", "/v1/webhooks"} <= answered


def test_no_other_table_no_warehouse_and_no_file_holds_them(written: ExampleService) -> None:
    with written.read_session() as session:
        rows = {name: [str(row) for row in session.execute(select(one))] for name, one in Row.metadata.tables.items()}
    assert {name for name, held in rows.items() if any(SECRET in row for row in held)} == TELLING
    assert rows["webhook_messages"], "programs were told"
    assert [name for name in NOT_COMPARED if rows[name]], "people were noted"
    settings = written.context.settings
    with open_warehouse(settings.warehouse("harbor")) as reader:
        names = [name for (name,) in reader.connection.execute("SHOW TABLES").fetchall()]
        held = {name: str(reader.connection.execute(f"SELECT * FROM {name}").fetchall()) for name in names}
    assert "contact" in held["supports"]
    assert not [name for name, said in held.items() if SECRET in said]
    files = [path for path in settings.home.rglob("*") if path.is_file() and ".db" not in path.name]
    assert not [path.name for path in files if SECRET.encode() in path.read_bytes()]


def test_a_follow_up_of_a_restricted_contact_says_only_that_there_is_one(written: ExampleService) -> None:
    tasks = {row.contact_id: row.task for row in written.rows(FollowUpRow) if isinstance(row, FollowUpRow)}
    assert (tasks[KIRAS], tasks[TURNED]) == ("", "")
    kira = Browser(written, "harbor", "s-kira")
    for address in ("/", STUDENT):
        assert kira.get(address).text.count("Next step of a restricted contact") >= 2, address

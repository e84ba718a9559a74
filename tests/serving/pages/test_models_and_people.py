"""Models: two people make a release. People: who may sign in, what each sees. The log: who saw a student."""

import re
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from models.releases import ReleaseKey, release_log
from serving.access.authorize import ROLE_ACTIONS
from serving.access.people import NewPerson, add_person
from serving.access.permissions import give_permission
from serving.access.scopes import SCOPES
from serving.pages.card_view import Block, CardSection, Span, card_sections
from serving.pages.models_view import part_line
from serving.store.district_scope import enter_district
from serving.store.rows import AccessRow
from serving.store.total_rows import ReleaseProposalRow
from serving.wording.access_log import ACTIONS
from serving.wording.locale import load_language
from tests.models.part_examples import AUTUMN, FIRST_WEEKS, SPRING, model_by_part
from tests.serving.browser import Browser
from tests.serving.example_releases import OUTCOME, release, release_model, release_rule
from tests.serving.example_service import NOW, ExampleService

NOT_LOGGED = {
    "see_totals", "see_audit", "sign_audit", "see_models", "release_model", "see_people",
    "see_collaborative",
}  # fmt: skip
"""What is about no student: no row of the access log is of it."""
KEY = ReleaseKey("harbor", OUTCOME, "9")


def added(service: ExampleService, staff_id: str, role: str) -> Browser:
    """Somebody added by hand with a role, signed in."""
    with service.write_session() as session:
        person = NewPerson(staff_id, staff_id.title(), "Added", f"{staff_id}@office.org", role)
        add_person(session, "harbor", person)
    return Browser(service, "harbor", staff_id)


def test_what_one_person_proposes_another_confirms_and_nobody_both(service: ExampleService) -> None:
    model, rule = release_model(service, "harbor"), release_rule(service, "harbor")
    dana, eli = added(service, "dana", "data_team"), added(service, "eli", "data_team")
    form = {"outcome": OUTCOME, "action": "promote", "digest": model.digest, "reason": "again", "entry": "c" * 32}
    assert Browser(service, "harbor", "s-lena").send("/models/proposals", **form).status_code == 404
    assert dana.send("/models/proposals", **form).status_code == 303
    decide = f"/models/proposals/{'c' * 32}"
    assert dana.send(decide, decision="confirmed").status_code == 422
    assert release_log(service.context.settings.home, KEY)[-1].digest == rule.digest
    assert eli.send(decide, decision="confirmed").status_code == 303
    newest = release_log(service.context.settings.home, KEY)[-1]
    assert (newest.digest, newest.by) == (model.digest, "Eli Added")
    assert "Dana Added" in newest.reason
    assert eli.send(decide, decision="confirmed").status_code == 404


def test_a_rollback_is_offered_only_while_something_served_before(service: ExampleService) -> None:
    rule, _ = release_rule(service, "harbor"), release_model(service, "harbor")
    dana, eli = added(service, "dana", "data_team"), added(service, "eli", "data_team")
    assert "Propose to roll back" in dana.get("/models").text
    dana.send("/models/proposals", outcome=OUTCOME, action="rollback", digest="", reason="odd", entry="f" * 32)
    assert "<code></code>" not in eli.get("/models").text
    assert eli.send(f"/models/proposals/{'f' * 32}", decision="confirmed").status_code == 303
    assert release_log(service.context.settings.home, KEY)[-1].digest == rule.digest
    assert "Propose to roll back" not in dana.get("/models").text


@pytest.mark.parametrize(
    ("first", "says"),
    [("rule", "A model serves where it passed; elsewhere the published rule."), ("model", "A model serves.")],
)
def test_what_serves_is_said_as_the_parts_of_the_year_have_it(
    service: ExampleService, first: Literal["rule", "model"], says: str
) -> None:
    parts = (replace(FIRST_WEEKS, serves=first, verdict="pass" if first == "model" else "fail"), AUTUMN, SPRING)
    drawn, verdicts = model_by_part(parts), {part.name: part.verdict for part in parts}
    gate = {**(drawn.gate or {}), "district_id": "harbor", "outcome": OUTCOME, "parts": verdicts}
    release(service, "harbor", replace(drawn, gate=gate, name=OUTCOME, grade_band="9"))
    page = added(service, "dana", "data_team").get("/models").text
    assert f'<p class="lead-line">{says}</p>' in page


def test_a_part_of_the_year_in_which_no_number_is_told_says_so() -> None:
    told = [part_line(load_language("en"), replace(FIRST_WEEKS, numbers=numbers)).tells for numbers in (True, False)]
    assert told == ["Order and numbers", "Order only"]


def test_the_last_part_of_the_year_has_no_last_week() -> None:
    english = load_language("en")
    assert [part_line(english, one, last=one is SPRING).weeks for one in (AUTUMN, SPRING)] == ["11–20", "From 21 on"]
    assert part_line(english, replace(SPRING, from_week=0), last=True).weeks == "All"


def test_a_model_card_is_shown_as_sections_and_what_programs_read_apart() -> None:
    card = "---\nkind: rule\n---\n# x\n\nFor all.\n\n## Uses\n\n- **Money**: `no`.\n| A | B |\n| - | - |\n| 1 | 2 |\n"
    header, (first, uses) = card_sections(card)
    assert (header, first, uses.title) == ("kind: rule", CardSection("", (text("For all."),)), "Uses")
    listed, table = uses.blocks
    assert listed.lines == ((Span("strong", "Money"), Span("", ": "), Span("code", "no"), Span("", ".")),)
    assert [[cell[0].words for cell in row] for row in table.rows] == [["A", "B"], ["1", "2"]]


def text(words: str) -> Block:
    """A paragraph."""
    return Block("text", ((Span("", words),),))


def test_what_somebody_turns_down_while_another_confirms_it_is_not_released(service: ExampleService) -> None:
    model, rule = release_model(service, "harbor"), release_rule(service, "harbor")
    dana, eli = added(service, "dana", "data_team"), added(service, "eli", "data_team")
    dana.send("/models/proposals", outcome=OUTCOME, action="promote", digest=model.digest, entry="e" * 32)
    with ThreadPoolExecutor(1) as other:
        with service.write_session() as session:
            enter_district(session, "harbor")
            row = session.get(ReleaseProposalRow, ("harbor", "e" * 32))
            assert row is not None
            row.decision = "refused"
            session.flush()
            confirmed = other.submit(eli.send, f"/models/proposals/{'e' * 32}", decision="confirmed")
            wait([confirmed], timeout=0.5)
        assert confirmed.result().status_code == 404
    assert release_log(service.context.settings.home, KEY)[-1].digest == rule.digest


def test_a_bundle_that_the_gate_refuses_is_refused_while_others_write_and_the_page_says_why(
    service: ExampleService,
) -> None:
    release_model(service, "mesa")
    mesas = release_model(service, "mesa").digest
    release_rule(service, "harbor")
    dana, eli = added(service, "dana", "data_team"), added(service, "eli", "data_team")
    dana.send("/models/proposals", outcome=OUTCOME, action="promote", digest=mesas, entry="d" * 32)
    with service.write_session() as session:
        session.connection()
        answer = eli.send(f"/models/proposals/{'d' * 32}", decision="confirmed")
    assert answer.status_code == 422
    assert "gate.json is for mesa" in answer.text
    (row,) = service.rows(ReleaseProposalRow)
    assert isinstance(row, ReleaseProposalRow)
    assert row.decision == ""


def test_the_page_of_people_changes_nothing_without_the_permission(service: ExampleService) -> None:
    officer = added(service, "omar", "privacy_officer")
    assert "Moreno, Ines" in officer.get("/people").text
    assert "New password" not in officer.get("/people").text
    assert officer.send("/people/s-ines/password").status_code == 404
    assert officer.send("/people/s-ines/end").status_code == 404
    assert "4 students" in officer.get("/people/s-ines").text
    assert Browser(service, "harbor", "s-ines").get("/people").status_code == 404


def test_who_administers_gives_a_password_once_and_ends_access_but_not_their_own(service: ExampleService) -> None:
    with service.write_session() as session:
        give_permission(session, "harbor", "s-lena", "administration", NOW)
    lena, ines = Browser(service, "harbor", "s-lena"), Browser(service, "harbor", "s-ines")
    assert "shown once" in lena.send("/people/s-ines/password").text
    assert "shown once" not in lena.get("/people").text
    assert ines.get("/").status_code == 303
    (row,) = (one for one in service.rows(AccessRow) if isinstance(one, AccessRow))
    assert (row.subject, row.action, row.object) == ("staff:s-lena", "manage_people", "new password: staff:s-ines")
    assert lena.send("/people/s-ines/end").status_code == 200
    assert lena.send("/people/s-lena/end").status_code == 422
    assert lena.send("/people/nobody/end").status_code == 404


def test_the_log_names_everybody_who_saw_a_student_and_says_that_its_chain_holds(service: ExampleService) -> None:
    Browser(service, "harbor", "s-ines").get("/students/k-amara")
    Browser(service, "harbor", "s-ines").get("/students/k-amara/plans/new")
    Browser(service, "harbor", "s-jonas").get("/students/k-chloe")
    officer = added(service, "omar", "privacy_officer")
    page = officer.send("/access-log", q="100").text
    assert "Ines Moreno" in page
    assert "Jonas Nakamura" not in page
    assert "Jonas Nakamura" in officer.send("/access-log", q="nakam").text
    assert re.search(
        r"The log was checked through \w+ \d+, \d{4} \d\d:\d\d: each row follows from the one before", page
    )
    assert "2 rows are on record" in page
    assert "Opened: form of a plan" in page
    assert f"{service.clock().astimezone(ZoneInfo('America/Los_Angeles')):%H:%M}" in page
    assert "Abrió: página del estudiante" in officer.get("/access-log?lang=es").text
    assert set(SCOPES) | {action for one in ROLE_ACTIONS.values() for action in one} - NOT_LOGGED <= set(ACTIONS)
    assert Browser(service, "harbor", "s-lena").get("/access-log").status_code == 404


def test_who_looks_into_the_log_stands_in_it_with_the_student_they_asked_for(service: ExampleService) -> None:
    officer = added(service, "omar", "privacy_officer")
    officer.get("/access-log")
    officer.send("/access-log", q="100")
    looked = [(row.action, row.object, row.students) for row in service.rows(AccessRow) if isinstance(row, AccessRow)]
    assert looked == [("audit_access", "access log", []), ("audit_access", "access log", ["k-amara"])]
    assert "Looked into: this log" in officer.send("/access-log", q="100").text


def test_all_that_is_set_about_how_long_things_are_kept_stands_together(service: ExampleService) -> None:
    page = added(service, "omar", "privacy_officer").get("/people").text
    for setting in ("service.keep_runs", "support.written_years = 0", "support.list_years = 0"):
        assert f"<code>{setting}</code>" in page
    assert page.count("Kept for good") == 2


def test_people_come_fifty_at_a_time_and_are_found_by_name(service: ExampleService) -> None:
    officer = added(service, "omar", "privacy_officer")
    with service.write_session() as session:
        for i in range(60):
            new = NewPerson(f"x-{i}", "Zoe", f"Zz{i:02}", f"zoe{i}@example.org", "observer")
            add_person(session, "harbor", new)
    page = officer.get("/people").text
    assert page.count('<th scope="row">') == 50
    assert "The first 50 people are shown" in page
    assert "Zz59" not in page
    found = officer.send("/people", q="zz59, zoe").text
    assert found.count('<th scope="row">') == 1
    assert "Zz59, Zoe" in found
    assert "Nobody has such a name" in officer.send("/people", q="%").text
    assert Browser(service, "harbor", "s-ines").send("/people", q="zz59").status_code == 404
    assert officer.post("/people", {"token": "0" * 128, "q": "zz59"}).status_code == 403

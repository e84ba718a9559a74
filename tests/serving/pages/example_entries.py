"""One of everything that people write about a student, in two districts under the same ids."""

from dataclasses import dataclass

from serving.access.permissions import give_permission
from serving.store.database import write_session
from tests.serving.browser import Browser
from tests.serving.example_service import NOW, TODAY, ExampleService

IDS = {
    "contact_id": "a" * 32, "plan_id": "b" * 32, "note_id": "c" * 32, "entry_id": "d" * 32, "snooze_id": "e" * 32,
    "problem_id": "f" * 32, "meeting_id": "7" * 32, "cover_id": "6" * 32,
}  # fmt: skip
AUTHORS = {"harbor": "s-ines", "mesa": "s-mateo"}
SECRET, DRAFT, SAID = "Zzsecret", "Zzdraft", "Zzsaid"
"""What a restricted note, a draft and everything else say."""
STUDENT = "/students/k-amara"
CONTACT = {"kind": "call", "party": "family", "day": f"{TODAY}", "reached": "yes"}
PLAN = {
    "goal": f"{SAID} is in school four days a week", "strategy": "check-in", "champion": "s-ines",
    "start_date": "2026-11-02", "weeks": "6", "sessions_a_week": "2",
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A service in which people wrote; `follow_up` is the id of the open one."""

    service: ExampleService
    follow_up: str


def permit(service: ExampleService, district_id: str, staff_id: str) -> None:
    """Gives somebody the permission for restricted notes."""
    with write_session(service.engine, district_id) as session:
        give_permission(session, district_id, staff_id, "restricted_notes", NOW)


def write_everything(service: ExampleService, district_id: str) -> None:
    """One of everything about one student of a district, by the student's counselor."""
    author = AUTHORS[district_id]
    permit(service, district_id, author)
    browser = Browser(service, district_id, author)
    step = {"next_step": f"{SAID} call again", "due_on": "2026-11-24", "asked_of": author}
    forms = (
        ("contacts", {**CONTACT, **step, "result": f"{SAID} contact", "entry": IDS["contact_id"]}),
        ("plans", {**PLAN, "champion": author, "entry": IDS["plan_id"]}),
        (f"plans/{IDS['plan_id']}/sessions", {"day": "2026-11-05", "held": "yes", "note": f"{SAID} session"}),
        ("notes", {"body": f"{DRAFT} note", "draft": "yes", "entry": IDS["note_id"]}),
        ("notes", {"body": f"{SECRET} note", "restricted": "yes", "entry": IDS["entry_id"]}),
        ("contacts", {**CONTACT, "result": f"{SECRET} contact", "restricted": "yes", "entry": "9" * 32}),
        ("answer", {"answer": "disagree", "reason": f"{SAID} reason"}),
        ("snooze", {"reason": f"{SAID} trip", "until": "2026-12-01", "entry": IDS["snooze_id"]}),
        ("problems", {"subject": "marks", "description": f"{SAID} mark", "entry": IDS["problem_id"]}),
    )
    meeting = browser.send("/meetings", held_on=f"{TODAY}", entry=IDS["meeting_id"], **{"student:k-amara": "yes"})
    decision = {"meaning": f"{SAID} bus", "decision": f"{SAID} ask", "revision": "1"}
    assert browser.send(f"{meeting.headers['location']}{STUDENT}", **decision).status_code == 303
    away = {"absent": author, "start_date": "2026-12-01", "end_date": "2026-12-04", "entry": IDS["cover_id"]}
    colleague = next(one for one in ("s-mateo", "s-ines") if one != author)
    assert browser.send("/cover", **away, colleague=colleague).status_code == 303
    for place, form in forms:
        answer = browser.send(f"{STUDENT}/{place}", **form)
        assert answer.status_code == 303, (place, answer.status_code)

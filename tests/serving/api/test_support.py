"""Contacts and plans over the API: a log of another system feeds ours, and nothing restricted ever leaves."""

import pytest

from serving.support.support_versions import support_versions
from tests.serving.api.test_imports import program
from tests.serving.example_service import ExampleService
from tests.serving.pages.example_entries import SECRET, write_everything

CALL = {
    "id": "call-1", "student_id": "100", "staff_id": "s-ines", "kind": "call", "party": "family",
    "day": "2026-11-18", "reached": True, "result": "Spoke with the family.",
}  # fmt: skip
PLAN = {
    "id": "plan-1", "student_id": "100", "staff_id": "s-ines", "champion": "s-ines", "goal": "Be there each Monday",
    "start_date": "2026-11-16", "planned_end": "2027-01-15", "sessions_a_week": 2,
}  # fmt: skip
BOTH = ("supports.read", "supports.write")


def test_a_log_of_another_system_feeds_ours_once_by_its_own_ids(service: ExampleService) -> None:
    sis = program(service, "harbor", *BOTH)
    sent = [sis.post("/v1/contacts", json=CALL) for _ in range(2)]
    assert [(one.status_code, one.json()["revision"]) for one in sent] == [(201, 1), (200, 1)]
    assert sis.post("/v1/contacts", json={**CALL, "day": "2026-11-17"}).json()["revision"] == 2
    assert sis.post("/v1/contacts", json={**CALL, "student_id": "101"}).status_code == 409
    offered = sis.post("/v1/plans", json={**PLAN, "strategy": "Zzcanary"})
    assert (offered.status_code, offered.json()["errors"][0]["pointer"]) == (422, "#/strategy")
    assert "Zzcanary" not in offered.text
    code = offered.json()["errors"][0]["detail"].split()[-1]
    assert sis.post("/v1/plans", json={**PLAN, "strategy": code}).status_code == 201
    ended = sis.post("/v1/plans", json={**PLAN, "strategy": code, "outcome": "met"}).json()
    assert (ended["ended_on"], ended["outcome"]) == ("2026-11-20", "met")
    with service.read_session() as session:
        versions = support_versions(session, "harbor")
    assert [(one.kind, str(one.day), one.staff_id) for one in versions] == [
        ("contact", "2026-11-17", "s-ines"), ("plan", "2026-11-16", "s-ines"),
    ]  # fmt: skip
    back = sis.post("/v1/contacts", json={**CALL, "day": "2026-11-17", "taken_back": True}).json()
    assert (back["taken_back"], back["id"], back["sent"]) == (True, "call-1", True)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"day": "2026-11-21"}, "#/day"),
        ({"staff_id": "Zzcanary"}, "#/staff_id"),
        ({"kind": "Zzcanary"}, "#/kind"),
        ({"restricted": True}, "#"),
        ({"try_again_on": "2026-11-25"}, "#/try_again_on"),
    ],
)
def test_a_contact_that_cannot_be_is_refused_where_it_is_wrong(
    read_service: ExampleService, changed: dict[str, object], pointer: str
) -> None:
    answer = program(read_service, "harbor", *BOTH).post("/v1/contacts", json={**CALL, **changed})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert "Zzcanary" not in answer.text


def test_what_people_wrote_is_read_in_pages_of_one_s_own_schools_and_nothing_restricted(
    service: ExampleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for district_id in ("harbor", "mesa"):
        write_everything(service, district_id)
    sis = program(service, "harbor", *BOTH)
    for number in range(3):
        sis.post("/v1/contacts", json={**CALL, "id": f"call-{number}", "student_id": "102"})
    monkeypatch.setattr("serving.api.support.PAGE", 2)
    found: list[dict[str, object]] = []
    address = "/v1/contacts?changed_since=2026-01-01T00:00:00Z"
    while address:
        page = sis.get(address).json()
        found, address = found + page["contacts"], page["next"]
    assert [one["id"] for one in found if one["sent"]] == ["call-0", "call-1", "call-2"]
    assert len(found) > 3
    assert SECRET not in str(found) + sis.get("/v1/plans").text
    of_south = program(service, "harbor", "supports.read", schools=("south",)).get("/v1/contacts").json()["contacts"]
    assert {one["student_id"] for one in of_south} == {"102"}
    assert program(service, "mesa", "supports.read").get("/v1/contacts?student_key=k-chloe").json()["contacts"] == []

"""Single records over the API: kept once under the caller's id, refused by the rules of files, never another's."""

import pytest

from serving.store.sent_record_rows import SentRecordRow
from serving.web.problems import PROBLEM_TYPE
from tests.serving.api.test_imports import program
from tests.serving.example_service import ExampleService

ABSENCE = {
    "school_id": "north", "date": "2026-11-19", "section_id": "day", "kind": "absent", "absent_hundredths": 100,
    "excused": False,
}  # fmt: skip
ADDRESS = "/v1/students/100/attendance/a-1"


def test_a_record_is_kept_once_and_corrected_and_taken_back_under_its_id(service: ExampleService) -> None:
    sis = program(service, "harbor")
    sent = [sis.put(ADDRESS, json=ABSENCE) for _ in range(2)]
    assert [(one.status_code, one.json()["state"], one.json()["revision"]) for one in sent] == [(202, "waiting", 1)] * 2
    assert sis.put(ADDRESS, json={**ABSENCE, "excused": True}).json()["revision"] == 2
    twin = sis.put(ADDRESS.replace("a-1", "a-2"), json=ABSENCE)
    assert (twin.status_code, twin.headers["Content-Type"]) == (409, PROBLEM_TYPE)
    assert [sis.delete(ADDRESS).json()["revision"] for _ in range(2)] == [3, 3]
    assert sis.get(ADDRESS).json() | {"sent_at": ""} == {
        "record_id": "a-1", "table": "attendance", "state": "waiting", "deleted": True, "revision": 3, "sent_at": "",
        "load_id": None, "errors": [],
    }  # fmt: skip
    assert sis.delete("/v1/students/100/marks/a-1").status_code == 404
    (row,) = (row for row in service.rows(SentRecordRow) if isinstance(row, SentRecordRow))
    assert (row.student_key, row.district_id, row.content["known_on"]) == ("k-amara", "harbor", "2026-11-20")


@pytest.mark.parametrize(
    ("changed", "pointer", "says"),
    [
        ({"date": 0}, "#/date", "YYYY-MM-DD"),
        ({"date": "2026-11-21", "known_on": "2026-11-21"}, "#/known_on", "expected"),
        ({"absent_hundredths": 0}, "#/absent_hundredths", "expected 1 to 100 where kind is absent"),
        ({"school_id": "Zzcanary"}, "#/school_id", "there are north, south"),
        ({"absent_hundredth": 1}, "#", "did you mean absent_hundredths?"),
    ],
)
def test_a_record_that_breaks_a_rule_is_refused_where_it_does(
    read_service: ExampleService, changed: dict[str, object], pointer: str, says: str
) -> None:
    answer = program(read_service, "harbor").put(ADDRESS, json={**ABSENCE, **changed})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert says in answer.text
    assert "Zzcanary" not in answer.text
    assert read_service.rows(SentRecordRow) == []


def test_a_student_of_other_schools_or_of_no_district_is_none(read_service: ExampleService) -> None:
    of_south = program(read_service, "harbor", "records.write", schools=("south",))
    answers = [of_south.put(ADDRESS, json=ABSENCE), of_south.put(ADDRESS.replace("100", "999"), json=ABSENCE)]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].content == answers[1].content


# what the sender knows of a record that was sent and corrected once; of one that is not there
KNOWN = [
    ({"If-Match": '"2.loaded"'}, 202, 412), ({"If-Match": '"1.waiting"'}, 412, 412),
    ({"If-Match": '"1.waiting", "2.waiting"'}, 202, 412), ({"If-Match": '"é"'}, 412, 412),
    ({"If-None-Match": "*"}, 412, 202), ({"If-None-Match": '"1.waiting"'}, 202, 202),
]  # fmt: skip


def test_a_record_that_somebody_else_changed_is_not_overwritten_by_who_says_what_they_know(
    service: ExampleService,
) -> None:
    sis = program(service, "harbor")
    for place, (known, there, absent) in enumerate(KNOWN):
        address, day = f"/v1/students/100/attendance/k-{place}", {**ABSENCE, "date": f"2026-10-{place + 1:02}"}
        headers = {name: value.encode() for name, value in known.items()}
        assert sis.put(f"{address}-absent", json={**day, "section_id": "x"}, headers=headers).status_code == absent, (
            known
        )
        tags = [sis.put(address, json={**day, "excused": excused}).headers["ETag"] for excused in (False, True)]
        assert tags == ['"1.waiting"', '"2.waiting"']
        changed = sis.put(address, json={**day, "excused": False}, headers=headers)
        assert changed.status_code == there, known
        assert sis.get(address).json()["revision"] == (3 if there == 202 else 2)
    gone = [sis.delete(address, headers={"If-Match": tag}).status_code for tag in ('"1.waiting"', '"3.waiting"')]
    assert gone == [412, 202]
    tag = sis.get(address).headers["ETag"]
    assert sis.get(address, headers={"If-None-Match": tag}).status_code == 304

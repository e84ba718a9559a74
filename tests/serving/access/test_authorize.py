"""Who sees whom, in two districts in which students, schools and staff have the same ids."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from serving.access.access_chain import check_chain, find_broken_row
from serving.access.access_log import log_read
from serving.access.authorize import (
    ROLE_ACTIONS,
    Action,
    Allowed,
    Client,
    Denied,
    Educator,
    OneStudent,
    allowed_actions,
    authorize,
    visible_students,
)
from serving.store.database import read_session
from serving.store.roles import Role
from serving.store.rows import AccessRow, CaseloadRow
from serving.support.own_students import own_keys
from tests.serving.browser import ApiClient, Browser
from tests.serving.example_service import DISTRICTS, NOW, STAFF, STUDENTS, TODAY, ExampleService

# x: sees the student. Jonas had Amara on his caseload until yesterday. Farah is in grade 10.
SEES = {
    "harbor": """
                amara bruno chloe dmitri emil farah
        s-ines    x     x     .     .     x     x
        s-jonas   .     .     x     x     .     .
        s-kira    x     x     .     .     x     x
        s-lena    x     x     x     x     x     x
        s-mateo   .     .     .     .     .     .
    """,
    "mesa": """
                amara bruno chloe dmitri emil farah
        s-ines    .     x     x     .     .     .
        s-jonas   .     .     .     .     .     x
        s-kira    x     x     .     .     x     x
        s-lena    x     x     x     x     x     x
        s-mateo   x     .     .     .     x     .
    """,
}
REASON: dict[str, str] = {"counselor": "caseload", "principal": "school", "district": "district"}
KEYS = [key for _, _, key, *_ in STUDENTS]


def drawn(district_id: str) -> dict[tuple[str, str], bool]:
    """The district's table as (staff, student key) → sees."""
    head, *lines = [line.split() for line in SEES[district_id].strip().splitlines()]
    return {(line[0], f"k-{name}"): cell == "x" for line in lines for name, cell in zip(head, line[1:], strict=True)}


def educator(district_id: str, staff_id: str) -> Educator:
    """The person of that id in the district."""
    roles: dict[str, tuple[Role, str | None]] = {row[2]: (row[3], row[4]) for row in STAFF}  # type: ignore[misc]  # roles of a drawn table
    role, school = roles[staff_id]
    return Educator(district_id, staff_id, role, school, TODAY)


@pytest.mark.parametrize("district_id", DISTRICTS)
def test_educators_see_exactly_whom_the_table_says(service: ExampleService, district_id: str) -> None:
    with service.read_session() as session:
        for (staff_id, key), sees in drawn(district_id).items():
            who = educator(district_id, staff_id)
            expected = Allowed(REASON[who.role]) if sees else Denied()  # type: ignore[arg-type]  # reasons of a drawn table
            assert authorize(session, who, "see", OneStudent(key)) == expected, (staff_id, key)


def test_several_actions_asked_for_at_once_are_allowed_as_each_is_by_itself(service: ExampleService) -> None:
    asked: frozenset[Action] = frozenset().union(*ROLE_ACTIONS.values()) - {"answer_problem"}
    with service.read_session() as session:
        for staff_id, key in drawn("harbor"):
            who, student = educator("harbor", staff_id), OneStudent(key)
            one_by_one = {action for action in asked if isinstance(authorize(session, who, action, student), Allowed)}
            assert allowed_actions(session, who, asked, student) == one_by_one, (staff_id, key)


def test_a_query_that_is_kept_finds_who_is_on_the_caseload_now_and_in_the_role_of_now(service: ExampleService) -> None:
    ines = educator("harbor", "s-ines")
    with service.write_session() as session:
        before = set(session.scalars(own_keys(ines)))
        own = CaseloadRow(district_id="harbor", staff_id="s-ines", student_key="k-dmitri", start_date=TODAY)
        session.add(own)
        session.flush()
        assert set(session.scalars(own_keys(ines))) == before | {"k-dmitri"}
        own.end_date = TODAY
        session.flush()
        assert set(session.scalars(own_keys(replace(ines, today=TODAY + timedelta(days=1))))) == before
        assert set(session.scalars(own_keys(replace(ines, role="district")))) == set(KEYS)


@pytest.mark.parametrize("district_id", DISTRICTS)
def test_lists_hold_exactly_whom_the_table_says(service: ExampleService, district_id: str) -> None:
    with service.read_session() as session:
        for staff_id in {staff for staff, _ in drawn(district_id)}:
            seen = session.scalars(visible_students(educator(district_id, staff_id))).all()
            assert {row.district_id for row in seen} <= {district_id}
            assert {row.student_key for row in seen} == {
                k for (s, k), sees in drawn(district_id).items() if s == staff_id and sees
            }


def test_no_page_shows_a_student_of_the_other_district(service: ExampleService) -> None:
    last_names = {
        "harbor": [harbor.split()[1] for harbor, _, *_ in STUDENTS if "<" not in harbor],
        "mesa": [mesa.split()[1] for _, mesa, *_ in STUDENTS if "<" not in mesa],
    }
    for district_id, other in (("harbor", "mesa"), ("mesa", "harbor")):
        for _, _, staff_id, _, _ in STAFF:
            browser = Browser(service, district_id, staff_id)
            for path in ("/caseload?show=all", *(f"/students/{key}" for key in KEYS)):
                page = browser.get(path).text
                assert not [name for name in last_names[other] if name in page], (district_id, staff_id, path)


@pytest.mark.parametrize("district_id", DISTRICTS)
def test_pages_answer_as_the_table_says(service: ExampleService, district_id: str) -> None:
    for (staff_id, key), sees in drawn(district_id).items():
        assert Browser(service, district_id, staff_id).get(f"/students/{key}").status_code == (200 if sees else 404)


def test_a_student_out_of_scope_is_no_different_from_one_who_does_not_exist(service: ExampleService) -> None:
    browser = Browser(service, "harbor", "s-ines")
    hidden, absent = browser.get("/students/k-chloe"), browser.get("/students/k-nobody")
    assert (hidden.status_code, hidden.text) == (absent.status_code, absent.text)
    said = [
        {name: one for name, one in answer.headers.items() if name != "x-request-id"} for answer in (hidden, absent)
    ]
    assert said[0] == said[1]


def test_somebody_whose_caseload_changed_sees_it_at_once(service: ExampleService) -> None:
    with service.read_session() as session:
        jonas = Educator("harbor", "s-jonas", "counselor", "south", TODAY.replace(day=19))
        assert authorize(session, jonas, "see", OneStudent("k-amara")) == Allowed("caseload")


@pytest.mark.parametrize(("scopes", "action", "allowed"), [
    ({"scores.read"}, "scores.read", True),
    ({"scores.read"}, "scores.write", False),
    (set(), "scores.read", False),
    ({"scores.read", "scores.write"}, "see", False),
])  # fmt: skip
def test_a_key_may_do_what_its_scopes_say_and_no_page(
    service: ExampleService, scopes: set[str], action: Action, allowed: bool
) -> None:
    with service.read_session() as session:
        answer = authorize(session, Client("harbor", "x", frozenset(scopes)), action, OneStudent("k-amara"))
    assert answer == (Allowed("api_key") if allowed else Denied())


def test_each_read_of_a_student_is_one_row_with_its_reason(service: ExampleService) -> None:
    Browser(service, "harbor", "s-ines").get("/students/k-amara")
    ApiClient(service, "harbor").ask("GET", "/v1/students/k-bruno/scores")
    Browser(service, "harbor", "s-kira").get("/caseload?show=all")
    said = [(row.action, row.reason, sorted(row.students)) for row in rows(service)]
    assert said == [
        ("see", "caseload", ["k-amara"]),
        ("scores.read", "api_key", ["k-bruno"]),
        ("list", "school", ["k-amara", "k-bruno", "k-emil"]),
    ]


def test_what_was_refused_leaves_no_row_of_a_read(service: ExampleService) -> None:
    Browser(service, "harbor", "s-ines").get("/students/k-chloe")
    Browser(service).get("/students/k-amara")
    ApiClient(service).ask("GET", "/v1/students/k-amara/scores")
    assert rows(service) == []


def test_a_changed_or_missing_row_of_the_access_log_shows(service: ExampleService) -> None:
    browser = Browser(service, "harbor", "s-ines")
    for key in ("k-amara", "k-bruno", "k-emil"):
        browser.get(f"/students/{key}")
    second = rows(service)[1].id
    with service.write_session() as session:
        assert find_broken_row(session, "harbor") is None
        row = session.get(AccessRow, second)
        assert row is not None
        row.students = ["k-amara"]
        session.flush()
        assert find_broken_row(session, "harbor") == second
        session.delete(row)
        session.flush()
        assert find_broken_row(session, "harbor") == second + 1


def test_a_look_at_the_log_begins_where_the_last_ended_and_misses_rows_taken_from_the_end(
    service: ExampleService,
) -> None:
    engine, browser = service.context.engine, Browser(service, "harbor", "s-ines")
    for key in ("k-amara", "k-bruno"):
        browser.get(f"/students/{key}")
    first, second = (one.id for one in rows(service))
    with service.write_session() as session:
        known = check_chain(engine, session, "harbor")
        assert (known.row_id, known.broken) == (second, None)
        changed = session.get(AccessRow, first)
        assert changed is not None
        changed.students = []
        session.flush()
        assert check_chain(engine, session, "harbor").broken is None, "what was followed is not followed again"
        assert find_broken_row(session, "harbor") == first, "and the whole is, where that is asked"
        session.delete(session.get(AccessRow, second))
        session.flush()
        assert check_chain(engine, session, "harbor").broken == second
        session.rollback()
    browser.get("/students/k-emil")
    with service.write_session() as session:
        row = rows(service)[-1]
        later = session.get(AccessRow, row.id)
        assert later is not None
        later.reason = "another"
        session.flush()
        assert check_chain(engine, session, "harbor").broken == row.id


def rows(service: ExampleService) -> list[AccessRow]:
    """The access log."""
    return [row for row in service.rows(AccessRow) if isinstance(row, AccessRow)]


def test_many_who_read_at_once_are_one_chain_and_each_is_there_when_it_goes_on(service: ExampleService) -> None:
    def read(program: int) -> None:
        client = Client("harbor" if program % 3 else "mesa", f"p-{program}", frozenset({"scores.read"}))
        for place in range(5):
            log_read(
                service.context.engine, client, "scores.read", target=f"{place}", allowed=Allowed("api_key"),
                students=["k"], at=NOW,
            )  # fmt: skip
            with read_session(service.context.engine, client.district_id) as session:
                own = select(AccessRow.object).where(AccessRow.subject == client.name).order_by(AccessRow.id)
                assert session.scalars(own).all() == [str(one) for one in range(place + 1)]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(read, range(6)))
    for district in ("harbor", "mesa"):
        with read_session(service.context.engine, district) as session:
            assert find_broken_row(session, district) is None

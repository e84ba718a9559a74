"""People and places of a run, from records to the service database: no record that a load takes stops a run."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from sqlalchemy import Column, Table, insert, select

from features.errors import Refused
from features.warehouse.roster import DistrictRoster, read_roster
from serving.access.accounts import Credentials, create_password, find_person
from serving.scoring.run_writer import write_run
from serving.store.cell_types import UtcTime
from serving.store.district_scope import enter_district
from serving.store.rows import Row, StaffRow
from tests.drawn import reader, school_days, stacked
from tests.serving.browser import Browser, drawn_password
from tests.serving.example_service import ExampleService, run_of

FALL = date(2025, 10, 1)
WINTER = date(2026, 1, 9)
NOW = datetime(2026, 1, 9, tzinfo=UTC)

PLACES = {
    "schools": "| school_id |\n| 10 |",
    "calendar_days": stacked(school_days(FALL, 5), school_days(WINTER, 1)),
}
"""A district with one school."""

STAFF = {
    "two who have one address": """
    | staff_id | email  | role      | school_id | known_on   | signs in |
    | 1        | a@b.c  | counselor | 10        | 2020-01-01 |          |
    | 2        | a@b.c  | counselor | 10        | 2025-08-01 | a@b.c    |
    """,
    "left and hired again with a lower id": """
    | staff_id | email  | role      | school_id | known_on   | signs in |
    | 7        | a@b.c  | counselor | 10        | 2020-01-01 |          |
    | 1        | a@b.c  | principal | 10        | 2025-08-01 | a@b.c    |
    """,
    "the same but for upper case": """
    | staff_id | email  | role      | school_id | known_on   | signs in |
    | 1        | A@b.C  | counselor | 10        | 2020-01-01 |          |
    | 2        | a@b.c  | counselor | 10        | 2020-01-01 | a@b.c    |
    """,
    "the address of an office, all known since one day": """
    | staff_id | email  | role      | school_id | known_on   | signs in |
    | 1        | o@b.c  | counselor | 10        | 2020-01-01 |          |
    | 2        | o@b.c  | counselor | 10        | 2020-01-01 |          |
    | 3        | o@b.c  | principal | 10        | 2020-01-01 | o@b.c    |
    | 4        | p@b.c  | district  |           | 2020-01-01 | p@b.c    |
    """,
    "a correction of who is gone brings nobody back": """
    | staff_id | email  | role      | last_name | known_on   | load_id | signs in |
    | 1        | a@b.c  | counselor | Before    | 2020-01-01 | 1       |          |
    | 1        | a@b.c  | counselor | After     | 2025-09-30 | 3       |          |
    | 2        | a@b.c  | counselor | Other     | 2025-08-01 | 2       | a@b.c    |
    """,
    "who comes later is not here yet": """
    | staff_id | email  | role      | school_id | known_on   | signs in |
    | 1        | a@b.c  | counselor | 10        | 2020-01-01 | a@b.c    |
    | 2        | a@b.c  | counselor | 10        | 2025-12-01 |          |
    """,
}


def roster_on(as_of: date, **drawings: str) -> DistrictRoster:
    """Who is who on a date, of drawn records."""
    held = reader(PLACES | drawings)
    return read_roster(held, held.view(as_of))


def record(service: ExampleService, roster: DistrictRoster, as_of: date) -> None:
    """A run of that date with this roster."""
    with service.write_session() as session:
        write_run(session, replace(run_of("harbor", as_of), roster=roster))


def addresses(service: ExampleService) -> dict[str, str | None]:
    """Each person's address in the service database."""
    with service.read_session() as session:
        return {row.staff_id: row.email for row in session.scalars(select(StaffRow))}


def drawn_addresses(drawing: str) -> dict[str, str]:
    """The addresses with which people sign in, as drawn."""
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in drawing.strip().splitlines()]
    return {row[0]: row[-1] for row in lines[1:] if row[-1]}


@pytest.mark.parametrize("drawing", STAFF.values(), ids=STAFF.keys())
def test_of_people_with_one_address_the_one_who_came_last_signs_in(empty_service: ExampleService, drawing: str) -> None:
    record(empty_service, roster_on(date(2025, 10, 7), staff=drawing), date(2025, 10, 7))
    found = addresses(empty_service)
    assert {person: email for person, email in found.items() if email} == drawn_addresses(drawing)
    for person, email in found.items():
        with empty_service.write_session() as session:
            if email is None:
                with pytest.raises(Refused, match="no e-mail address of their own"):
                    create_password(session, "harbor", person)
            else:
                password = create_password(session, "harbor", person, partial(drawn_password, person))
                assert find_person(session, Credentials("harbor", email.upper(), password))


LATER = {
    "two who swap addresses": ("| 1 | a@b.c |\n| 2 | b@b.c |", "| 1 | b@b.c |\n| 2 | a@b.c |"),
    "three in a ring": (
        "| 1 | a@b.c |\n| 2 | b@b.c |\n| 3 | c@b.c |",
        "| 1 | b@b.c |\n| 2 | c@b.c |\n| 3 | a@b.c |",
    ),
    "one takes the address of another, who gets a new one": (
        "| 1 | a@b.c |\n| 2 | b@b.c |",
        "| 1 | c@b.c |\n| 2 | a@b.c |",
    ),
    "somebody new has the address of one who is gone": ("| 1 | a@b.c |", "| 2 | a@b.c |"),
    "somebody new has the address of one who is still sent": ("| 1 | a@b.c |", "| 1 | a@b.c |\n| 2 | a@b.c |"),
}


@pytest.mark.parametrize(("before", "after"), LATER.values(), ids=LATER.keys())
def test_addresses_may_go_from_one_person_to_another(empty_service: ExampleService, before: str, after: str) -> None:
    head = "| staff_id | email |\n"
    first = roster_on(date(2025, 10, 7), staff=head + before)
    record(empty_service, first.__class__(**{**vars(first), "staff": first.staff.assign(role="counselor")}), FALL)
    second = roster_on(WINTER, staff=head + after)
    record(empty_service, second.__class__(**{**vars(second), "staff": second.staff.assign(role="district")}), WINTER)
    shared = after.count("a@b.c") > 1
    wanted = drawn_addresses("| staff_id | email |\n" + after) | ({"1": None} if shared else {})
    assert addresses(empty_service) == wanted


def test_who_loses_an_address_is_signed_out(service: ExampleService) -> None:
    ines = Browser(service, "harbor", "s-ines")
    run = run_of("harbor", date(2026, 11, 27))
    staff = run.roster.staff.assign(email=lambda people: people["email"].mask(people["staff_id"] == "s-ines"))
    with service.write_session() as session:
        write_run(session, replace(run, roster=replace(run.roster, staff=staff)))
    assert ines.get("/caseload").status_code == 303


HOSTILE = ("O'Brien; DROP TABLE staff", "x" * 20_000, "名前 الاسم 👩‍🏫", "NULL", "a\\nb", "ﬁ İ ß", "0", "-")
"""Values that a cell may hold."""


def hostile(column: str, place: int) -> str:
    """One of them, different in each column."""
    return f"{HOSTILE[(place + len(column)) % len(HOSTILE)]}"


def hostile_records() -> dict[str, str]:
    """A district whose names are long, foreign or like commands, whose ids differ by case only, on one address."""
    ids = [f"k{n}" if n % 2 else f"K{n - 1}" for n in range(len(HOSTILE))]
    people = [f"| {key} | {hostile('first', n)} | {hostile('last', n)} | o@b.c |" for n, key in enumerate(ids)]
    spells = [f"| {key} | 10 | 2026 | 2025-10-01 | 2025-10-01 |" for key in ids]
    loads = [f"| {person} | {key} | 2025-10-0{day} |" for person in ids for key in ids for day in (1, 2)]
    given = [f"| {HOSTILE[n]}{key} | {key} | contact | 2025-10-02 | {key} |" for n, key in enumerate(ids)]
    return {
        "students": "\n".join(["| student_id | first_name | last_name | state_id |", *people]),
        "staff": "\n".join(
            ["| staff_id | first_name | last_name | email | role |", *(f"{p} counselor |" for p in people)]
        ),
        "enrollments": "\n".join(["| student_id | school_id | school_year | entry_date | known_on |", *spells]),
        "caseloads": "\n".join(["| staff_id | student_id | start_date |", *loads]),
        "supports": "\n".join(["| support_id | student_id | kind | date | staff_id |", *given]),
    }


def test_records_that_a_load_takes_break_no_constraint_of_the_service_database(empty_service: ExampleService) -> None:
    """Twice, on two dates: the second run replaces what the first wrote. SQLite, PostgreSQL: no column has a length."""
    drawings = hostile_records()
    roster = roster_on(date(2025, 10, 7), **drawings)
    assert min(len(frame) for frame in vars(roster).values()) > 0
    record(empty_service, roster, date(2025, 10, 7))
    record(empty_service, roster_on(WINTER, **drawings), WINTER)
    assert sum(email is not None for email in addresses(empty_service).values()) == 1


def naming_tables() -> list[Table]:
    """The tables of the service database whose rows name somebody of the staff, whom a run may take away."""
    tables = [table for table in Row.metadata.tables.values() if isinstance(table, Table)]
    return [one for one in tables if StaffRow.__table__ in {key.referred_table for key in one.foreign_key_constraints}]


def cell_of(column: Column[object], table: Table, person: str) -> object:
    """A value that a column takes: the person's id where it names somebody of the staff."""
    named = [key for key in table.foreign_key_constraints if key.referred_table is StaffRow.__table__]
    if column.name == "district_id":
        return "harbor"
    if any(column.name in key.column_keys for key in named):
        return person
    if column.nullable or isinstance(column.type, UtcTime):
        return None if column.nullable else NOW
    return {str: f"x{column.name}", int: 1, bool: False, date: FALL, list: [], dict: {}}[column.type.python_type]


def test_nobody_who_is_named_anywhere_keeps_a_run_from_being_written(empty_service: ExampleService) -> None:
    """Each table that names somebody of the staff names one who is not sent any more; the list of them is the schema's.

    Their rows go with them.
    """
    staff = "| staff_id | email | role |\n| 1 | a@b.c | counselor |\n| 2 | b@b.c | counselor |"
    record(empty_service, roster_on(date(2025, 10, 7), staff=staff), FALL)
    assert len(naming_tables()) > 5
    with empty_service.write_session() as session:
        enter_district(session, "harbor")
        for table in naming_tables():
            session.execute(insert(table).values({one.name: cell_of(one, table, "1") for one in table.columns}))
    record(empty_service, roster_on(WINTER, staff="| staff_id | email | role |\n| 2 | a@b.c | counselor |"), WINTER)
    assert addresses(empty_service) == {"2": "a@b.c"}
    with empty_service.read_session() as session:
        enter_district(session, "harbor")
        assert {table.name: session.execute(select(table)).all() for table in naming_tables()} == {
            table.name: [] for table in naming_tables()
        }


def test_no_column_of_the_service_database_has_a_length() -> None:
    """What a record says may be as long as a cell of a file."""
    tables = Row.metadata.tables.values()
    assert [str(one) for table in tables for one in table.columns if getattr(one.type, "length", None)] == []

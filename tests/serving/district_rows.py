"""What a district has in the service database, row for row, and the words that are its own."""

from sqlalchemy import select

from serving.store.rows import Row
from tests.serving.example_service import DISTRICTS, STAFF, STUDENTS, ExampleService, person

NOT_COMPARED = {"access_log", "sessions", "sign_in_attempts"}
"""Tables that note who read what, and who tried to sign in."""


def rows_of(service: ExampleService, district_id: str) -> dict[str, list[str]]:
    """Every row of a district, by table, but for those that note who read what."""
    with service.read_session() as session:
        return {
            name: sorted(str(row) for row in session.execute(select(table).where(table.c.district_id == district_id)))
            for name, table in Row.metadata.tables.items()
            if "district_id" in table.columns and name not in NOT_COMPARED
        }


def names_of(district_id: str) -> set[str]:
    """The names of a district, its students and its staff, as no other has them."""
    people = [person(district_id, harbor, mesa) for harbor, mesa, *_ in (*STUDENTS, *STAFF)]
    return {DISTRICTS[district_id], *(last for _, last in people if "<" not in last)}

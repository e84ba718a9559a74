"""A database of the last release, with rows in it, brought to the newest revision: on both databases."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, MetaData, func, select

from serving.access.access_log import find_broken_row
from serving.access.accounts import sha256
from serving.store.database import migrate, migrating, open_engine, read_session
from serving.store.revisions import migrations
from serving.store.row_security import grant_service
from serving.store.rows import RunRow, ScoreRow, StaffRow
from tests.postgresql import SERVICE
from tests.serving.browser import Browser
from tests.serving.databases import bare_database, drop_database
from tests.serving.example_service import TODAY, ExampleService

LAST_RELEASE = "0007"
AT = datetime(2026, 11, 16, 8, 0)
REASON = {"code": "core_failing_now", "value": 1.0, "contribution": 0.6, "domain": "grades", "concept": "marks_now"}
DISTRICT = "harbor"
CORE_FAILING = {
    "name": "core_failing_now", "because": "has an F or no pass now in {:.0f} core courses",
    "one": "has an F now in one", "strength": "", "domain": "grades", "can_change": True, "concept": "marks_now",
}  # fmt: skip
"""How a run of the last release worded a feature."""
ROWS: dict[str, list[dict[str, object]]] = {
    "districts": [{"name": "Harbor Unified"}],
    "schools": [{"school_id": "north", "name": "North High"}],
    "staff": [
        {
            "staff_id": "s-ines", "first_name": "Ines", "last_name": "Moreno", "email": "ines@example.org",
            "role": "counselor", "school_id": "north", "password_hash": "kept",
        }
    ],
    "students": [
        {
            "student_key": "k-amara", "student_id": "100", "first_name": "Amara", "last_name": "Boateng",
            "grade_level": 9, "school_id": "north",
        }
    ],
    "caseloads": [
        {"staff_id": "s-ines", "student_key": "k-amara", "start_date": date(2026, 8, 17), "end_date": None}
    ],
    "contacts": [
        {"support_id": "1", "student_key": "k-amara", "kind": "contact", "date": TODAY, "staff_id": "s-ines"}
    ],
    "runs": [
        {
            "run_id": "run-1", "outcome": "grade9_off_track_chicago", "ended": "ended grade 9 off track",
            "as_of": date(2026, 11, 16), "created_at": AT, "release_id": "r-1", "scorer": "rule", "verdict": "fail",
            "bundle_digest": "d", "model_version": "v", "feature_set": "grade9", "capacity": 1, "students": 1,
            "data_through": date(2026, 11, 16), "flagged": 1, "unscored": 0, "headline": None, "last_lists": None,
            "dictionary": [CORE_FAILING],
        }
    ],
    "scores": [
        {
            "run_id": "run-1", "student_key": "k-amara", "school_id": "north", "risk": 0.62, "band": "many",
            "list_position": 1, "flagged": True, "reasons": [REASON], "strengths": [], "evidence": {},
            "history": {"attendance": [], "marks": []},
        }
    ],
    "sessions": [
        {"token_digest": sha256("kept"), "staff_id": "s-ines", "created_at": AT, "last_seen_at": AT}
    ],
}  # fmt: skip
"""A district's rows as the last release wrote them, but for the district."""


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database of the last release with a run in it."""
    sqlite = request.param == "sqlite"
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}" if sqlite else bare_database(tmp_path))
    with engine.execution_options(writes=True).begin() as connection:
        command.upgrade(migrations(connection), LAST_RELEASE)
        insert_rows(connection)
    yield engine
    engine.dispose()
    drop_database(tmp_path)


def insert_rows(connection: Connection) -> None:
    """Inserts the rows."""
    tables = MetaData()
    tables.reflect(connection)
    for name, rows in ROWS.items():
        connection.execute(tables.tables[name].insert(), [{"district_id": DISTRICT, **row} for row in rows])


def test_what_the_last_release_wrote_is_there_and_shown(engine: Engine, tmp_path: Path) -> None:
    migrate(engine)
    postgresql = engine.dialect.name == "postgresql"
    if postgresql:
        with engine.begin() as connection:
            grant_service(connection, SERVICE)
    service = ExampleService(tmp_path, postgresql=postgresql)
    page = Browser(service, DISTRICT, "s-ines").get("/caseload").text
    assert "Boateng" in page
    assert re.search(r"November\s16,\s2026", page)
    student = Browser(service, DISTRICT, "s-ines").get("/students/k-amara").text
    assert "Has an F" in student
    with service.read_session() as session:
        assert [row.password_hash for row in session.scalars(select(StaffRow))] == ["kept"]
        assert find_broken_row(session, DISTRICT) is None
    service.close()


def test_taking_the_revisions_back_and_forth_keeps_its_runs(engine: Engine) -> None:
    migrate(engine)
    with migrating(engine) as connection:
        command.downgrade(migrations(connection), LAST_RELEASE)
    migrate(engine)
    with read_session(engine) as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (RunRow, ScoreRow, StaffRow)]
    assert counts == [1, 1, 1]

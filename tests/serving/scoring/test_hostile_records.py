"""What cells may hold goes from a load to lists, pages and API: nothing of it stops a run or breaks a page."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint, select

from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import workspace_of
from features.progress import quietly
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from models.bundle.bundle import BundleParts
from serving.scoring.score_district import score_district
from serving.store.rows import CalendarRow, Row, SchoolRow, ScoreRow, StaffRow
from tests.districts import copied
from tests.serving.browser import ApiClient, Browser
from tests.serving.example_releases import RULE, model_parts, release
from tests.serving.example_service import NOW, TODAY, XSS, ExampleService, settings_in

HOSTILE = (
    "\x01\x02\x1b[31m\x07", "\x7f\x85\u2028\u2029", "\ufeff\u202e", f"</script>{XSS}", "{{7*7}}{%raw%}", "%s {0} {}",
    "'; DROP TABLE scores; --", "../../etc/passwd", "/a?b=c#d&e=%00", "a\r\nb\nc", "\"'`\\", "Z\u0335\u0321" * 50,
    "\U0001f469\u200d\U0001f3eb", "\uffff\ufdd0", "[bold]x[/]", "=cmd|' /C calc'!A0",
)  # fmt: skip
"""What is put behind a cell: control characters, markup, commands, line ends, marks without a letter."""

WHOLE_PAGES = "x" * 30_000
IDS = ("student_id", "school_id", "staff_id", "term_id", "track", "course_id", "incident_id", "support_id", "state_id")
WORDS = ("name", "first_name", "last_name", "course_name")


def spoil(folder: Path) -> None:
    """Changes every id, the same everywhere, and every name and word of a district's files."""
    for file in folder.glob("*.csv"):
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
        if rows:
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows({name: spoilt(name, cell) for name, cell in row.items()} for row in rows)
            file.write_bytes(text.getvalue().encode())


def spoilt(name: str, cell: str) -> str:
    """A cell as a hostile export has it; codes, dates and numbers stay."""
    if not cell or name not in (*IDS, *WORDS):
        return cell
    choice = (*HOSTILE, WHOLE_PAGES)[: None if name in WORDS else -1]
    return cell + choice[sum(map(ord, cell)) % len(choice)]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse into which the hostile files of a district were loaded."""
    settings = settings_in(tmp_path_factory.mktemp("loaded"))
    folder = settings.home / "extracts"
    simulate_district(Plan("harbor", 120, TODAY, years=2), folder)
    spoil(folder)
    report = ingest(workspace_of(settings, "harbor", TODAY), folder, now=NOW, progress=quietly)
    assert report.quarantine == ()
    return settings.warehouse("harbor")


@pytest.fixture(params=["model", "rule"])
def scored(request: pytest.FixtureRequest, empty_service: ExampleService, loaded: Path) -> ExampleService:
    """A service that scored them."""
    context = empty_service.context
    release(empty_service, "harbor", parts_of(str(request.param)))
    copied(loaded, context.settings.warehouse("harbor"))
    audit = context.settings.audit.model_copy(update={"smallest_group": 1})  # so that totals are told of so few
    settings = context.settings.model_copy(update={"audit": audit})
    assert score_district(settings, context.engine, "harbor", as_of=TODAY, now=NOW, progress=quietly).runs
    return empty_service


def parts_of(kind: str) -> BundleParts:
    """The bundle that serves."""
    metrics = {"headline": {}, "listed": 0, "test_year": TODAY.year}
    parts = replace(model_parts("harbor"), metrics=metrics)
    return parts if kind == "model" else replace(parts, kind="rule", model=None, rule=RULE)


def pages(service: ExampleService) -> Iterator[tuple[str, int, str]]:
    """Each page that each person of the staff may ask for: address, status, text."""
    with service.read_session() as session:
        staff, students = session.scalars(select(StaffRow.staff_id)).all(), session.scalars(select(ScoreRow)).all()
    for person in staff:
        browser = Browser(service, "harbor", person)
        for path in ("/caseload", "/caseload?lang=es", *(f"/students/{one.student_key}" for one in students)):
            answer = browser.get(path)
            yield path, answer.status_code, answer.text


NOT_OF_RECORDS = {
    "access": "access_log api_keys client_secrets clients linked_identities purges recovery_codes role_assignments "
    "role_choices second_factors sessions sign_in_attempts staff_grants",
    "people": "audit_sign_offs contacts covers data_problems flag_answers follow_ups meeting_items meetings notes "
    "plan_sessions plans release_proposals responsible_people revisions saved_views snoozes",
    "programs": "import_quarantine kept_answers nights operations sent_records webhook_deliveries webhook_endpoints "
    "webhook_messages",
}
"""The tables into which no load and no run writes records: each row has an id of its own, made here."""


def keys_of(table: Table) -> list[list[str]]:
    """The columns of each key of a table and of whatever else is there once only."""
    once = [one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    indexes = [one.columns.keys() for one in table.indexes if one.unique]
    return [*(one.columns.keys() for one in once), *indexes]


def assert_fed(service: ExampleService) -> None:
    """Every table of the service database has rows of these records, or is named as one that never has any.

    Of those that have, each key and constraint has several rows to hold apart.
    """
    tables = [table for table in Row.metadata.tables.values() if isinstance(table, Table)]
    with service.read_session() as session:
        rows = {one.name: session.execute(select(one)).mappings().all() for one in tables}
    apart = {name for names in NOT_OF_RECORDS.values() for name in names.split()}
    assert {name for name, found in rows.items() if not found} == apart, "a new table is of records, or it is not"
    for table in tables:
        for key in keys_of(table):
            found = {tuple(str(row[name]) for name in key) for row in rows[table.name]}
            assert table.name in apart | {"districts", "runs"} or len(found) > 1, (table.name, key)


def test_hostile_cells_break_no_run_no_page_and_no_answer(scored: ExampleService) -> None:
    assert_fed(scored)
    statuses: dict[str, set[int]] = {}
    for path, status, text in pages(scored):
        statuses.setdefault(path.split("?")[0], set()).add(status)
        assert XSS not in text
    assert set().union(*statuses.values()) == {200, 404}
    assert all(200 in found for found in statuses.values())
    api = ApiClient(scored, "harbor")
    students = [path.removeprefix("/students/") for path in statuses if path.startswith("/students/")]
    assert {api.ask("GET", f"/v1/students/{key}/scores").status_code for key in students} == {200}
    with scored.read_session() as session:
        schools = set(session.scalars(select(SchoolRow.school_id)))
        assert set(session.scalars(select(CalendarRow.school_id))) == schools

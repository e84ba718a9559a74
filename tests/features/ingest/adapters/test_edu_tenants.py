"""Nine tenants in one EDU warehouse are nine districts: the rows of each are its own, and none stops another."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from features.ingest.adapters.adapter import Arrival, Conversion
from features.ingest.adapters.marts.mart_adapter import rows_of_warehouse
from features.ingest.files.sources import files_in
from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.formats.marts import write_marts
from features.simulator.plan import Plan
from features.sources.marts import OF_MARTS, EduWarehouse
from features.warehouse.file import open_warehouse

TODAY = date(2026, 11, 20)
TENANTS = ("anza", "bodega", "cayucos", "davis", "encino", "fresno", "gilroy", "hemet", "011")
"""Tenants of a warehouse; one has a code that a reader of files could take for a number."""

BROKEN = "davis"
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine drawn districts whose ids of students and schools are alike: each alone, and all in the same files."""
    home = tmp_path_factory.mktemp("tenants")
    for number, tenant in enumerate(TENANTS):
        simulate_district(Plan(tenant, 12, TODAY, years=1, seed=number), home / "records")
        write_marts(home / "records", home / "alone" / tenant, tenant)
        shutil.rmtree(home / "records")
    (home / "marts").mkdir()
    with duckdb.connect(config={"threads": "1"}) as connection:
        for path in (home / "alone" / TENANTS[0]).iterdir():
            every = f"read_parquet('{home}/alone/*/{path.name}', hive_partitioning = false) AS every"
            connection.execute(f"COPY (FROM {every} ORDER BY hash(every)) TO '{home}/marts/{path.name}'")
    return home


def district_of(tenant: str) -> District:
    """The district that reads a tenant."""
    return District(id=f"d-{tenant}", name=tenant, source=EduWarehouse(tenant=tenant))


def rows_read(tenant: str, marts: Path, scratch: Path) -> Rows:
    """The canonical rows that a district reads of marts, but for the number of the native row."""
    scratch.mkdir(parents=True)
    district = district_of(tenant)
    (source,) = district.read_from
    conversion = Conversion(Arrival(district, source, files_in(marts), tuple(OF_MARTS)), TODAY, scratch, None, scratch)
    found: Rows = {}
    for one in rows_of_warehouse(conversion):
        rows = one.connection.execute(f"SELECT * EXCLUDE (row) FROM ({one.query})").fetchall()
        found[one.table] = sorted(rows, key=repr)
    return found


@pytest.fixture(scope="module")
def alone(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The canonical rows of each tenant's marts where no other tenant is in them."""
    scratch = tmp_path_factory.mktemp("scratch")
    return {tenant: rows_read(tenant, home / "alone" / tenant, scratch / tenant) for tenant in TENANTS}


def loaded(tenant: str, marts: Path, home: Path) -> int | None:
    """The load that the marts became."""
    space = Workspace(district_of(tenant), home, TODAY)
    return ingest(space, marts, now=datetime(2026, 11, 20, 17, tzinfo=UTC), progress=quietly).load_id


def changed(home: Path, mart: str, to: Path, what: str) -> Path:
    """A copy of the marts in which one is what a SELECT makes of it."""
    shutil.copytree(home / "marts", to)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({what} FROM '{home}/marts/{mart}.parquet') TO '{to}/{mart}.parquet'")
    return to


def test_every_row_of_nine_tenants_is_that_of_its_own_marts_alone(
    home: Path, alone: dict[str, Rows], tmp_path: Path
) -> None:
    filled = set[str]()
    for tenant, own in alone.items():
        assert rows_read(tenant, home / "marts", tmp_path / tenant) == own
        assert all(own[table] for table in ("students", "enrollments", "calendar_days", "attendance", "marks"))
        filled.update(table for table, rows in own.items() if rows)
    assert filled >= set(OF_MARTS) - {"school_terms", "section_enrollments", "completions"}
    people = [set(own["students"]) for own in alone.values()]
    assert len(set[object]().union(*people)) == sum(map(len, people))


def test_a_tenant_with_broken_values_is_refused_and_stops_no_other(home: Path, tmp_path: Path) -> None:
    """Another, loaded from the same files, has the students of its own."""
    born = f"CASE WHEN tenant_code = '{BROKEN}' THEN 'unknown' ELSE birth_date::VARCHAR END AS birth_date"
    marts = changed(home, "dim_student", tmp_path / "marts", f"SELECT * REPLACE ({born})")
    with pytest.raises(
        DataRefused, match=r"FILE04 dim_student, column birth_date: a value has not the type of its column"
    ):
        loaded(BROKEN, marts, tmp_path)
    assert loaded("011", marts, tmp_path) == 1
    with open_warehouse(Workspace(district_of("011"), tmp_path, TODAY).warehouse) as reader:
        held = reader.connection.execute("SELECT DISTINCT student_id, last_name FROM students").fetchall()
    with duckdb.connect() as connection:
        read = f"SELECT DISTINCT student_unique_id, last_name FROM '{home}/alone/011/dim_student.parquet'"
        assert sorted(held) == sorted(connection.execute(read).fetchall())


def test_a_tenant_in_a_folder_of_its_own_is_read_without_opening_the_others(
    home: Path, alone: dict[str, Rows], tmp_path: Path
) -> None:
    """As partitions of an export, of which one was cut off."""
    for tenant in ("anza", BROKEN, "011"):
        for path in (home / "alone" / tenant).iterdir():
            part = tmp_path / "marts" / path.stem / f"tenant_code={tenant}" / "part-0.parquet"
            part.parent.mkdir(parents=True)
            with duckdb.connect() as connection:
                connection.execute(f"COPY (SELECT * EXCLUDE (tenant_code) FROM '{path}') TO '{part}'")
            if tenant == BROKEN:
                part.write_bytes(part.read_bytes()[:-9])
    assert rows_read("011", tmp_path / "marts", tmp_path / "parts") == alone["011"]
    with pytest.raises(DataRefused, match=r"FILE06 .*part-0\.parquet"):
        rows_read(BROKEN, tmp_path / "marts", tmp_path / "broken")
    with pytest.raises(DataRefused, match=r"no school of the tenant '11'; .*: 011, anza, davis"):
        rows_read("11", tmp_path / "marts", tmp_path / "unknown")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("SELECT *", f"no school of the tenant 'north'; .* this warehouse: {', '.join(sorted(TENANTS))}"),
        ("SELECT * REPLACE (NULL::VARCHAR AS tenant_code)", "no school of the tenant 'north'; .*: it has none"),
        ("SELECT * EXCLUDE (tenant_code)", "FILE04 dim_school.parquet, column tenant_code: dim_school needs this"),
    ],
)
def test_a_tenant_that_is_not_there_is_refused_with_those_that_are(
    home: Path, tmp_path: Path, what: str, said: str
) -> None:
    with pytest.raises(DataRefused, match=said):
        rows_read("north", changed(home, "dim_school", tmp_path / "marts", what), tmp_path / "scratch")

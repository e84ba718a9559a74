"""The warehouse file: replaced whole, or as it was."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from features.engine.stored_tables import schema_of
from features.errors import NothingKnown, Refused
from features.simulator.plan import Plan
from features.tables import TABLES
from features.warehouse.file import change_warehouse, open_warehouse
from tests.districts import simulated_warehouse

SCHOOL = pd.DataFrame(
    [{"school_id": "10", "name": "North", "level": "high", "district_id": "north", "load_id": 1, "withdrawn": False}]
).assign(known_on=pd.Timestamp(2020, 1, 1).date())


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with one school."""
    path = tmp_path / "north.duckdb"
    with change_warehouse(path) as writer:
        writer.add("schools", SCHOOL)
    return path


def schools(path: Path) -> list[str]:
    with open_warehouse(path) as reader:
        return reader.current("schools")["school_id"].tolist()


def holding_records(folder: Path) -> list[str]:
    """The files of a folder, but for the empty one that a change locks."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock" or path.stat().st_size)


def test_a_new_warehouse_has_every_table(warehouse: Path) -> None:
    with open_warehouse(warehouse) as reader:
        assert {name for (name,) in reader.connection.execute("SHOW TABLES").fetchall()} == set(TABLES)


def test_a_name_in_a_query_is_a_table_and_never_a_variable_of_the_program(warehouse: Path) -> None:
    no_table = SCHOOL
    with open_warehouse(warehouse) as reader:
        assert not reader.has_table("no_table")
        with pytest.raises(duckdb.CatalogException):
            reader.frame("SELECT * FROM no_table")
    assert len(no_table) == 1


def add_and_crash(path: Path) -> None:
    """A change that is not finished."""
    with change_warehouse(path) as writer:
        writer.add("schools", SCHOOL.assign(school_id="20"))
        raise RuntimeError("the power went")


def test_a_crash_during_a_change_leaves_the_old_file_and_nothing_else(warehouse: Path) -> None:
    before = warehouse.read_bytes()
    with pytest.raises(RuntimeError, match="power"):
        add_and_crash(warehouse)
    assert warehouse.read_bytes() == before
    assert holding_records(warehouse.parent) == ["north.duckdb"]
    assert schools(warehouse) == ["10"]


def test_a_crash_before_the_first_load_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="power"), change_warehouse(tmp_path / "south.duckdb"):
        raise RuntimeError("the power went")
    assert holding_records(tmp_path) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from features.warehouse.file import change_warehouse
with change_warehouse(Path(sys.argv[1])) as writer:
    writer.drop("schools")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_during_a_change_leaves_the_old_file_and_a_later_change_succeeds(warehouse: Path) -> None:
    root = Path(__file__).parents[3]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(warehouse)], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert schools(warehouse) == ["10"]
    with change_warehouse(warehouse) as writer:
        writer.add("schools", SCHOOL.assign(school_id="20"))
    assert schools(warehouse) == ["10", "20"]


def test_readers_read_on_while_a_change_is_made(warehouse: Path) -> None:
    """They see the old rows until it is done, and those who opened before still do afterwards."""
    with open_warehouse(warehouse) as reader:
        with change_warehouse(warehouse) as writer:
            writer.add("schools", SCHOOL.assign(school_id="20"))
            assert schools(warehouse) == ["10"]
        assert reader.current("schools")["school_id"].tolist() == ["10"]
    assert schools(warehouse) == ["10", "20"]


def test_a_change_writes_no_log_beside_its_copy(warehouse: Path) -> None:
    """A log would be forced to disk with each statement, for a file that nobody reads before it is whole."""
    with change_warehouse(warehouse) as writer:
        writer.add("schools", SCHOOL.assign(school_id="20"))
        assert [path.name for path in warehouse.parent.iterdir() if path.name.endswith(".wal")] == []
    assert schools(warehouse) == ["10", "20"]


def test_a_table_is_sorted_again_once_a_tenth_of_it_lies_behind(warehouse: Path) -> None:
    """What a load brings lies behind the rows of earlier ones until then."""
    many = pd.concat([SCHOOL.assign(school_id=f"{number}") for number in range(11, 41)])
    with change_warehouse(warehouse) as writer:
        writer.add("schools", many)
        writer.note_sorted(TABLES["schools"], 1)
    for load, school_id, first in ((2, "05", "10"), (3, "06", "10"), (4, "07", "10"), (5, "08", "05")):
        with change_warehouse(warehouse) as writer:
            writer.add("schools", SCHOOL.assign(school_id=school_id, load_id=load))
            writer.sort_if_needed(TABLES["schools"], load)
        with open_warehouse(warehouse) as reader:
            assert reader.connection.execute("SELECT school_id FROM schools LIMIT 1").fetchall() == [(first,)]


def test_no_warehouse_yet_is_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(Refused, match="south: no warehouse yet; run `ontrack ingest --district south`"),
        open_warehouse(tmp_path / "south.duckdb"),
    ):
        pass


def test_an_empty_warehouse_says_what_it_lacks(warehouse: Path) -> None:
    with open_warehouse(warehouse) as reader:
        assert reader.data_version() == "empty"
        with pytest.raises(NothingKnown, match="no attendance and no marks; run `ontrack ingest` first"):
            reader.data_through()


def test_what_a_killed_change_left_is_gone_after_the_next(warehouse: Path) -> None:
    (warehouse.parent / ".north.duckdb.tmp").write_bytes(b"a copy of students' records")
    with change_warehouse(warehouse) as writer:
        writer.add("schools", SCHOOL.assign(school_id="20"))
    assert holding_records(warehouse.parent) == ["north.duckdb"]


def test_two_changes_at_once_lose_nothing(warehouse: Path) -> None:
    """The second waits for the first, and starts from what it left."""
    with ThreadPoolExecutor() as pool:
        with change_warehouse(warehouse) as writer:
            second = pool.submit(add_school, warehouse, "30")
            writer.add("schools", SCHOOL.assign(school_id="20"))
            assert not second.done()
        second.result(timeout=30)
    assert sorted(schools(warehouse)) == ["10", "20", "30"]


def add_school(path: Path, school_id: str) -> None:
    with change_warehouse(path) as writer:
        writer.add("schools", SCHOOL.assign(school_id=school_id))


def test_a_warehouse_of_an_earlier_version_gets_the_columns_that_came_since(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("ALTER TABLE schools DROP COLUMN withdrawn")
        connection.execute("ALTER TABLE loads DROP COLUMN report")
    with change_warehouse(warehouse):
        pass
    assert schools(warehouse) == ["10"]
    with open_warehouse(warehouse) as reader:
        assert set(reader.current("loads").columns) == set(schema_of(TABLES["loads"]).names)


def test_a_warehouse_of_an_earlier_version_is_brought_up_to_date_when_it_is_read(tmp_path: Path) -> None:
    """A column that came since is there, empty; the rows are as they were."""
    path = simulated_warehouse(Plan("north", 60, years=1), tmp_path / "north.duckdb")
    with duckdb.connect(str(path)) as connection:
        before = connection.execute("SELECT count(*) FROM marks").fetchall()
        connection.execute("ALTER TABLE marks DROP COLUMN a_g")
        connection.execute("DROP TABLE completions")
    with open_warehouse(path) as reader:
        assert list(reader.frame("SELECT * FROM marks LIMIT 0")) == list(schema_of(TABLES["marks"]))
        assert reader.connection.execute("SELECT count(*) FROM marks").fetchall() == before
        assert reader.current("marks")["a_g"].isna().all()
        assert not reader.has_rows("completions")

"""The scripts of a load: kept for the next load in the same form, never for another declaration, without any value."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import ibis
import pytest

from features.engine import compilation
from features.engine.cache_folder import FOLDER_VARIABLE
from features.engine.script_cache import REMEMBERED, query_script
from features.file_mapping.declaration import Dialect, FileMapping
from features.ingest.delivery import DeliveredTable, MappedTable
from features.ingest.files.csv_rows import read_csv
from features.ingest.load.import_steps import ingest
from features.ingest.load.incoming_table import IncomingTable
from features.ingest.load.record_versions import changed_rows
from features.ingest.mapping.file_layout import layout_of
from features.ingest.parsing.typed_rows import parsed_rows
from features.progress import quietly
from features.tables import TABLES
from features.warehouse.file import open_warehouse
from tests.drawn import load, workspace_at, write_files
from tests.features.ingest.staging import Staging
from tests.features.made_folder import DRAWN


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and a process that remembers nothing."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    REMEMBERED.clear()
    return tmp_path / "cache" / "scripts"


OTHERS = {
    **DRAWN,
    "students": "| student_id | first_name |\n| 2001 | Yara |\n| 2002 | Yusuf |",
    "enrollments": "| student_id | school_year | entry_date |\n| 2001 | 2026 | 2025-10-01 |",
    "attendance": "| student_id | date |\n| 2001 | 2025-10-03 |",
    "marks": "| student_id | school_year | term_id | course_id | subject | mark |\n| 2001 | 2026 | q1 | a | math | D |",
}
"""Other students of another district, in files of the same form."""


def test_another_district_compiles_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor on another day, nor for later loads, once a district has loaded files of the same form, in any process."""
    north = tmp_path / "north" / "warehouses" / "north.duckdb"
    load(tmp_path / "north" / "files", north, DRAWN)
    load(tmp_path / "north" / "files", north, {**DRAWN, "schools": "| school_id |\n| 10 |\n| 11 |"})
    REMEMBERED.clear()  # as in the next process
    south = tmp_path / "south" / "warehouses" / "south.duckdb"
    with monkeypatch.context() as patched:
        patched.setattr(compilation, "compile_table", forbidden)
        with pytest.raises(AssertionError, match="compiled"):
            compilation.compile_script(ibis.table({"a": "int64"}, name="not_asked_for_before"))
        for day, drawn in ((5, OTHERS), (6, {**OTHERS, "schools": "| school_id |\n| 10 |\n| 12 |"})):
            files = write_files(tmp_path / "south" / "files", drawn)
            workspace = workspace_at(south, "south", date(2026, 2, day))
            ingest(workspace, files, now=datetime(2026, 2, day, tzinfo=UTC), progress=quietly)
    with open_warehouse(south) as reader:
        loads, schools, students = (reader.current(name) for name in ("loads", "schools", "students"))
    assert loads[["district_id", "load_id"]].to_numpy().tolist() == [["south", 1], ["south", 2]]
    assert [f"{day:%d}" for day in loads["known_on"]] == ["05", "06"]
    assert sorted(schools[["school_id", "load_id"]].to_numpy().tolist()) == [["10", 1], ["12", 2]]
    assert sorted(students["student_id"]) == ["2001", "2002"]


def forbidden(*_: object, **__: object) -> None:
    """Stands for a compiler that may not be asked."""
    raise AssertionError("compiled")


def test_no_value_of_a_row_or_a_district_is_in_a_script(folder: Path, tmp_path: Path) -> None:
    """Neither of one that is loaded, nor of one in quarantine.

    The first line of a kept script is a digest of the others: its digits are drawn.
    """
    refused = "| student_id | date | absent_hundredths |\n| 1001 | 2025-10-02 | much |\n| 1009 | 2025-10-02 | 100 |"
    drawn = {**DRAWN, "attendance": refused + "\n| 1001 | 2025-10-03 | 50 |" * 300}
    load(tmp_path / "files", tmp_path / "warehouses" / "quincy.duckdb", drawn, district_id="quincy")
    texts = [path.read_text(encoding="utf-8").partition("\n")[2] for path in folder.iterdir()]
    assert texts
    assert all(texts)
    for value in ("1001", "1009", "Zelda", "Quimby", "much", "quincy", "2026-01-01", "2025-10-02", str(tmp_path)):
        assert not any(value in text for text in texts), value


SAID: dict[str, object] = {"columns": {"kind": "Kind"}, "codes": {"kind": {"A": "absent"}}}


@pytest.mark.parametrize(
    "changed",
    [
        {"codes": {"kind": {"A": "tardy"}}},
        {"codes": {"kind": {"A": "absent", "T": "tardy"}}},
        {"columns": {"kind": "Code"}},
        {"columns": {"kind": "Kind", "student_id": {"column": "student_id", "digits": 6}}},
        {"dates": ("%m/%d/%Y",)},
        {"leave_out": {"Kind": ("X",)}},
        {"known_on": {"after": "date", "days": 2}},
        {"kind": "delta", "deletes": {"column": "Code", "values": ("D",)}},
    ],
)
def test_another_declaration_is_another_script(folder: Path, changed: dict[str, object]) -> None:
    assert script_of_file(SAID) == script_of_file(SAID)
    assert script_of_file(SAID) != script_of_file({**SAID, **changed})


def test_another_order_of_columns_is_another_script(folder: Path) -> None:
    assert script_of_file(SAID) != script_of_file(SAID, HEADER[::-1])


def test_another_cover_of_an_extract_is_another_script(folder: Path) -> None:
    found = {changed_script(covers) for covers in ("all", "school_years", 30)}
    assert len(found) == 3


def changed_script(covers: str | int) -> str:
    """The SQL for the changed rows of an extract of attendance."""
    mapping = FileMapping.model_validate({"covers": covers})
    incoming = IncomingTable(TABLES["attendance"], mapping)
    return query_script(changed_rows, incoming, several=False, withdraws=True).sql


HEADER = ("student_id", "school_id", "date", "section_id", "Kind", "Code", "absent_hundredths", "excused", "known_on")


def script_of_file(said: Mapping[str, object], names: tuple[str, ...] = HEADER) -> str:
    """The SQL for the rows of a file of attendance with that header, of which `ontrack.toml` says this."""
    mapping = FileMapping.model_validate(said)
    mapped = MappedTable(TABLES["attendance"], mapping, mapping.dialect(Dialect()))
    return query_script(parsed_rows, layout_of(mapped, "a.csv", names).unnamed, plain=False).sql


def test_a_code_that_is_mapped_otherwise_is_read_otherwise(folder: Path, tmp_path: Path) -> None:
    """In one process, from files of the same form."""
    drawing = "| student_id | school_id | date | kind | known_on |\n| ada | 10 | 2025-10-02 | A | 2025-10-02 |"
    for meaning in ("absent", "tardy"):
        place = tmp_path / meaning
        place.mkdir()
        staging = Staging(place)
        staging.send("attendance", drawing, codes={"kind": {"A": meaning}})
        assert staging.rows("attendance", "kind", "rule") == [(meaning, None)]


def test_the_name_of_a_file_is_in_no_definition(folder: Path, tmp_path: Path) -> None:
    """Files of later years have the scripts of the first."""
    mapping = FileMapping.model_validate(SAID)
    delivered = DeliveredTable(TABLES["attendance"], mapping, mapping.dialect(Dialect()), (), read_csv)
    one, other = (layout_of(delivered, name, HEADER).unnamed for name in ("2024.csv", "2025.csv"))
    assert one == other


def test_a_query_that_takes_what_no_digest_knows_is_refused(folder: Path) -> None:
    with pytest.raises(TypeError, match="not a function of a module"):
        query_script(lambda: ibis.table({"a": "int64"}, name="a"))
    with pytest.raises(TypeError, match="not a function of a module"):
        query_script(ibis.table({"a": "int64"}, name="a").distinct)


def test_a_cache_that_cannot_be_written_only_costs_time(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "/dev/null")
    report = load(tmp_path / "files", tmp_path / "warehouses" / "north.duckdb", DRAWN)
    assert report.counts("new")["students"] == 2

"""A Parquet file of records is read as a CSV file with the same cells."""

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from features.file_mapping.declaration import Dialect
from features.ingest.files.parquet_rows import read_parquet
from features.ingest.files.sources import SourceFile, files_in
from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.tables import TABLES
from tests.features.ingest.adapters.districts_alike import differences

PLAN = Plan("harbor", 40, date(2026, 11, 20), years=1)


def cells(folder: Path) -> tuple[tuple[str, ...], list[dict[str, object]]]:
    """The header and rows of the file of a folder."""
    (file,) = files_in(folder)
    with read_parquet(file, Dialect()) as rows:
        return rows.header, rows.batches.read_all().to_pylist()


def test_values_are_the_cells_that_a_csv_file_would_have(tmp_path: Path) -> None:
    """A grade that pandas made a float, a day that it made a time; what is no plain value is left out."""
    table = pa.table({
        "grade": pa.array([9.0, None]), "day": pa.array([datetime(2026, 9, 1), datetime(2026, 9, 1, 8, 30)]),
        "born": pa.array([date(2012, 1, 1), None]), "main": pa.array([True, False]),
        "word": pa.array(["a", "a"]).dictionary_encode(), "credits": pa.array([0.5, 5.0]),
        "list": pa.array([["a"], []]), "id": pa.array([7, 10**15]),
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "a.parquet")
    header, rows = cells(tmp_path)
    assert header == ("grade", "day", "born", "main", "word", "credits", "id")
    assert [tuple(row.values()) for row in rows] == [
        (1, "9", "2026-09-01", "2012-01-01", "true", "a", "0.5", "7"),
        (2, "", "2026-09-01 08:30:00.000000", "", "false", "a", "5", "1000000000000000"),
    ]


def test_a_file_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    """Cut off at its end, damaged in a page, within a zip, or without a plain column."""
    path, rows = tmp_path / "a.parquet", pa.table({"a": [str(n) for n in range(50_000)]})
    parquet.write_table(rows, path, compression="zstd")
    whole = path.read_bytes()
    for damaged in (whole[:-9], whole[:5000] + bytes(20_000) + whole[25_000:], b"student_id\n1\n"):
        path.write_bytes(damaged)
        with pytest.raises(DataRefused, match=r"FILE06 a\.parquet.*is it damaged"):
            cells(tmp_path)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr("a.parquet", whole)
    with pytest.raises(DataRefused, match=r"FILE06 b\.zip/a\.parquet.*put it into the folder itself"):
        read_all(next(file for file in files_in(tmp_path) if file.member))
    parquet.write_table(pa.table({"a": pa.array([[1]])}), path)
    with pytest.raises(DataRefused, match="FILE04"):
        read_all(SourceFile("a.parquet", path))


def read_all(file: SourceFile) -> pa.Table:
    """The rows of a file."""
    with read_parquet(file, Dialect()) as rows:
        return rows.batches.read_all()


def test_a_folder_of_parquet_is_the_district_of_its_csv(tmp_path: Path) -> None:
    """Typed as a data team writes them: whatever pandas makes of each column."""
    simulate_district(PLAN, tmp_path / "csv")
    (tmp_path / "parquet").mkdir()
    for path in sorted((tmp_path / "csv").glob("*.csv")):
        pd.read_csv(path, dtype={"student_id": str, "period": str}).to_parquet(
            tmp_path / "parquet" / f"{path.stem}.parquet"
        )
    found = {}
    for form in ("csv", "parquet"):
        space = Workspace(District(id="harbor", name="Harbor"), tmp_path / f"home-{form}", PLAN.today)
        report = ingest(space, tmp_path / form, now=datetime(2026, 11, 20, 17, tzinfo=UTC), progress=quietly)
        assert sum(report.counts("quarantined").values()) == 0
        found[form] = space.warehouse
    sent = tuple(name for name, table in TABLES.items() if table.from_source)
    assert differences(found["csv"], found["parquet"], sent, {}) == []

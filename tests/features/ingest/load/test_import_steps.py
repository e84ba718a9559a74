"""Ingest: a folder becomes one load, a correction a new version, and the same again nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from features.errors import Refused
from features.warehouse.file import open_warehouse
from tests.drawn import load
from tests.features.made_folder import District


def test_the_same_files_twice_change_nothing(district: District) -> None:
    before = district.digest()
    assert district.load() is None
    assert district.digest() == before


def test_the_same_rows_in_other_bytes_add_no_row(district: District) -> None:
    """Rows in another order are another file and a load of its own, in which nothing is new."""
    path = district.folder / "students.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *rows[::-1]]) + "\n", encoding="utf-8")
    assert district.load() == 2
    with open_warehouse(district.warehouse) as reader:
        assert reader.current("loads").sort_values("load_id")["rows"].tolist()[1] == 0
        assert set(reader.current("students")["load_id"]) == {1}


VERSIONS = "SELECT absent_hundredths, known_on::VARCHAR, load_id, superseded_by_load FROM attendance ORDER BY load_id"


def test_a_correction_closes_the_old_row_and_keeps_it(district: District) -> None:
    """A second load says that the day missed was half a day."""
    district.change("attendance", "2025-10-02,day,absent,100,false,,2025-10-02", NEW_VERSION)
    assert district.load() == 2
    with open_warehouse(district.warehouse) as reader:
        versions = reader.connection.execute(VERSIONS).fetchall()
        assert versions == [(100, "2025-10-02", 1, 2), (50, "2025-10-06", 2, None)]
        assert reader.current("attendance")["absent_hundredths"].tolist() == [50]
        assert set(reader.current("students")["load_id"]) == {1}


NEW_VERSION = "2025-10-02,day,absent,50,false,,2025-10-06"


def test_a_correction_that_is_taken_back_is_current_again(district: District) -> None:
    """Half a day, said without a new date of knowledge, and then a whole day once more, in a file that has grown."""
    district.change("attendance", ",100,", ",50,")
    assert district.load() == 2
    district.change("attendance", ",50,", ",100,")
    district.change("students", "Xavier", "Xaver")
    assert district.load() == 3
    with open_warehouse(district.warehouse) as reader:
        assert reader.current("attendance")["absent_hundredths"].tolist() == [100]


def utf8_with_a_mark(text: str) -> bytes:
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def quoted(text: str) -> bytes:
    return text.replace("Xavier", '"Xavier ""X"", the third"').encode("utf-8")


def windows_line_ends(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("utf-8")


def without_last_line_end(text: str) -> bytes:
    return text.rstrip("\n").encode("utf-8")


@pytest.mark.parametrize("written", [utf8_with_a_mark, quoted, windows_line_ends, without_last_line_end])
def test_files_as_other_programs_write_them_are_read(district: District, written: Callable[[str], bytes]) -> None:
    """A byte order mark, quoted commas and quotes, carriage returns, no line end at the end."""
    path = district.folder / "students.csv"
    path.write_bytes(written(path.read_text(encoding="utf-8")))
    district.load()
    with open_warehouse(district.warehouse) as reader:
        names = reader.current("students").set_index("student_id")["first_name"]
    assert names["1001"] == "Zelda"
    assert names["1002"] == ('Xavier "X", the third' if written is quoted else "Xavier")


def test_columns_may_come_in_any_order(district: District) -> None:
    (district.folder / "schools.csv").write_text(
        "known_on,level,name,school_id\n2020-01-01,middle,South Middle,10\n", encoding="utf-8"
    )
    district.load()
    with open_warehouse(district.warehouse) as reader:
        assert reader.current("schools")[["school_id", "name", "level"]].to_numpy().tolist() == [
            ["10", "South Middle", "middle"]
        ]


def test_a_district_cannot_be_loaded_into_another_ones_warehouse(tmp_path: Path) -> None:
    north, south = (tmp_path / "warehouses" / f"{district}.duckdb" for district in ("north", "south"))
    load(tmp_path / "north", north, {"schools": "| school_id |\n| 10 |"})
    north.rename(south)
    with pytest.raises(Refused, match="holds district 'north', not 'south'"):
        load(tmp_path / "south", south, {"schools": "| school_id |\n| 20 |"}, district_id="south")

"""From files to typed rows: every row of a file is parsed, left out or blank, and mapped as declared."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.file_mapping.declaration import file_columns
from features.ingest.findings import DataRefused
from features.ingest.rules.row_rules import OTHER_DATES
from features.tables import TABLES
from tests.features.ingest.staging import Staging, becomes

HEADER = "student_id,school_id,date,section_id,kind,absent_hundredths,excused,known_on"


def test_a_file_of_our_own_shape_becomes_typed_rows_with_their_place(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    (counted,) = staging.send_text("attendance", {"attendance.csv": TYPED})
    columns = ("file", "row", *file_columns(TABLES["attendance"]), "known_on", "rule", "whole_key", "deleted", "again")
    day = date(2025, 10, 1)
    assert staging.rows("attendance", *columns) == [
        (1, 2, "1001", "10", day, "day", "absent", 50, True, None, date(2025, 10, 2), None, True, False, False),
        (1, 5, "1002", "10", day, "a,\nb", "tardy", 0, False, None, date(2025, 10, 3), None, True, False, False),
    ]
    assert (counted.file, counted.table, counted.number) == ("attendance.csv", "attendance", 1)
    assert (counted.rows, counted.left_out, counted.blank, counted.unused) == (2, 0, 2, ())


TYPED = f"""{HEADER}
1001, 10 ,2025-10-01,day,absent,050,true,2025-10-02

 ,,,,,,,
1002,10,2025-10-01,"a,
b",tardy,0,false,2025-10-03
"""


def test_a_row_with_another_number_of_cells_is_a_row_too(tmp_path: Path) -> None:
    """Nothing of it is known but its place: it may be any record."""
    staging = Staging(tmp_path)
    text = f"{HEADER}\n1001,10\n1002,10,2025-10-01,day,tardy,0,false,2025-10-03\n1,2,3,4,5,6,7,8,9\n"
    (counted,) = staging.send_text("attendance", {"attendance.csv": text})
    assert counted.rows == 3
    assert staging.rows("attendance", "row", "rule", "student_id", "whole_key") == [
        (2, "ROW01", None, False),
        (3, None, "1002", True),
        (4, "ROW01", None, False),
    ]
    told = [str(expected) for (expected,) in staging.rows("attendance", "expected") if expected]
    assert ["8" in told[0], "2" in told[0], "9" in told[1]] == [True, True, True]


def test_the_files_of_a_table_are_numbered_from_the_first_number(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    row = "10,2025-10-01,day,absent,100,false,2025-10-01"
    texts = {f"att_{year}.csv": f"{HEADER}\n{year},{row}\n" for year in (2024, 2025)}
    counted = staging.send_text("attendance", texts)
    assert [(one.number, one.file) for one in counted] == [(1, "att_2024.csv"), (2, "att_2025.csv")]
    assert staging.rows("attendance", "file", "student_id") == [(1, "2024"), (2, "2025")]


NULLS = """
| school_id | name  | level | becomes    |
| 10        | North | high  |            |
| 20        | NULL  | high  | ROW02 name |
| 30        | n/a   | high  | ROW02 name |
| 40        | Null  | high  |            |
"""


def test_declared_words_stand_for_an_empty_cell(tmp_path: Path) -> None:
    """As they are declared, to the letter."""
    staging = Staging(tmp_path)
    staging.send("schools", NULLS, null=["NULL", "n/a"])
    assert staging.verdicts("schools") == becomes(NULLS)


LOCAL = """
| Pupil | Sch | Day        | Missed | Reason | State  |
| 17    | 010 | 10/01/2025 | 0.5    | A      | active |
| x17   | 010 | 1/2/25     | 1      | A      | active |
| 123456789 | 1 | 10/03/2025 | .3333 | A     | active |
| 18    | 010 | 10/06/2025 | 1      | A      | test   |
| 19    | 010 | 2025-10-06 | 1      | A      | active |
| 20    | 010 | 10/06/2025 | half   | A      | active |
"""

MAPPING = {
    "columns": {
        "student_id": {"column": "Pupil", "digits": 6},
        "school_id": {"column": "Sch", "pattern": "^0*([1-9][0-9]*)$"},
        "date": {"column": "Day", "dates": ["%m/%d/%Y", "%m/%d/%y"]},
        "section_id": {"always": "day"},
        "kind": "Reason",
        "absent_hundredths": {"column": "Missed", "times": 100},
        "excused": {"always": "false"},
    },
    "codes": {"kind": {"A": "absent"}},
    "leave_out": {"State": ["test"]},
    "known_on": {"after": "date", "days": 0},
}


def test_a_mapping_says_where_each_value_comes_from_and_what_it_means(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    (counted,) = staging.send_as("attendance", LOCAL, **MAPPING)
    assert (counted.rows, counted.left_out, counted.unused) == (6, 1, ())
    assert staging.rows("attendance", "student_id", "school_id", "date", "kind", "absent_hundredths", "rule") == [
        ("000017", "10", date(2025, 10, 1), "absent", 50, None),
        ("x17", "10", date(2025, 1, 2), "absent", 100, None),
        ("123456789", "1", date(2025, 10, 3), "absent", 33, None),
        ("000019", "10", None, "absent", 100, "ROW03"),
        ("000020", "10", date(2025, 10, 6), "absent", None, "ROW03"),
    ]
    form = f"expected a date as MM/DD/YYYY or MM/DD/YY{OTHER_DATES}"
    expected = [form, "expected a number such as 0.5"]
    assert [told for (told,) in staging.rows("attendance", "expected") if told] == expected


def test_a_column_that_nothing_reads_is_counted_as_unused(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    columns = {"name": "Title", "level": {"always": "high"}}
    text = "school_id,Title,Fax,Fax,known_on\n10,North,1,2,2025-09-01\n"
    (counted,) = staging.send_text("schools", {"schools.csv": text}, columns=columns)
    assert counted.unused == ("Fax", "Fax (2)")
    assert staging.rows("schools", "school_id", "name", "level", "rule") == [("10", "North", "high", None)]


YEARS = """
| student_id | school_year | program | becomes                 |
| 1          | 2025        | F       | 2024-07-01 … 2025-06-30 |
| 2          | 25          | F       | ROW05 school_year       |
| 3          |             | F       | ROW02 school_year       |
"""


def test_a_date_may_be_a_day_of_the_school_year_of_the_row(tmp_path: Path) -> None:
    """The table of programs has no school year: the file's is read to reckon with."""
    staging = Staging(tmp_path)
    staging.send_as(
        "programs",
        YEARS,
        columns={"start_date": {"day_of_school_year": "07-01"}, "end_date": {"day_of_school_year": "06-30"}},
        codes={"program": {"F": "low_income"}},
        known_on={"after": "start_date", "days": 0},
    )
    days = [f"{first} … {last}" for first, last in staging.rows("programs", "start_date", "end_date")]
    told = [verdict or span for verdict, span in zip(staging.verdicts("programs"), days, strict=True)]
    assert told == becomes(YEARS)


def test_a_file_without_a_header_has_the_declared_one(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    header = ["school_id", "name", "level", "known_on"]
    staging.send_text("schools", {"schools.csv": "10,North,high,2025-09-01\n"}, header=header)
    assert staging.rows("schools", "row", "school_id", "rule") == [(1, "10", None)]


REFUSED = {
    "an unknown column and the one that is missing for it": (
        "school_id,nam,level,known_on",
        {},
        ["column name: missing column; expected it in the header", "column nam: unknown column; did you mean name?"],
    ),
    "a column twice": ("school_id,name,name,level,known_on", {}, ["column name: the header names this column twice"]),
    "known_on": (
        "school_id,name,level",
        {},
        ['column known_on: missing column; say when rows became known: known_on = { column = "…" }, or a rule, '
         "below [districts.files.schools]"],
    ),
    "a column that the mapping names, with the nearest one": (
        "id,Titel,level,known_on",
        {"columns": {"school_id": "id", "name": "Title"}},
        ["column Title: missing column; [districts.files.schools] names it; did you mean Titel?"],
    ),
    "a column that is not mapped": (
        "id,level,known_on",
        {"columns": {"school_id": "id"}},
        ['column name: missing column; expected it in the header, or name = "…" below '
         "[districts.files.schools.columns]"],
    ),
    "a column by which rows are left out": (
        "school_id,name,level,known_on",
        {"leave_out": {"Closed": ["Y"]}},
        ["column Closed: missing column; [districts.files.schools] names it"],
    ),
    "another delimiter than the file's": (
        "school_id;name;level;known_on", {},
        ["the header is one column, as the file is not divided by ',': set delimiter = \";\" below "
         "[districts.files.schools] or [districts.reading]"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("header", "said", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_header_that_does_not_fit_is_refused_with_what_would_mend_it(
    tmp_path: Path, header: str, said: dict[str, object], expected: list[str]
) -> None:
    with pytest.raises(DataRefused) as refused:
        Staging(tmp_path).send_text("schools", {"schools.csv": f"{header}\n"}, **said)
    for sentence in expected:
        assert f"FILE04 schools.csv, row 1{',' if sentence.startswith('column') else ':'} {sentence}" in str(
            refused.value
        )


def test_a_first_row_that_is_a_record_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(DataRefused) as refused:
        Staging(tmp_path).send_text("students", {"students.csv": "1001,Zelda,Quimby,2010-01-01,,2025-09-01\n"})
    assert "FILE04 students.csv, row 1: no header; expected a first row with student_id, first_name" in str(
        refused.value
    )
    assert "Zelda" not in str(refused.value)


DELTA = """
| student_id | program    | start_date | end_date | known_on   | op | becomes              |
| 1          | low_income | 2025-09-01 | soon     | 2025-09-02 | D  |                      |
| 2          |            | 2025-09-01 |          | 2025-09-02 | D  | ROW02 program        |
| 3          | low_income | 2025-09-01 | soon     | 2025-09-02 |    | ROW03 end_date       |
"""


def test_a_deletion_need_only_say_which_record_it_is_of(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send_as("programs", DELTA, kind="delta", deletes={"column": "op", "values": ["D"]})
    assert staging.verdicts("programs") == becomes(DELTA)
    assert [deleted for (deleted,) in staging.rows("programs", "deleted")] == [True, True, False]


def test_a_table_that_is_parsed_again_is_not_doubled(tmp_path: Path) -> None:
    """A step that was killed is run again."""
    staging = Staging(tmp_path)
    staging.send("schools", "| school_id |\n| 10 |")
    again = Staging(tmp_path / "again", writer=staging.writer)
    again.folder.mkdir()
    again.send("schools", "| school_id |\n| 10 |")
    assert len(again.rows("schools", "row")) == 1


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='",'), max_size=12) | st.sampled_from(
    ["1001", "2025-10-01", "absent", "100", "true", "1E+05", "-1", "%", "'", "9" * 30, "2025-02-30", "NULL"]
)


@given(rows=st.lists(st.lists(cells, min_size=8, max_size=8), max_size=5))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_parsed_or_blank_whatever_it_says(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    staging = Staging(tmp_path_factory.mktemp("any"))
    text = "\n".join([HEADER, *(",".join(f'"{cell}"' for cell in row) for row in rows)])
    (counted,) = staging.send_text("attendance", {"attendance.csv": text})
    assert counted.rows + counted.blank == len(rows)
    ((parsed,),) = staging.writer.connection.execute("SELECT count(*) FROM understood_attendance").fetchall()
    assert parsed == counted.rows
    good = staging.rows("attendance", "rule", "student_id", "known_on")
    assert all(student and known for rule, student, known in good if rule is None)

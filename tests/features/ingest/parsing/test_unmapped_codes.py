"""Codes: what they mean is declared, and those that nothing maps are listed as lines to add."""

import tomllib
from pathlib import Path

from features.file_mapping.declaration import FileMapping
from features.ingest.parsing.unmapped_codes import code_mapping_lines
from tests.features.ingest.staging import Staging, becomes

CODES = {"kind": {"A": "absent", "T": "tardy"}, "excused": {"": "false", "E": "true"}}

CODED = """
| student_id | date       | kind   | excused | becomes       |
| 1          | 2025-10-01 | A      |         |               |
| 1          | 2025-10-02 | T      | E       |               |
| 1          | 2025-10-03 | X9     | E       | ROW04 kind    |
| 1          | 2025-10-06 | absent | E       | ROW04 kind    |
| 1          | 2025-10-07 | A      | U       | ROW04 excused |
| 1          | 2025-10-08 | X9     | U       | ROW04 kind    |
| 1          | 2025-10-09 |        | E       | ROW02 kind    |
"""


def test_a_column_with_codes_takes_no_value_that_is_none(tmp_path: Path) -> None:
    """Not even one of our own; an empty cell has a code where the mapping gives it one."""
    staging = Staging(tmp_path)
    staging.send("attendance", CODED, codes=CODES)
    assert staging.verdicts("attendance") == becomes(CODED)
    assert staging.rows("attendance", "kind", "excused")[:2] == [("absent", False), ("tardy", True)]


MARKS = """
| student_id | school_year | term_id | course_id | subject | mark | becomes |
| 1          | 2026        | q1      | alg1      | math    | B+   | B       |
| 1          | 2026        | q1      | alg2      | math    | W    | None    |
| 1          | 2026        | q1      | alg3      | math    |      | None    |
"""


def test_a_code_may_stand_for_an_empty_cell(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("marks", MARKS, codes={"mark": {"B+": "B", "W": ""}})
    assert staging.verdicts("marks") == ["", "", ""]
    assert [str(mark) for (mark,) in staging.rows("marks", "mark")] == becomes(MARKS)


def test_codes_that_are_not_mapped_are_listed_with_their_rows(tmp_path: Path) -> None:
    """All of them, also in a row that breaks another rule first; below what is mapped already."""
    staging = Staging(tmp_path)
    staging.send("attendance", CODED, codes=CODES)
    assert code_mapping_lines(staging.writer, [staging.sent("attendance", codes=CODES)]) == [
        "# below [districts.files.attendance.codes.kind]",
        '"X9" = "?"  # 2 rows; one of absent, partial, tardy, suspended',
        '"absent" = "?"  # 1 row; one of absent, partial, tardy, suspended',
        "# below [districts.files.attendance.codes.excused]",
        '"U" = "?"  # 2 rows; true or false',
    ]


UNMAPPED = """
| student_id | date       | kind     | excused |
| 1          | 2025-10-01 | "A"      | true    |
| 1          | 2025-10-02 | x\\y      | N       |
"""


def test_the_lines_of_a_column_without_codes_hold_its_own_values_too_and_are_toml(tmp_path: Path) -> None:
    """Once a column has codes every value must be one. A code that was not decided on is refused by the settings."""
    staging = Staging(tmp_path)
    staging.send("attendance", UNMAPPED.replace('"A"', '"A""B"'))
    lines = code_mapping_lines(staging.writer, [staging.sent("attendance")])
    (said,) = [tomllib.loads("\n".join(lines))["districts"]["files"]["attendance"]]
    assert said["codes"]["kind"] == {v: v for v in ("absent", "partial", "tardy", "suspended")} | {
        'A"B': "?", "x\\y": "?"
    }  # fmt: skip
    assert said["codes"]["excused"] == {"true": "true", "false": "false", "N": "?"}
    assert FileMapping.model_validate(said).codes == said["codes"]


def test_a_column_that_is_none_of_codes_is_named_without_a_value(tmp_path: Path) -> None:
    """A name mapped by mistake: a long value, or too many different ones. The rows keep its shape only."""
    long = "\n".join(f"| 1 | 2025-10-{day:02} | Quimby of the very long house |" for day in range(1, 4))
    many = "\n".join(f"| 1 | 2025-01-01 | Quimby {number} |" for number in range(51))
    for place, rows in (("long", long), ("many", many)):
        (tmp_path / place).mkdir()
        staging = Staging(tmp_path / place)
        staging.send("attendance", f"| student_id | date | kind |\n{rows}")
        lines = code_mapping_lines(staging.writer, [staging.sent("attendance")])
        assert lines == ["# attendance.kind does not look like a column of codes; is it the right one?"]
        assert all("Quimby" not in str(shown) for (shown,) in staging.rows("attendance", "shown"))

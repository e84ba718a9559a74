"""Exports of real shapes, invented rows: read as their systems write them. They are beside the checkout or skipped."""

from pathlib import Path

import pytest

from features.file_mapping.declaration import Dialect
from features.ingest.files.sources import files_in
from tests.features.ingest.files.file_rows import take

SHARED = Path(__file__).parents[4].parent / "shared" / "data"
ASPEN = SHARED / "studentinsights" / "fixtures"
TOOLKIT = SHARED / "opensdp_toolkit"

aspen = pytest.mark.skipif(
    not ASPEN.exists(), reason="the exports are not beside this checkout: ../shared/data/studentinsights"
)
X2 = Dialect(escape="\\", null=("NULL",))
EXPORTS = {
    "attendance_dump.csv": (31, 2, None),
    "bad_x2_assessments.csv": (9, 1, None),
    "fake_behavior_export.csv": (7, 4, None),
    "fake_students_export.csv": (25, 5, None),
    "fake_no_headers.csv": (6, 6, ("section", "student", "school", "course", "term", "grade")),
    "student_section_grades_fixture.csv": (6, 6, ("section", "student", "school", "course", "term", "grade")),
}


@aspen
@pytest.mark.parametrize(("name", "shape"), EXPORTS.items(), ids=EXPORTS.keys())
def test_exports_of_a_student_information_system_are_read(
    name: str, shape: tuple[int, int, tuple[str, ...] | None]
) -> None:
    columns, rows, header = shape
    file = next(file for file in files_in(ASPEN) if file.name == name)
    taken = take(file, X2, header)
    assert (len(taken.names), len(taken.rows), taken.malformed) == (columns, rows, [])
    assert not any(name[:1] in "'\"" for name in taken.header)


@aspen
def test_backslash_escapes_of_an_export_become_letters() -> None:
    file = next(file for file in files_in(ASPEN) if file.name == "attendance_dump.csv")
    taken = take(file, X2)
    first, second = (str(row[1 + taken.names.index("ATT_COMMENT")]) for row in taken.rows)
    assert (first.count('"'), first.count("\\")) == (2, 0)
    assert (second[-1], second.count("\\")) == ("\\", 1)


@aspen
def test_an_export_read_without_its_escape_is_not_taken_for_good() -> None:
    file = next(file for file in files_in(ASPEN) if file.name == "attendance_dump.csv")
    assert [row for row, _ in take(file, Dialect()).malformed] == [2]


@pytest.mark.skipif(
    not TOOLKIT.exists(), reason="the toolkit is not beside this checkout: ../shared/data/opensdp_toolkit"
)
def test_every_line_of_the_toolkits_files_is_accounted_for() -> None:
    counts = {file.name: take(file, Dialect()) for file in files_in(TOOLKIT) if file.name.endswith(".csv.gz")}
    for file in files_in(TOOLKIT):
        if file.name in counts:
            with file.open() as text:
                lines = sum(1 for _ in text)
            assert (len(counts[file.name].rows), counts[file.name].malformed) == (lines - 1, [])
    assert len(counts) == 5

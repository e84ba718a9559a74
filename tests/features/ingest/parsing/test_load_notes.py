"""Notes about a load: overlapping spells and several values of an attribute are reported, and no row is refused."""

from pathlib import Path

from features.ingest.findings import by_sentence
from features.ingest.parsing.load_notes import load_notes, unused_columns
from features.ingest.parsing.table_parser import ParsedFile
from tests.features.ingest.staging import Staging

OVERLAPPING = """
| student_id | school_id | school_year | entry_date | exit_date  |
| 1          | 10        | 2025        | 2024-09-02 | 2024-10-03 |
| 1          | 20        | 2025        | 2024-10-03 | 2024-10-05 |
| 1          | 10        | 2025        | 2024-10-06 |            |
| 1          | 10        | 2026        | 2025-09-01 |            |
| 2          | 10        | 2025        | 2024-09-01 |            |
| 2          | 20        | 2025        | 2025-06-30 |            |
"""


def test_spells_that_share_a_day_are_noted(tmp_path: Path) -> None:
    """One without an end goes to the end of its school year. No row is refused for it."""
    staging = Staging(tmp_path)
    staging.send("enrollments", OVERLAPPING)
    (note,) = load_notes(staging.writer, [staging.sent("enrollments")], [])
    expected = "4 spells of enrollment with a day in another spell of the student"
    assert (note.code, note.expected.partition(";")[0]) == ("NOTE01", expected)
    assert "2 times" in note.expected
    assert set(staging.verdicts("enrollments")) == {""}


NOT_OVERLAPPING = """
| student_id | school_id | school_year | entry_date | exit_date  | known_on   | what it is                            |
| 1          | 10        | 2025        | 2024-09-02 |            | 2024-09-02 | a spell when it began                 |
| 1          | 10        | 2025        | 2024-09-02 | 2024-10-03 | 2024-10-05 | the same once its end was known       |
| 1          | 20        | 2025        | 2024-10-04 |            | 2024-10-04 | open: it ended with the school year   |
| 1          | 20        | 2026        | 2025-06-15 |            | 2025-06-15 | the next year's, entered early        |
| 3          | 10        | 2025        | 2024-09-02 | 2099-12-31 | 2024-09-02 | open, by a date that stands for none  |
| 3          | 20        | 2026        | 2025-09-01 | 2099-12-31 | 2025-09-01 | and the next year's                   |
| 2          | 10        | 2025        | 2024-09-02 | 2025-06-12 | 2025-06-12 | an end that was wrong                 |
| 2          | 10        | 2025        | 2024-09-02 | 2024-12-20 | 2025-06-14 | and its correction                    |
| 2          | 20        | 2025        | 2025-01-08 |            | 2025-01-08 | begun between the one and the other   |
"""


def test_an_open_spell_ends_with_its_school_year_and_versions_of_one_spell_do_not_overlap(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("enrollments", NOT_OVERLAPPING)
    assert list(load_notes(staging.writer, [staging.sent("enrollments")], [])) == []


RACES = """
| student_id | attribute      | value | start_date | end_date   |
| 1          | race_ethnicity | A     | 2024-09-01 | 2025-06-30 |
| 1          | race_ethnicity | B     | 2025-09-01 |            |
| 2          | race_ethnicity | A     | 2024-09-01 |            |
| 2          | race_ethnicity | B     | 2025-09-01 |            |
| 3          | race_ethnicity | A     | 2024-09-01 | 2025-06-30 |
| 3          | race_ethnicity | A     | 2025-09-01 |            |
"""


def test_students_with_several_values_of_an_attribute_are_noted(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("demographics", RACES)
    (note,) = load_notes(staging.writer, [staging.sent("demographics")], [])
    expected = "2 students with several values of race_ethnicity, 1 of them at one time; all are kept"
    assert (note.code, note.expected) == ("NOTE02", expected)


SHARED = """
| staff_id | email   | role      | known_on   | what it is                                  |
| 1        | a@b.c   | counselor | 2020-01-01 | one of two with an address                  |
| 2        | A@B.c   | counselor | 2025-08-01 | the other, in upper case                    |
| 3        | old@b.c | counselor | 2020-01-01 | an address that is given up                 |
| 3        | new@b.c | counselor | 2025-08-01 | the one that took its place                 |
| 4        | old@b.c | principal | 2025-08-01 | who has it now                              |
| 5        | office@ | district  | 2025-08-01 | with one that did not come again (below)    |
"""


def test_people_with_one_address_are_noted_with_their_rows(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    files = staging.send("staff", SHARED)
    (note,) = load_notes(staging.writer, [staging.sent("staff")], files)
    assert (note.code, note.row, note.further, note.column, note.count) == ("NOTE06", 2, (3,), "email", 2)
    assert "a@b.c" not in str(note).lower()


def test_an_address_may_be_shared_with_somebody_of_an_earlier_load(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.hold({"staff": "| staff_id | email |\n| 6 | office@ |\n| 1 | b@b.c |"})
    files = staging.send("staff", SHARED)
    (note,) = load_notes(staging.writer, [staging.sent("staff")], files)
    assert (note.row, note.further) == (2, (3, 7))


def file_with(name: str, *unused: str) -> ParsedFile:
    """A file of attendance with columns that are not read."""
    return ParsedFile(name, "attendance", 1, 0, 0, 0, unused=unused)


def test_columns_that_many_files_have_and_nobody_reads_are_one_sentence() -> None:
    """Each file keeps a finding of its own for a program; what only one of them has is said of it."""
    files = [file_with(f"{year}.csv", "district", "exported_at") for year in range(2010, 2026)]
    notes = list(unused_columns([*files, file_with("2026.csv", "district", "homeroom", "exported_at")]))
    assert [str(note) for note in by_sentence(notes)] == [
        "NOTE04 2010.csv and 16 more files: not read: district, exported_at", "NOTE04 2026.csv: not read: homeroom",
    ]  # fmt: skip
    assert len(notes) == 18


def test_a_column_that_one_of_the_tables_of_a_file_reads_is_read() -> None:
    """One file of students serves for schools too: its names are read for students, its bus for nobody."""
    both = [file_with("roster.csv", "name", "bus"), file_with("roster.csv", "school", "bus")]
    assert [str(note) for note in unused_columns(both)] == ["NOTE04 roster.csv: not read: bus"]

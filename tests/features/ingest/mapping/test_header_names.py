"""Headers as people write them: case, spaces, `_`, `-` and a delimiter at the end change nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.file_mapping.declaration import file_columns
from features.ingest.findings import DataRefused
from features.ingest.mapping.header_names import matched, plain
from features.ingest.parsing.load_notes import load_notes
from features.tables import TABLES
from tests.features.ingest.staging import Staging

ROW = "1001,10,2025-10-01,day,absent,100,false,2025-10-01"
OWN = "student_id,school_id,date,section_id,kind,absent_hundredths,excused,known_on"

SPELLED = {
    "upper case and spaces around": " Student_Id ,School_Id,Date,Section_Id,Kind,Absent_Hundredths,Excused,Known_On ",
    "spaces within": "Student ID,School ID,DATE,Section ID,KIND,Absent hundredths,EXCUSED,Known on",
    "hyphens, and words in one": "student-id,SchoolID,date,sectionId,kind,absent-hundredths,excused,knownOn",
    "spaces that do not break": "student\u00a0id,school_id,date,section_id,kind,absent_hundredths,excused,known_on",
}


@pytest.mark.parametrize("header", SPELLED.values(), ids=SPELLED.keys())
def test_a_header_may_spell_names_otherwise_and_a_note_says_which(tmp_path: Path, header: str) -> None:
    staging = Staging(tmp_path)
    files = staging.send_text("attendance", {"attendance.csv": f"{header}\n{ROW}\n"})
    assert staging.rows("attendance", "student_id", "section_id", "rule") == [("1001", "day", None)]
    (note,) = load_notes(staging.writer, [staging.sent("attendance")], files)
    assert note.code == "NOTE20"
    assert "as student_id" in note.expected
    assert "'date'" not in note.expected


def test_a_header_of_our_own_has_no_note(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    files = staging.send_text("attendance", {"attendance.csv": f"{OWN}\n{ROW}\n"})
    assert list(load_notes(staging.writer, [staging.sent("attendance")], files)) == []


MAPPED: dict[str, object] = {
    "columns": {"student_id": "STD_ID", "kind": "ATT CODE", "absent_hundredths": "portion"},
    "codes": {"kind": {"A": "absent"}},
    "leave_out": {"ATT CODE": ("P",)},
    "known_on": {"column": "Posted On"},
}
THEIRS = "Std Id,school_id,date,section_id,Att_Code,PORTION,excused,posted_on"


def test_names_of_a_mapping_match_in_the_same_way(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    present = ROW.replace("1001", "1002").replace("absent", "P")
    text = f"{THEIRS}\n{ROW.replace('absent', 'A')}\n{present}\n"
    (counted,) = staging.send_text("attendance", {"attendance.csv": text}, **MAPPED)
    assert staging.rows("attendance", "student_id", "kind", "rule") == [("1001", "absent", None)]
    assert (counted.rows, counted.left_out) == (2, 1)


def test_names_in_a_lookup_file_match_too(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.write(staging.beside, {"codes.csv": "Att Kind,SECTION ID\nabsent,day\n"})
    lookup = {"file": "codes.csv", "column": "att_kind", "match": ["section_id"]}
    header = "student_id,school_id,date,Section_ID,absent_hundredths,excused,known_on"
    row = ROW.replace("absent,", "")
    staging.send_text("attendance", {"attendance.csv": f"{header}\n{row}\n"}, columns={"kind": {"lookup": lookup}})
    assert staging.rows("attendance", "kind", "rule") == [("absent", None)]


AMBIGUOUS = {
    "two columns for one name": OWN.replace("student_id", "Student_ID,student id"),
    "two that differ in case": OWN.replace("kind", "Kind,KIND"),
}


@pytest.mark.parametrize("header", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_a_name_that_two_columns_could_be_is_refused_with_both(tmp_path: Path, header: str) -> None:
    staging = Staging(tmp_path)
    with pytest.raises(DataRefused, match=r"could be '.*': expected one column for each") as refusal:
        staging.send_text("attendance", {"attendance.csv": f"{header}\n"})
    assert "attendance.csv, row 1" in str(refusal.value)


def test_one_column_that_two_names_could_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="could be 'STUDENT ID', 'student_id'"):
        matched("a.csv", ("Student-Id",), ("STUDENT ID", "student_id"), "students")


def test_the_exact_name_wins_and_the_other_is_an_unknown_column(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    with pytest.raises(DataRefused, match="column Student ID: unknown column; did you mean student_id"):
        staging.send_text("attendance", {"attendance.csv": f"Student ID,{OWN}\n1001,{ROW}\n"})


NAMELESS = {
    "a delimiter at the end of each line": (f"{OWN},\n{ROW},\n", "column 9, which has no name"),
    "three of them": (f"{OWN},,,\n{ROW},,,\n", "column 9, which has no name, column 10"),
    "one in front": (f",{OWN}\n,{ROW}\n ,{ROW}\n", "column 1, which has no name"),
    "spaces and null words": (f"{OWN},\n{ROW}, \n{ROW.replace('1001', '1002')},NULL\n", "column 9"),
}


@pytest.mark.parametrize(("text", "told"), NAMELESS.values(), ids=NAMELESS.keys())
def test_a_column_without_name_and_value_is_none_and_a_note_says_so(tmp_path: Path, text: str, told: str) -> None:
    staging = Staging(tmp_path)
    files = staging.send_text("attendance", {"attendance.csv": text}, null=["NULL"])
    assert {rule for (rule,) in staging.rows("attendance", "rule")} <= {None}
    (note,) = load_notes(staging.writer, [staging.sent("attendance")], files)
    assert (note.code, told in note.expected) == ("NOTE04", True)


def test_a_column_without_name_and_with_a_value_is_refused_with_its_row(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    with pytest.raises(DataRefused) as refusal:
        staging.send_text("attendance", {"attendance.csv": f"{OWN},\n{ROW},\n{ROW},secret\n"})
    assert "FILE04 attendance.csv, row 3, column 9: a value in a column that the header does not name" in str(
        refusal.value
    )
    assert "secret" not in str(refusal.value)


def test_the_nearest_known_name_is_proposed_for_the_rest(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    with pytest.raises(DataRefused, match=r"column Studnt ID: unknown column; did you mean student_id\?"):
        staging.send_text("attendance", {"attendance.csv": f"{OWN.replace('student_id', 'Studnt ID')}\n{ROW}\n"})


NAMES = sorted({name for table in TABLES.values() if table.from_source for name in file_columns(table)})


@given(st.sampled_from(NAMES), st.sampled_from(["", " ", "  "]), st.sampled_from("_- \u00a0"), st.booleans())
def test_no_spelling_of_a_canonical_name_is_that_of_another(name: str, around: str, within: str, upper: bool) -> None:
    spelled = f"{around}{name.replace('_', within)}{around}"
    assert [one for one in NAMES if plain(one) == plain(spelled.upper() if upper else spelled)] == [name]

"""What is proposed for a few rows: dialects, files without a header, codes, forms of dates and numbers, policies."""

import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.ingest.proposal.mapping_proposal import propose_mapping
from features.ingest.proposal.proposal_text import proposal_text
from features.progress import quietly
from features.settings import District
from features.settings_file import load_settings
from tests.sweeps import tried

ROSTER = "Student ID,Last Name,First Name,Birth Date\n" + "".join(
    f"{n:06},Quimby,Zelda,2011-0{n % 9 + 1}-11\n" for n in range(1, 30)
)
SPELLS = "Student ID,School Code,School Year,Grade,Enter Date,Leave Date,Exit Code\n"


def spell(n: int, **differs: str) -> str:
    """A line of enrollment."""
    said = {"year": "2026", "grade": "9", "enter": "2025-08-18", "leave": "", "code": "", **differs}
    return f"{n:06},20,{said['year']},{said['grade']},{said['enter']},{said['leave']},{said['code']}\n"


def absences(date: str = "2025-10-0{}", code: str = "A") -> str:
    """A file of attendance."""
    rows = "".join(f"{n:06},20,{date.format(n % 9 + 1)},{code}\n" for n in range(1, 30))
    return f"StuID,Sch,Abs Date,Abs Code\n{rows}"


def marks(*given_marks: str) -> str:
    """A file of marks."""
    rows = "".join(f"{n + 1:06},20,2026,S1,ALG{n},{mark}\n" for n, mark in enumerate(given_marks))
    return f"Student ID,School,Year,Term,Course ID,Letter Grade\n{rows}"


def proposed(files: Mapping[str, str | bytes]) -> str:
    """The text for a folder of these files, which can be read as settings."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "extracts")
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        text = proposal_text(propose_mapping(folder, quietly), "extracts")
        written = Path(place, "ontrack.toml")
        written.write_text(text, encoding="utf-8")
        load_settings(written)
    return text


def district(text: str, folder: Path) -> District:
    """The district as settings have it."""
    (folder / "ontrack.toml").write_text(text, encoding="utf-8")
    return load_settings(folder / "ontrack.toml").districts[0]


ENROLLMENT = SPELLS + "".join(spell(n) for n in range(1, 30))
MOVES = SPELLS + "".join(
    spell(n, leave="2025-10-06", code="W2") + spell(n, enter="2025-10-06", code="") for n in range(1, 30)
)

WITH_POINTS = marks("A,4:0", "B,3:5", "C,2:0").replace("Grade", "Grade,Points").replace(",", ";").replace(":", ",")

INCIDENTS = "StuID,Sch,Incident Date,Severity\n" + "".join(f"{n:06},20,2025-10-1{n % 9},Minor\n" for n in range(1, 30))

BY_PERIOD = "StuID,Sch,Abs Date,Period,Abs Code\n" + "".join(
    f"{n:06},20,2025-10-0{n % 9 + 1},P{n % 3},A\n" for n in range(1, 30)
)

LINES: tuple[tuple[str, dict[str, str | bytes], str], ...] = (
    ("cp1252", {"roster.csv": ROSTER.replace("Zelda", "Zoë").encode("cp1252")}, 'encoding = "cp1252"'),
    ("utf-16", {"roster.csv": ROSTER.encode("utf-16")}, 'encoding = "utf-16"'),
    ("tabs", {"roster.txt": ROSTER.replace(",", "\t")}, 'delimiter = "\\t"'),
    ("carets", {"roster.txt": ROSTER.replace(",", "^")}, 'delimiter = "^"'),
    ("single quotes", {"roster.csv": ROSTER.replace(",", "','").replace("\n", "'\n'")[:-1].join(["'", ""])},
     "quote = \"'\""),
    ("US dates", {"roster.csv": ROSTER, "abs.csv": absences("10/1{}/2025")}, 'dates = ["%m/%d/%Y"]'),
    ("either order", {"roster.csv": ROSTER, "abs.csv": absences("10/0{}/2025")}, "#   no day is beyond 12"),
    ("day first", {"roster.csv": ROSTER, "abs.csv": absences("1{}/10/2025")}, 'dates = ["%d/%m/%Y"]'),
    ("spreadsheet days", {"roster.csv": ROSTER, "abs.csv": absences("4593{}")}, 'dates = ["spreadsheet"]'),
    ("present rows", {"roster.csv": ROSTER, "abs.csv": absences() + absences(code="P").split("\n", 1)[1]},
     'leave_out = { "Abs Code" = ["P"] }'),
    ("share by code", {"roster.csv": ROSTER, "abs.csv": absences()},
     "[districts.files.attendance.codes.absent_hundredths]"),
    ("no id of an incident", {"roster.csv": ROSTER, "behavior.csv": INCIDENTS},
     'incident_id = { joined = ["StuID", "Incident Date", "Severity"] }'),
    ("empty in some rows", {"roster.csv": ROSTER, "behavior.csv": INCIDENTS + "000001,20,,Minor\n"},
     'leave_out = { "Incident Date" = [""] } above'),
    ("unknown code", {"roster.csv": ROSTER, "abs.csv": absences() + "000001,20,2025-10-11,ZQ\n"},
     '# "ZQ" = "?"  # 1 row; one of absent, partial, tardy, suspended'),
    ("a name among codes", {"roster.csv": ROSTER, "abs.csv": absences() + "000001,20,2025-10-11,Quimby\n"},
     "# not shown, as it may be anything: 1 rare or long value, in 1 row"),
    ("lost zeros", {"roster.csv": ROSTER, "abs.csv": absences().replace("0000", "")},
     'student_id = { column = "StuID", digits = 6 }'),
    ("school years in words", {"roster.csv": ROSTER, "enr.csv": ENROLLMENT.replace(",2026,", ",2025-26,")},
     '"2025-26" = "2026"'),
    ("kindergarten", {"roster.csv": ROSTER, "enr.csv": ENROLLMENT + spell(1, grade="KG", enter="2025-09-01")},
     '"KG" = "0"'),
    ("no grade level", {"roster.csv": ROSTER.replace("Birth Date", "Grade").replace("2011-0", "").replace("-11", ""),
                        "enr.csv": ENROLLMENT.replace("Grade", "Counted")},
     'grade_level = { lookup = { file = "roster.csv", column = "Grade", match = ["Student ID"] } }'),
    ("plus and minus", {"roster.csv": ROSTER, "grades.csv": marks("A+", "B-", "C", "F")}, '\nscale = ["letters"]'),
    ("no credit", {"roster.csv": ROSTER, "grades.csv": marks("A", "B-", "W", "CR")},
     '\nscale = ["letters", "no_marks", "pass_or_not"]'),
    ("percent", {"roster.csv": ROSTER, "grades.csv": marks("95", "82.5", "61", "40")},
     '# scale = { like = ["letters"], cuts = [[90, "A"]'),
    ("levels", {"roster.csv": ROSTER, "grades.csv": marks("4", "3", "2", "1")}, '# scale = ["letters", "levels"]'),
    ("letters behind percent", {"roster.csv": ROSTER, "grades.csv": marks("95.1 A", "82.5 B+", "61.0 D-", "40.2 F")},
     'mark = { column = "Letter Grade", pattern = "([ABCDF][+-]?)$" }'),
    ("decimal comma", {"roster.csv": ROSTER, "grades.csv": WITH_POINTS}, 'decimal = ","'),
    ("no-shows", {"roster.csv": ROSTER, "enr.csv": ENROLLMENT + spell(1, leave="2025-08-18", code="NS")},
     '# never_came = ["NS"]  # 1 row:'),
    ("first day gone", {"roster.csv": ROSTER, "enr.csv": MOVES}, '# exit_date = "first_day_gone"  # 29 of 29 exits'),
    ("proof of attendance", {"roster.csv": ROSTER, "abs.csv": absences() + absences(code="P").split("\n", 1)[1]},
     '# present = ["P"]  # instead of leave_out'),
    ("several events", {"roster.csv": ROSTER, "abs.csv": absences() + absences(code="T").split("\n", 1)[1]},
     "# 29 days of a student have several events: which one counts?"),
    ("class periods", {"roster.csv": ROSTER, "abs.csv": BY_PERIOD}, "# periods = { a_day = 3 }"),
    ("students gone", {"roster.csv": ROSTER, "abs.csv": absences() + "900001,20,2025-10-03,A\n"},
     '# unknown_students = "leave_out"  # 3.3% of the students of attendance'),
    ("no header", {"roster.csv": ROSTER, "enr.csv": ENROLLMENT,
                   "grades.csv": marks("A", "B", "C", "D").split("\n", 1)[1].replace(",2026,", ",ALG-1,")
                   .replace("ALG0", "ALG").replace(",ALG1,", ",ALG,").replace("ALG2", "ALG").replace("ALG3", "ALG")},
     'header = ["student_id", "school_id", "section_id", "term_id", "course_id", "mark"]'),
    ("several files", {"roster.csv": ROSTER, "abs_2024.csv": absences("2024-10-0{}"), "abs_2025.csv": absences()},
     'file = "abs_*.csv"'),
    ("a nameless column", {"roster.csv": ROSTER.replace("\n", ",\n")}, 'last_name = "Last Name"'),
    ("not placed", {"roster.csv": ROSTER.replace("Birth Date", "Bus Stop")},
     '# not placed: "Bus Stop" (dates as YYYY-MM-DD, 100% filled, 9 different)'),
    ("not sent", {"roster.csv": ROSTER}, 'staff = { sent = "never" }'),
    ("not read", {"roster.csv": ROSTER, "bus.csv": "route,stop code\nx,3\n"},
     '#   "bus.csv": no table has such columns: route, stop code'),
    ("no names known", {"roster.csv": ROSTER, "people.csv": "Quimby,Zelda,Aide\nOther,One,Cook\n"},
     '#   "people.csv": no table by its values, and no names that are known in its first row'),
    ("a workbook", {"roster.csv": ROSTER, "book.csv": b"PK\x03\x04..."},
     '#   "book.csv": expected text in utf-8, but it is a zip'),
    ("a sheet too wide", {"roster.csv": ROSTER, "wide.csv": "id," * 600 + "\n"}, "expected at most 500 columns"),
)  # fmt: skip


@pytest.mark.parametrize(("files", "line"), [one[1:] for one in LINES], ids=[one[0] for one in LINES])
def test_the_proposal_says_what_was_seen(files: dict[str, str | bytes], line: str) -> None:
    text = proposed(files)
    assert line in text, text
    assert "Quimby" not in text
    assert "Zelda" not in text


POLICY = re.compile(
    r"^# (?=\[districts\.policies|present|day_priority|periods|never_came|exit_date|unknown_stu|scale)", re.M
)


def test_every_policy_that_is_proposed_can_be_taken(tmp_path: Path) -> None:
    """The lines without their # are settings, and nothing of them holds before."""
    shown = absences() + absences(code="P").split("\n", 1)[1] + absences(code="T").split("\n", 1)[1] + "900001,20,,A\n"
    moves = MOVES + spell(1, leave="2025-08-18", code="NS")
    text = proposed({"roster.csv": ROSTER, "abs.csv": shown, "enr.csv": moves, "grades.csv": marks(*"4321")})
    assert not district(text, tmp_path).policies.declared
    policies = district(POLICY.sub("", text), tmp_path).policies
    assert policies.enrollment.never_came == ("NS",)
    assert policies.enrollment.exit_date == "first_day_gone"
    assert policies.attendance.present == ("P",)
    assert policies.attendance.day_priority[0] == "suspended"
    assert policies.roster.unknown_students == "leave_out"


def test_files_in_ascii_are_read_as_those_with_accents_are() -> None:
    """A single encoding for all: the next extract may have accents in any file."""
    text = proposed({"roster.csv": ROSTER.replace("Zelda", "Zoë").encode("cp1252"), "abs.csv": absences()})
    assert text.count("encoding =") == 1


def test_a_zip_is_looked_at_in_place(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "nightly.zip", "w") as archive:
        archive.writestr("out/roster.csv", ROSTER)
    text = proposal_text(propose_mapping(tmp_path / "nightly.zip", quietly), "nightly.zip")
    assert district(text, tmp_path).files["students"].file == "roster.csv"
    assert district(text, tmp_path).id == "nightly"


def test_a_file_of_our_own_shape_among_a_strangers_is_left_as_it_is() -> None:
    ours = "student_id,date,kind,known_on\n000001,2026-06-02,diploma,2026-06-05\n"
    text = proposed({"completions.csv": ours, "abs.csv": absences()})
    assert '# Of our own shape, and read as they are: "completions.csv"' in text
    assert "[districts.files.completions" not in text


def test_a_large_file_is_looked_at_from_all_over_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that stands at the end alone is seen, though not every row is read."""
    monkeypatch.setattr("features.ingest.proposal.file_sample.HEAD", 4096)
    monkeypatch.setattr("features.ingest.proposal.file_sample.PIECE", 512)
    rows = absences().split("\n", 1)[1]
    (tmp_path / "abs.csv").write_text(absences() + rows * 40 + rows.replace(",A\n", ",T\n") * 10, encoding="utf-8")
    (table,) = (one for one in propose_mapping(tmp_path, quietly).tables if one.table.name == "attendance")
    assert not table.file.sample.is_whole
    assert table.file.sample.cells.num_rows < 29 * 40
    assert {one.code for setting in table.settings for one in setting.codes} == {"A", "T"}


WORDS = st.sampled_from(
    ["Student ID", "date", "School", "code", "mark", "Grade", "Enter Date", "email", "race", "Term", "", "x y", 'q"uo']
) | st.text(max_size=8)
CELLS = st.sampled_from(
    ["1001", "2025-10-03", "10/3/2025", "A", "B+", "95", "45567", "NULL", "", "0,5", "a@b.example", "K", "2025-26"]
) | st.text(max_size=6)


@settings(tried(20, 300), phases=[Phase.explicit, Phase.generate])
@given(st.lists(WORDS, min_size=1, max_size=7), st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=8),
       st.sampled_from([",", ";", "\t"]))  # fmt: skip
def test_whatever_a_file_holds_what_is_proposed_can_be_read_as_settings(
    header: list[str], rows: list[list[str]], delimiter: str
) -> None:
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in (header, *rows)]
    proposed({"roster.csv": ROSTER, "stu_abs.csv": "\n".join(lines).encode("utf-8", "replace")})


def test_files_of_our_own_shape_keep_their_dates_beside_files_with_others() -> None:
    """What is said of the district's dates would hold for them too."""
    header = "staff_id,first_name,last_name,email,role,school_id,known_on"
    staff = f"{header}\nS1,Ana,Li,ana@harbor.example,district,,2025-07-01\n"
    text = proposed({"staff.csv": staff, "ABSENCES.csv": absences("10/0{}/2025")})
    assert '[districts.files.staff]\ndates = ["%Y-%m-%d"]\n' in text.partition("Of our own shape")[2]
    assert "[districts.files.staff]" not in proposed({"staff.csv": staff, "ABSENCES.csv": absences()})

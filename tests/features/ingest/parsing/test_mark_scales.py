"""Marks as districts send them: letters with signs, percent, levels and codes, each read by a declared scale."""

import tomllib
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from features.file_mapping.declaration import FileMapping
from features.file_mapping.mark_scales import POINTS
from features.file_mapping.validation import validate_mapping
from features.ingest.parsing.unmapped_codes import code_mapping_lines
from tests.features.ingest.staging import Staging, becomes, told_rows
from tests.sweeps import tried

READ = ("mark", "mark_status", "points_hundredths", "unweighted_points_hundredths")
HEADER = "| student_id | school_year | term_id | course_id | subject | mark |"


def marks(*given_marks: str) -> str:
    """A drawn table with these marks, each of a course of its own."""
    rows = [f"| 1 | 2026 | q1 | c{place} | math | {mark} |" for place, mark in enumerate(given_marks)]
    return "\n".join([HEADER, *rows])


def read_marks(folder: Path, drawing: str, **said: object) -> list[list[str]]:
    """What becomes of each drawn mark: letter, status, points, unweighted points; or the rule that it breaks."""
    staging = Staging(folder)
    staging.send("marks", drawing, **said)
    verdicts, rows = staging.verdicts("marks"), staging.rows("marks", *READ)
    return [
        [broken] if broken else ["" if cell is None else str(cell) for cell in row]
        for broken, row in zip(verdicts, rows, strict=True)
    ]


def drawn_cells(drawing: str, *columns: str) -> list[list[str]]:
    """What a drawn table says of its rows: some columns, or the broken rule alone."""
    return [[row["becomes"]] if row["becomes"] else [row[name] for name in columns] for row in rows_with(drawing)]


def rows_with(drawing: str) -> list[dict[str, str]]:
    """The rows of a drawn table with what becomes of them."""
    return [{**row, "becomes": what} for row, what in zip(told_rows(drawing), becomes(drawing), strict=True)]


PLUS_AND_MINUS = """
| sent | mark | status     | points | becomes    |
| A+   | A    |            | 400    |            |
| A    | A    |            | 400    |            |
| A-   | A    |            | 370    |            |
| B-   | B    |            | 270    |            |
| D-   | D    |            | 70     |            |
| F    | F    |            | 0      |            |
| NP   | NP   |            |        |            |
| I    |      | incomplete |        |            |
| W    |      | withdrawn  |        |            |
| AU   |      | audit      |        |            |
| NM   |      | not_given  |        |            |
|      |      |            |        |            |
| E    |      |            |        | ROW04 mark |
| a-   |      |            |        | ROW04 mark |
"""


def test_plus_and_minus_are_kept_in_points_and_a_code_without_a_mark_is_no_f(tmp_path: Path) -> None:
    expected = [[*cells, cells[-1]] if len(cells) > 1 else cells for cells in drawn_cells(PLUS_AND_MINUS, *COLUMNS)]
    sent = marks(*(row["sent"] for row in rows_with(PLUS_AND_MINUS)))
    assert read_marks(tmp_path, sent, scale=["letters", "no_marks"]) == expected


COLUMNS = ("mark", "status", "points")

PERCENT = """
| sent  | mark | status | points | becomes    |
| 100   | A    |        | 400    |            |
| 90    | A    |        | 400    |            |
| 89.99 | B    |        | 300    |            |
| 85 %  | B    |        | 300    |            |
| 60    | D    |        | 100    |            |
| 59.9% | F    |        | 0      |            |
| 42.5  | F    |        | 0      |            |
| 0     | F    |        | 0      |            |
| 103   | A    |        | 400    |            |
| 150   | A    |        | 400    |            |
| 151   |      |        |        | ROW04 mark |
| 999   |      |        |        | ROW04 mark |
| -1    |      |        |        | ROW04 mark |
| A     |      |        |        | ROW04 mark |
"""


def test_percent_is_read_by_cuts_each_of_which_belongs_to_the_better_mark(tmp_path: Path) -> None:
    """A number that stands for no mark, such as 999, is not the best one."""
    expected = [[*cells, cells[-1]] if len(cells) > 1 else cells for cells in drawn_cells(PERCENT, *COLUMNS)]
    sent = marks(*(row["sent"] for row in rows_with(PERCENT)))
    assert read_marks(tmp_path, sent, scale="percent") == expected


def test_own_cuts_may_have_signs_and_own_points(tmp_path: Path) -> None:
    """The bound of each, and what lies below the lowest, of which nobody said anything."""
    scale = {"cuts": [[93, "A"], [89.5, "A-"], [50, "D"]], "points": {"A": 4.5}}
    assert read_marks(tmp_path, marks("93", "92.9", "89.5", "89.4", "49.9"), scale=scale) == [
        ["A", "", "450", "450"], ["A", "", "370", "370"], ["A", "", "370", "370"],
        ["D", "", "100", "100"], ["ROW04 mark"],
    ]  # fmt: skip


def test_levels_have_the_points_of_their_number_and_the_lowest_is_low_and_no_f(tmp_path: Path) -> None:
    expected = [[mark, "", points, points] for mark, points in zip("ABCD", ("400", "300", "200", "100"), strict=True)]
    assert read_marks(tmp_path, marks("4", "3", "2", "1"), scale="levels") == expected


def test_points_that_were_sent_are_kept_and_the_scale_gives_those_without_weight(tmp_path: Path) -> None:
    """A B- in an honors course; the row without points has them from the scale."""
    drawn = """
    | student_id | school_year | term_id | course_id | subject | mark | points_hundredths |
    | 1          | 2026        | q1      | hist1     | other   | B-   | 370               |
    | 1          | 2026        | q1      | alg1      | math    | B-   |                   |
    """
    assert read_marks(tmp_path, drawn, scale="letters") == [["B", "", "370", "270"], ["B", "", "270", "270"]]


BY_SCHOOL = """
| student_id | school_id | school_year | term_id | course_id | subject | mark |
| 1          | 10        | 2026        | q1      | alg1      | math    | 3    |
| 1          | 30        | 2026        | q1      | alg1      | math    | 3    |
| 1          | 10        | 2026        | q1      | pe        | other   | S    |
| 1          | 20        | 2026        | q1      | alg1      | math    | 95   |
"""


def test_a_school_and_a_course_may_have_a_scale_of_their_own(tmp_path: Path) -> None:
    """The 3 is a level at school 30 and three percent at school 10; the first choice that fits counts."""
    choices = [
        {"column": "course_id", "values": ["pe"], "scale": "pass_or_not"},
        {"column": "school_id", "values": ["30", "31"], "scale": "levels"},
    ]
    read = read_marks(tmp_path, BY_SCHOOL, scale="percent", scale_by=choices)
    assert [row[0] for row in read] == ["F", "B", "P", "A"]


def test_rows_of_no_choice_are_read_as_marks_of_ours_where_there_is_no_other_scale(tmp_path: Path) -> None:
    drawn = BY_SCHOOL.replace("| 95   |", "| F    |")
    choices = [{"column": "school_id", "values": ["10", "30"], "scale": ["levels", "pass_or_not"]}]
    assert read_marks(tmp_path, drawn, scale_by=choices)[-1] == ["F", "", "", ""]


def test_marks_of_rows_with_a_scale_of_their_own_come_with_the_line_for_these_rows(tmp_path: Path) -> None:
    """The scale of the others reads a P already: nothing is proposed for it."""
    staging = Staging(tmp_path)
    said = {
        "scale": ["percent", "letters"], "scale_by": [{"column": "school_id", "values": ["30"], "scale": "levels"}],
    }  # fmt: skip
    drawn = BY_SCHOOL.replace("| S    |", "| P    |").splitlines()
    drawn[3] = drawn[3].replace("| 3 ", "| P ")
    staging.send("marks", "\n".join(drawn), **said)
    lines = code_mapping_lines(staging.writer, [staging.sent("marks", **said)])
    told = [line for line in lines if "scale =" in line]
    assert told == [
        '# in scale_by, if these marks are of rows in which "school_id" has "30": scale = ["levels", "letters"]'
    ]


def test_a_course_may_make_up_for_another_one(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("marks", marks("A", "B"), recovers={"c1": "c0"})
    assert staging.rows("marks", "recovers_course_id") == [(None,), ("c0",)]


PROPOSED = {
    "percent": (("A", "P", *(f"{n / 2:g}" for n in range(100, 200))), {"like": ["letters"], "cuts": "usual"}),
    "of other kinds": (
        ("A+", "B-", "I", "W", "AU", "NM", "INC", "CR", "NC", "4", "3", "2", "1"),
        ["letters", "levels", "no_marks", "pass_or_not"],
    ),
    "one unknown": (("A-", "X9"), {"like": ["letters"], "codes": {"X9": "?"}}),
    "points of four": (("3.5",), {"like": ["letters"], "cuts": [[0, "?"]]}),
}
USUAL = [[90, "A"], [80, "B"], [70, "C"], [60, "D"], [0, "F"]]


@pytest.mark.parametrize("kind", PROPOSED)
def test_marks_that_nothing_reads_come_with_the_line_that_would_read_them(tmp_path: Path, kind: str) -> None:
    """The line is TOML, and reads every row; a mark that nobody knows must be decided on first."""
    sent, expected = PROPOSED[kind]
    staging = Staging(tmp_path)
    staging.send("marks", marks(*sent))
    lines = code_mapping_lines(staging.writer, [staging.sent("marks")])
    said = tomllib.loads("\n".join(lines))["districts"]["files"]["marks"]["scale"]
    assert said == (
        {**expected, "cuts": USUAL} if isinstance(expected, dict) and "usual" in expected.values() else expected
    )
    if "?" in str(expected):
        with pytest.raises(ValidationError, match="expected"):
            FileMapping.model_validate({"scale": said})
        return
    (tmp_path / "again").mkdir()
    again = Staging(tmp_path / "again")
    again.send("marks", marks(*sent), scale=said)
    assert not any(again.verdicts("marks"))


def test_a_scale_that_is_declared_is_in_the_line_with_what_it_lacks(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    scale = {"like": ["letters"], "codes": {"E": "F"}, "points": {"A+": 4.33}}
    staging.send("marks", marks("A+", "E", "I"), scale=scale)
    lines = code_mapping_lines(staging.writer, [staging.sent("marks", scale=scale)])
    assert lines[0] == "# below [districts.files.marks], instead of its scale"
    assert tomllib.loads(lines[1])["scale"] == {**scale, "like": ["letters", "no_marks"]}
    assert lines[2:] == ['# "I": 1 row; taken for incomplete']


WRONG = {
    "no such scale": {"scale": "letter"},
    "3.7": {"scale": {"cuts": [[3.7, "A"], [3.7, "B"]]}},
    "worse mark": {"scale": {"cuts": [[90, "B"], [80, "A"]]}},
    "B\\+\\+": {"scale": {"cuts": [[90, "B++"]]}},
    "absent": {"scale": {"codes": {"X": "absent"}}},
    "0 to 5": {"scale": {"points": {"A": 45}}},
    "no such code": {"scale": {"like": ["letters"], "points": {"AA": 4}}},
    "give each its rows": {"scale": ["percent", "levels"]},
}


@pytest.mark.parametrize("expected", WRONG)
def test_a_scale_that_says_no_clear_thing_is_refused(expected: str) -> None:
    """The first two: no cut lies on another one."""
    with pytest.raises(ValidationError, match=expected if expected != "3.7" else "highest number first"):
        FileMapping.model_validate(WRONG[expected])


def test_codes_and_a_scale_cannot_both_say_what_marks_mean_and_other_tables_have_none() -> None:
    both = FileMapping.model_validate({"scale": "letters", "codes": {"mark": {"A": "A"}}})
    for name, files, place in (
        ("marks", both, "files.marks.codes.mark: expected either codes or a scale"),
        ("attendance", FileMapping.model_validate({"scale": "letters"}), "files.attendance.scale: only marks"),
        ("terms", FileMapping.model_validate({"recovers": {"a": "b"}}), "files.terms.recovers: only marks"),
    ):
        with pytest.raises(ValueError, match=place):
            validate_mapping(name, files)


def test_a_mapping_without_a_scale_has_the_digest_that_it_had_before_there_were_scales() -> None:
    """Else every installation would load its files again."""
    assert not {"scale", "scale_by", "recovers"} & FileMapping(file="marks.csv").model_dump().keys()
    assert "scale" in FileMapping.model_validate({"scale": "letters"}).model_dump()


RANK = {mark.rstrip("+-"): place for place, mark in enumerate(POINTS)}


@st.composite
def drawn_cuts(draw: st.DrawFn) -> list[list[object]]:
    """Cuts that fall, with a mark that gets worse."""
    letters = draw(st.lists(st.sampled_from(list(POINTS)[:13]), min_size=1, max_size=6, unique=True))
    numbers = draw(st.lists(st.integers(0, 1500), min_size=len(letters), max_size=len(letters), unique=True))
    better_first = sorted(letters, key=list(POINTS).index)
    return [[n / 10, mark] for n, mark in zip(sorted(numbers, reverse=True), better_first, strict=True)]


@tried(4, 100)
@given(drawn_cuts())
def test_more_percent_never_is_a_worse_mark(cuts: list[list[object]]) -> None:
    sent = [*(n / 4 for n in range(0, 600, 25)), *(float(str(least)) for least, _ in cuts)]
    with TemporaryDirectory() as folder:
        read = read_marks(Path(folder), marks(*(f"{n:g}" for n in sorted(sent))), scale={"cuts": cuts})
    found = [(RANK[row[0]], -int(row[2])) for row in read if row != ["ROW04 mark"]]
    assert all(one >= next_one for one, next_one in pairwise(found))
    assert [row for row in read[-len(found) :] if row == ["ROW04 mark"]] == []


def test_percent_may_have_a_comma_where_numbers_have_one(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    rows = (
        "student_id;school_id;school_year;term_id;course_id;course_name;subject;mark_kind;mark;known_on;"
        "credits_attempted_hundredths"
    )
    line = "1;10;2026;q1;alg;Algebra;math;final;89,5;2025-10-01;50"
    staging.send_text("marks", {"marks.csv": f"{rows}\n{line}"}, delimiter=";", decimal=",", scale="percent")
    assert staging.rows("marks", "mark", "points_hundredths") == [("B", 300)]


OWN = st.lists(st.sampled_from(["A", "B", "C", "D", "F", "P", "NP", ""]), min_size=1, max_size=8)


@tried(3, 100)
@given(OWN)
def test_a_scale_changes_no_letter_of_our_own(sent: list[str]) -> None:
    """Also where every row has another scale, and where some codes are of marks that are not there."""
    with TemporaryDirectory() as folder:
        plain, scaled, chosen = (Path(mkdtemp(dir=folder)) for _ in range(3))
        without = [row[:2] for row in read_marks(plain, marks(*sent))]
        choice = {"column": "school_id", "values": ["99"], "scale": "levels"}
        assert [row[:2] for row in read_marks(scaled, marks(*sent), scale=["letters", "no_marks"])] == without
        assert [row[:2] for row in read_marks(chosen, marks(*sent), scale_by=[choice])] == without

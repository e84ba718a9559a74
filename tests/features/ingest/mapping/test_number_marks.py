"""Numbers and dates as other countries and spreadsheets write them, where that is declared."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.file_mapping.declaration import Dialect, FileMapping
from features.ingest.load.workspace import workspace_of
from features.settings import District, Settings
from tests.features.ingest.staging import Staging

TIMES = {"columns": {"absent_hundredths": {"column": "absent_hundredths", "times": 100}}}

PORTIONS = {
    "a comma": ({"decimal": ","}, {"0,5": 50, "1": 100, ",25": 25, "0,333": 33}, ["0.5", "0,5,0", "1.0", "0,a"]),
    "a point, as by default": ({}, {"0.5": 50, "1": 100, ".25": 25}, ["0,5", "1,000"]),
    "a comma, and points between thousands": (
        {"decimal": ",", "thousands": "."}, {"0,5": 50, "1": 100}, ["0.5", ".5"],
    ),
    "a point, and an apostrophe between thousands": ({"thousands": "'"}, {"0.5": 50, "1": 100}, ["0'5", "0,5"]),
}  # fmt: skip


def attendance(portions: list[str]) -> str:
    """Rows with these portions of a day."""
    rows = [f"| {n} | 2025-10-01 | {portion} |" for n, portion in enumerate(portions, 1)]
    return "\n".join(["| student_id | date | absent_hundredths |", *rows])


@pytest.mark.parametrize(("said", "read", "unread"), PORTIONS.values(), ids=PORTIONS.keys())
def test_a_number_is_read_with_the_declared_marks_only(
    tmp_path: Path, said: dict[str, object], read: dict[str, int], unread: list[str]
) -> None:
    staging = Staging(tmp_path)
    drawn = attendance([*read, *unread]).replace(",", "\\,")
    text = drawn.replace(" ", "").replace("|\n|", "\n").strip("|").replace("|", ";").replace("\\,", ",")
    header = "student_id;date;absent_hundredths"
    more = {"school_id": {"always": "10"}, "section_id": {"always": "day"}, "kind": {"always": "absent"}}
    columns = {**TIMES["columns"], **more, "excused": {"always": "false"}}
    staging.send_text(
        "attendance",
        {"attendance.csv": text.replace(text.partition("\n")[0], header)},
        delimiter=";", known_on={"load": True}, columns=columns, **said,
    )  # fmt: skip
    found = staging.rows("attendance", "absent_hundredths", "rule")
    assert found[: len(read)] == [(value, None) for value in read.values()]
    assert {rule for _, rule in found[len(read) :]} == {"ROW03"}


MARKS_OF_THOUSANDS = {",": "1,234", ".": "1.234", " ": "1 234", "'": "1'234"}


@pytest.mark.parametrize(("mark", "text"), MARKS_OF_THOUSANDS.items())
def test_a_mark_between_thousands_stands_before_three_digits(tmp_path: Path, mark: str, text: str) -> None:
    staging = Staging(tmp_path)
    decimal = "," if mark == "." else "."
    wrong = text.replace("234", "23")
    actions = ["i1;1;10;2025-10-01;detention;" + one + ";2025-10-01" for one in (text, "1234", wrong)]
    header = "incident_id;student_id;school_id;date;action;days_removed_hundredths;known_on"
    texts = {"discipline_actions.csv": "\n".join([header, *actions])}
    staging.send_text("discipline_actions", texts, delimiter=";", decimal=decimal, thousands=mark)
    rules = [rule for (rule,) in staging.rows("discipline_actions", "rule")]
    assert staging.rows("discipline_actions", "days_removed_hundredths")[:2] == [(1234,), (1234,)]
    assert rules[2] == "ROW03"


def test_one_mark_cannot_be_both() -> None:
    with pytest.raises(ValueError, match="two different marks"):
        Dialect(decimal=",", thousands=",")


def test_an_undeclared_comma_says_what_to_declare(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    header = "student_id,school_id,date,section_id,kind,absent_hundredths,excused,known_on"
    text = f'{header}\n1,10,2025-10-01,day,absent,"0,5",false,2025-10-01\n'
    staging.send_text("attendance", {"attendance.csv": text}, **TIMES)
    ((said,),) = staging.rows("attendance", "expected")
    assert str(said).startswith('expected a number such as 0.5; for a comma before decimals say decimal = ","')


DAYS = """
| student_id | date       | known_on   | day        | what it is                            |
| 1          | 45567      | 2024-10-03 | 2024-10-02 | a count of days                       |
| 2          | 45567.5    | 2024-10-03 | 2024-10-02 | the same at noon                      |
| 3          | 45568.0    | 45569      | 2024-10-03 | as a number with decimals             |
| 4          | 2024-10-02 | 2024-10-03 | 2024-10-02 | the other declared form               |
| 5          | 4556       | 2024-10-03 |            | too short: it may be a year           |
| 6          | 99999      | 2024-10-03 |            | beyond the year 2100                  |
| 7          | 455670     | 2024-10-03 |            | too long                              |
"""


def test_a_spreadsheets_count_of_days_is_a_date_where_declared(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("attendance", DAYS, dates=["%Y-%m-%d", "spreadsheet"])
    found = staging.rows("attendance", "date", "rule")
    drawn = ["2024-10-02", "2024-10-02", "2024-10-03", "2024-10-02"]
    assert found[:4] == [(date.fromisoformat(day), None) for day in drawn]
    assert [rule for _, rule in found[4:]] == ["ROW03"] * 3
    assert staging.rows("attendance", "known_on")[2] == (date(2024, 10, 4),)
    ((said,), *_) = staging.rows("attendance", "expected")[4:]
    assert str(said).startswith(
        "expected a date as YYYY-MM-DD or a spreadsheet's count of days, such as 45567 and of 1900 to 2100;"
    )


UNDECLARED = """
| student_id | date       | known_on   | what it is          |
| 1          | 45567      | 2024-10-03 | of the event        |
| 2          | 2024-10-02 | 45568      | of the knowing      |
| 3          | 10/02/2024 | 2024-10-03 | something else      |
"""


def test_met_undeclared_the_message_says_so(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.send("attendance", UNDECLARED)
    said = [str(one) for (one,) in staging.rows("attendance", "expected")]
    assert ['add "spreadsheet" to `dates`' in one for one in said] == [True, True, False]
    assert staging.verdicts("attendance") == ["ROW03 date", "ROW03 known_on", "ROW03 date"]


@given(st.dates(date(1927, 6, 1), date(2099, 12, 31)))
def test_every_day_has_its_count(day: date) -> None:
    """The count of days since 30 December 1899, as spreadsheets of today have it."""
    count = (day - date(1899, 12, 30)).days
    assert 10_000 <= count < 80_000
    assert len(str(count)) == 5


def test_what_is_not_declared_changes_no_digest_of_a_load() -> None:
    """Files that were loaded by an earlier version are loaded already."""
    dumped = District(id="north", name="North", files={"marks": FileMapping()}).model_dump_json(
        include={"reading", "files"}
    )
    assert "decimal" not in dumped
    assert "thousands" not in dumped
    assert "scale" not in dumped
    settings = Settings(districts=(District(id="north", name="North", reading=Dialect(decimal=",")),))
    assert '"decimal":","' in workspace_of(settings, "north", date(2026, 1, 1)).district.model_dump_json()

"""Records that a load says more than once: the same again is no harm, another thing is."""

from pathlib import Path

import pytest

from features.ingest.rules import duplicates as module
from tests.features.ingest.staging import Staging, becomes

REPEATS = {
    "the same again": (
        "refuse",
        """
        | school_id | name  | known_on   | becomes |
        | 10        | North | 2025-09-01 |         |
        | 10        | North | 2025-09-01 | again   |
        | 20        | South | 2025-09-01 |         |
        | 10        | North | 2025-09-01 | again   |
        """,
    ),
    "something else": (
        "refuse",
        """
        | school_id | name  | known_on   | becomes         |
        | 10        | North | 2025-09-01 | ROW07 school_id |
        | 10        | Nord  | 2025-09-01 | ROW07 school_id |
        | 10        | North | 2025-09-01 | ROW07 school_id |
        | 20        | North | 2025-09-01 |                 |
        """,
    ),
    "a later version": (
        "refuse",
        """
        | school_id | name  | known_on   | becomes |
        | 10        | North | 2025-09-01 |         |
        | 10        | Nord  | 2025-09-02 |         |
        """,
    ),
    "the last one counts": (
        "last",
        """
        | school_id | name  | known_on   | becomes |
        | 10        | North | 2025-09-01 | again   |
        | 10        | Nord  | 2025-09-01 | again   |
        | 10        | North | 2025-09-01 |         |
        """,
    ),
    "a row in quarantine is no repeat": (
        "refuse",
        """
        | school_id | name  | level | known_on   | becomes     |
        | 10        | North | high  | 2025-09-01 |             |
        | 10        | North | wide  | 2025-09-01 | ROW04 level |
        """,
    ),
}


@pytest.mark.parametrize(("repeats", "drawing"), REPEATS.values(), ids=REPEATS.keys())
def test_a_record_that_is_said_twice(tmp_path: Path, repeats: str, drawing: str) -> None:
    staging = Staging(tmp_path)
    staging.send("schools", drawing, repeats=repeats)
    again = ["again" if again else "" for (again,) in staging.rows("schools", "again")]
    assert [verdict or one for verdict, one in zip(staging.verdicts("schools"), again, strict=True)] == becomes(drawing)


def test_a_record_in_two_files_of_a_table_is_said_twice_too(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    texts = {name: f"school_id,name,level,known_on\n10,{name},high,2025-09-01\n" for name in ("a.csv", "b.csv")}
    staging.send_text("schools", texts)
    assert staging.verdicts("schools") == ["ROW07 school_id", "ROW07 school_id"]


def test_repeats_are_found_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many parts: here one for each pair of rows."""
    monkeypatch.setattr(module, "AT_A_TIME", 2)
    rows = [f"{number},North,high,2025-09-01" for number in (*range(40), *range(40))]
    staging = Staging(tmp_path)
    staging.send_text("schools", {"schools.csv": "\n".join(["school_id,name,level,known_on", *rows])})
    assert [again for (again,) in staging.rows("schools", "again")] == [False] * 40 + [True] * 40

"""That a name left behind would be found: the journeys look for it when they end."""

from pathlib import Path

import pytest

from tests.journeys.canary import EVERY, FIRST, LAST, left_behind, seed


@pytest.mark.parametrize(
    "left",
    [FIRST, LAST, '"\\u00dcn\\u00efque"', "/search?q=%C3%9Cn%C3%AFque"],
    ids=["first", "last", "JSON", "address"],
)
@pytest.mark.parametrize("place", ["home/reports/run.html", "service.log", f"home/{FIRST}.txt"])
def test_a_name_in_a_log_a_report_or_a_files_name_is_found(tmp_path: Path, left: str, place: str) -> None:
    for allowed in ("home/records/north/students.csv", "home/warehouses/north.duckdb", "home/service.db-wal"):
        (tmp_path / allowed).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / allowed).write_text(left, encoding="utf-8")
    assert list(left_behind(tmp_path)) == []
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text(f"x{left}x", encoding="utf-8")
    assert [one.partition(":")[0] for one in left_behind(tmp_path)] == [place]


def test_some_students_have_the_name_and_all_others_their_own(tmp_path: Path) -> None:
    rows = [f"{number},Ada,B,2010-01-01" for number in range(EVERY + 1)]
    (tmp_path / "students.csv").write_text("\n".join(["student_id,first_name,last_name,born", *rows, ""]))
    assert seed(tmp_path) == 2
    after = (tmp_path / "students.csv").read_text(encoding="utf-8").splitlines()
    assert [after[1], after[-1]] == [f"{number},{FIRST},{LAST},2010-01-01" for number in (0, EVERY)]
    assert after[2:-1] == rows[1:-1]

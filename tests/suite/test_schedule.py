"""Groups of tests begin in the order of what they took: the longest first."""

from pathlib import Path

import pytest

from tests.schedule import FIRST, keep_seconds, rank_of, read_seconds


def in_order(groups: list[str], seconds: dict[str, float]) -> list[str]:
    """Groups as they begin."""
    return sorted(groups, key=lambda group: rank_of(group, seconds))


def test_without_seconds_the_list_holds_and_the_rest_follows() -> None:
    assert in_order(["tests/a.py", f"tests/{FIRST[1]}", FIRST[0]], {}) == [FIRST[0], f"tests/{FIRST[1]}", "tests/a.py"]


def test_with_seconds_the_longest_begins_and_what_never_ran_begins_first_only_from_the_list() -> None:
    seconds = {"tests/short.py": 1.0, "tests/long.py": 9.0, FIRST[2]: 3.0}
    groups = ["tests/short.py", "tests/new.py", FIRST[2], f"tests/{FIRST[0]}", "tests/long.py"]
    expected = [f"tests/{FIRST[0]}", "tests/long.py", FIRST[2], "tests/short.py", "tests/new.py"]
    assert in_order(groups, seconds) == expected


def test_seconds_of_a_run_stand_beside_those_of_earlier_ones(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "seconds.json"
    keep_seconds({"tests/a.py": 2.0, "tests/b.py": 3.04}, path)
    keep_seconds({"tests/a.py": 1.0}, path)
    assert read_seconds(path) == {"tests/a.py": 1.0, "tests/b.py": 3.0}


@pytest.mark.parametrize("content", ["", "[1]", '{"a": "long"}', '{"a": null}'])
def test_a_damaged_file_says_nothing_and_is_written_again(tmp_path: Path, content: str) -> None:
    path = tmp_path / "seconds.json"
    path.write_text(content, encoding="utf-8")
    assert read_seconds(path) == {}
    keep_seconds({"tests/a.py": 1.0}, path)
    assert read_seconds(path) == {"tests/a.py": 1.0}


def test_a_folder_that_takes_no_file_costs_the_order_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    keep_seconds({"tests/a.py": 1.0}, tmp_path / "file" / "seconds.json")
    assert read_seconds(tmp_path / "file" / "seconds.json") == {}

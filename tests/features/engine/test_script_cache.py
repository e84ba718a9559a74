"""Scripts on disk: found again by the same definition and the same source only, and never in the way."""

import gc
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import ibis
import pytest

from features.definitions.catalog import FEATURE_SETS, OUTCOMES
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.engine import compilation, compiled_steps
from features.engine.cache_folder import DAY, FOLDER_VARIABLE, KEPT_DAYS, MOST_KEPT, cache_folder, prune
from features.engine.definition_digest import SOURCE, canonical_text
from features.engine.script_cache import (
    REMEMBERED,
    cached_script,
    read_script,
    script_key,
    write_script,
)
from features.engine.sql_script import Script
from features.engine.view import PLAIN
from features.language.feature_set import Outcome
from features.language.outcome import with_thresholds
from features.ledger.ledger import build_ledger
from features.snapshots.labels import label_outcome, label_script
from features.snapshots.snapshot import build_snapshot
from features.way_back.way_back import find_ways_back
from tests.drawn import reader, school_days
from tests.spec.evidence import evidence_of, weeks_of_students

SCRIPT = Script((("first", "SELECT 1"),), "SELECT * FROM first", ("as_of",))
COMPILED: list[str] = []
DRAWN = {
    "calendar_days": school_days(date(2025, 9, 1), 200),
    "enrollments": "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-09-01 |",
    "attendance": "| student_id | date |\n| ada | 2025-10-02 |",
    "flags": """
        | student_id | outcome | as_of | known_on | run_id | release_id | scorer | capacity | list_position | risk |
        | ada | grade9_off_track_chicago | 2025-10-01 | 2025-10-01 | one | first | model | 1 | 1 | 0.5 |
    """,
}


@cached_script
def one_script(name: str) -> Script:
    """A script that says what it was compiled for."""
    COMPILED.append(name)
    return replace(SCRIPT, sql=f"SELECT '{name}'")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and a process that remembers nothing."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    REMEMBERED.clear()
    COMPILED.clear()
    return tmp_path / "cache" / "scripts"


def test_a_script_is_compiled_once_for_all_processes(folder: Path) -> None:
    first = one_script("a")
    REMEMBERED.clear()  # as in the next process
    assert one_script("a") == first
    assert one_script("b") != first
    assert COMPILED == ["a", "b"]
    assert len(list(folder.iterdir())) == 2


def test_what_is_read_is_what_was_written(folder: Path) -> None:
    write_script("key", SCRIPT)
    assert read_script("key") == SCRIPT
    assert read_script("another") is None


def test_the_folder_is_the_users_alone(folder: Path) -> None:
    """What is read from it is run as SQL: one that others may write is not used."""
    write_script("key", SCRIPT)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o770)
    assert read_script("key") is None


def test_another_constant_of_a_definition_is_another_script(folder: Path) -> None:
    changed = with_thresholds(OFF_TRACK_CHICAGO, {next(iter(OFF_TRACK_CHICAGO.thresholds)): 7.0})
    keys = {key_of(outcome) for outcome in (OFF_TRACK_CHICAGO, changed)}
    assert len(keys) == 2
    assert label_script(OFF_TRACK_CHICAGO, PLAIN, PLAIN) != label_script(changed, PLAIN, PLAIN)


def key_of(outcome: Outcome) -> str:
    """The digest by which the labels of an outcome are found."""
    return script_key(label_script, (outcome, PLAIN, PLAIN), {})


def test_a_step_that_is_found_again_gives_the_same_script(folder: Path) -> None:
    """Another script with the same steps, first in this process, then from disk."""
    first = label_script(OFF_TRACK_CHICAGO, PLAIN, PLAIN)
    for forget in (REMEMBERED, compiled_steps.REMEMBERED):
        forget.clear()
        for path in folder.iterdir():
            if b'"made_of"' not in path.read_bytes():
                path.unlink()
        assert label_script(OFF_TRACK_CHICAGO, PLAIN, PLAIN) == first


def test_two_steps_of_one_script_cannot_share_a_name() -> None:
    steps = compiled_steps.CompiledSteps()
    for name in ("one", "one"):
        steps.kept(name, partial(ibis.table, {"a": "int64"}, name="first"))
    with pytest.raises(ValueError, match="one name"):
        steps.kept("one", partial(ibis.table, {"a": "int64"}, name="second"))


@pytest.mark.parametrize("value", [object(), lambda: 1, {1, 2}])
def test_what_two_processes_could_not_tell_apart_is_no_definition(value: object) -> None:
    with pytest.raises(TypeError, match="not a part of a definition"):
        canonical_text(value)


def test_definitions_that_compare_equal_may_differ() -> None:
    assert len({canonical_text(value) for value in (1, 1.0, True, "1", None)}) == 5


def cut(path: Path) -> None:
    """A file that a crash left short."""
    path.write_bytes(path.read_bytes()[:-9])


def emptied(path: Path) -> None:
    """A file that a full disk left empty."""
    path.write_bytes(b"")


def edited(path: Path) -> None:
    """Another query under the same name."""
    path.write_bytes(path.read_bytes().replace(b"SELECT", b"DELETE"))


def unreadable(path: Path) -> None:
    """Bytes that are no text."""
    path.write_bytes(b"\xff\xfe\n\x00")


@pytest.mark.parametrize("damage", [cut, emptied, edited, unreadable], ids=lambda one: one.__name__)
def test_a_damaged_file_only_costs_time(folder: Path, damage: Callable[[Path], None]) -> None:
    found = one_script("a")
    damage(next(folder.iterdir()))
    REMEMBERED.clear()
    assert one_script("a") == found
    REMEMBERED.clear()
    assert one_script("a") == found
    assert COMPILED == ["a", "a"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device")
@pytest.mark.parametrize("place", ["/dev/full/cache", "/proc/cache", "/dev/null"])
def test_a_folder_that_cannot_be_written_only_costs_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, place)
    assert one_script("a").sql == "SELECT 'a'"


def test_no_folder_is_used_where_it_is_set_to_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert cache_folder() is None
    assert one_script("a").sql == "SELECT 'a'"
    assert not folder.exists()


@pytest.mark.parametrize(
    ("cache_home", "found"),
    [("/var/cache/me", "/var/cache/me/ontrack/scripts"), ("relative", "HOME/.cache/ontrack/scripts")],
)
def test_the_folder_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, cache_home: str, found: str) -> None:
    """Where the desktop's convention says; a relative path in it does not count."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", cache_home)
    assert str(cache_folder()) == found.replace("HOME", str(Path.home()))


def test_old_scripts_are_removed(folder: Path) -> None:
    """Those that nobody used for long; one that is still used stays."""
    for name in ("old", "used", "new"):
        write_script(name, SCRIPT)
    long_ago = time.time() - (KEPT_DAYS - 1) * DAY
    for name in ("old", "used"):
        os.utime(folder / f"{name}.json", (long_ago, long_ago))
    assert read_script("used") == SCRIPT
    prune(folder, time.time() + 2 * DAY)
    assert sorted(path.stem for path in folder.iterdir()) == ["new", "used"]


def test_the_oldest_are_removed_where_there_are_too_many(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    for place in range(MOST_KEPT + 3):
        path = folder / f"{place}.json"
        path.touch()
        os.utime(path, (time.time() - place, time.time() - place))
    prune(folder)
    assert not (folder / f"{MOST_KEPT + 2}.json").exists()
    assert len(list(folder.iterdir())) == MOST_KEPT


def read_in_every_way(day: date) -> None:
    """Asks a warehouse for all that scripts of features are for, as of that day."""
    records = reader(DRAWN)
    outcome, features, view = OUTCOMES["grade9_off_track_chicago"], FEATURE_SETS["grade9"], records.view(day)
    assert len(build_snapshot(records, features, day).features) == 1
    assert list(evidence_of(records, features, view, ["unexcused_days"])["unexcused_days"]) == ["ada"]
    assert weeks_of_students(records, features, view)
    label_outcome(records, outcome, day, observed_on=date(2027, 1, 1))
    find_ways_back(records, outcome, view)
    assert len(build_ledger(records, outcome, day).flags) == 1


def read_without_compiling() -> None:
    """The same a month later, in a process to which compiling is forbidden."""

    def forbidden(_: object) -> tuple[str, frozenset[str]]:
        raise RuntimeError("compiled")

    vars(compilation)["compile_table"] = forbidden
    with pytest.raises(RuntimeError, match="compiled"):
        one_script_of_ibis("not asked for before")
    read_in_every_way(date(2025, 12, 20))


def one_script_of_ibis(name: str) -> Script:
    """The script of a table of that name."""
    return compilation.compile_script(ibis.table({"a": "int64"}, name=name))


def test_a_second_process_compiles_nothing() -> None:
    """Not for another day either. The first one leaves its scripts to the other tests of the suite."""
    read_in_every_way(date(2025, 11, 20))
    code = "from tests.features.engine.test_script_cache import read_without_compiling\nread_without_compiling()"
    done = subprocess.run([sys.executable, "-c", code], cwd=SOURCE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_garbage_waits_while_a_script_is_compiled_and_no_longer() -> None:
    with compilation.without_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_step_of_several_scripts_is_compiled_once() -> None:
    before = compilation.compile_for.cache_info().misses
    assert one_script_of_ibis("a step of two") == one_script_of_ibis("a step of two")
    assert compilation.compile_for.cache_info().misses == before + 1


def test_processes_that_write_the_same_script_at_once_leave_a_whole_one(folder: Path) -> None:
    code = "from features.engine.script_cache import Script, write_script\n"
    code += f"for _ in range(100): write_script('same', {SCRIPT!r})"
    writers = [subprocess.Popen([sys.executable, "-c", code], cwd=SOURCE.parent) for _ in range(2)]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(read_script("same"))
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {None, SCRIPT}
    assert [path.name for path in folder.iterdir()] == ["same.json"]

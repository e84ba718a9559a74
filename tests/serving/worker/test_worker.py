"""The worker: an import that was handed over is done once, whatever happens to whoever does it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.warehouse.file import open_warehouse
from ontrack import app
from serving.worker.import_workflow import Timeouts
from serving.worker.queue import enqueue, list_operations
from tests.drawn import write_files
from tests.features.made_folder import DRAWN
from tests.serving.worker.worker_driver import DrivenWorker, Driver, settings_at

ROOT = Path(__file__).parents[3]


STARTED: list[DrivenWorker] = []


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home, with a district's files beside it; no worker of a test that failed outlives it."""
    write_files(tmp_path / "files", DRAWN)
    yield tmp_path / "home"
    while STARTED:
        worker = STARTED.pop()
        worker.process.kill()
        worker.ended()
        worker.process.close()


def hand_over(home: Path) -> str:
    """The operation of importing the files beside the home."""
    return enqueue(settings_at(home), "north", home.parent / "files")


def start(home: Path, *, once: bool = True, last: int = 30, held_at: str = "", disk_full: bool = False) -> DrivenWorker:
    """A worker as a process of its own, in a hurry."""
    timeouts = Timeouts(first=0.01, last=last, stuck=1.0 if disk_full else 60.0)
    STARTED.append(DrivenWorker(Driver(home, held_at, disk_full), timeouts, once=once))
    return STARTED[-1]


def wait_until(true: Callable[[], bool]) -> None:
    """Returns when something is true."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def held(home: Path, moment: str, *, once: bool = True, last: int = 30) -> Iterator[DrivenWorker]:
    """A worker in the middle of an import; it goes on when the block ends."""
    worker = start(home, once=once, last=last, held_at=moment)
    wait_until((home.parent / "held").exists)
    yield worker
    (home.parent / "go-on").touch()


def loads(home: Path) -> list[int]:
    """The loads the warehouse has."""
    with open_warehouse(settings_at(home).warehouse("north")) as reader:
        return sorted(int(load) for load in reader.current("loads")["load_id"])


def left_over(home: Path) -> list[str]:
    """Files that hold students' records and are not the warehouse."""
    found = (path for path in home.rglob("*") if path.is_file() and path.suffix not in (".lock", ".sqlite"))
    return sorted(path.name for path in found if path.name not in ("north.duckdb", "north.records.json"))


def outcomes(home: Path) -> list[object]:
    """What became of each import, the first one first."""
    return [one["outcome"] for one in reversed(list_operations(settings_at(home), newest=20))]


def test_what_is_handed_over_is_loaded_said_in_one_line_without_any_network_and_changes_nothing_again(
    home: Path,
) -> None:
    """The same files are one operation until it ends."""
    operation = hand_over(home)
    assert hand_over(home) == operation
    assert outcomes(home) == ["waiting"]
    code, said = start(home).ended()
    assert code == 0
    assert len(said) == 1
    assert said[0].startswith(f"worker: {operation}: loaded: load 1, rows: ")
    (told,) = list_operations(settings_at(home), newest=20)
    assert (told["operation"], told["load_id"]) == (operation, 1)
    assert (loads(home), left_over(home)) == ([1], [])
    assert hand_over(home) != operation
    code, said = start(home).ended()
    assert (code, outcomes(home), loads(home), left_over(home)) == (0, ["loaded", "unchanged"], [1], [])
    assert said[-1].endswith("these files are loaded already; nothing changed")
    assert not (home.parent / "network.txt").exists()


@pytest.mark.parametrize("moment", ["reading attendance.csv", "comparing marks", "renamed"])
def test_a_killed_worker_s_import_is_finished_by_the_next_and_loaded_once(home: Path, moment: str) -> None:
    operation = hand_over(home)
    with held(home, moment) as worker:
        worker.send(signal.SIGKILL)
        worker.ended()
        assert outcomes(home) == ["begun"]
    code, said = start(home).ended()
    assert (code, outcomes(home), loads(home), left_over(home)) == (0, ["loaded"], [1], [])
    assert said[-1].startswith(f"worker: {operation}: loaded: load 1")


def test_two_workers_at_once_are_one_after_the_other(home: Path) -> None:
    hand_over(home)
    with held(home, "comparing marks") as first:
        second = start(home)
        wait_until(lambda: bool(second.said()))
    (code, said), (other, waiting) = first.ended(), second.ended()
    assert (code, other, len(said), len(waiting)) == (0, 0, 1, 1)
    assert "another worker works in this home" in waiting[0]
    assert (outcomes(home), loads(home)) == (["loaded"], [1])


def test_refused_data_is_an_outcome_and_not_tried_again(home: Path) -> None:
    hand_over(home)
    attendance = home.parent / "files" / "attendance.csv"
    attendance.write_text(attendance.read_text(encoding="utf-8") + '"never ends', encoding="utf-8")
    code, said = start(home).ended()
    assert (code, outcomes(home), left_over(home)) == (0, ["refused"], [])
    assert len([line for line in said if line.startswith("worker:")]) == 1
    steps = (home.parent / "steps.txt").read_text(encoding="utf-8").splitlines()
    assert steps.count("reading attendance.csv") == 1


def test_a_failing_disk_is_tried_again_and_then_told(home: Path) -> None:
    """A folder stands where the import wants to write; it is gone before the files are handed over once more."""
    operation = hand_over(home)
    import_id = operation.split("-")[1]
    (home / "imports" / "north" / import_id / "staged.unfinished" / "in the way").mkdir(parents=True)
    code, said = start(home).ended()
    assert (code, outcomes(home)) == (0, ["failed"])
    assert said[-1].endswith("(tried 5 times)")
    hand_over(home)
    start(home).ended()
    assert (outcomes(home), loads(home), left_over(home)) == (["failed", "loaded"], [1], [])


def test_a_disk_too_full_to_write_down_the_outcome_leaves_the_import_to_the_next_worker(home: Path) -> None:
    hand_over(home)
    code, said = start(home, disk_full=True).ended()
    assert code == 5
    assert "is the disk full?" in [line for line in said if line.startswith("worker:")][-1]
    assert not any("parameters" in line for line in said)
    assert outcomes(home) == ["begun"]
    code, _ = start(home).ended()
    assert (code, outcomes(home), loads(home), left_over(home)) == (0, ["loaded"], [1], [])


def test_a_fault_of_ours_is_told_by_kind_and_place_without_a_student_s_value(home: Path) -> None:
    operation = hand_over(home)
    request = home / "imports" / "north" / operation.split("-")[1] / "request.json"
    request.write_text('{"place": "Zelda Quimby"}', encoding="utf-8")
    _, said = start(home).ended()
    (line,) = (line for line in said if line.startswith("worker:"))
    assert line.startswith(f"worker: {operation}: fault: ValidationError at workspace.py:")
    assert (outcomes(home), left_over(home)) == (["fault"], [])
    assert b"Zelda" not in (home / "worker.sqlite").read_bytes() + "".join(said).encode()


def test_the_mapping_is_the_one_of_the_hand_over_not_of_the_worker_s_start(home: Path) -> None:
    """While a worker runs, the district's files change to semicolons, and its ontrack.toml says so."""
    worker = start(home, once=False)
    wait_until((home / "worker.sqlite").exists)
    for file in (home.parent / "files").iterdir():
        file.write_text(file.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    enqueue(settings_at(home, ";"), "north", home.parent / "files")
    while "waiting" in outcomes(home) or "begun" in outcomes(home):
        time.sleep(0.2)
    worker.send(signal.SIGTERM)
    code, _ = worker.ended()
    assert (code, outcomes(home), loads(home)) == (0, ["loaded"], [1])


def test_a_worker_that_is_asked_to_stop_finishes_what_it_can_in_time(home: Path) -> None:
    hand_over(home)
    with held(home, "comparing marks", once=False) as worker:
        worker.send(signal.SIGTERM)
    code, said = worker.ended()
    assert (code, outcomes(home), loads(home)) == (0, ["loaded"], [1])
    assert "loaded: load 1" in said[-1]


def test_a_worker_that_is_asked_to_stop_leaves_the_rest_to_the_next(home: Path) -> None:
    hand_over(home)
    with held(home, "comparing marks", once=False, last=1) as worker:
        worker.send(signal.SIGTERM)
        code, said = worker.ended()
    assert (code, outcomes(home)) == (0, ["begun"])
    assert "the next worker finishes it" in said[-1]
    start(home).ended()
    assert (outcomes(home), loads(home), left_over(home)) == (["loaded"], [1], [])


TOML = """
home = "home"
today = 2026-01-15

[[districts]]
id = "north"
name = "North"
records = "files"
"""


def test_the_commands_hand_over_work_off_and_list(home: Path) -> None:
    config = home.parent / "ontrack.toml"
    config.write_text(TOML, encoding="utf-8")

    def ontrack(*words: str) -> str:
        said = CliRunner().invoke(app, ["--config", str(config), "worker", *words], catch_exceptions=False)
        assert said.exit_code == 0
        return said.output

    operation = json.loads(ontrack("enqueue", "--district", "north", "--json"))["operation"]
    command = [
        sys.executable,
        "-c",
        "import ontrack; ontrack.main()",
        "--config",
        str(config),
        "worker",
        "run",
        "--once",
    ]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    assert ontrack("list").startswith(f"{operation}: loaded: load 1, rows: ")
    assert json.loads(ontrack("list", "--json"))[0]["load_id"] == 1

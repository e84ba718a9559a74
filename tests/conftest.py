"""The suite as a whole: which tests stay in one worker, which begin first, and what took longest."""

import atexit
import gc
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from models.bundle.golden_process import one_process
from tests.chromium import browser, windows
from tests.schedule import keep_seconds, rank_of, read_seconds

__all__ = ["browser", "windows"]

gc.set_threshold(50_000, 20, 20)  # as every command has it
settings.register_profile("suite", deadline=None)  # how long a test takes is no test's business
settings.load_profile("suite")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as every command has it; workers begin with it
os.environ.setdefault("ONTRACK_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "ontrack"))

SHARED = {
    "tests/journeys/test_demo.py": "demo",
    "tests/journeys/test_from_records_to_page.py": "demo",
    "tests/journeys/test_pages_agree.py": "demo",
    "tests/journeys/test_release_reaches_the_service.py": "demo",
    "tests/faults/": "faults",
    "tests/training/prepared_table/": "prepared tables",
}
"""Files, or folders, whose tests share a fixture that costs seconds: one worker runs them, so that it is made once.

Other tests stay together by file.
"""
WORTH_TELLING = 60.0
"""Seconds of tests from which on the slowest are listed."""
SLOWEST = 10
SWEPT = {"ONTRACK_SWEEP", "ONTRACK_TEST_DATABASE"}
"""What changes how long a test takes: the order is kept by runs without."""
ENDED = pytest.StashKey[int]()
"""The code with which the session ended."""


def group_of(nodeid: str) -> str:
    """The tests that a test stays with."""
    file = nodeid.partition("::")[0]
    return next((group for place, group in SHARED.items() if file.startswith(place)), file)


def pytest_configure(config: pytest.Config) -> None:
    """The process will end without taking its modules apart: DuckDB would write pages about that below the result."""
    atexit.register(leave, config)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keeps the code with which the process has to end."""
    session.config.stash[ENDED] = int(session.exitstatus)


def pytest_collection_finish() -> None:
    """What was imported is no garbage: with the usual thresholds, looking there took a tenth of the processor time."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def models_are_asked_by_one_process() -> Iterator[None]:
    """Golden predictions of all tests of a worker are asked in forks of one process, started by the first model."""
    with one_process():
        yield


def leave(config: pytest.Config) -> None:
    """Ends the process with the session's code, if there was one; handlers that were registered later have run."""
    sys.stdout.flush()
    sys.stderr.flush()
    if ENDED in config.stash:
        os._exit(config.stash[ENDED])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tells every worker of a run the same seconds: all have to come to one order."""
    node.workerinput["seconds"] = read_seconds()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the longest groups first."""
    seconds = getattr(config, "workerinput", {"seconds": {}})["seconds"]
    items.sort(key=lambda item: rank_of(group_of(item.nodeid), seconds))


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist's scheduler has no types
    """Sends each group to one worker; `--dist loadgroup` of xdist 3.8 groups nothing under pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        """The group of a test."""
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """The scheduler of the suite, whatever `--dist` says."""
    return GroupScheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Lists the slowest tests and the seconds of each folder, setup and teardown included."""
    seconds = seconds_by_test(terminalreporter)
    if sum(seconds.values()) < WORTH_TELLING:
        return
    folders = summed(seconds, lambda test: "/".join(test.partition("::")[0].split("/")[:2]))
    if terminalreporter.config.option.numprocesses and not SWEPT & os.environ.keys():
        keep_seconds(summed(seconds, group_of))
    terminalreporter.section("seconds by folder, and the slowest tests")
    for name, taken in [*largest(folders), *largest(seconds)[:SLOWEST]]:
        terminalreporter.write_line(f"{taken:8.1f}  {name}")


def seconds_by_test(terminalreporter: pytest.TerminalReporter) -> Mapping[str, float]:
    """The seconds that each test took, by node id."""
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid] += report.duration
    return seconds


def summed(seconds: Mapping[str, float], name_of: Callable[[str], str]) -> Mapping[str, float]:
    """The seconds of all tests that have one name."""
    found: dict[str, float] = defaultdict(float)
    for test, taken in seconds.items():
        found[name_of(test)] += taken
    return found


def largest(seconds: Mapping[str, float]) -> list[tuple[str, float]]:
    """Names and seconds, the most first."""
    return sorted(seconds.items(), key=lambda one: -one[1])

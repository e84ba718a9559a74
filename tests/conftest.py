"""The suite as a whole: which tests stay in one worker, which begin first, and what took longest."""

import atexit
import gc
import os
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.chromium import browser

__all__ = ["browser"]

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
}
"""Files, or folders, whose tests share a fixture that costs seconds: one worker runs them, so that it is made once.

Other tests stay together by file.
"""
FIRST = (
    "demo", "test_worker.py", "faults", "test_properties.py", "test_planted_bias.py", "test_benchmarks.py",
    "test_nights.py", "test_planted_truth.py", "test_caseload_in_browser.py", "test_tutorial.py", "test_train.py",
    "test_support_in_browser.py", "test_script.py", "test_risk_change.py", "test_hostile_records.py",
    "test_mutations.py", "test_tracking_server.py", "test_oulad.py", "test_refused_files.py",
    "test_import_steps.py", "test_enrollment_properties.py", "test_year_parts.py", "test_significance.py",
    "test_chronic_absence.py", "test_several_outcomes.py", "test_record_versions.py", "test_collaborative.py",
)  # fmt: skip
"""The groups that take longest, the longest first: a long one that begins last leaves the other worker idle."""
WORTH_TELLING = 60.0
"""Seconds of tests from which on the slowest are listed."""
SLOWEST = 10
ENDED = pytest.StashKey[int]()
"""The code with which the session ended."""


def group_of(nodeid: str) -> str:
    """The tests that a test stays with."""
    file = nodeid.partition("::")[0]
    return next((group for place, group in SHARED.items() if file.startswith(place)), file)


def rank_of(group: str) -> int:
    """The place of a group in the order in which groups begin."""
    name = group.rpartition("/")[2]
    return FIRST.index(name) if name in FIRST else len(FIRST)


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


def leave(config: pytest.Config) -> None:
    """Ends the process with the session's code, if there was one; handlers that were registered later have run."""
    sys.stdout.flush()
    sys.stderr.flush()
    if ENDED in config.stash:
        os._exit(config.stash[ENDED])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest groups first."""
    items.sort(key=lambda item: rank_of(group_of(item.nodeid)))


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
    folders: dict[str, float] = defaultdict(float)
    for test, taken in seconds.items():
        folders["/".join(test.partition("::")[0].split("/")[:2])] += taken
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


def largest(seconds: Mapping[str, float]) -> list[tuple[str, float]]:
    """Names and seconds, the most first."""
    return sorted(seconds.items(), key=lambda one: -one[1])

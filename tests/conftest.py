"""The suite as a whole: which tests stay in one worker, which begin first, and what took longest."""

import atexit
import os
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

os.environ.setdefault("ONTRACK_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "ontrack"))

SHARED = {
    "scored": "installation",
    "forks": "faults",
    "extracts": "faults",
    "loaded": "loaded",
}
"""Fixtures of a whole session that cost seconds: tests that ask for one run in one worker, so that it is made once.

Other tests stay together by file.
"""
FIRST = (
    "installation", "test_demo.py", "test_worker.py", "faults", "test_properties.py", "test_planted_bias.py",
    "test_benchmarks.py",
    "test_tutorial.py", "test_refused_files.py", "test_import_steps.py", "test_planted_truth.py", "test_train.py",
    "test_script.py", "test_mutations.py", "test_tracking_server.py", "test_risk_change.py", "test_significance.py",
    "test_versions.py", "test_collaborative.py",
)  # fmt: skip
"""The groups that take longest, the longest first: a long one that begins last leaves the other worker idle."""
WORTH_TELLING = 60.0
"""Seconds of tests from which on the slowest are listed."""
SLOWEST = 10


def group_of(item: pytest.Item) -> str:
    """The tests that an item stays with."""
    asked = set(getattr(item, "fixturenames", ()))
    shared = next((group for fixture, group in SHARED.items() if fixture in asked), None)
    return shared or item.nodeid.partition("::")[0]


def rank_of(group: str) -> int:
    """The place of a group in the order in which groups begin."""
    name = group.rpartition("/")[2]
    return FIRST.index(name) if name in FIRST else len(FIRST)


def pytest_configure(config: pytest.Config) -> None:
    """A worker ends without taking its modules apart: after Hypothesis, DuckDB would write pages about that."""
    if hasattr(config, "workerinput"):
        atexit.register(leave)


def leave() -> None:
    """Ends the process; handlers that were registered later have run."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Gives each test its group; workers begin with the longest groups."""
    groups = {item: group_of(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank_of(groups[item]))


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
    """The seconds that each test took, by node id without its group."""
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                test, at, group = report.nodeid.rpartition("@")
                seconds[test if at and "]" not in group else report.nodeid] += report.duration
    return seconds


def largest(seconds: Mapping[str, float]) -> list[tuple[str, float]]:
    """Names and seconds, the most first."""
    return sorted(seconds.items(), key=lambda one: -one[1])

"""The library that makes calls fail, the process that commands are forked from, and a district's loads."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from tests.faults.made_extracts import write_extract
from tests.faults.states import ABSENT
from tests.faults.trials import Call, Forks, Load, Site
from tests.sweeps import swept

FULL = swept("faults")
"""Every call and two hundred kills (`make faults`), or a few of each."""


def skip_or_fail(said: str) -> NoReturn:
    """The test is skipped, or fails where CI must not do without it."""
    if os.environ.get("ONTRACK_REQUIRE_FAULTS"):
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes the n-th call fail, compiled."""
    if sys.platform != "linux":
        skip_or_fail("calls are made to fail on Linux only")
    compiler = shutil.which("cc")
    if compiler is None:
        skip_or_fail("no C compiler here (Debian: apt-get install gcc libc6-dev)")
    library = tmp_path_factory.mktemp("shim") / "nth_failure.so"
    source = Path(__file__).with_name("nth_failure.c")
    command = [compiler, "-std=gnu11", "-shared", "-fPIC", "-O1", "-o", str(library), str(source)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        skip_or_fail(f"the C compiler lacks something (Debian: apt-get install gcc libc6-dev): {built.stderr}")
    return library


@pytest.fixture(scope="session")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three extracts of a district, later ones with corrections."""
    folder = tmp_path_factory.mktemp("extracts")
    write_extract(folder / "first")
    write_extract(folder / "second", corrected=True)
    write_extract(folder / "third", corrected=True, left=True)
    return folder


@pytest.fixture(scope="session")
def forks(shim: Path, extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """The process that commands are forked from."""
    warm = Site(tmp_path_factory.mktemp("warm"))
    forks = Forks(shim, [warm.arguments(extracts / name) for name in ("first", "second")])
    yield forks
    forks.close()


@dataclass(frozen=True)
class Made:
    """A site that loaded a district's first extract, and the loads on trial."""

    loaded: Site
    first: Load
    corrections: Load


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, extracts: Path, forks: Forks) -> Made:
    """The district, loaded without any failure."""
    folder, first, second = tmp_path_factory.mktemp("made"), extracts / "first", extracts / "second"
    loaded, first_calls = loaded_after(forks, folder / "loaded", None, first)
    corrected, later_calls = loaded_after(forks, folder / "corrected", loaded, second)
    assert (loaded.state.loads, corrected.state.loads) == (1, 2)
    return Made(
        loaded,
        Load(None, first, ABSENT, loaded.state, first_calls),
        Load(loaded, second, loaded.state, corrected.state, later_calls),
    )


@pytest.fixture(params=["first", "corrections"])
def load(request: pytest.FixtureRequest, made: Made) -> Load:
    """The first load of a district, and a later one."""
    return {"first": made.first, "corrections": made.corrections}[request.param]


def loaded_after(forks: Forks, folder: Path, start: Site | None, extract: Path) -> tuple[Site, tuple[Call, ...]]:
    """A site that holds what another held and one more extract, and the calls that took."""
    site = Site(folder)
    site.becomes(start)
    ended = forks.run(site, extract)
    assert ended.code == 0, ended.said
    assert (ended.said, site.left()) == ("", [])
    return site, ended.calls


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A place for trials, one after the other."""
    site = Site(tmp_path / "site")
    site.becomes(None)
    yield site
    shutil.rmtree(site.folder)

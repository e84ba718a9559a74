"""A disk that is full, by a file system too small and by a limit on the size of files."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.faults.conftest import FULL, Made
from tests.faults.trials import Fault, Forks, Load, Site, problems_after, problems_again

LIMITS = [0.01, 0.1, 0.3, 0.5, 0.8] if FULL else [0.3]
"""Largest file, as a share of the warehouse that is to be written."""
ROOMS = [1.02, 1.3, 1.6, 1.9, 2.2] if FULL else [1.02]
"""Size of the disk, in warehouses as they are after the load."""

Resize = Callable[[int], None]


@pytest.mark.parametrize("share", LIMITS)
def test_a_limit_on_the_size_of_files_is_said_and_changes_nothing(
    share: float, load: Load, made: Made, forks: Forks, site: Site
) -> None:
    site.becomes(load.start)
    ended = forks.run(site, load.extract, Fault(largest_file=int(share * size_of(made))))
    assert "\n".join(problems_after(load, site, ended)) == ""
    assert (ended.code, site.state) == (5, load.old)
    assert "space" in ended.said
    assert "\n".join(problems_again(load, site, forks.run(site, load.extract))) == ""


def size_of(made: Made) -> int:
    """Bytes of a warehouse."""
    return made.loaded.warehouse.stat().st_size


@pytest.fixture
def resize(site: Site) -> Iterator[Resize]:
    """Gives the home a disk of its own, or that disk another size in bytes."""
    site.home.mkdir()
    mounted: list[int] = []

    def to(size: int) -> None:
        """The disk has that size."""
        how = ["-o", f"remount,size={size}"] if mounted else ["-t", "tmpfs", "-o", f"mode=700,size={size}", "tmpfs"]
        done = subprocess.run(["mount", *how, str(site.home)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"only root may mount a small disk: {done.stderr.strip()}")
        mounted.append(size)

    yield to
    if mounted:
        subprocess.run(["umount", str(site.home)], check=True)


@pytest.mark.parametrize("room", ROOMS)
def test_a_full_disk_is_said_and_changes_nothing_and_the_load_succeeds_once_there_is_space(
    room: float, load: Load, made: Made, forks: Forks, site: Site, resize: Resize
) -> None:
    resize(int(room * size_of(made)))
    site.becomes(load.start)
    ended = forks.run(site, load.extract)
    assert "\n".join(problems_after(load, site, ended)) == ""
    assert ended.code == 0 or (ended.code == 5 and "space" in ended.said)
    assert ended.code == 5 or room > min(ROOMS)
    resize(64 << 20)
    assert "\n".join(problems_again(load, site, forks.run(site, load.extract))) == ""

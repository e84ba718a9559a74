"""Several at once: two imports of a district, and readers while loads run."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from tests.docs.pages import ROOT
from tests.faults.conftest import FULL, Made, loaded_after
from tests.faults.states import ABSENT, State
from tests.faults.trials import Ended, Forks, Site, problems_of_words

TIMES = 40 if FULL else 2
LOADS = 12 if FULL else 3
MOMENT = 2.0
"""Seconds that no read may take, on a busy machine."""


def test_the_same_files_twice_at_once_are_one_load(made: Made, forks: Forks, site: Site) -> None:
    """Both say that they are done; wherever the one was when the other began."""
    chance = random.Random("same")
    for number in range(TIMES):
        site.becomes(made.loaded)
        ends = at_once(forks, site, [made.corrections.extract] * 2, apart=chance.uniform(0, 1.5) * (number > 0))
        assert [(ended.code, ended.said) for ended in ends] == [(0, "")] * 2
        assert (site.state, site.left()) == (made.corrections.new, [])


def test_two_loads_at_once_end_as_one_after_the_other(
    made: Made, extracts: Path, forks: Forks, site: Site, tmp_path: Path
) -> None:
    one, other = made.corrections.extract, extracts / "third"
    orders = [
        in_turn(forks, tmp_path / "forth", made, [one, other]),
        in_turn(forks, tmp_path / "back", made, [other, one]),
    ]
    chance = random.Random("two")
    for number in range(TIMES):
        site.becomes(made.loaded)
        ends = at_once(forks, site, [one, other], apart=chance.uniform(0, 1) * (number > 0))
        for extract, ended in zip([one, other], ends, strict=True):
            assert said_so_or_done(forks, site, extract, ended) == []
        assert site.state in orders
        assert site.left() == []


def in_turn(forks: Forks, folder: Path, made: Made, extracts: list[Path]) -> State:
    """The state after one load and then the other."""
    folder.mkdir()
    first, _ = loaded_after(forks, folder / "first", made.loaded, extracts[0])
    second, _ = loaded_after(forks, folder / "second", first, extracts[1])
    return second.state


def at_once(forks: Forks, site: Site, extracts: list[Path], *, apart: float) -> list[Ended]:
    """How imports ended that were begun that many seconds after each other."""
    running = []
    for number, extract in enumerate(extracts):
        time.sleep(apart * min(number, 1))
        running.append(forks.start(site, extract, name=f"said{number}"))
    return [one.ended() for one in running]


def said_so_or_done(forks: Forks, site: Site, extract: Path, ended: Ended) -> list[str]:
    """What is wrong with an import that was not alone; one that gave way to the other is run again."""
    if ended.code == 0:
        return []
    again = forks.run(site, extract)
    return [*problems_of_words(ended, changed=False), *([again.said] if again.code else [])]


def test_who_waits_for_a_load_that_is_killed_loads_instead(made: Made, forks: Forks, site: Site) -> None:
    chance = random.Random("waits")
    for _ in range(TIMES):
        site.becomes(made.loaded)
        killed = forks.start(site, made.corrections.extract, name="killed")
        time.sleep(chance.uniform(0, 0.5))
        waiting = forks.start(site, made.corrections.extract, name="waiting")
        time.sleep(chance.uniform(0, 0.5))
        killed.kill()
        killed.ended()
        ended = waiting.ended()
        assert (ended.code, ended.said) == (0, "")
        assert (site.state, site.left()) == (made.corrections.new, [])


Reads = list[tuple[float, State]]
"""The seconds that each read took, and what was seen, in order."""


@contextmanager
def readers(site: Site, count: int) -> Iterator[list[Reads]]:
    """Processes that read a warehouse on and on; what each of them saw is there afterwards."""
    files = [site.folder / f"reads{number}" for number in range(count)]
    running = [started(site, file) for file in files]
    seen: list[Reads] = []
    try:
        while not all(file.stat().st_size for file in files):
            assert all(process.poll() is None for process in running), "a reader ended before it read"
            time.sleep(0.05)
        yield seen
    finally:
        for process in running:
            process.communicate(timeout=60)
    assert [process.returncode for process in running] == [0] * count
    for file in files:
        reads = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        seen.append([(seconds, State(digest, loads)) for seconds, digest, loads in reads])


def wait_for_reads(site: Site, state: State) -> None:
    """Returns once each reader saw the state; one that never does fails the test within a minute."""
    until = time.monotonic() + 60
    for file in sorted(site.folder.glob("reads*")):
        while state.digest not in file.read_text(encoding="utf-8").rpartition("\n")[0].rpartition("\n")[2]:
            assert time.monotonic() < until, "a reader never saw the last load"
            time.sleep(0.05)


def started(site: Site, printed: Path) -> "subprocess.Popen[bytes]":
    """A process that reads until its standard input ends."""
    command = [sys.executable, str(Path(__file__).with_name("continuous_reader.py")), str(site.warehouse)]
    with printed.open("wb") as file:
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=file)


def test_readers_see_whole_states_in_order_and_wait_no_longer_than_a_moment(
    extracts: Path, forks: Forks, site: Site
) -> None:
    """From before the first load on."""
    sent = [extracts / name for name in ("first", "second", "third")]
    states = [ABSENT]
    with readers(site, 2) as seen:
        for number in range(LOADS):
            assert forks.run(site, sent[number % 3]).code == 0
            states.append(site.state)
        wait_for_reads(site, states[-1])
    for reads in seen:
        order = [states.index(state) for _, state in reads]
        assert all(before <= after for before, after in pairwise(order))
        assert order[-1] == LOADS
        assert len(set(order)) > 2
        assert max(seconds for seconds, _ in reads) < MOMENT

"""Clocks: ways of doing the same thing, timed in turns so that a noisy machine is noisy for all of them."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import median
from typing import TypeVar

Done = TypeVar("Done")
Clock = Callable[[Callable[[], object]], float]
"""How long one call takes, in seconds."""


def seconds_of(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def processor_seconds_of(work: Callable[[], object]) -> float:
    """How long one call takes of this process's processors, all of its threads together."""
    began = time.process_time()
    work()
    return time.process_time() - began


def in_turns(ways: Mapping[str, Callable[[], Done]], runs: int) -> dict[str, list[Done]]:
    """What each way gave in each round; every round runs all of them."""
    found: dict[str, list[Done]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            found[name].append(way())
    return found


def median_seconds(
    ways: Mapping[str, Callable[[], object]], runs: int, *, clock: Clock = seconds_of
) -> dict[str, float]:
    """The median time of each way: what only a first round needs, such as reading a model, falls out from three on."""

    def timed(way: Callable[[], object]) -> Callable[[], float]:
        return lambda: clock(way)

    return {name: median(took) for name, took in in_turns({n: timed(w) for n, w in ways.items()}, runs).items()}


def within(seconds: float, answers: Iterable[Done], clock: Callable[[], float] = time.monotonic) -> Iterator[Done]:
    """The answers until the time is up: the first one always, and none that begins after the end."""
    ends = clock() + seconds
    for answer in answers:
        yield answer
        if clock() >= ends:
            return

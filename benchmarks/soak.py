"""The memory of a service under a steady mixed load: `python -m benchmarks.soak --minutes 30 --rate 40`.

What a service holds after its first minute is what it should hold at the end. Memory follows how many requests came
at once at the busiest moment, which a steady rate meets by chance; `--at-once 4 --at-once 64 --at-once 4` asks for it.
"""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import numpy as np
import typer

from benchmarks.mixed_load import (
    UNANSWERED,
    Loaded,
    drawn,
    loaded_service,
    processor_seconds,
    say,
    say_incidents,
    under_load,
)
from benchmarks.servers import processes_of

PAGE, MIB = 4096, 1 << 20
EVERY = 2.0
"""Seconds between two looks."""
PARTS = 10
"""Parts of the time whose medians are printed: what grows for ever is told from what fills up."""
EACH = 1500
"""Requests of each part of a load of so many at once."""
WARM = 0.25
"""The part of the time after which memory should not rise any more."""


def resident(process: int) -> float:
    """MiB that a process and all that come from it hold in memory."""
    pages = (int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in processes_of(process))
    return sum(pages) * PAGE / MIB


@contextmanager
def watched(process: int, every: float = EVERY) -> Iterator[list[tuple[float, float]]]:
    """Seconds and MiB of a process, seen now and then as long as the block runs; there is one look at least."""
    seen: list[tuple[float, float]] = []
    ended, began = Event(), time.monotonic()

    def look() -> None:
        while True:
            seen.append((time.monotonic() - began, resident(process)))
            if ended.wait(every):
                return

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def main(
    minutes: Annotated[float, typer.Option(min=0.2)] = 30,
    rate: Annotated[int, typer.Option(min=1, help="Requests a second.")] = 40,
    students: Annotated[int, typer.Option(min=100)] = 50_000,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the service.")] = 1,
    at_once: Annotated[list[int] | None, typer.Option(help="Instead of a rate: so many ask at once; again.")] = None,
) -> None:
    """Prints the answers' percentiles, and the memory at the beginning, when warm, at its most and at the end."""
    if at_once:
        with loaded_service(students, workers) as service:
            say_parts(service, students, at_once)
        return
    with loaded_service(students, workers) as service:
        with watched(service.process) as seen:
            found = under_load(service.ask, minutes * 60, rate, lambda one: drawn(one, students, service.run_id))
        say_memory(np.array(seen))
        say(found)
        say_incidents(service.log)


def say_parts(service: Loaded, students: int, at_once: list[int]) -> None:
    """Prints what the service holds after each part, in which so many ask at once."""
    numbers = random.Random(7)
    print(f"{resident(service.process):.0f} MiB at first")
    for many in at_once:
        asked = [drawn(numbers, students, service.run_id)[1] for _ in range(EACH)]
        before = processor_seconds(service.process)
        with ThreadPoolExecutor(many) as programs:
            found = [status for status, _ in programs.map(service.ask, asked)]
        faults, lost = sum(status >= 500 for status in found), found.count(UNANSWERED)
        took = 1000 * (processor_seconds(service.process) - before) / EACH
        said = f"{EACH:,} requests, {faults} answered 5xx, {lost} not, {took:.1f} ms of a core each"
        print(f"{many:>3} at once: {said}; {resident(service.process):.0f} MiB", flush=True)


def say_memory(seen: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    """Prints what was seen."""
    seconds, held = seen[:, 0], seen[:, 1]
    warm = seconds >= seconds[-1] * WARM
    slope = np.polyfit(seconds[warm] / 60, held[warm], 1)[0]
    first = f"{held[0]:.0f} MiB at first, {held[warm][0]:.0f} after {seconds[warm][0]:.0f} s"
    parts = ", ".join(f"{np.median(part):.0f}" for part in np.array_split(held, PARTS) if len(part))
    print(f"MiB in each tenth of the time: {parts}")
    print(f"memory: {first}, {held.max():.0f} at most, {held[-1]:.0f} at the end; {slope:+.2f} MiB a minute when warm")


if __name__ == "__main__":
    typer.run(main)

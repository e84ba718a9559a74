"""Killed at random moments, once or again and again: a later run finishes the load, once."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.conftest import FULL, Made
from tests.faults.trials import Forks, Load, Site, problems_after, problems_of_second_run

KILLS = 100 if FULL else 3
"""Of each load."""
LONGEST_CHAIN = 4
"""Kills in a row before the load may end."""


@dataclass
class Killer:
    """Kills loads at moments between their first and their last."""

    chance: random.Random
    duration: float
    kills: int = field(default=0)

    def chain(self, load: Load, forks: Forks, site: Site) -> Iterator[str]:
        """What is wrong after each of some kills in a row, and after the load that was let be."""
        site.becomes(load.start)
        for _ in range(self.chance.choice((1, 1, 1, LONGEST_CHAIN))):
            moment = self.chance.uniform(0, self.duration)
            running = forks.start(site, load.extract)
            time.sleep(moment)
            running.kill()
            ended = running.ended()
            self.kills += ended.killed
            yield from (f"killed after {moment:.3f} s: {problem}" for problem in problems_after(load, site, ended))
        yield from problems_of_second_run(load, site, forks)


def test_a_load_killed_at_any_moment_is_there_whole_or_not_at_all_and_a_later_run_finishes_it(
    load: Load, forks: Forks, site: Site
) -> None:
    killer = Killer(random.Random(load.extract.name), duration_of(load, forks, site))
    wrong: list[str] = []
    while killer.kills < KILLS:
        wrong += killer.chain(load, forks, site)
    assert not wrong, "\n".join(wrong)


def duration_of(load: Load, forks: Forks, site: Site) -> float:
    """Seconds that the load takes when it is let be."""
    site.becomes(load.start)
    begun = time.monotonic()
    assert forks.run(site, load.extract).code == 0
    return time.monotonic() - begun


def test_what_a_killed_load_left_is_gone_after_a_load_of_other_files(
    made: Made, extracts: Path, forks: Forks, site: Site
) -> None:
    """It holds students' records, and its files may never be sent again."""
    site.becomes(made.loaded)
    running = forks.start(site, made.corrections.extract)
    while not (staging := site.left()) and site.state.loads != 2:
        time.sleep(0.01)
    running.kill()
    running.ended()
    assert staging
    assert forks.run(site, extracts / "third").code == 0
    assert site.left() == []

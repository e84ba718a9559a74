"""Every call that writes, forces to disk, renames or creates fails once: the old state or the new one is there."""

from collections.abc import Iterator, Sequence

import pytest

from tests.faults.conftest import FULL
from tests.faults.trials import Call, Fault, Forks, Load, Site, problems_after, problems_of_second_run

FAULTS = {
    "no space once": Fault(how="ENOSPC"),
    "no space from then on": Fault(how="ENOSPC", lasts=True),
    "an error once": Fault(how="EIO"),
    "killed within": Fault(how="KILL"),
}
TURNS = 2 * len(FAULTS)
"""Every fault with the first load and a later one."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_load_whose_nth_call_fails_is_there_whole_or_not_at_all(
    fault: str, load: Load, forks: Forks, site: Site
) -> None:
    numbers = range(1, len(load.calls) + 1) if FULL else telling(load.calls, turn_of(fault, load))
    wrong = [f"call {at}: {problem}" for at in numbers for problem in problems(load, at, fault, forks, site)]
    assert not wrong, "\n".join(wrong)


def problems(load: Load, at: int, fault: str, forks: Forks, site: Site) -> Iterator[str]:
    """What is wrong after the call of that number failed, and after the load was run again."""
    kind = FAULTS[fault]
    site.becomes(load.start)
    ended = forks.run(site, load.extract, Fault(at, kind.how, kind.lasts))
    failed = ended.calls[at - 1] if at <= len(ended.calls) else None
    yield from (f"{failed}: {problem}" for problem in problems_after(load, site, ended))
    yield from (f"{failed}: {problem}" for problem in problems_of_second_run(load, site, forks))


def turn_of(fault: str, load: Load) -> int:
    """The place of a fault and a load among all."""
    return 2 * list(FAULTS).index(fault) + (load.start is None)


def telling(calls: Sequence[Call], turn: int) -> list[int]:
    """Numbers of a few calls: the last, the last that writes blocks, and those of some kinds, each turn others."""
    lasts = {str(call): number for number, call in enumerate(calls, start=1)}
    blocks = max(number for number, call in enumerate(calls, start=1) if call.name == "pwrite")
    return sorted({blocks, len(calls), *list(lasts.values())[turn::TURNS]})

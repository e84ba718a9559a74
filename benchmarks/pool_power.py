"""`python -m benchmarks.pool_power`: how often a district's gate takes the pool's model, by how many students it has.

Districts of several sizes stand beside four larger ones, all with the same planted truth on another level in each (see
`benchmarks.collaborative`). The pool is the same for all of them; what differs is how much each gate can see.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.collaborative import LEVELS, asked_of, drawn_district, judged_by_gate, lender_of, recall_of, share
from benchmarks.timing import within
from training.evaluation.scorers import OWN_MODEL
from training.pool.choice import decide
from training.pool.pooled_years import PoolFits, judge_pooled

LARGER = {"a": 800, "b": 700, "c": 600, "d": 500}
SIZES = (120, 200, 280, 400, 560, 800)
"""Students a year of each district whose gate is asked."""
LAST = 2026


@dataclass(frozen=True)
class Asked:
    """What one gate said: students a year, judged years, recalls, what is taken, and the checks that were not passed.

    Checks are by code with their verdict, of the own model and of the pool's.
    """

    seed: int
    students: int
    judged: int
    local: float
    pooled: float
    taken: str
    finds_more: bool
    own_open: tuple[str, ...]
    pooled_open: tuple[str, ...]


def draw(seed: int, years: Sequence[int]) -> Iterator[Asked]:
    """One draw of all districts, each judged as `ontrack train-pool` does."""
    rng = np.random.default_rng([24, seed])
    sizes = {**LARGER, **{f"of{size}": size for size in SIZES}}
    rows = {name: drawn_district(name, n, rng.normal(0, LEVELS), rng, years) for name, n in sizes.items()}
    fits = PoolFits([lender_of(name, one, years) for name, one in rows.items()], 7, 1)
    for size in SIZES:
        asked = asked_of(f"of{size}", rows[f"of{size}"], years[1:], years)
        pooled = judge_pooled(fits, asked).years
        own, _ = judged_by_gate(asked.judged, seed)
        gate, compared = judged_by_gate(pooled, seed)
        lead = compared.leads[OWN_MODEL]
        yield Asked(
            seed,
            size,
            len(years) - 1,
            recall_of(asked.judged),
            recall_of(pooled),
            decide(own.verdict, gate.verdict, lead).taken,
            lead.low > 0,
            tuple(f"{one.code} {one.verdict}" for one in own.checks if one.decides and one.verdict != "pass"),
            tuple(f"{one.code} {one.verdict}" for one in gate.checks if one.decides and one.verdict != "pass"),
        )


def row_of(size: int, found: Sequence[Asked]) -> str:
    """A line of the table, for one size."""
    taken = Counter(one.taken for one in found)
    local, pooled = np.mean([one.local for one in found]), np.mean([one.pooled for one in found])
    kinds = ", ".join(f"{kind} {taken[kind]}" for kind in ("own", "pooled", "rule"))
    more = share([one.pooled > one.local for one in found])
    open_checks = Counter(code for one in found for code in one.pooled_open).most_common(3)
    why = ", ".join(f"{code} {times}" for code, times in open_checks)
    return f"{size:4d} students a year: own {local:.3f}, pool {pooled:.3f}, pool higher {more}; takes {kinds}; {why}"


def print_power(
    draws: Annotated[int, typer.Option(min=1, help="Draws of the districts.")] = 20,
    first: Annotated[int, typer.Option(min=0, help="The first draw.")] = 0,
    years: Annotated[int, typer.Option(min=2, help="School years with a known outcome.")] = 4,
    minutes: Annotated[float, typer.Option(min=0, help="Minutes for all of them; no end otherwise.")] = inf,
    results: Annotated[Path | None, typer.Option(help="File to which each draw is added as it is made.")] = None,
) -> None:
    """Print by size what districts take, and which checks of the gate the pool's model did not pass."""
    known = tuple(range(LAST - years + 1, LAST + 1))
    found: list[Asked] = []
    for one in within(60 * minutes, (list(draw(seed, known)) for seed in range(first, first + draws))):
        found += one
        if results:
            with results.open("a") as file:
                file.writelines(json.dumps(asdict(line)) + "\n" for line in one)
    typer.echo(f"draws: {len(found) // len(SIZES)}, years with a known outcome: {years}")
    for size in SIZES:
        typer.echo(row_of(size, [one for one in found if one.students == size]))


if __name__ == "__main__":
    typer.run(print_power)

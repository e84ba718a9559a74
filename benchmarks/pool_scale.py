"""`python -m benchmarks.pool_scale`: time and memory of one pooled fit over many rows, with reasons' stability.

Rows are made as a matrix, as the pipeline gives them: 64 features, nine districts, four dates of a student in a year.
What comes before, snapshots and labels, is measured in `benchmarks.snapshot_part` and `benchmarks.dates_part`.
"""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from scipy.special import expit

from models.examples import Examples
from models.explanations.refits import measure_stability
from models.feature_dictionary import Entry, FeatureDictionary
from models.pool.pooled_model import fit_pooled

COLUMNS, DISTRICTS, DATES, YEARS = 64, 9, 4, (2023, 2024, 2025, 2026)
TOLD = 12
"""Features that tell of the outcome; the others are noise."""
DICTIONARY = FeatureDictionary(tuple(Entry(f"feature_{i}", more_is="worse") for i in range(COLUMNS)))
TESTED = 20_000
"""Rows that no fit sees, of which some are explained."""


def made_rows(rows: int, rng: np.random.Generator) -> tuple[Examples, "np.typing.NDArray[np.str_]"]:
    """Rows of all districts, and whose each is; larger districts first, the smallest a hundredth of the largest."""
    students = -(-rows // DATES)
    sizes = np.geomspace(1, 0.01, DISTRICTS)
    of_student = rng.choice(DISTRICTS, size=students, p=sizes / sizes.sum())
    person = np.repeat(np.arange(students), DATES)[:rows]
    cells = rng.normal(size=(rows, COLUMNS))
    odds = cells[:, :TOLD].sum(axis=1) / 2 - 2 + rng.normal(0, 0.3, DISTRICTS)[of_student[person]]
    district = np.array([f"district{i:02d}" for i in range(DISTRICTS)])[of_student[person]]
    examples = Examples(
        dictionary=DICTIONARY,
        features=pd.DataFrame(cells, columns=DICTIONARY.names, copy=False),
        label=rng.random(rows) < expit(odds),
        student=np.char.add("s", person.astype(np.str_)),
        time=np.array(YEARS)[person % len(YEARS)],
        school=np.char.add(district, "-1"),
        week=np.full(rows, 14),
    )
    return examples, district


@contextmanager
def told(what: str) -> Iterator[None]:
    """Says what something took."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    taken, used = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    typer.echo(f"{what}: {taken:.0f} s, {used:.0f} s of processors, at most {peak:.1f} GiB so far")


def print_scale(
    rows: Annotated[int, typer.Option(min=10_000, help="Rows of all districts together.")] = 2_000_000,
    threads: Annotated[int, typer.Option(min=1, help="Threads of LightGBM.")] = 1,
) -> None:
    """Print what a pooled fit over so many rows takes."""
    rng = np.random.default_rng(0)
    with told(f"{rows:,} rows of {COLUMNS} features made"):
        learn, district = made_rows(rows, rng)
        test, _ = made_rows(TESTED, rng)
    with told("trees, curve and spread between districts"):
        fit = fit_pooled(learn, district, seed=7, threads=threads)
    with told("calibrated in every district"):
        models = {str(name): fit.model_for(str(name)) for name in np.unique(district)}
    with told("reasons' stability over refits"):
        stability = measure_stability(next(iter(models.values())), learn, test, seed=7)
    typer.echo(f"{len(models)} districts; {stability.refits} refits")


if __name__ == "__main__":
    typer.run(print_scale)

"""One fit on made examples, in a process of its own so that its peak memory is its own."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import lightgbm as lgb
import typer
from pydantic import TypeAdapter

from benchmarks.child import Measured, peak_mib
from benchmarks.made_examples import (
    FIRST_YEAR,
    YEARS,
    Integers,
    made_dictionary,
    made_examples,
    made_matrix,
    made_years,
)
from benchmarks.place import SEED
from benchmarks.timing import seconds_of
from features.settings import Gate, Training
from models.estimators.fitting import fit_risk_model, lightgbm_dataset, parameters_for
from models.examples import Booleans, Examples
from training.evaluation.capacities import CAPACITIES
from training.evaluation.evaluation import Evaluation, fit_and_evaluate
from training.evaluation.intervals import intervals_of

LAST_YEAR, FEW = FIRST_YEAR + YEARS - 1, 4
"""The test year, and how many years are too few for years of their own."""
THREADS = Training().threads
Fit = Literal["made", "bare", "bare_few", "fit", "fit_few", "year"]


@dataclass(frozen=True)
class Size:
    """Rows of the made examples, and how many rounds a bare fit gets: as many as the pipeline ended with."""

    rows: int
    rounds: int = 0


FitRunner = Callable[[Fit, Size], Measured]


def fit_in_child(fit: Fit, size: Size) -> Measured:
    """The fit done in a new process."""
    command = [sys.executable, "-m", "benchmarks.training_child", fit, str(size.rows), str(size.rounds)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True, text=True)
    return TypeAdapter(Measured).validate_json(done.stdout)


def fit_in_this_process(fit: Fit, size: Size) -> Measured:
    """The fit done here; its peak is that of everything so far."""
    return replace(FITS[fit](size), peak_mib=peak_mib())


def made(size: Size) -> Measured:
    """Nothing but the examples: what the fits stand on."""
    return Measured(seconds_of(lambda: made_examples(size.rows)))


def bare(size: Size) -> Measured:
    """LightGBM alone on the whole matrix."""
    return trained(size, size.rows)


def bare_few(size: Size) -> Measured:
    """LightGBM alone on the rows of the first years."""
    return trained(size, int(few(made_years(size.rows)).sum()))


def trained(size: Size, first: int) -> Measured:
    """LightGBM alone on the first rows, with the pipeline's parameters; its rows are binned within the time."""
    (matrix, label), dictionary = made_matrix(size.rows, order="C"), made_dictionary()  # LightGBM is faster on rows
    parameters = parameters_for(dictionary, seed=SEED, threads=THREADS)

    def work() -> None:
        lgb.train(parameters, lightgbm_dataset(matrix[:first], label[:first], dictionary), size.rounds)

    return Measured(seconds_of(work))


def few(years: Integers) -> Booleans:
    """Which rows are of the first years, too few for years of their own."""
    return years < FIRST_YEAR + FEW


def fit(size: Size) -> Measured:
    """Our fit of all years: rounds and calibrator from years of their own."""
    return fitted(made_examples(size.rows))


def fit_few(size: Size) -> Measured:
    """Our fit of the first years: rounds and calibrator from students."""
    return fitted(made_examples(size.rows).take(few(made_years(size.rows))))


def fitted(examples: Examples) -> Measured:
    """Our whole fit, and how many trees there are."""
    trees = [0]

    def work() -> None:
        trees.append(fit_risk_model(examples, seed=SEED, threads=THREADS).booster.num_trees())

    return Measured(seconds_of(work), {"rounds": trees[-1], "off_track": float(examples.label.mean())})


def year(size: Size) -> Measured:
    """What a training run does with one test year: fit, baselines, figures, and intervals of each scorer."""
    examples, found = made_examples(size.rows), list[Evaluation]()
    learn, test = examples.take(examples.time < LAST_YEAR), examples.take(examples.time == LAST_YEAR)
    steps = {
        "judge": seconds_of(lambda: found.append(fit_and_evaluate(learn, test, seed=SEED, threads=THREADS))),
        "figures": seconds_of(lambda: found[0].figures(CAPACITIES)),
        "intervals": seconds_of(lambda: intervals(found[0])),
    }
    return Measured(sum(steps.values()), {**steps, "scorers": len(found[0].risks)})


def intervals(judged: Evaluation) -> None:
    """Every figure of every scorer had its interval."""
    for scorer in judged.risks:
        intervals_of(judged, scorer, CAPACITIES, Gate(), SEED)


FITS: dict[Fit, Callable[[Size], Measured]] = {
    "made": made,
    "bare": bare,
    "bare_few": bare_few,
    "fit": fit,
    "fit_few": fit_few,
    "year": year,
}


def main(fit: str, rows: int, rounds: int) -> None:
    """Does the fit and prints what it took as JSON."""
    known = TypeAdapter[Fit](Fit).validate_python(fit)
    print(TypeAdapter(Measured).dump_json(fit_in_this_process(known, Size(rows, rounds))).decode())


if __name__ == "__main__":
    typer.run(main)

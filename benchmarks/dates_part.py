"""Part `dates`: several as-of dates beside one, in processor time, for snapshots and for whole training runs."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from statistics import median

from threadpoolctl import threadpool_limits

from benchmarks.figures import Figure, Part, compared
from benchmarks.place import DISTRICT, NOW, TODAY, Place, load
from features.definitions.grade9 import NinthGrade
from features.progress import Progress, quietly
from features.settings import Settings, Training
from features.snapshots.snapshot import build_snapshots
from features.warehouse.file import open_warehouse
from training.train import train, training_request_of
from training.training_data import read_training_data
from training.training_request import TrainingRequest

DAYS = [date(2025, 9, 26) + timedelta(days=28 * place) for place in range(10)]
"""Ten dates of last school year."""
ONE = ("11-20",)
MOST_SNAPSHOTS, MOST_TRAINING = 6.0, 2.5
"""What so many dates may cost, times one."""
TEN, THIRTEEN = "ten snapshots of grade 9", "training on thirteen dates of each year"


def dates_part(place: Place, *, runs: int, progress: Progress) -> Part:
    """Ten snapshots beside one, and training on thirteen dates beside one; each ratio is beside its bound too."""
    load(place, progress)
    progress(f"dates: {runs} rounds of snapshots, then two training runs")
    figures = (*snapshot_figures(place, runs), *training_figures(place.settings))
    return Part("dates", {"students": place.students, "school years": place.years, "runs": runs}, figures)


def snapshot_figures(place: Place, runs: int) -> tuple[Figure, ...]:
    """Ten snapshots beside one, their scripts compiled before."""

    def taken(days: list[date]) -> None:
        with open_warehouse(place.warehouse) as reader:
            build_snapshots(reader, NinthGrade, days)

    for days in (DAYS[-1:], DAYS):
        taken(days)
    one, ten = (median(processor_seconds(partial(taken, days)) for _ in range(runs)) for days in (DAYS[-1:], DAYS))
    return beside_one(TEN, ten, one, MOST_SNAPSHOTS)


def training_figures(settings: Settings) -> tuple[Figure, ...]:
    """A whole training run on the usual dates of each year beside one on a single date, their scripts compiled before.

    With one thread of BLAS, as every command has it.
    """
    asked = [trained_on(settings, days) for days in (Training().as_of, ONE)]
    with threadpool_limits(1, "blas"):
        for one in asked:
            with open_warehouse(settings.warehouse(DISTRICT)) as reader:
                read_training_data(reader, one, quietly)
        several, single = (processor_seconds(partial(trained, one)) for one in asked)
    return beside_one(THIRTEEN, several, single, MOST_TRAINING)


def trained_on(settings: Settings, as_of: tuple[str, ...]) -> TrainingRequest:
    """The request to train the district on these dates of each year."""
    dated = settings.model_copy(update={"training": settings.training.model_copy(update={"as_of": as_of})})
    return training_request_of(dated, DISTRICT, TODAY)


def trained(request: TrainingRequest) -> None:
    """The district was trained."""
    train(request, now=NOW, code_version="", progress=quietly)


def beside_one(name: str, several: float, one: float, most: float) -> tuple[Figure, ...]:
    """Seconds beside those of one date, and that ratio beside its bound."""
    told = compared(name, several, "s of a core", to=one, beside="one")
    return told, compared(f"{name}, beside one", several / one, "×", to=most, beside=f"a bound of {most:g} ×")


def processor_seconds(work: Callable[[], object]) -> float:
    """How long all threads of this process are at one call."""
    began = os.times()
    work()
    ended = os.times()
    return ended.user + ended.system - began.user - began.system

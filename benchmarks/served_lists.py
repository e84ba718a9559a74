"""`python -m benchmarks.served_lists`: the gate on years in which lists were served, and support helped.

Districts are drawn as in `benchmarks.gates`. In every judged year a list is served; of its students who would have
ended off track, support keeps some on track, and the gate sees what then happened. The comparison is the gate's own.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from math import inf
from typing import Annotated, Literal, get_args

import numpy as np
import pandas as pd
import typer

from benchmarks.gates import BLUR, OTHER, drawn_year, signals
from benchmarks.timing import within
from features.settings import Gate
from models.examples import NOT_SUPPORTED, SUPPORTED, SUPPORTED_FIRST, Booleans, Examples, Floats, concatenate
from models.feature_dictionary import Entry, FeatureDictionary
from models.metrics.ranking import list_length
from training.evaluation.scorers import PEER
from training.gate.comparison import GateComparison, Heard, compare_lists
from training.gate.list_checks import check_lists

STUDENTS = 1200
BEFORE, JUDGED = (2020, 2021), (2022, 2023, 2024, 2025, 2026)
CLEARER = 0.72
"""How far the better model's view of the hidden number is from it: its recall is 5 of 100 above the rule's."""
Model = Literal["better", "equal"]
Served = Literal["model", "rule"]
Recorded = Literal["all", "two thirds", "ignored"]
"""Who of those listed is supported, on record; where it is `ignored`, all are, and the gate takes what happened for
what would have happened without support."""
KEPT = (0.0, 0.15, 0.30)
SHARE_SUPPORTED = 2 / 3
VIEW = FeatureDictionary((Entry("view"),))


@dataclass(frozen=True)
class Scene:
    """A kind of district.

    The model's truth, whose list is served, of how many listed who would have ended off track support keeps on track,
    and what is on record. `before` says whether lists were served before the judged years too, and `by_need` whether
    those worse off than their records say are supported first.
    """

    model: Model
    served: Served
    kept: float
    recorded: Recorded = "all"
    before: bool = False
    by_need: bool = False


def heard_in(time: int, scene: Scene, rng: np.random.Generator, *, served: bool) -> Heard:
    """A year as the gate sees it, with the outcomes that followed where a list was served.

    The equal model breaks its ties by lot, as in `benchmarks.gates`.
    """
    year = drawn_year(STUDENTS, rng)
    rule, other = (signals(year, BLUR[name], rng) for name in ("rule", "other rule"))
    better = scene.model == "better"
    view = year.hidden + CLEARER * rng.normal(size=STUDENTS) if better else signals(year, BLUR["equal"], rng)
    said = view if better else view + rng.random(STUDENTS)
    rows = Examples(
        dictionary=VIEW,
        features=pd.DataFrame({"view": view}),
        label=year.label,
        student=np.array([f"{time}-{i}" for i in range(STUDENTS)]),
        time=np.full(STUDENTS, time),
        rule=rule,
        peers=pd.DataFrame({OTHER: other}),
    )
    listed = top(said if scene.served == "model" else rule + rng.random(STUDENTS))
    after = supported(rows, listed, year.hidden, scene=scene, rng=rng) if served else rows
    return after, {"model": said, "rule": rule, f"{PEER}{OTHER}": other}


def top(order: Floats) -> Booleans:
    """Who is listed at the capacity."""
    listed = np.zeros(len(order), dtype=np.bool_)
    listed[np.argsort(-order)[: int(list_length(len(order), Gate().capacity))]] = True
    return listed


def supported(rows: Examples, listed: Booleans, hidden: Floats, *, scene: Scene, rng: np.random.Generator) -> Examples:
    """The year after support: fewer off track, and who was supported on record."""
    share = SHARE_SUPPORTED if scene.recorded == "two thirds" else 1.0
    worse = np.where(hidden > np.median(hidden[listed]), 4 / 3, 2 / 3) if scene.by_need else 1.0
    given = listed & (rng.random(len(listed)) < share * worse)
    label = rows.label & ~(given & (rng.random(len(listed)) < scene.kept / share))
    support = np.select([given & label, given], [SUPPORTED, SUPPORTED_FIRST], NOT_SUPPORTED)
    return replace(rows, label=label, support=None if scene.recorded == "ignored" else support)


def compared(seed: Sequence[int], *, scene: Scene, bounds: Gate) -> GateComparison:
    """The gate's comparison in one drawn district."""
    rng = np.random.default_rng(seed)
    before = concatenate([heard_in(time, scene, rng, served=scene.before)[0] for time in BEFORE])
    heard = {time: heard_in(time, scene, rng, served=True) for time in JUDGED}
    return compare_lists(heard, before, bounds, seed=seed[-1])


@dataclass(frozen=True)
class Cell:
    """The gates of one scene: the mean lead seen over the rule, the shares of GATE02 that passed or hung, how many."""

    scene: Scene
    lead: float
    passed: float
    hung: float
    gates: int


def cell(
    scene: Scene, *, gates: int, seed: int, at_once: int = 1, bounds: Gate | None = None, seconds: float = inf
) -> Cell:
    """What that many gates say of a scene, or as many as the seconds allow; the same seed gives the same."""
    one = partial(compared, scene=scene, bounds=bounds or Gate())
    seeds = [(seed, number) for number in range(gates)]
    found = list(within(seconds, mapped(one, seeds, at_once)))
    leads = [one.contenders["rule"].estimate for one in found]
    checks = [check_lists(one, bounds or Gate())[0] for one in found]
    passed, hung = ([one.verdict == "pass" for one in checks], ["hangs on" in one.says for one in checks])
    return Cell(scene, float(np.mean(leads)), float(np.mean(passed)), float(np.mean(hung)), len(found))


def mapped(one: "partial[GateComparison]", seeds: Sequence[Sequence[int]], at_once: int) -> Iterator[GateComparison]:
    """The answers in order, from several processes where asked."""
    if at_once == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(at_once) as pool:
        yield from pool.map(one, seeds, chunksize=10)


def scenes(recorded: Recorded, *, before: bool = False, by_need: bool = False) -> Iterator[Scene]:
    """Both models under both served lists, by how many support keeps on track."""
    for model, served, kept in product(get_args(Model), get_args(Served), KEPT):
        yield Scene(model, served, kept, recorded, before, by_need)


def line(one: Cell) -> str:
    """A row of the table."""
    scene = one.scene
    cells = (scene.model, scene.served, f"{scene.kept * 100:.0f}", f"{one.lead * 100:+.1f}", f"{one.passed:.1%}",
             f"{one.hung:.0%}", str(one.gates))  # fmt: skip
    return f"| {' | '.join(cells)} |"


def print_served_lists(
    gates: Annotated[int, typer.Option(min=1, help="Gates in each row.")] = 200,
    recorded: Annotated[str, typer.Option(help="Who is supported and on record: all, two thirds, ignored.")] = "all",
    before: Annotated[bool, typer.Option(help="Lists were served before the judged years too.")] = False,
    by_need: Annotated[bool, typer.Option(help="Those worse off than recorded are supported sooner.")] = False,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.")] = 7,
    at_once: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    minutes: Annotated[float, typer.Option(min=0, help="Minutes for all rows, each its part; no end otherwise.")] = inf,
) -> None:
    """Print the lead that gates see over the rule, and how many pass, where lists were served and support helped."""
    known = next(one for one in get_args(Recorded) if one == recorded)
    head = ("model", "list served", "kept of 100", "lead seen", "passes", "hangs on the assumption", "gates")
    typer.echo(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    asked = list(scenes(known, before=before, by_need=by_need))
    seconds = 60 * minutes / len(asked)
    for scene in asked:
        typer.echo(line(cell(scene, gates=gates, seed=seed, at_once=at_once, seconds=seconds)))


if __name__ == "__main__":
    typer.run(print_served_lists)

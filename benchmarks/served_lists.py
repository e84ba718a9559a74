"""`python -m benchmarks.served_lists`: the gate on years in which lists were served, and support helped.

Districts are drawn as in `benchmarks.gates`. In every judged year a list is served; of its students who would have
ended off track, support keeps some on track, and the gate sees what then happened. The comparison is the gate's own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Literal, get_args

import numpy as np
import pandas as pd
import typer

from benchmarks.gates import BLUR, OTHER, drawn_year, signals
from features.settings import Gate
from models.examples import NOT_SUPPORTED, SUPPORTED, SUPPORTED_FIRST, Booleans, Examples, Floats, concatenate
from models.feature_dictionary import Entry, FeatureDictionary
from models.metrics.ranking import list_length
from training.evaluation.scorers import PEER
from training.gate.comparison import GateComparison, Heard, compare_lists

STUDENTS = 1200
BEFORE, JUDGED = (2020, 2021), (2022, 2023, 2024, 2025, 2026)
CLEARER = 0.72
"""How far the better model's view of the hidden number is from it: its recall is 5 of 100 above the rule's."""
Model = Literal["better", "equal"]
Served = Literal["model", "rule"]
Recorded = Literal["all", "two thirds", "not", "ignored"]
"""Of those listed, who is supported, and whether the gate is told: in `not` all are, and nobody is on record."""
KEPT = (0.0, 0.15, 0.30)
SHARE_SUPPORTED = 2 / 3
VIEW = FeatureDictionary((Entry("view"),))


@dataclass(frozen=True)
class Scene:
    """One kind of district: the model's truth, whose list is served, how many support keeps on track, what is known."""

    model: Model
    served: Served
    kept: float
    recorded: Recorded
    before: bool = False
    by_need: bool = False


def heard_in(time: int, scene: Scene, rng: np.random.Generator, *, served: bool) -> Heard:
    """A year as the gate sees it, with the outcomes that followed where a list was served."""
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
    after = supported(rows, listed, year.hidden, scene, rng) if served else rows
    return after, {"model": said, "rule": rule, f"{PEER}{OTHER}": other}


def top(order: Floats) -> Booleans:
    """Who is listed at the capacity."""
    listed = np.zeros(len(order), dtype=np.bool_)
    listed[np.argsort(-order)[: int(list_length(len(order), Gate().capacity))]] = True
    return listed


def supported(
    rows: Examples, listed: Booleans, hidden: Floats, scene: Scene, rng: np.random.Generator
) -> Examples:
    """The year after support: fewer off track, and who was supported on record."""
    share = SHARE_SUPPORTED if scene.recorded == "two thirds" else 1.0
    chance = share * (2 * (hidden > np.median(hidden[listed])) if scene.by_need else 1)
    given = listed & (rng.random(len(listed)) < chance)
    label = rows.label & ~(given & (rng.random(len(listed)) < scene.kept / share))
    known = listed if scene.recorded == "not" else given
    state = np.select([known & label, known], [SUPPORTED, SUPPORTED_FIRST], NOT_SUPPORTED)
    return replace(rows, label=label, support=None if scene.recorded == "ignored" else state)


def compared(seed: Sequence[int], *, scene: Scene, bounds: Gate) -> GateComparison:
    """The gate's comparison in one drawn district."""
    rng = np.random.default_rng(seed)
    before = concatenate([heard_in(time, scene, rng, served=scene.before)[0] for time in BEFORE])
    heard = {time: heard_in(time, scene, rng, served=True) for time in JUDGED}
    return compare_lists(heard, before, bounds, seed=seed[-1])

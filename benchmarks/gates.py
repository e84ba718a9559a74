"""`python -m benchmarks.gates`: what the gate says of models of which the truth is known, drawn many times.

Each gate is a made district: students of five school years whose chance to end off track hangs on one hidden number,
two rules that count signals of it, and a model. The comparison, the choice of the rule and the checks are the gate's
own; every check that is about something else is given what passes, so that the comparison alone decides.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Annotated, get_args

import numpy as np
import pandas as pd
import typer
from scipy.special import expit

from benchmarks.timing import within
from features.settings import Gate
from models.examples import Booleans, Examples, Floats
from models.feature_dictionary import FeatureDictionary
from models.metrics.intervals import Interval
from models.metrics.ranking import list_length, true_positives
from models.verdict import GateVerdict, Verdict
from training.evaluation.scorers import PEER
from training.gate.checks import GateEvidence, check_evidence
from training.gate.comparison import Heard, compare_lists
from training.gate.verdict import VERDICT_WORDS, DeclaredBounds, GateResult

SIZES = (200, 1200, 6000)
BEFORE, JUDGED = (2022, 2023), (2024, 2025, 2026)
ODDS, STEEPNESS = -2.25, 2.0
"""Of ending off track: a fifth of the students do."""
CLEAN = 0.4
"""The hidden number, as a rule sees it, from which a signal is counted; two in three students have none."""
WIDTH = 0.45
OTHER = "air_high_so_far"
BLUR: Mapping[str, float] = {"rule": 1.0, "other rule": 1.2, "better": 0.6, "equal": 1.0, "worse": 1.3}
"""How far each scorer's view of the hidden number is from it."""
MODELS = ("better", "equal", "worse")
EVEN = Interval(0.0, 0.0, 0.0)
TRUTH = 2_000_000
TRIED: tuple[Verdict, ...] = get_args(Verdict)
"""The verdicts on a model that was tried."""


@dataclass(frozen=True)
class Cell:
    """The verdicts on one kind of model in districts of one size, and the mean difference they could have shown."""

    students: int
    model: str
    verdicts: Mapping[GateVerdict, int]
    could_show: float

    def share(self, verdict: GateVerdict) -> float:
        """The share of the gates that said so."""
        return self.verdicts.get(verdict, 0) / sum(self.verdicts.values())


@dataclass(frozen=True)
class Drawn:
    """Students of one year: the hidden number, and whether each ended off track."""

    hidden: Floats
    label: Booleans


def drawn_year(students: int, rng: np.random.Generator) -> Drawn:
    """A year of students."""
    hidden = rng.normal(size=students)
    label = np.asarray(rng.random(students) < expit(ODDS + STEEPNESS * hidden), dtype=np.bool_)
    return Drawn(hidden, label)


def signals(year: Drawn, blur: float, rng: np.random.Generator) -> Floats:
    """What a rule counts: signals of a view of the hidden number, from 0 to 10, most students without one."""
    seen = (year.hidden + blur * rng.normal(size=len(year.hidden))) / np.hypot(1, blur)
    return np.asarray(np.clip(np.floor((seen - CLEAN) / WIDTH) + 1, 0, 10), dtype=np.float64)


def said_by(model: str, year: Drawn, rng: np.random.Generator) -> Floats:
    """A model's order of the students.

    The equal one counts like the rule on a view of its own and breaks ties by lot: its recall is the rule's in
    expectation, to the last digit. The others see the hidden number more clearly, or less.
    """
    if model == "better":
        return year.hidden + BLUR[model] * rng.normal(size=len(year.hidden))
    return signals(year, BLUR[model], rng) + rng.random(len(year.hidden))


def heard_in(time: int, students: int, model: str, rng: np.random.Generator) -> Heard:
    """A year as the gate sees it: rows with both rules' signals, and what the model says of them."""
    year = drawn_year(students, rng)
    rule, other = (signals(year, BLUR[name], rng) for name in ("rule", "other rule"))
    rows = Examples(
        dictionary=FeatureDictionary(()),
        features=pd.DataFrame(index=range(students)),
        label=year.label,
        student=np.array([f"{time}-{i}" for i in range(students)]),
        time=np.full(students, time),
        rule=rule,
        peers=pd.DataFrame({OTHER: other}),
    )
    return rows, {"model": said_by(model, year, rng), "rule": rule, f"{PEER}{OTHER}": other}


def gate(seed: Sequence[int], *, students: int, model: str, bounds: Gate) -> tuple[GateVerdict, float]:
    """The verdict on a model of one drawn district, and the smallest difference that could have been shown."""
    rng = np.random.default_rng(seed)
    heard = {time: heard_in(time, students, model, rng) for time in (*BEFORE, *JUDGED)}
    before = both(*(heard.pop(time)[0] for time in BEFORE))
    compared = compare_lists(heard, before, bounds, seed=seed[-1])
    evidence = GateEvidence(compared, EVEN, EVEN, EVEN, {"a": {"group": EVEN}})
    result = GateResult("drawn", "drawn", check_evidence(evidence, bounds), DeclaredBounds(bounds, compared=compared))
    return result.verdict, compared.power.smallest if compared.power else float("nan")


def both(first: Examples, second: Examples) -> Examples:
    """The rows of two years."""
    assert first.rule is not None
    assert second.rule is not None
    return Examples(
        dictionary=first.dictionary,
        features=pd.concat([first.features, second.features], ignore_index=True),
        label=np.concatenate([first.label, second.label]),
        student=np.concatenate([first.student, second.student]),
        time=np.concatenate([first.time, second.time]),
        rule=np.concatenate([first.rule, second.rule]),
        peers=pd.concat([first.peers, second.peers], ignore_index=True),
    )


def cell(
    students: int,
    model: str,
    *,
    gates: int,
    seed: int,
    at_once: int = 1,
    bounds: Gate | None = None,
    seconds: float = inf,
) -> Cell:
    """The verdicts of that many gates, or as many of them as the seconds allow; the same seed gives the same ones."""
    one = partial(gate, students=students, model=model, bounds=bounds or Gate())
    seeds = [(seed, students, MODELS.index(model), number) for number in range(gates)]
    found = list(within(seconds, mapped(one, seeds, at_once)))
    verdicts = Counter(verdict for verdict, _ in found)
    return Cell(students, model, verdicts, float(np.mean([smallest for _, smallest in found])))


def mapped(
    one: "partial[tuple[GateVerdict, float]]", seeds: Sequence[Sequence[int]], at_once: int
) -> Iterator[tuple[GateVerdict, float]]:
    """The answers in order, from several processes where asked."""
    if at_once == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(at_once) as pool:
        yield from pool.map(one, seeds, chunksize=10)


def true_lead(model: str, capacity: float = Gate().capacity, students: int = TRUTH) -> float:
    """By how much more recall a model has than the better rule, among very many students."""
    rng = np.random.default_rng(0)
    year = drawn_year(students, rng)
    one, served = np.ones((1, students)), np.array([list_length(students, capacity)])
    orders = (said_by(model, year, rng), signals(year, BLUR["rule"], rng))
    first, other = (float(true_positives(year.label, order, one, served)[0]) for order in orders)
    return (first - other) / float(year.label.sum())


def line(one: Cell) -> str:
    """A row of the table."""
    shares = [f"{one.share(verdict):.1%}" for verdict in TRIED]
    lead = 0.0 if one.model == "equal" else true_lead(one.model)
    gates = str(sum(one.verdicts.values()))
    cells = (f"{one.students:,}", one.model, f"{lead * 100:+.1f}", f"{one.could_show * 100:.1f}", *shares, gates)
    return f"| {' | '.join(cells)} |"


def print_gates(
    gates: Annotated[int, typer.Option(min=1, help="Gates in each cell of the table.")] = 400,
    students: Annotated[list[int] | None, typer.Option(help="Students a year; 200, 1,200 and 6,000 otherwise.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.")] = 7,
    at_once: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    minutes: Annotated[float, typer.Option(min=0, help="Minutes for all rows, each its part; no end otherwise.")] = inf,
) -> None:
    """Print the share of each verdict for models of which the truth is known."""
    head = (
        "students a year",
        "model",
        "true lead",
        "can show",
        *(VERDICT_WORDS[verdict] for verdict in TRIED),
        "gates",
    )
    typer.echo(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    sizes = students or SIZES
    seconds = 60 * minutes / (len(sizes) * len(MODELS))
    for size in sizes:
        for model in MODELS:
            typer.echo(line(cell(size, model, gates=gates, seed=seed, at_once=at_once, seconds=seconds)))


if __name__ == "__main__":
    typer.run(print_gates)

"""`python -m benchmarks.collaborative`: a pooled model beside local ones where the truth is planted, drawn many times.

Seven made districts. In six a student ends off track by the same hidden odds, on another level in each; one of these is
small, one is new. The seventh means something else by a code: it writes days attended where the others write days
missed. Fits, gate, choice and leave-one-out figures are those of `ontrack train-pool`; every check that is about
something else than lists and calibration is given what passes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from scipy.special import expit

from benchmarks.timing import within
from features.settings import Gate
from features.snapshots.label_years import LabelYear
from models.examples import Examples
from models.feature_dictionary import Entry, FeatureDictionary
from models.metrics.intervals import Interval
from training.evaluation.pooled_calibration import pooled_gap
from training.evaluation.rolling_evaluation import Recipe, YearEvaluation, evaluate_year
from training.evaluation.scorers import OWN_MODEL
from training.evaluation.temporal_split import Split
from training.gate.checks import GateEvidence, check_evidence
from training.gate.comparison import GateComparison, compare_lists
from training.gate.verdict import DeclaredBounds, GateResult
from training.pool.choice import Choice, decide
from training.pool.leave_one_out import as_new, leave_one_out
from training.pool.lent_rows import LentRows
from training.pool.members import Lender
from training.pool.pooled_years import Asked, PoolFits, judge_pooled

STUDENTS = {"a": 800, "b": 700, "c": 600, "d": 500, "other": 800, "small": 280, "new": 400}
"""Students a year; "other" means something else by a code."""
YEARS = (2021, 2022, 2023, 2024, 2025, 2026)
"""With a known outcome: a small district's gate sees little in a year, and more in several."""
TOLD = ("small", "other")
LEVEL, LEVELS = -3.2, 0.25
"""The log odds of a usual student, and how far they differ between districts."""
SIGNS, MISSED, SIGN = 20, 0.9, 0.8
"""Signs beside days missed, and what each adds to the log odds."""
DICTIONARY = FeatureDictionary(
    (Entry("missed", more_is="worse"), *(Entry(f"sign_{i}", more_is="worse") for i in range(SIGNS)))
)
EVEN = Interval(0.0, 0.0, 0.0)
BOUNDS = Gate(replicates=200)


@dataclass(frozen=True)
class Drawn:
    """What one draw of the districts showed.

    `local` and `pooled` are the recalls over the judged years of both models in a district, `choice` what its gate
    takes. `apart` are the districts named as different. `expected` is what the others let expect of the new one,
    `new` what it then showed.
    """

    local: Mapping[str, float]
    pooled: Mapping[str, float]
    choice: Mapping[str, Choice]
    apart: frozenset[str]
    expected: tuple[Interval, Interval]
    new: tuple[float, float]


def drawn_district(
    name: str, students: int, level: float, rng: np.random.Generator, years: Sequence[int] = YEARS
) -> Examples:
    """A district's labelled rows of all years, so many students in each."""
    parts = [rows_of(name, (year, students), level, rng) for year in years]
    every = pd.concat(parts, ignore_index=True)
    return Examples(
        DICTIONARY,
        every[DICTIONARY.names],
        every["label"].to_numpy(dtype=np.bool_),
        every["student"].to_numpy(dtype=np.str_),
        every["year"].to_numpy(dtype=np.int64),
        school=np.full(len(every), name),
        rule=every["rule"].to_numpy(dtype=np.float64),
        week=np.full(len(every), 14),
    )


def rows_of(name: str, cohort: tuple[int, int], level: float, rng: np.random.Generator) -> pd.DataFrame:
    """The rows of a year and its number of students; the rule counts signals of three features, past a bound."""
    year, n = cohort
    rows = pd.DataFrame(rng.normal(size=(n, len(DICTIONARY.names))), columns=DICTIONARY.names)
    label = rng.random(n) < expit(LEVEL + level + added_by(rows))
    if name == "other":
        rows["missed"] *= -1  # days attended, written where others write days missed
    rule = (rows[["sign_0", "sign_1", "sign_2"]] > 1).sum(axis=1).astype(float)
    return rows.assign(label=label, rule=rule, year=year, student=[f"{year}-{i}" for i in range(n)])


def added_by(rows: pd.DataFrame) -> "pd.Series[float]":
    """What days missed and signs add to the log odds: signs past their middle, and only of who misses days at all."""
    signs = rows.drop(columns="missed").clip(lower=0).sum(axis=1) - SIGNS / 3
    return MISSED * rows["missed"] + np.where(rows["missed"] > 0, SIGN * signs + 1, -1)


def label_years(years: Sequence[int] = YEARS) -> dict[int, LabelYear]:
    """Every year scored in November, its outcome known in July."""
    return {year: LabelYear(year, (date(year - 1, 11, 20),), date(year, 7, 1)) for year in years}


def asked_of(name: str, rows: Examples, judged: Sequence[int], years: Sequence[int] = YEARS) -> Asked:
    """A district with its judged years by its own model."""
    recipe = Recipe(7, 1, BOUNDS.replicates, (BOUNDS.capacity,), {})
    splits = [Split(tuple(one for one in years if one < year), year) for year in judged]
    return Asked(name, tuple(evaluate_year(rows, split, recipe) for split in splits), label_years(years))


def lender_of(name: str, rows: Examples, years: Sequence[int] = YEARS) -> Lender:
    """A district that lends all its rows."""
    lent = LentRows(name, rows, {year: frozenset({("marks", year)}) for year in years})
    return Lender(name, lent, label_years(years), "")


def judged_by_gate(years: tuple[YearEvaluation, ...], seed: int) -> tuple[GateResult, GateComparison]:
    """What the gate says of the model of some judged years."""
    heard = {one.split.test: (one.judged.test, one.judged.listed_by) for one in years}
    compared = compare_lists(heard, None, BOUNDS, seed=seed)
    gap = pooled_gap([one.judged for one in years], replicates=BOUNDS.replicates, seed=seed)
    last = pooled_gap([years[-1].judged], replicates=BOUNDS.replicates, seed=seed)
    evidence = GateEvidence(compared, compared.leads["logistic"], gap, last, {"a": {"group": EVEN}})
    return GateResult("a", "b", check_evidence(evidence, BOUNDS), DeclaredBounds(BOUNDS)), compared


def recall_of(years: tuple[YearEvaluation, ...]) -> float:
    """The model's mean recall over some judged years."""
    return float(np.mean([one.judged.figures((BOUNDS.capacity,))["model"].recall_at[BOUNDS.capacity] for one in years]))


def draw(seed: int, years: Sequence[int] = YEARS) -> Drawn:
    """One draw of all districts, judged as `ontrack train-pool` does."""
    rng = np.random.default_rng([23, seed])
    levels = dict(zip(STUDENTS, rng.normal(0, LEVELS, len(STUDENTS)), strict=True))
    rows = {name: drawn_district(name, STUDENTS[name], levels[name], rng, years) for name in STUDENTS}
    lenders = [lender_of(name, one, years) for name, one in rows.items()]
    judged = {name: years[1:] if name in TOLD else years[-1:] for name in rows}
    asked = {name: asked_of(name, one, judged[name], years) for name, one in rows.items()}
    members = [one for one in lenders if one.district_id != "new"]
    fits, every = PoolFits(members, 7, 1), PoolFits(lenders, 7, 1)
    told = {name: compared_in(asked[name], fits, seed) for name in TOLD}
    apart = judge_pooled(fits, asked["a"]).fit.standing_apart
    last = {name: replace(one, judged=one.judged[-1:]) for name, one in asked.items()}
    left = leave_one_out([last[one.district_id] for one in members], fits, BOUNDS)
    new = as_new(last["new"], every, BOUNDS)
    assert left is not None
    return Drawn(
        {name: one[0] for name, one in told.items()},
        {name: one[1] for name, one in told.items()},
        {name: one[2] for name, one in told.items()},
        frozenset(apart),
        (left.lead, left.gap),
        (new.lead.estimate, new.gap.estimate),
    )


def compared_in(asked: Asked, fits: PoolFits, seed: int) -> tuple[float, float, Choice]:
    """The recall of a district's own model and of the pool's, and what its gate takes."""
    pooled = judge_pooled(fits, asked).years
    own, _ = judged_by_gate(asked.judged, seed)
    found, compared = judged_by_gate(pooled, seed)
    choice = decide(own.verdict, found.verdict, compared.leads[OWN_MODEL])
    return recall_of(asked.judged), recall_of(pooled), choice


def share(found: list[bool]) -> str:
    """How many of some draws."""
    return f"{sum(found)} of {len(found)} ({100 * sum(found) / len(found):.0f} %)"


def print_draws(
    draws: Annotated[int, typer.Option(min=1, help="Draws of the districts.")] = 20,
    minutes: Annotated[float, typer.Option(min=0, help="Minutes for all of them; no end otherwise.")] = inf,
    first: Annotated[int, typer.Option(min=0, help="The first draw.")] = 0,
    years: Annotated[int, typer.Option(min=2, max=len(YEARS), help="School years with a known outcome.")] = len(YEARS),
) -> None:
    """Print in how many draws the gate, the names and the expectations were as the planted truth is."""
    found = list(within(60 * minutes, (draw(seed, YEARS[-years:]) for seed in range(first, first + draws))))
    small, other = (
        [(one.local[name], one.pooled[name], one.choice[name]) for one in found] for name in ("small", "other")
    )
    typer.echo(f"draws: {len(found)}, each of {years} school years with a known outcome")
    for name, told in (("small", small), ("other", other)):
        local, pooled = (np.mean([one[at] for one in told]) for at in (0, 1))
        taken = {kind: sum(one[2].taken == kind for one in told) for kind in ("own", "pooled", "rule")}
        typer.echo(f"{name}: recall of its own model {local:.3f}, of the pool's {pooled:.3f}; takes {taken}")
    typer.echo(f"the pool's finds more in the small district: {share([one[1] > one[0] for one in small])}")
    typer.echo(f"the small district takes the pool's: {share([one[2].taken == 'pooled' for one in small])}")
    typer.echo(f"the pool's finds less in the different one: {share([one[1] < one[0] for one in other])}")
    typer.echo(f"the different one does not: {share([one[2].taken != 'pooled' for one in other])}")
    typer.echo(f"the different one is named, and alone: {share([one.apart == {'other'} for one in found])}")
    typer.echo(f"the different one is named: {share(['other' in one.apart for one in found])}")
    for at, what in ((0, "lead"), (1, "calibration gap")):
        inside = [one.expected[at].low <= one.new[at] <= one.expected[at].high for one in found]
        typer.echo(f"the new district's {what} lies where the others let expect: {share(inside)}")


if __name__ == "__main__":
    typer.run(print_draws)

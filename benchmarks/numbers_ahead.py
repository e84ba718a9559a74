"""`python -m benchmarks.numbers_ahead`: whether numbers that three judged years allow hold in the year after them.

Districts are drawn. In each, every year is judged by a model of the years before it, as a run does. Of each three years
that follow one another GATE16 says whether numbers are told in a part of the year; the year after says whether they
would have held. No run knows that year.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer

from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.language.outcome import with_thresholds
from features.settings import Gate, Training
from features.simulator.plan import Plan
from features.warehouse.file import open_warehouse
from models.estimators.fitting import fit_risk_model
from models.examples import Examples, in_fixed_order
from tests.districts import simulated_warehouse
from training.cohort_examples import Cohorts, labelled_cohorts
from training.evaluation.level_by_year import LevelGap, gaps_by_date, students_learned
from training.evaluation.temporal_split import rolling_splits
from training.evaluation.year_parts import YearPart, split_year

TODAY, SEED = date(2026, 11, 20), 7
OUTCOME = with_thresholds(OFF_TRACK_CHICAGO, {})
DATES = ("week 2", "week 8", "week 14", "week 20", "week 26", "week 34")
"""Two in each part of the year: a level is nearly the same on the dates between."""
JUDGED = Training().years


@dataclass(frozen=True)
class Ahead:
    """One part of the year after three judged ones: whether numbers are told, and the furthest gap of the year after.

    `missed` says whether that year missed as GATE16 counts a miss of one year.
    """

    part: str
    year: int
    told: bool
    furthest: float
    missed: bool


def gaps_by_year(cohorts: Cohorts, begins: tuple[int, ...]) -> Mapping[int, tuple[LevelGap, ...]]:
    """The level on each date of each year that can be judged, by a model of the years before it."""
    rows, found = cohorts.examples, {}
    for split in rolling_splits(cohorts.years, len(cohorts.years)):
        learn = rows.take(np.isin(rows.time, split.train))
        test = in_fixed_order(rows.take(rows.time == split.test))
        model = fit_risk_model(learn, seed=SEED, threads=1, begins=begins)
        learned = students_learned(learn, [split])[split.test]
        found[split.test] = tuple(gaps_by_date(test, model.risk(test.features, test.school), learned=learned))
    return found


def ahead_in(cohorts: Cohorts, bound: float) -> Iterator[Ahead]:
    """Every part of every year of a district that follows so many judged ones as a run looks at."""
    parts = split_year(weeks_in(cohorts.examples), Training().parts)
    yield from ahead_of(gaps_by_year(cohorts, tuple(part.from_week for part in parts[1:])), parts, bound)


def ahead_of(gaps: Mapping[int, Sequence[LevelGap]], parts: Sequence[YearPart], bound: float) -> Iterator[Ahead]:
    """The same of the level on each date of each year."""
    years = sorted(gaps)
    for place, year in enumerate(years[JUDGED:]):
        before = [gap for one in years[place : place + JUDGED] for gap in gaps[one]]
        for part in parts:
            after = within(gaps[year], part)
            told = not any(gap.misses(bound, years=JUDGED) for gap in within(before, part))
            furthest = max(after, key=lambda gap: abs(gap.gap.estimate)).gap.estimate
            yield Ahead(part.name, year, told, furthest, any(gap.misses(bound, years=1) for gap in after))


def weeks_in(rows: Examples) -> list[int]:
    """The school weeks of some rows."""
    return [] if rows.week is None else sorted(set(rows.week[rows.week > 0].tolist()))


def within(gaps: Sequence[LevelGap], part: YearPart) -> list[LevelGap]:
    """Those of a part of the year."""
    return [gap for gap in gaps if part.from_week <= gap.week <= part.through_week]


def told_line(found: Sequence[Ahead], *, told: bool, bound: float) -> str:
    """Of parts of years in which numbers are told, or are not, in how many they held in the year after."""
    asked = [one for one in found if one.told == told]
    held, near = sum(not one.missed for one in asked), sum(abs(one.furthest) <= bound for one in asked)
    what = "told" if told else "not told"
    return (
        f"{what}: {len(asked)}; held in the year after: {held}; on every date within {bound * 100:.0f} of 100: {near}"
    )


def print_numbers_ahead(
    students: Annotated[int, typer.Option(min=1000, help="Of each district.")] = 8_500,
    years: Annotated[int, typer.Option(min=6, help="School years of each.")] = 10,
    districts: Annotated[int, typer.Option(min=1, help="Drawn districts.")] = 3,
    seed: Annotated[int, typer.Option(help="Of the first; that of each next one is four more.")] = 13,
) -> None:
    """Print of each drawn district and part of the year whether numbers are told, and how far off the next year was."""
    bound, found = Gate().level_bound, list[Ahead]()
    for number in range(districts):
        plan = Plan(f"drawn{number}", students, TODAY, years=years, seed=seed + 4 * number)
        with TemporaryDirectory() as folder, open_warehouse(simulated_warehouse(plan, Path(folder) / "made")) as reader:
            cohorts = labelled_cohorts(reader, NinthGrade, OUTCOME, DATES, observed_on=TODAY, with_peers=False)
        for one in ahead_in(cohorts, bound):
            typer.echo(f"{plan.district_id} {one.year} {one.part}: {'told' if one.told else 'not told'}, "
                       f"next year {one.furthest * 100:+.1f}{' (missed)' if one.missed else ''}")  # fmt: skip
            found.append(one)
    for told in (True, False):
        typer.echo(told_line(found, told=told, bound=bound))


if __name__ == "__main__":
    typer.run(print_numbers_ahead)

"""`python -m benchmarks.hit_rates`: whether what stands beside flags is true, in a simulated collaborative.

In every district a model of the years before lists ninth graders in two Novembers. What the ledger then says of flags
like one is held against the simulation's own truth: of the same students, and of those listed a year later, of whom
the ledger knows nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.language.outcome import with_thresholds
from features.ledger.ledger import Ledger, build_ledger
from features.simulator.district import simulate_district
from features.simulator.plan import Plan, state_plans
from features.warehouse.file import change_warehouse, open_warehouse
from models.estimators.fitting import fit_risk_model
from models.examples import Examples
from models.metrics.intervals import wilson_interval
from models.metrics.ranking import list_length
from models.metrics.track_record import TrackRecord, resolved_flags, tenth_of, track_records
from tests.districts import simulated_warehouse
from training.cohort_examples import labelled_cohorts

TODAY = date(2026, 11, 20)
OUTCOME = with_thresholds(OFF_TRACK_CHICAGO, {})
LISTED, NEXT = (2024, 2025), 2026
"""The school years of the lists that the ledger knows, and of the list after them."""
CAPACITY = 0.15


@dataclass(frozen=True)
class Said:
    """What stands beside flags of one kind, and the truth: of the same students, and of those listed a year later."""

    district: str
    record: TrackRecord
    truly: float
    next_off_track: int
    next_listed: int

    @property
    def holds(self) -> bool:
        """Whether the interval holds what the truth says of the same students."""
        return self.record.low <= 100 * self.truly <= self.record.high

    @property
    def holds_next(self) -> bool:
        """Whether it holds what became of those listed a year later."""
        return self.record.low <= 100 * self.next_off_track / self.next_listed <= self.record.high


def lists_of(examples: Examples) -> pd.DataFrame:
    """Who was listed in each year by a model of the years before: `student_key`, `school_year`, `risk`, place."""
    found = []
    for year in (*LISTED, NEXT):
        model = fit_risk_model(examples.take(examples.time < year), seed=7, threads=2)
        rows = examples.take(examples.time == year)
        risk = model.risk(rows.features, rows.school)
        listed = pd.DataFrame({"student_key": rows.student, "risk": risk, "school_year": year})
        ordered = listed.sort_values(["risk", "student_key"], ascending=[False, True])
        found.append(
            ordered.head(int(list_length(len(rows), CAPACITY))).assign(list_position=lambda row: range(1, len(row) + 1))
        )
    return pd.concat(found, ignore_index=True)


def flags_of(lists: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The lists that the ledger knows, as flags."""
    known = lists[lists["school_year"].isin(LISTED)]
    days = pd.to_datetime((known["school_year"] - 1).astype("str") + "-11-20").dt.date
    common = {"outcome": OUTCOME.name, "scorer": "model", "release_id": "made", "district_id": plan.district_id}
    return known.drop(columns="school_year").assign(
        **common, run_id=days.astype("str"), as_of=days, known_on=days, capacity=len(known), load_id=1, withdrawn=False
    )


def truth_of(folder: Path, plan: Plan) -> "pd.Series[bool]":
    """Whether each ninth grader ended off track, by student and school year, as the simulation knows."""
    rows = pd.read_csv(folder / f"{plan.district_id}.csv", dtype={"student_id": "str"}, low_memory=False)
    return rows.set_index(["student_id", "school_year"])["off_track_grade9"].astype("boolean")


def said_in(plan: Plan, folder: Path) -> Iterator[Said]:
    """What stands beside the flags of a district's next list, by the tenth of their risk."""
    simulate_district(plan, folder / "again", truth=folder / "truth")
    truth, warehouse = truth_of(folder / "truth", plan), simulated_warehouse(plan, folder / "simulated.duckdb")
    with open_warehouse(warehouse) as reader:
        cohorts = labelled_cohorts(reader, NinthGrade, OUTCOME, ("11-20",), observed_on=TODAY)
    lists = lists_of(cohorts.examples)
    with change_warehouse(warehouse) as writer:
        writer.add("flags", flags_of(lists, plan))
    with open_warehouse(warehouse) as reader:
        ledger = build_ledger(reader, OUTCOME, TODAY)
    after = lists[lists["school_year"] == NEXT]
    for tenth in np.unique(tenth_of(after["risk"].to_numpy())):
        (record,) = track_records(ledger, scorer="model", risk=np.array([(tenth + 0.5) / 10]), school_year=NEXT)
        later = ended(truth, after[tenth_of(after["risk"].to_numpy()) == tenth])
        if record is not None and record.like == "risk" and len(later):
            yield Said(
                plan.district_id, record, float(ended(truth, own(ledger, tenth)).mean()), int(later.sum()), len(later)
            )


def own(ledger: Ledger, tenth: int) -> pd.DataFrame:
    """The students of whom a track record speaks, each by the first flag at that tenth of risk."""
    flags = resolved_flags(ledger, "model", NEXT)
    alike: pd.DataFrame = flags[tenth_of(flags["risk"].to_numpy()) == tenth]
    return alike.drop_duplicates("student_key")


def ended(truth: "pd.Series[bool]", rows: pd.DataFrame) -> "pd.Series[bool]":
    """How these students of these years ended, as the simulation knows; without those of whom it does not."""
    return truth.reindex(pd.MultiIndex.from_arrays([rows["student_key"].astype("str"), rows["school_year"]])).dropna()


def row_of(one: Said) -> str:
    """A row of the table."""
    record = one.record
    says = f"{record.per_hundred:.0f} ({record.low:.0f} to {record.high:.0f})"
    later = f"{100 * one.next_off_track / one.next_listed:.0f}"
    within = "yes" if one.holds_next else "no"
    cells = (one.district, str(record.n), says, f"{100 * one.truly:.0f}", str(one.next_listed), later, within)
    return f"| {' | '.join(cells)} |"


def print_hit_rates(
    students: Annotated[int, typer.Option(min=1000, help="In all districts together.")] = 60_000,
    districts: Annotated[int, typer.Option(min=1, help="Of the collaborative.")] = 9,
    seed: Annotated[int, typer.Option(help="Of the simulation.")] = 7,
) -> None:
    """Print what stands beside flags of each kind, the truth of the same students, and of those listed a year later."""
    typer.echo("| district | students | of 100 | truly | students a year later | of 100 | within |\n|" + " --- |" * 7)
    found: list[Said] = []
    for plan in state_plans(students, districts, today=TODAY, years=6, seed=seed):
        with TemporaryDirectory() as folder:
            for one in said_in(plan, Path(folder)):
                found.append(one)
                typer.echo(row_of(one))
    held, later = sum(one.holds for one in found), sum(one.holds_next for one in found)
    typer.echo(f"{held} of {len(found)} intervals hold the truth, {later} what became of those listed a year later;")
    typer.echo(f"if nothing had changed in that year, chance alone would let them hold {by_chance(found, seed):.0f}")


def by_chance(found: list[Said], seed: int, draws: int = 1000) -> float:
    """How many intervals would hold what became of the next year's listed, had both years the same true share.

    The fewer are listed a year later, the fewer: an interval speaks of the true share, not of so many students.
    """
    rng, held = np.random.default_rng(seed), 0
    for one in found:
        share = (one.record.off_track + one.next_off_track) / (one.record.n + one.next_listed)
        before, after = rng.binomial(one.record.n, share, draws), rng.binomial(one.next_listed, share, draws)
        low, high = np.array([wilson_interval(int(came), one.record.n) for came in before]).T
        held += int(((low <= 100 * after / one.next_listed) & (100 * after / one.next_listed <= high)).sum())
    return held / draws


if __name__ == "__main__":
    typer.run(print_hit_rates)

"""What is planted in a simulated district is a value: the usual writes what it always did, nothing plants nothing."""

import json
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from features.simulator.district import simulate_district, simulate_state
from features.simulator.plan import Plan
from features.simulator.planted_bias import NOTHING, USUAL, Planted
from features.warehouse.attendance_coverage import attendance_coverage
from features.warehouse.file import open_warehouse
from tests.districts import simulated_files, simulated_warehouse
from tests.features.simulator.simulated_files import current, read

SUMMER, FALL = date(2026, 6, 30), date(2026, 11, 20)
YEAR = Plan("north", 8500, SUMMER, years=1)
LATER = replace(NOTHING, later="english_learner")
FORGETS = replace(NOTHING, forgotten_days=80, late_share=0.35)

BEFORE = {
    "harbor": "dbe68837ae7cd8f16ec8f73eb3ead6dddd45b282d2c63c65cabc926a303c1810",
    "mesa": "1864ad55b0526c9ecd7a100bd61bc5440005e9475b72612098b7b754f5b9f7f0",
    "truth": "d235d3b8f667ffa1a0cb74912624a7ed6eee28cc0ecc1f96a676631c54a21c98",
}
"""Digests of what the simulator wrote before what is planted was a value."""

ENDED = 3
"""Columns that the truth has had since: how each year ended."""


def test_the_usual_writes_the_same_bytes_as_ever(tmp_path: Path) -> None:
    plans = (Plan("harbor", 140, FALL, years=3, two_tracks=True), Plan("mesa", 70, FALL, years=3, by_section=True))
    simulate_state(plans, {plan.district_id: tmp_path / plan.district_id for plan in plans}, truth=tmp_path / "truth")
    found = {name: digest(tmp_path / name) for name in ("harbor", "mesa")}
    assert {**found, "truth": digest(tmp_path / "truth", without=ENDED)} == BEFORE


def digest(folder: Path, *, without: int = 0) -> str:
    """A digest over the CSV files of a folder, in order, and without so many columns at the end."""
    lines = [line for path in sorted(folder.glob("*.csv")) for line in path.read_text(encoding="utf-8").splitlines()]
    return sha256("".join(line.rsplit(",", without)[0] + "\n" for line in lines).encode()).hexdigest()


@pytest.fixture(scope="module")
def years() -> dict[str, Path]:
    """One finished year of a district as usual, with nothing planted, and with a program that shows later."""
    planted = {"usual": USUAL, "nothing": NOTHING, "later": LATER}
    return {name: simulated_files(replace(YEAR, planted=one)) for name, one in planted.items()}


@pytest.fixture(scope="module")
def found(years: dict[str, Path]) -> dict[str, pd.DataFrame]:
    """The students of each of these years."""
    return {name: students(folder) for name, folder in years.items()}


def students(folder: Path) -> pd.DataFrame:
    """Everyone's school, level of it, races and programs, days missed, minor incidents and mean points of a term."""
    spells = current(folder, "enrollments").drop_duplicates("student_id").set_index("student_id")
    minor = read(folder, "incidents").query("severity == 'minor'").groupby("student_id").size()
    races = read(folder, "demographics").query("attribute == 'race_ethnicity'").groupby("student_id")["value"].agg(set)
    levels = read(folder, "schools").set_index("school_id")["level"]
    learners = read(folder, "programs").query("program == 'english_learner'")["student_id"]
    return pd.DataFrame(
        {
            "school": spells["school_id"],
            "level": spells["school_id"].map(levels),
            "black": races.reindex(spells.index).map(lambda values: "Black" in values),
            "learner": spells.index.isin(learners),
            "minor": minor.reindex(spells.index, fill_value=0),
            "missed": days_missed(folder, "2026-06-30").reindex(spells.index, fill_value=0),
            "missed_in_fall": days_missed(folder, "2025-11-20").reindex(spells.index, fill_value=0),
            **{term: points(folder, term).reindex(spells.index) for term in ("Q1", "S2")},
        }
    )


def days_missed(folder: Path, until: str) -> "pd.Series[float]":
    """Days missed up to a day, per student."""
    rows = current(folder, "attendance").query("date <= @until")
    return (rows["absent_hundredths"].astype(float) / 100).groupby(rows["student_id"]).sum()


def points(folder: Path, term: str) -> "pd.Series[float]":
    """Mean grade points of a term, per student."""
    rows = current(folder, "marks").query("term_id == @term")
    return rows["points_hundredths"].astype(float).groupby(rows["student_id"]).mean()


def apart(values: "pd.Series[float]", inside: "pd.Series[bool]") -> float:
    """How many standard errors the mean inside lies above the mean outside."""
    a, b = values[inside].dropna(), values[~inside].dropna()
    return float((a.mean() - b.mean()) / (a.var() / len(a) + b.var() / len(b)) ** 0.5)


def between(found: pd.DataFrame, name: str) -> float:
    """The larger F of middle and high schools: how much schools of a level differ, over what chance would make."""
    return max(f_of(level[name], level["school"]) for _, level in found.groupby("level"))


def f_of(values: "pd.Series[float]", school: "pd.Series[str]") -> float:
    """Variance between schools over the variance within them; about 1 where they do not differ."""
    schools = values.groupby(school)
    size, mean = schools.count(), schools.mean()
    among = (size * (mean - values.mean()) ** 2).sum() / (len(size) - 1)
    within = ((values - school.map(mean)) ** 2).sum() / (size.sum() - len(size))
    return float(among / within)


def test_with_nothing_planted_incidents_of_black_students_are_recorded_like_others(
    found: dict[str, pd.DataFrame],
) -> None:
    above = {name: apart(one["minor"], one["black"]) for name, one in found.items()}
    assert abs(above["nothing"]) < 2.5
    assert above["usual"] > 5


def test_with_nothing_planted_no_school_differs(found: dict[str, pd.DataFrame]) -> None:
    """One in a thousand F values would be above 7, by chance alone."""
    usual, nothing = found["usual"], found["nothing"]
    assert max(between(nothing, name) for name in ("missed", "minor", "S2")) < 7
    assert min(between(usual, name) for name in ("missed", "S2")) > 7


def test_with_nothing_planted_programs_cost_nothing(found: dict[str, pd.DataFrame]) -> None:
    usual, nothing = found["usual"], found["nothing"]
    assert apart(usual["S2"], usual["learner"]) < -4
    assert all(abs(apart(nothing[name], nothing["learner"])) < 2.5 for name in ("missed", "Q1", "S2"))


def test_members_of_a_program_that_shows_later_miss_no_more_in_fall_and_do_worse_in_spring(
    found: dict[str, pd.DataFrame],
) -> None:
    later = found["later"]
    assert abs(apart(later["missed_in_fall"], later["learner"])) < 2.5
    assert apart(later["missed"] - later["missed_in_fall"], later["learner"]) > 4
    assert apart(later["S2"], later["learner"]) < -2.5


def test_what_members_of_such_a_program_missed_in_fall_says_less_of_their_marks(found: dict[str, pd.DataFrame]) -> None:
    """By the correlation of days missed up to November 20 with the points at the end of the year."""
    later = found["later"]
    says = {inside: some["missed_in_fall"].corr(some["S2"]) for inside, some in later.groupby("learner")}
    assert says[False] < -0.2
    assert abs(says[True]) < 0.08


def test_a_school_that_forgets_and_enters_late_is_seen(tmp_path: Path) -> None:
    """The simulator makes the last high school odd, or, where there is one only, the first school."""
    found = {name: taken(one, tmp_path / name) for name, one in (("nothing", NOTHING), ("forgets", FORGETS))}
    missing = {name: (rows["days"] - rows["taken"]).to_dict() for name, rows in found.items()}
    late = {name: (rows["late"] / rows["entries"]).to_dict() for name, rows in found.items()}
    assert (found["forgets"]["days"] == 67).all()
    assert max(missing["nothing"].values()) <= 4
    assert missing["forgets"]["20"] <= 4 < 8 <= missing["forgets"]["10"]
    assert max(late["nothing"].values()) < 0.05
    assert late["forgets"]["20"] < 0.05 < 0.2 < late["forgets"]["10"]


def taken(planted: Planted, folder: Path) -> pd.DataFrame:
    """How each school of a small district took attendance, up to November 20."""
    plan = Plan("north", 600, FALL, years=1, planted=planted)
    with open_warehouse(simulated_warehouse(plan, folder / "north.duckdb")) as reader:
        return attendance_coverage(reader, reader.view(FALL))


def test_a_period_is_lost_only_where_that_is_planted(tmp_path: Path) -> None:
    """Every tenth student's fifth period, in a district that takes attendance by class."""
    plan = Plan("north", 200, SUMMER, years=1, by_section=True)
    for name, planted in (("usual", USUAL), ("nothing", NOTHING)):
        simulate_district(replace(plan, planted=planted), tmp_path / name)
    tenth = {
        name: read(tmp_path / name, "attendance").query("student_id.str[-1] == '0'") for name in ("usual", "nothing")
    }
    assert {name: "P5" in set(rows["section_id"]) for name, rows in tenth.items()} == {"usual": False, "nothing": True}


def test_the_truth_says_what_was_planted(years: dict[str, Path]) -> None:
    said = {name: json.loads((folder / "truth" / "north.json").read_text()) for name, folder in years.items()}
    assert said["usual"]["school_that_records_late"] == "70"
    assert said["nothing"]["school_that_records_late"] is None
    assert said["nothing"]["minor_behavior_recorded"] == {"Black": 0.45, "others": 0.45}
    assert set(said["nothing"]["engagement_shift"].values()) == {0.0}
    assert set(said["nothing"]["school_effects"].values()) == {0.0}
    assert {name: one["program_whose_signal_comes_later"] for name, one in said.items()} == {
        "usual": None, "nothing": None, "later": "english_learner",
    }  # fmt: skip

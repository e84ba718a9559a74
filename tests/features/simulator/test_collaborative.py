"""A simulated collaborative: several districts, students who move between them, and a truth that no district has."""

import filecmp
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.simulator.collaborative import collaborative_plans, planted_collaborative, write_collaborative
from features.simulator.district import simulate_state
from features.simulator.interventions import EFFECT
from features.simulator.marginals import marginals_of
from features.simulator.plan import Plan, state_plans
from tests.districts import simulated_state
from tests.features.simulator.simulated_files import read

PLANS = state_plans(6000, 3, today=Plan("any", 1).today, years=6, seed=7)


FEW = state_plans(900, 3, today=Plan("any", 1).today, years=3, seed=7)


def simulated(folder: Path, plans: Sequence[Plan]) -> Path:
    """Districts and their truth, simulated now, in a folder."""
    simulate_state(plans, {plan.district_id: folder / plan.district_id for plan in plans}, truth=folder / "truth")
    return folder


@pytest.fixture(scope="module")
def state() -> Path:
    """Three districts and their truth."""
    return simulated_state(PLANS)


@pytest.fixture(scope="module")
def truth(state: Path) -> pd.DataFrame:
    parts = [pd.read_csv(path).assign(district=path.stem) for path in sorted((state / "truth").glob("*.csv"))]
    return pd.concat(parts, ignore_index=True)


def test_the_same_plans_write_the_same_bytes(tmp_path: Path) -> None:
    """Of fewer students: some move between the districts, and the truth is written too."""
    once, again = simulated(tmp_path / "once", FEW), simulated(tmp_path / "again", FEW)
    files = sorted(path.relative_to(once) for path in once.rglob("*") if path.is_file())
    names = [str(path) for path in files]
    assert {path.parts[0] for path in files} == {*(plan.district_id for plan in FEW), "truth"}
    assert filecmp.cmpfiles(once, again, names, shallow=False)[0] == names
    students = pd.concat(read(once / plan.district_id, "students") for plan in FEW)
    assert students.dropna(subset=["state_id"])["state_id"].duplicated().any()


def test_districts_differ_in_size_and_in_how_they_record(state: Path) -> None:
    sizes = [len(read(state / plan.district_id, "students")) for plan in PLANS]
    assert sizes[0] > sizes[1] > sizes[2]
    sections = {plan.district_id: set(read(state / plan.district_id, "attendance")["section_id"]) for plan in PLANS}
    assert sections == {
        "district01": {"day"}, "district02": {"day"}, "district03": {"day", "P1", "P2", "P3", "P4", "P5", "P6"},
    }  # fmt: skip


def test_some_who_transfer_out_come_to_another_district_under_their_state_id(state: Path) -> None:
    """With another local id, after the exit, in the next grade or the same."""
    students = pd.concat(read(state / p.district_id, "students").assign(district=p.district_id) for p in PLANS)
    known = students.dropna(subset=["state_id"])
    several = known[known.duplicated("state_id", keep=False)].sort_values(["state_id", "known_on"])
    assert len(several) > 40
    assert not several.duplicated(["state_id", "district"]).any()
    exits = pd.concat(read(state / p.district_id, "enrollments").assign(district=p.district_id) for p in PLANS)
    left = exits[exits["exit_kind"] == "transferred"].groupby(["district", "student_id"])["exit_date"].max()
    first, second = several.drop_duplicates("state_id"), several.drop_duplicates("state_id", keep="last")
    gone = left.reindex(pd.MultiIndex.from_frame(first[["district", "student_id"]]))
    assert gone.notna().all()
    assert (gone.to_numpy() < second["known_on"].to_numpy()).all()
    assert (first["birth_date"].to_numpy() == second["birth_date"].to_numpy()).all()


def test_classes_of_a_day_add_up_to_one_day(state: Path) -> None:
    """And some periods are never taken."""
    rows = read(state / "district03", "attendance").drop_duplicates(
        ["student_id", "school_id", "date", "section_id", "kind"], keep="last"
    )
    sections = rows[rows["section_id"] != "day"]
    day = sections["absent_hundredths"].astype(int).groupby([sections["student_id"], sections["date"]]).sum()
    assert day.max() == 100
    some = sections[sections["student_id"].astype(int) % 10 == 0]
    assert len(some) > 100
    assert "P5" not in set(some["section_id"])


def test_the_truth_is_in_no_file_of_a_district(state: Path, truth: pd.DataFrame) -> None:
    """No column of theirs says it; it covers every student of every year."""
    for plan in PLANS:
        columns = {column for path in (state / plan.district_id).glob("*.csv") for column in pd.read_csv(path, nrows=0)}
        assert not columns & {"engagement", "ability", "effect", "help_week"}
        enrolled = read(state / plan.district_id, "enrollments")[["student_id", "school_year"]].drop_duplicates()
        told = truth[truth["district"] == plan.district_id][["student_id", "school_year"]].astype(str)
        assert len(enrolled.merge(told)) == len(enrolled)


def test_help_helps_some(truth: pd.DataFrame) -> None:
    """Half of the plans do what the truth says, contacts alone do nothing."""
    plans = truth[truth["plan"]]
    assert len(plans) > 200
    assert 0.4 < (plans["effect"] == EFFECT).mean() < 0.6
    assert (truth.loc[~truth["plan"], "effect"] == 0).all()


def test_those_whom_help_reaches_miss_less_than_they_would_have(state: Path, truth: pd.DataFrame) -> None:
    """Among students with plans by winter, those whom it helps miss fewer days of spring."""
    early = truth[truth["plan"] & (truth["help_week"] < 22) & (truth["school_year"] < 2027)]
    spring = pd.concat([missed_in_spring(state / plan.district_id) for plan in PLANS])
    days = early.set_index(["district", "student_id", "school_year"]).join(spring)
    missed = days["missed"].fillna(0).groupby(days["effect"] > 0).mean()
    assert missed[True] < missed[False] - 1


def missed_in_spring(folder: Path) -> "pd.DataFrame":
    """Days missed from February on, per student and school year."""
    rows = read(folder, "attendance").drop_duplicates(["student_id", "date", "section_id", "kind"], keep="last")
    rows = rows[rows["date"].str[5:7].isin(["02", "03", "04", "05", "06"])]
    found = pd.DataFrame(
        {
            "district": folder.name,
            "student_id": rows["student_id"].astype(int),
            "school_year": rows["date"].str[:4].astype(int),
            "missed": rows["absent_hundredths"].astype(float) / 100,
        }
    )
    return found.groupby(["district", "student_id", "school_year"]).sum()


def test_the_same_behavior_is_written_down_more_often_for_black_students(state: Path, truth: pd.DataFrame) -> None:
    """Per student at the same engagement; the planted rate is 1.6 for minor behavior, and none for major."""
    planted = json.loads((state / "truth" / "district01.json").read_text())["minor_behavior_recorded"]
    assert planted["Black"] / planted["others"] == pytest.approx(1.6)
    own = truth[truth["district"] == "district01"].set_index(["student_id", "school_year"])
    incidents = read(state / "district01", "incidents").drop_duplicates(["incident_id", "student_id"])
    year = incidents["date"].str[:4].astype(int) + (incidents["date"].str[5:7] >= "07")
    ratio = {}
    for severity in ("minor", "major"):
        some = incidents["severity"] == severity
        counts = pd.Series(1, index=[incidents.loc[some, "student_id"].astype(int), year[some]]).groupby(level=[0, 1])
        rate = counts.sum().reindex(own.index, fill_value=0).groupby([np.round(own["engagement"]), own["race"]]).mean()
        table = rate.unstack().loc[[-1.0, 0.0]]
        ratio[severity] = float((table["Black"] / table["White"]).mean())
    assert 1.3 < ratio["minor"] < 2.0
    assert 0.6 < ratio["major"] < 1.4


def test_the_headline_figures_are_those_published(state: Path) -> None:
    """Chronic absence, suspension, graduation and on-track; what is off is said on the page of marginals."""
    folders = [state / plan.district_id for plan in PLANS]
    found = {one.says: one for one in marginals_of(folders, range(2022, 2027)).figures}
    near = ("chronically absent", "suspended at least once", "on track after grade 9")
    assert not [one for one in near if found[one].is_off]


def test_nine_districts_differ_in_calendar_grading_and_bias_one_is_new_and_one_means_something_else(
    tmp_path: Path,
) -> None:
    plans = collaborative_plans(450, 9, today=Plan("any", 1).today, years=2, seed=7)
    write_collaborative(plans, tmp_path, tmp_path / "truth")
    planted = json.loads((tmp_path / "truth" / "collaborative.json").read_text())
    assert planted == planted_collaborative(plans)
    assert [name for name, one in planted.items() if one["new"]] == ["district09"]
    assert [name for name, one in planted.items() if one["late_written_as_absent"]] == ["district05"]
    tardy = {name: "tardy" in set(read(tmp_path / name, "attendance")["kind"]) for name in planted}
    assert tardy == {name: name != "district05" for name in planted}
    days = {name: read(tmp_path / name, "calendar_days") for name in planted}
    opened = {name: one.loc[one["in_session"] == "true", "date"].min() for name, one in days.items()}
    assert len(set(opened.values())) > 3
    assert opened["district09"] > "2026"
    assert len({(plan.kinder_marks, plan.planted.black_recorded) for plan in plans}) == 9

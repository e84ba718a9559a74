"""The ledger of files that were loaded, and of a simulated district whose truth is known."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ledger.ledger import Ledger, build_ledger
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.snapshots.labels import cohort_keys
from features.warehouse.file import change_warehouse, open_warehouse
from features.warehouse.reader import Reader
from models.metrics.track_record import list_records, track_records
from tests.districts import simulated_warehouse
from tests.features.made_folder import District
from tests.spec.test_ledger import assert_same

NOVEMBERS = (date(2024, 11, 20), date(2025, 11, 20))
TODAY = date(2026, 9, 25)
PLAN = Plan("mesa", 1500, TODAY, years=3)
SHARE = 0.3


def flag_rows(keys: list[str], as_of: date) -> pd.DataFrame:
    """A rule's list as rows of the warehouse: the first half at one risk, the others at a lower one."""
    risk = np.where(np.arange(len(keys)) < len(keys) / 2, 0.55, 0.35)
    return pd.DataFrame(
        {
            "run_id": f"{as_of}", "student_key": keys, "outcome": OFF_TRACK_CHICAGO.name, "as_of": as_of,
            "release_id": "rule", "scorer": "rule", "capacity": len(keys), "list_position": range(1, len(keys) + 1),
            "risk": risk, "district_id": "mesa", "known_on": as_of, "load_id": 1, "withdrawn": False,
        }
    )  # fmt: skip


def test_the_same_extract_loaded_again_in_another_order_gives_the_same_ledger(district: District) -> None:
    with change_warehouse(district.warehouse) as writer:
        writer.add("flags", flag_rows(writer.current("students")["student_key"].tolist()[:1], date(2025, 10, 3)))

    def ledger() -> Ledger:
        with open_warehouse(district.warehouse) as reader:
            return build_ledger(reader, OFF_TRACK_CHICAGO, date(2025, 12, 1))

    first = ledger()
    assert len(first.flags) == 1
    path = district.folder / "students.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *rows[::-1]]) + "\n", encoding="utf-8")
    district.load()
    assert_same(ledger(), first)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated district with a rule's lists of two past Novembers."""
    path = simulated_warehouse(PLAN, tmp_path_factory.mktemp("simulated") / "mesa.duckdb")
    with change_warehouse(path) as writer:
        for day in NOVEMBERS:
            writer.add("flags", flag_rows(most_absent(writer, day), day))
    return path


def most_absent(reader: Reader, day: date) -> list[str]:
    """The ninth graders with most absences by a day, most first."""
    cohort = cohort_keys(reader, OFF_TRACK_CHICAGO.cohort, reader.view(day))
    days = reader.current("attendance").query("date <= @day and kind == 'absent'").groupby("student_key").size()
    missed = days.reindex(cohort.sort_values(), fill_value=0).sort_values(ascending=False, kind="stable")
    return missed.index[: round(SHARE * len(cohort))].tolist()


@pytest.fixture(scope="module")
def ledger(warehouse: Path) -> Ledger:
    with open_warehouse(warehouse) as reader:
        return build_ledger(reader, OFF_TRACK_CHICAGO, TODAY)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> "pd.Series[bool]":
    """Whether each ninth grader ended off track, by student and school year, as the simulation knows."""
    folder = tmp_path_factory.mktemp("truth")
    simulate_district(PLAN, folder / "records", truth=folder / "truth")
    rows = pd.read_csv(folder / "truth" / "mesa.csv", dtype={"student_id": "str"})
    return rows.set_index(["student_id", "school_year"])["off_track_grade9"].astype("boolean")


def truly(truth: "pd.Series[bool]", rows: pd.DataFrame) -> "pd.Series[bool]":
    """The truth beside rows of a ledger."""
    keys = pd.MultiIndex.from_arrays([rows["student_key"].astype("str"), rows["school_year"]])
    return truth.reindex(keys).set_axis(rows.index)


def test_everyone_ended_as_the_simulation_knows(ledger: Ledger, truth: "pd.Series[bool]") -> None:
    """Where the ledger cannot tell, the truth is empty too: of those who went elsewhere or came too late for marks."""
    students = ledger.students
    known = truly(truth, students)
    assert set(students["school_year"]) == {2025, 2026}
    assert (students["off_track"].isna() == known.isna()).all()
    assert (students["off_track"] == known).dropna().all()
    assert students["off_track"].sum() > 50


def test_hit_rates_are_those_of_the_truth(ledger: Ledger, truth: "pd.Series[bool]") -> None:
    """Exactly, of those who can be told; and so are the students whom no list had."""
    listed = ledger.students["first_flag"].notna()
    known = truly(truth, ledger.students)
    for record in list_records(ledger):
        year = ledger.students["school_year"] == record.school_year
        told = record.came_true + record.did_not + record.supported
        assert record.came_true / told == known[year & listed].mean()
        assert (record.never_listed, record.off_track) == (known[year & ~listed].sum(), known[year].sum())
        assert record.supported > 0
        assert record.moved_away > 0


def test_a_track_record_says_what_the_truth_says(ledger: Ledger, truth: "pd.Series[bool]") -> None:
    """Of those at the higher risk in both years."""
    known = truly(truth, ledger.flags[ledger.flags["risk"] == 0.55])
    (found,) = track_records(ledger, scorer="rule", risk=np.array([0.55]), school_year=2027)
    assert found is not None
    assert (found.like, found.school_years) == ("risk", (2025, 2026))
    assert (found.n, found.off_track) == (known.notna().sum(), known.sum())
    assert found.low < 100 * known.mean() < found.high

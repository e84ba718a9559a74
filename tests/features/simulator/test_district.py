"""The simulated districts: whole, repeatable, cut at today, and as hard to predict as intended."""

import filecmp
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.simulator.csv_writer import NOT_SIMULATED, SIMULATED
from features.simulator.district import simulate_district
from features.simulator.plan import Plan, demo_plans
from features.simulator.schools import schools_of
from features.simulator.staff import staff_rows
from features.tables import TABLES
from tests.districts import simulated_files
from tests.features.simulator.simulated_files import current, file_key, read

SOURCES = SIMULATED
WITH_STUDENTS = [name for name in SOURCES if TABLES[name].has_students]
SMALL = Plan("mesa", 600, two_tracks=True)
LARGE = Plan("harbor", 1500)
CORE = ("ela", "math", "science", "social_science")


@pytest.fixture(scope="module")
def small() -> Path:
    return simulated_files(SMALL)


@pytest.fixture(scope="module")
def large() -> Path:
    return simulated_files(LARGE)


def test_the_same_plan_writes_the_same_bytes(small: Path, tmp_path: Path) -> None:
    rows = simulate_district(SMALL, tmp_path)
    names = [f"{name}.csv" for name in SOURCES]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert filecmp.cmpfiles(small, tmp_path, names, shallow=False)[0] == names
    assert rows == {name: len(read(small, name)) for name in SOURCES}


def test_another_seed_writes_other_students(small: Path, tmp_path: Path) -> None:
    simulate_district(replace(SMALL, seed=8, years=1), tmp_path)
    assert read(tmp_path, "students").iloc[:50, 1].tolist() != read(small, "students").iloc[:50, 1].tolist()


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_has_exactly_the_declared_columns(small: Path, name: str) -> None:
    """But for optional columns that no simulated district sends."""
    declared = [c for c in TABLES[name].columns if c.kind != "assigned" and c.name not in NOT_SIMULATED]
    expected = ["student_id" if c.kind == "student" else c.name for c in declared] + ["known_on"]
    assert read(small, name).columns.tolist() == expected


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_holds_only_what_the_columns_allow(small: Path, name: str) -> None:
    frame = read(small, name)
    assert len(frame) > 0
    for column in TABLES[name].columns:
        if column.kind in ("student", "assigned") or column.name in NOT_SIMULATED:
            continue
        assert column.required <= frame[column.name].notna().all(), column.name
        values = frame[column.name].dropna()
        assert not column.allowed or values.isin(column.allowed).all(), column.name
        if column.kind in ("integer", "hundredths"):
            assert column.least is None or (values.astype(int) >= column.least).all(), column.name
            assert column.most is None or (values.astype(int) <= column.most).all(), column.name
        if column.kind == "date":
            assert values.str.fullmatch(r"\d{4}-\d\d-\d\d").all(), column.name
        if column.kind == "boolean":
            assert values.isin(("true", "false")).all(), column.name


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_known_after_today(small: Path, name: str) -> None:
    assert read(small, name)["known_on"].max() <= SMALL.today.isoformat()


def test_an_earlier_today_writes_the_same_records_cut_there(small: Path, tmp_path: Path) -> None:
    earlier = date(2026, 10, 15)
    simulate_district(replace(SMALL, today=earlier), tmp_path)
    for name in ("enrollments", "attendance", "marks", "incidents", "supports", "students"):
        cut = read(small, name).query("known_on <= @earlier.isoformat()").reset_index(drop=True)
        pd.testing.assert_frame_equal(read(tmp_path, name), cut)


@pytest.mark.parametrize("name", SOURCES)
def test_a_key_names_one_record_and_its_versions_differ_in_known_on(small: Path, name: str) -> None:
    assert not read(small, name).duplicated([*file_key(name), "known_on"]).any()


@pytest.mark.parametrize("name", WITH_STUDENTS)
def test_every_row_belongs_to_a_student_already_known(small: Path, name: str) -> None:
    since = read(small, "students").set_index("student_id")["known_on"]
    rows = read(small, name)
    assert rows["student_id"].isin(since.index).all()
    assert (rows["known_on"] >= since.reindex(rows["student_id"]).to_numpy()).all()


def test_a_student_is_enrolled_in_one_school_at_a_time(small: Path) -> None:
    spells = current(small, "enrollments").sort_values(["student_id", "entry_date"])
    end = spells["exit_date"].fillna(spells["school_year"] + "-06-30")
    following = spells["entry_date"].groupby(spells["student_id"]).shift(-1)
    assert (spells["entry_date"] <= end).all()
    assert (following.isna() | (following > end)).all()


@pytest.mark.parametrize("name", ["attendance", "incidents", "discipline_actions"])
def test_what_happened_at_a_school_lies_in_a_spell_there(large: Path, name: str) -> None:
    rows = current(large, name).reset_index()
    spells = current(large, "enrollments")
    joined = rows.merge(spells, on=["student_id", "school_id"], suffixes=("", "_spell"))
    end = joined["exit_date"].fillna(joined["school_year"] + "-06-30")
    inside = joined[(joined["date"] >= joined["entry_date"]) & (joined["date"] <= end)]
    assert set(inside["index"]) == set(rows["index"])


def test_attendance_is_recorded_on_days_on_which_it_was_taken(small: Path) -> None:
    days = read(small, "calendar_days").query("attendance_taken == 'true'")
    assert set(zip(*(read(small, "attendance")[c] for c in ("school_id", "date")), strict=True)) <= set(
        zip(days["school_id"], days["date"], strict=True)
    )


def test_the_calendar_runs_to_the_end_of_the_year_and_attendance_to_today(small: Path) -> None:
    days = read(small, "calendar_days").query("in_session == 'true'")
    assert (days.groupby(["school_id", "track", "school_year"]).size() == 180).all()
    assert days["date"].max() > "2027-05-25"
    assert days.loc[days["attendance_taken"] == "true", "date"].max() == SMALL.today.isoformat()


def test_two_tracks_of_a_school_differ_by_ten_days_a_year(small: Path) -> None:
    days = read(small, "calendar_days").query("in_session == 'true' and school_id == '10' and school_year == '2027'")
    main, other = (set(days.loc[days["track"] == track, "date"]) for track in ("main", "B"))
    assert len(main - other) == 10


def test_a_late_note_excuses_an_absence_in_a_second_version(small: Path) -> None:
    before, after = versions(small, "attendance")
    assert len(after) > 0
    assert (before["excused"] == "false").all()
    assert (after["excused"] == "true").all()


def test_a_make_up_raises_an_f_in_a_second_version(small: Path) -> None:
    before, after = versions(small, "marks")
    assert (before["mark"] == "F").all()
    assert set(after["mark"]) == {"C", "D"}
    finals = after[after["mark_kind"] == "final"]
    assert (finals["credits_earned_hundredths"] == "50").all()


def test_an_exit_is_a_second_version_of_the_spell(small: Path) -> None:
    before, after = versions(small, "enrollments")
    assert before["exit_date"].isna().all()
    assert (after["known_on"] > after["exit_date"]).all()
    assert {"transferred", "left", "completed"} <= set(after["exit_kind"])


def versions(folder: Path, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first and the last version of the records that have several, in the same order."""
    rows = read(folder, name).sort_values([*file_key(name), "known_on"])
    several = rows[rows.duplicated(file_key(name), keep=False)]
    return several.drop_duplicates(file_key(name)), several.drop_duplicates(file_key(name), keep="last")


def test_a_mark_that_is_missing_earns_neither_points_nor_credit(small: Path) -> None:
    missing = read(small, "marks").query("mark.isna()")
    assert len(missing) > 0
    assert missing["credits_earned_hundredths"].isna().all()
    assert missing["points_hundredths"].isna().all()


def test_a_whole_ninth_grade_attempts_six_credits(large: Path) -> None:
    finals = current(large, "marks").query("mark_kind == 'final' and school_year == '2026'")
    attempted = finals["credits_attempted_hundredths"].astype(int).groupby(finals["student_id"]).sum()
    assert attempted.max() == 600
    assert (attempted == 600).mean() > 0.85


def test_caseloads_cover_everyone_enrolled_today(small: Path) -> None:
    spells = current(small, "enrollments").query("school_year == '2027' and exit_date.isna()")
    caseloads = current(small, "caseloads").query("end_date.isna()").merge(read(small, "staff"), on="staff_id")
    assert (caseloads["role"] == "counselor").all()
    assert set(zip(caseloads["student_id"], caseloads["school_id"], strict=True)) == set(
        zip(spells["student_id"], spells["school_id"], strict=True)
    )


def test_the_demo_districts_share_ids_but_not_students(tmp_path: Path) -> None:
    plans = demo_plans(600, date(2026, 11, 20))
    for plan in plans:
        simulate_district(replace(plan, years=1), tmp_path / plan.district_id)
    harbor, mesa = (read(tmp_path / plan.district_id, "students").set_index("student_id") for plan in plans)
    assert [plan.students for plan in plans] == [510, 90]
    assert set(mesa.index) < set(harbor.index)
    assert (mesa["birth_date"] != harbor["birth_date"].reindex(mesa.index)).mean() > 0.9
    assert set(mesa["state_id"].dropna()).isdisjoint(harbor["state_id"].dropna())
    assert read(tmp_path / "mesa", "schools")["school_id"].tolist() == ["10", "20"]


def test_addresses_of_staff_are_plain_and_unique() -> None:
    plan = Plan("harbor", 20_000)
    email = staff_rows(plan, schools_of(plan), pd.Timestamp("2021-07-01").to_datetime64())["email"]
    assert email.is_unique
    assert email.str.fullmatch(r"[a-z]+\.[a-z]+@harbor\.example").all()


def test_about_a_sixth_of_ninth_graders_end_off_track(large: Path) -> None:
    """Chicago publishes 15 to 20 % of those who stay."""
    assert 0.12 < off_track(large).mean() < 0.22


def off_track(folder: Path) -> "pd.Series[bool]":
    """By the Chicago rule, for ninth graders there from the fall to the end of each finished year."""
    spells = current(folder, "enrollments").query("grade_level == '9' and school_year != '2027' and exit_date.isna()")
    cohort = spells[spells["entry_date"].str[5:7] >= "08"].set_index(["student_id", "school_year"])
    finals = current(folder, "marks").query("mark_kind == 'final'").set_index(["student_id", "school_year"])
    earned = finals["credits_earned_hundredths"].astype(float).groupby(level=[0, 1]).sum()
    failed = ((finals["mark"] == "F") & finals["subject"].isin(CORE)).groupby(level=[0, 1]).sum()
    there = cohort.index.unique()
    return (earned.reindex(there, fill_value=0) < 500) | (failed.reindex(there, fill_value=0) > 1)


def test_about_a_fifth_of_students_are_chronically_absent(large: Path) -> None:
    spells = current(large, "enrollments").query(
        "school_year == '2026' and exit_date.isna() and entry_date < '2025-09'"
    )
    missed = current(large, "attendance").query("date > '2025-08' and date < '2026-07'")
    days = missed["absent_hundredths"].astype(int).groupby(missed["student_id"]).sum() / 100
    rate = days.reindex(spells["student_id"], fill_value=0) / 180
    assert 0.06 < rate.mean() < 0.08
    assert 0.14 < (rate >= 0.1).mean() < 0.24

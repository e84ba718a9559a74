"""A student at two schools at a time has one school day a date wherever days are counted."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.language.feature_set import attendance
from features.snapshots.labels import label_outcome
from features.snapshots.live_features import SNAPSHOT_TABLES, snapshot_of_records
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import open_warehouse
from features.warehouse.roster import read_roster
from tests.drawn import canonical, load, reader_of
from tests.spec.evidence import evidence_of, weeks_of_students
from tests.spec.loaded_records import drawn_records, named_in
from tests.spec.test_schools_at_once import ABSENCES, AS_OF, AT_TWO, CALENDAR, DRAWN

ONE_IN_SIXTEEN = replace(
    OFF_TRACK_CHICAGO, name="one_in_sixteen", off_track=attendance.share_absent() > 1 / 16, judged_if=None
)
"""Off track by one absence in 15 days, and not by one in 25."""


def test_weeks_evidence_and_roster_know_one_school_a_date() -> None:
    """Ada's weeks have 15 days; no evidence has the absence of the second school, and hers is the first."""
    with drawn_records(DRAWN) as loaded:
        ada, view = loaded.keys()["ada"], loaded.reader.view(AS_OF)
        weeks = weeks_of_students(loaded.reader, NinthGrade, view)[ada]
        assert [(week["days"], week["missed"]) for week in weeks] == [(3, 0), (5, 0), (5, 100), (2, 0)]
        behind = evidence_of(loaded.reader, NinthGrade, view, ["absence_rate_year"])["absence_rate_year"][ada]
        assert [row["date"] for row in behind] == ["2025-10-16"]
        students = read_roster(loaded.reader, view).students.set_index("student_id")
        assert dict(students["school_id"]) == {"ada": "20", "bo": "20", "cy": "20", "di": "10"}


def test_a_label_counts_a_date_once() -> None:
    with drawn_records(DRAWN) as loaded:
        labels = label_outcome(loaded.reader, ONE_IN_SIXTEEN, date(2025, 10, 15), observed_on=date(2025, 12, 31))
        told = {student: bool(labels.off_track[key]) for student, key in loaded.keys().items()}
        assert told == {"ada": True, "bo": True, "cy": True, "di": True}


def test_a_live_score_sees_what_a_run_sees() -> None:
    """The request tells by itself that spells share days."""
    tables = {
        name: canonical(name, drawing)
        for name, drawing in {"enrollments": AT_TWO, "attendance": ABSENCES, "calendar_days": CALENDAR}.items()
    }
    with drawn_records({**DRAWN, "incidents": "| incident_id |"}) as loaded:
        ran, keys = build_snapshot(loaded.reader, NinthGrade, AS_OF), loaded.keys()
        live = snapshot_of_records(NinthGrade.name, AS_OF, {name: tables.get(name, ()) for name in SNAPSHOT_TABLES})
        ordered = ran.features.loc[[keys[student] for student in live.features.index]].reset_index(drop=True)
        pd.testing.assert_frame_equal(live.features.reset_index(drop=True), ordered, check_dtype=False)


def test_records_of_an_earlier_version_are_read_as_they_were() -> None:
    """A load of an earlier version kept no policies: nothing is looked for until the next load."""
    rows = {
        name: canonical(name, drawing) for name, drawing in {"enrollments": AT_TWO, "calendar_days": CALENDAR}.items()
    }
    reader = reader_of({**rows, "loads": []})
    assert not reader.policies().has_overlaps


def test_a_second_school_that_a_later_load_brings_is_looked_for_from_then_on(tmp_path: Path) -> None:
    """The first load has no shared day, the second has, and the third, which corrects it, changes no earlier view.

    At two schools no row ends within another of its school: none is asked whether it goes on.
    """
    warehouse = tmp_path / "warehouses" / "north.duckdb"
    named = {**named_in(DRAWN), "calendar_days": CALENDAR}
    first, both = "\n".join(AT_TWO.strip().splitlines()[:2]), "\n".join(AT_TWO.strip().splitlines()[:3])
    found = []
    for enrollments in (first, both, first):
        load(tmp_path / "files", warehouse, {**named, "enrollments": enrollments})
        with open_warehouse(warehouse) as reader:
            found.append((reader.policies().has_overlaps, reader.policies().has_nested_rows))
    assert found == [(False, True), (True, False), (True, False)]
    with open_warehouse(warehouse) as reader:
        assert not reader.policies(loads_through=1).has_overlaps
        assert reader.view(AS_OF, loads_through=2).policies.has_overlaps

"""A row of enrollment after a later one at its school that ended within it: what it is, and that it is told."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.definitions.catalog import SERVABLE
from features.engine.view_policies import view_policies_of
from features.file_mapping.declaration import FileMapping
from features.language.cohorts import Cohort
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled, enrollments
from features.policies.record_policies import RecordPolicies
from features.quality.monthly_figures import months_of
from features.snapshots.labels import cohort_keys
from features.snapshots.live_features import snapshot_of_records
from features.snapshots.snapshot import build_snapshot
from features.warehouse.file import open_warehouse
from tests.drawn import canonical, load, rows_of, school_days, stacked
from tests.spec.loaded_records import LoadedRecords, loaded_records, named_in

AS_OF = date(2025, 10, 21)


class Days(FeatureSet):
    """School days, absences and schools."""

    name = "days_that_go_on"
    cohort = enrolled(9)
    days = Feature(attendance.days_expected(), because="{} days")
    missed = Feature(attendance.days_absent(), because="missed {} days")
    schools = Feature(enrollments.schools(), because="{} schools")


CALENDAR = stacked(
    school_days(date(2025, 10, 1), 15), school_days(date(2025, 10, 1), 15, school_id="20")
)  # October 1 to 21
SENT = """
| student_id | school_id | school_year | grade_level | entry_date | exit_date  | what it is                |
| stub       | 10        | 2026        | 9           | 2025-10-01 |            |                           |
| stub       | 10        | 2026        | 10          | 2025-10-08 | 2025-10-09 | two days in another grade |
| slip       | 10        | 2026        | 9           | 2025-10-01 |            |                           |
| slip       | 10        | 2026        | 9           | 2025-10-02 | 2025-10-03 | taken back                |
| known      | 10        | 2026        | 9           | 2025-10-01 | 2025-10-17 | both have an exit         |
| known      | 10        | 2026        | 9           | 2025-10-06 | 2025-10-08 |                           |
| twice      | 10        | 2026        | 9           | 2025-10-01 |            |                           |
| twice      | 10        | 2026        | 10          | 2025-10-06 | 2025-10-07 | two stubs                 |
| twice      | 10        | 2026        | 10          | 2025-10-14 | 2025-10-15 |                           |
| raised     | 10        | 2026        | 9           | 2025-10-01 |            |                           |
| raised     | 10        | 2026        | 10          | 2025-10-06 | 2025-10-10 | followed at once          |
| raised     | 10        | 2026        | 10          | 2025-10-11 |            |                           |
| left       | 10        | 2026        | 9           | 2025-10-01 | 2025-10-09 | both end on one day       |
| left       | 10        | 2026        | 9           | 2025-10-06 | 2025-10-09 |                           |
| split      | 10        | 2026        | 9           | 2025-10-01 |            | a stub at one of two      |
| split      | 20        | 2026        | 9           | 2025-10-15 |            |                           |
| split      | 10        | 2026        | 10          | 2025-10-08 | 2025-10-09 |                           |
"""
ABSENT = "| student_id | school_id | date |\n| stub | 10 | 2025-10-20 |\n| slip | 10 | 2025-10-08 |"
DRAWN = {"calendar_days": CALENDAR, "enrollments": SENT, "attendance": ABSENT}

GRADES = {
    "goes_on": """
    | day        | ninth graders                           |
    | 2025-10-07 | known left slip split stub twice        |
    | 2025-10-09 | known slip split stub twice             |
    | 2025-10-10 | known raised slip split stub twice      |
    | 2025-10-14 | known slip split stub                   |
    | 2025-10-16 | known slip split stub twice             |
    | 2025-10-21 | slip split stub twice                   |
    """,
    "ended": """
    | day        | ninth graders                           |
    | 2025-10-07 | known left split stub                   |
    | 2025-10-09 |                                         |
    | 2025-10-10 |                                         |
    | 2025-10-14 |                                         |
    | 2025-10-16 | split                                   |
    | 2025-10-21 | split                                   |
    """,
}
"""On the day on which the last row that runs is closed a student is no longer in a cohort, with or without this."""

DAYS = """
| student_id | days | missed | schools |
| slip       | 15   | 1      | 1       |
| split      | 15   | 0      | 1       |
| stub       | 15   | 1      | 1       |
| twice      | 15   | 0      | 1       |
"""


def members_on(loaded: LoadedRecords, day: date, cohort: Cohort) -> str:
    """The students of a cohort on a day."""
    ids = {key: student for student, key in loaded.keys().items()}
    return " ".join(sorted(ids[key] for key in cohort_keys(loaded.reader, cohort, loaded.reader.view(day))))


@pytest.mark.parametrize("rule", GRADES)
def test_a_row_goes_on_after_a_stub_within_it_or_was_ended_by_it(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cohorts, school days, absences, the audit and live scores alike; the load names the rows."""
    monkeypatch.setitem(SERVABLE, Days.name, Days)
    declared: dict[str, object] = {"enrollment": {"earlier_row": rule}}
    with loaded_records(tmp_path, DRAWN, **declared) as loaded:
        for row in rows_of(GRADES[rule]):
            assert members_on(loaded, date.fromisoformat(row["day"]), enrolled(9)) == row["ninth graders"], row["day"]
        found = build_snapshot(loaded.reader, Days, AS_OF).features
        named = found.rename(index={key: student for student, key in loaded.keys().items()}).sort_index()
        if rule == "goes_on":
            told = [{"student_id": one, **{k: f"{v:g}" for k, v in row.items()}} for one, row in named.iterrows()]
            assert told == rows_of(DAYS)
        months = months_of(loaded.reader, AS_OF)["10", date(2025, 10, 1)]
        assert (months.enrolled, months.absent_hundredths) == (5 if rule == "goes_on" else 1, 200)
        assert loaded.reader.policies().has_nested_rows
        (note,) = [note for note in loaded.report.notes if note.code == "NOTE14"]
        assert (note.count, note.rows()) == (6, ", 6 rows (3, 5, 7, 9, 10 and 1 more)")
        assert ("counts again" if rule == "goes_on" else "is not enrolled there after them") in note.expected
    policies = view_policies_of(RecordPolicies.model_validate(declared), has_overlaps=True)
    tables = {name: canonical(name, drawing) for name, drawing in DRAWN.items()}
    live = snapshot_of_records(Days.name, AS_OF, tables, policies=policies).features
    pd.testing.assert_frame_equal(live, named, check_names=False)


def test_a_stub_that_comes_alone_is_told_and_the_row_on_record_goes_on(tmp_path: Path) -> None:
    """The night's delta has the stub alone."""
    rows = SENT.strip().splitlines()
    first, stub = "\n".join(rows[:2]), "\n".join([rows[0], rows[2]])
    warehouse = tmp_path / "warehouses" / "north.duckdb"
    told = {**named_in({"enrollments": first}), "calendar_days": school_days(date(2025, 10, 1), 15)}
    load(tmp_path / "files", warehouse, {**told, "enrollments": first})
    delta = {"enrollments": FileMapping(kind="delta")}
    report = load(tmp_path / "files", warehouse, {**told, "enrollments": stub}, files=delta)
    assert [note.rows() for note in report.notes if note.code == "NOTE14"] == [", row 2"]
    with open_warehouse(warehouse) as reader:
        assert len(cohort_keys(reader, enrolled(9), reader.view(AS_OF))) == 1

"""An order of codes: which of several events of a student and day counts, also where their kind is the same."""

from datetime import date
from pathlib import Path

import pytest

from features.engine.view_policies import ViewPolicies
from features.file_mapping.declaration import FileMapping
from features.language.feature_set import Feature, FeatureSet, attendance, enrolled
from features.policies.attendance_policies import AttendancePolicies
from features.snapshots.snapshot import build_snapshot
from tests.drawn import cell, reader, school_days, told
from tests.spec.loaded_records import LoadedRecords, mapped_records
from tests.spec.test_day_events import loads


class Events(FeatureSet):
    """What the events of days come to."""

    name = "events_by_code"
    cohort = enrolled(9)
    missed = Feature(attendance.days_absent(), because="missed {} days")
    excused = Feature(attendance.excused().count(), because="{} times")
    tardies = Feature(attendance.tardies().count(), because="late {} times")


CALENDAR = school_days(date(2025, 10, 1), 10)
AS_OF = date(2025, 10, 14)
ADA = "| student_id | school_year | entry_date |\n| ada | 2026 | 2025-10-01 |"
EVERYONE = """
| student_id | school_year | entry_date |
| au_t       | 2026        | 2025-10-01 |
| av_t       | 2026        | 2025-10-01 |
| au_kind    | 2026        | 2025-10-01 |
| au_other   | 2026        | 2025-10-01 |
"""
TWO_EVENTS = """
| student_id | date       | kind    | code | absent_hundredths |
| au_t       | 2025-10-02 | absent  | AU   | 100               |
| au_t       | 2025-10-02 | tardy   | T    | 0                 |
| av_t       | 2025-10-02 | absent  | AV   | 100               |
| av_t       | 2025-10-02 | tardy   | T    | 0                 |
| au_kind    | 2025-10-02 | absent  | AU   | 100               |
| au_kind    | 2025-10-02 | tardy   |      | 0                 |
| au_other   | 2025-10-02 | absent  | AU   | 100               |
| au_other   | 2025-10-02 | partial | X    | 50                |
"""
ORDER = ("AV", "T", "AU")
"""A verified absence before a tardy, and that before an absence that nobody verified: kinds cannot say it."""


@pytest.mark.parametrize(("order", "expected"), [
    (ORDER, {"au_t": ("0", "1"), "av_t": ("1", "0"), "au_kind": ("1", "0"), "au_other": ("1", "0")}),
    (("tardy", "AU"), {"au_t": ("0", "1"), "av_t": ("0", "1"), "au_kind": ("0", "1"), "au_other": ("1", "0")}),
])  # fmt: skip
def test_events_are_ordered_by_codes_and_kinds(order: tuple[str, ...], expected: dict[str, tuple[str, str]]) -> None:
    """A code counts where it is named, or its kind is; an event without either comes last."""
    view = loads(ViewPolicies(day_priority=order))
    drawn = {"calendar_days": CALENDAR, "enrollments": EVERYONE, "attendance": TWO_EVENTS, "loads": view}
    found = told(build_snapshot(reader(drawn), Events, AS_OF).features)
    assert {row["student_id"]: (row["missed"], row["tardies"]) for row in found} == expected


SENT = """
| student_id | date       | kind | absent_hundredths | excused | known_on   |
| ada        | 2025-10-02 | AU   | 100               | false   | 2025-10-02 |
| ada        | 2025-10-02 | AV   | 100               | true    | 2025-10-02 |
| ada        | 2025-10-03 | AU   | 100               | false   | 2025-10-03 |
| ada        | 2025-10-03 | AV   | 100               | true    | 2025-10-06 |
| ada        | 2025-10-06 | AV   | 100               | true    | 2025-10-06 |
| ada        | 2025-10-06 | AU   | 100               | false   | 2025-10-07 |
| ada        | 2025-10-07 | AU   | 100               | false   | 2025-10-07 |
| ada        | 2025-10-07 | T    | 0                 | false   | 2025-10-07 |
"""
CODES = {"AU": "absent", "AV": "absent", "T": "tardy"}
MAPPED = {"attendance": FileMapping(codes={"kind": CODES}, most_quarantined=1.0)}


def counted(loaded: LoadedRecords, as_of: date) -> tuple[str, ...]:
    """Days missed, excused events and tardies on a date."""
    found = build_snapshot(loaded.reader, Events, as_of).features
    return tuple(cell(found[name].iloc[0]) for name in ("missed", "excused", "tardies"))


def test_of_two_codes_of_one_kind_the_first_counts(tmp_path: Path) -> None:
    """On October 3 the unverified absence counts until the other is known; on 6 one that comes later does not."""
    drawn = {"calendar_days": CALENDAR, "enrollments": ADA, "attendance": SENT}
    with mapped_records(tmp_path, drawn, MAPPED, {"attendance": {"day_priority": [*ORDER, "X"]}}) as loaded:
        assert counted(loaded, date(2025, 10, 3)) == ("2", "1", "0")
        assert counted(loaded, AS_OF) == ("3", "3", "1")
        assert loaded.notes("NOTE41") == [
            "2 events of a kind of which a student has another on the day, by another code: "
            "the first by day_priority counts",
            "1 day of a student with daily events of several kinds: the first by day_priority counts",
        ]
        assert loaded.notes("NOTE45") == ["no row has X, which day_priority names: is it written as the files have it?"]
        assert set(loaded.reader.current("attendance")["code"].dropna()) == {"AU", "AV", "T"}


def test_without_an_order_of_codes_two_of_one_kind_wait_and_no_code_is_kept(tmp_path: Path) -> None:
    """The message says which setting orders them; an order of kinds alone keeps no code either."""
    one = "\n".join([*SENT.strip().splitlines()[:3], "| ada | 2025-10-08 | T | 0 | false | 2025-10-08 |"])
    drawn = {"calendar_days": CALENDAR, "enrollments": ADA, "attendance": one}
    with mapped_records(tmp_path, drawn, MAPPED, {"attendance": {"day_priority": ["absent", "tardy"]}}) as loaded:
        assert [(found.code, "day_priority below" in found.expected) for found in loaded.report.quarantine] == [
            ("ROW07", True)
        ]
        assert loaded.reader.current("attendance")["code"].isna().all()


def test_the_order_is_told() -> None:
    said = AttendancePolicies.model_validate({"day_priority": [*ORDER, "suspended"]}).sentences()
    assert said == ("of several daily events of a student and day one counts, in this order: AV, T, AU, suspended",)

"""Records written once: what changed is added and taken back. What a feature counted is drawn in `test_evidence.py`."""

import json
from datetime import date

import pandas as pd

from features.snapshots.record_contents import KEPT_TABLES
from features.snapshots.shown_records import SHOWN_COLUMNS, kept_as
from features.snapshots.student_records import student_records
from serving.store.student_records import distinct_rows
from tests.drawn import reader
from tests.spec.evidence import NOTHING, by_student, rows_of
from tests.spec.test_evidence import AS_OF, RECORDS, Told

LATER = date(2025, 10, 20)


def test_what_became_known_is_added_and_what_was_replaced_is_taken_back() -> None:
    """After the 8th the absence of that day, an incident and a mark in art became known, and the marks have a term."""
    opened = reader(RECORDS)
    with student_records(opened, Told.cohort, opened.view(AS_OF)) as records:
        first, then = records.changes(NOTHING, records.keys), records.digests()
    with student_records(opened, Told.cohort, opened.view(LATER)) as records:
        changed = records.digests()[records.digests() != then].index
        more = records.changes(first[first["student_key"].isin(changed)], changed)
        whole = by_student(records.changes(NOTHING, records.keys))
        gained, apart = records.added_since(AS_OF, changed), records.added_since(date(2025, 10, 1), changed)
        moved = records.digests()["ada"] - then["ada"]
    assert list(changed) == ["ada"]
    assert gained["content"].tolist() == more["content"].tolist()
    assert gained["digest"].tolist() == [moved]
    assert apart["digest"].tolist() != [moved]  # of another day it is not all, and not taken for it
    added = sorted(json.loads(more["content"].iloc[0]))
    assert [one[:2] for one in added] == [["attendance", "2025-10-08"], ["incidents", "2025-10-07"], ["marks", "2026"]]
    before = by_student(first)["ada"]
    for table in KEPT_TABLES:
        assert rows_of([before, more["content"].iloc[0]], table) == rows_of([whole["ada"]], table)
    with student_records(opened, Told.cohort, opened.view(AS_OF)) as records:
        back = records.changes(pd.concat([first[first["student_key"] == "ada"], more]), changed)
    assert {one[0] for one in json.loads(back["content"].iloc[0])} == {"-1*attendance", "-1*incidents", "-1*marks"}


def test_records_that_look_alike_are_as_many_as_there_are() -> None:
    """Two half days with the same words are two records with one number."""
    alike = '["attendance","2025-10-07","partial","50","true","2025-10-07"]'
    assert len(rows_of([f"[{alike},{alike}]"], "attendance")) == 2
    assert len(distinct_rows(rows_of([f"[{alike},{alike}]"], "attendance"))) == 1
    again = alike.replace('["att', '["2*att')
    assert rows_of([f"[{again}]"], "attendance") == rows_of([f"[{alike},{alike}]"], "attendance")


def test_the_tables_of_some_of_anothers_records_are_kept_as_that() -> None:
    assert {kept_as(table) for table in SHOWN_COLUMNS} == set(KEPT_TABLES)

"""The records behind features as a run keeps them, by student: what a page shows below a reason."""

import json
from collections.abc import Mapping, Sequence

import pandas as pd

from features.engine.view import View
from features.language.feature_set import FeatureSet
from features.language.measures import measures_in
from features.snapshots.shown_records import SHOWN_COLUMNS, kept_as
from features.snapshots.student_records import student_records
from features.warehouse.reader import Reader
from serving.store.cell_types import JsonRow
from serving.store.student_records import distinct_rows, folded, in_order
from serving.store.text_compression import pack

NOTHING = pd.DataFrame({"student_key": pd.Series(dtype="str"), "content": pd.Series(dtype="str")})
Evidence = Mapping[str, Mapping[str, Sequence[JsonRow]]]


def evidence_of(reader: Reader, feature_set: type[FeatureSet], view: View, names: Sequence[str]) -> Evidence:
    """Per feature name and `student_key`, the records that the feature was computed from, in their order."""
    with student_records(reader, feature_set.cohort, view) as records:
        written = by_student(records.changes(NOTHING, records.keys))
        asked = pd.DataFrame([(key, name) for key in records.keys for name in names], columns=["student_key", "code"])
        counted = records.counted(feature_set, asked)
    found: dict[str, dict[str, list[JsonRow]]] = {name: {} for name in names if table_of(feature_set, name)}
    counted = counted.sort_values("student_key")[["student_key", "code", "numbers"]]
    for key, name, numbers in counted.itertuples(index=False):
        rows = distinct_rows(rows_of([written[key]], kept_as(table_of(feature_set, name))))
        found[name][key] = [rows[number] for number in json.loads(numbers)]
    return found


def weeks_of_students(reader: Reader, feature_set: type[FeatureSet], view: View) -> dict[str, list[JsonRow]]:
    """Per `student_key`, each week of this school year: its Monday, the `days` enrolled and the hundredths `missed`."""
    with student_records(reader, feature_set.cohort, view) as records:
        weeks = records.weeks().sort_values(["student", "week"])
        found: dict[str, list[JsonRow]] = {}
        for number, week, days, missed in weeks[["student", "week", "days", "missed"]].itertuples(index=False):
            row: JsonRow = {"week": f"{week:%Y-%m-%d}", "days": int(days), "missed": int(missed)}
            found.setdefault(str(records.keys[number]), []).append(row)
    return found


def marks_of_students(reader: Reader, feature_set: type[FeatureSet], view: View) -> dict[str, list[JsonRow]]:
    """Per `student_key`, the marks that are kept."""
    with student_records(reader, feature_set.cohort, view) as records:
        written = by_student(records.changes(NOTHING, records.keys))
    return {key: rows for key, content in written.items() if (rows := rows_of([content], "marks"))}


def table_of(feature_set: type[FeatureSet], name: str) -> str:
    """The table that a feature is computed from; nothing for one of no records."""
    measures = measures_in(feature_set.defined()[name].quantity)
    return next((measure.records.table for measure in measures), "")


def by_student(contents: pd.DataFrame) -> dict[str, str]:
    """The content of each student."""
    return {str(key): str(content) for key, content in zip(contents["student_key"], contents["content"], strict=True)}


def rows_of(contents: Sequence[str], table: str) -> list[JsonRow]:
    """What contents leave of a table."""
    return in_order(table, SHOWN_COLUMNS[table], [one for one in folded(map(pack, contents)) if one[0] == table])

"""What a feature is made from, when it is missing, and what a district must send for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from features.engine.script_cache import query_script
from features.engine.stored_tables import stored_table
from features.language.feature_set import Feature, FeatureSet
from features.language.measures import measures_in
from features.language.quantities import Held, Quantity, Schoolmates, SchoolWeek
from features.language.records import Measure
from features.snapshots.untold_credits import CREDITS
from features.warehouse.reader import Reader

READ_AS = {
    "marks_not_given": "marks",
    "latest_marks": "marks",
    "days_missed": "attendance",
    "school_attendance": "attendance",
}
"""Words of the language that are parts of a table."""


@dataclass(frozen=True)
class Requirement:
    """A table, and where a column is named, a value in it that is not one of `blank`."""

    table: str
    column: str = ""
    blank: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """As one asks a district for it."""
        return f"{self.table}.{self.column}" if self.column else self.table

    def met_by(self, reader: Reader) -> bool:
        """Whether the records on record hold any of it."""
        return bool(reader.records(query_script(one_record, self)))


def one_record(required: Requirement) -> ir.Table:
    """One record of those that a requirement asks for."""
    rows = stored_table(required.table)
    if required.column:
        cells = rows[required.column]
        told = cells.notin(required.blank or ("",)) if cells.type().is_string() else cells.notnull()
        rows = rows.filter(cells.notnull() & told)
    return rows.limit(1)


REQUIRED_COLUMNS = {
    ("attendance", "is_cut"): Requirement("attendance", "section_id", ("day",)),
    ("marks", "a_g"): Requirement("marks", "a_g"),
}
"""What restrictions on a column need, where a district may well not send it."""


def requirements_of(feature: Feature) -> tuple[Requirement, ...]:
    """What a district must send for a feature to say anything."""
    if isinstance(feature.quantity, SchoolWeek):
        return (Requirement("calendar_days"),)
    found = [need for measure in measures_in(feature.quantity) for need in requirements_of_measure(measure)]
    return tuple(dict.fromkeys(found))


def requirements_of_measure(measure: Measure) -> list[Requirement]:
    """What one measure needs."""
    records = measure.records
    named = [
        REQUIRED_COLUMNS[key] for where in records.where if (key := (records.table, where.column)) in REQUIRED_COLUMNS
    ]
    terms = records.window.this_term or any(where.column == "terms_ago" for where in records.where)
    table = READ_AS.get(records.table, records.table)
    if table == "marks" and measure.column in CREDITS:
        named.append(Requirement("marks", measure.column))
    return [Requirement(table), *named, *([Requirement("terms")] if terms else [])]


def source_tables(feature: Feature) -> tuple[str, ...]:
    """The tables that a feature is read from."""
    return tuple(dict.fromkeys(need.table for need in requirements_of(feature)))


def unavailable_features(reader: Reader, feature_set: type[FeatureSet]) -> Mapping[str, str]:
    """The features for which the district sends no data: each with what it lacks."""
    needs = {name: requirements_of(feature) for name, feature in feature_set.features().items()}
    met = {need: need.met_by(reader) for every in needs.values() for need in every}
    lacking = {
        name: [need.words for need in every if not met[need] and is_said(need, met)] for name, every in needs.items()
    }
    return {name: ", ".join(words) for name, words in lacking.items() if words}


def is_said(need: Requirement, met: Mapping[Requirement, bool]) -> bool:
    """Whether a requirement that is not met says more than that its table is lacking."""
    return need.column not in CREDITS or met.get(Requirement(need.table), True)


def missing_when(quantity: Quantity) -> str:
    """When a feature's value is missing, which is never the same as 0."""
    if isinstance(quantity, Held) and quantity.untold is not None:
        return "never"
    if isinstance(quantity, SchoolWeek):
        return "never"
    if isinstance(quantity, Schoolmates):
        return "the year before not on record" if quantity.from_same_school else "never"
    return " or ".join(dict.fromkeys(missing_of(measure) for measure in measures_in(quantity)))


def missing_of(measure: Measure) -> str:
    """When one measure is missing."""
    if measure.aggregate in ("least", "furthest"):
        return "nothing such on record"
    if measure.column in CREDITS:
        return "no mark given, or a course without its credits"
    if measure.records.table in ("marks", "latest_marks"):
        return "no mark given"
    if measure.aggregate == "share_of_rows":
        return "no such record to be a share of"
    if measure.aggregate == "days":
        return "never"
    return "no school day in the window"

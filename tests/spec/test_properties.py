"""What holds for every district: the future, the row order and the other students never change a snapshot.

Each property is also put to an engine that breaks it on purpose, and must find that out.
"""

from collections.abc import Callable
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from features.compile import SnapshotQuery, quantities, snapshot_script
from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.engine import View, stored
from features.labels import label_script
from features.live import READ
from features.records import Measure
from features.script import Script
from features.tables import TABLES
from tests.drawn import canonical, reader_of
from tests.spec.made_districts import AS_OF, CALENDAR, STUDENTS, District, Rows, districts, merged

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=20,
    phases=[Phase.explicit, Phase.generate],  # a district takes minutes to shrink; add Phase.shrink when one fails
    suppress_health_check=[HealthCheck.too_slow],
)

HONEST = View(AS_OF, 2026)
TERMS = canonical(
    "terms",
    """
    | school_year | term_id | kind    | start_date | end_date   | known_on   |
    | 2025        | q1      | quarter | 2025-03-03 | 2025-03-04 | 2024-07-01 |
    | 2026        | q1      | quarter | 2025-09-29 | 2025-10-10 | 2025-07-01 |
    | 2026        | q2      | quarter | 2025-10-13 | 2025-12-19 | 2025-07-01 |
    """,
)
RATES = [
    name
    for name, quantity in quantities(NinthGrade).items()
    if isinstance(quantity, Measure) and quantity.aggregate in ("share_of_days", "share_of_rows")
]


def holds(true_of: Callable[[District], bool]) -> None:
    """AssertionError where something is not true of every district tried."""

    @settings(settings.get_profile("ci"))
    @given(districts)
    def tried(district: District) -> None:
        assert true_of(district)

    tried()


def found(script: Script, rows: Rows) -> list[str]:
    """What a query finds on these rows, to the last bit."""
    records = reader_of(merged({"calendar_days": CALENDAR, "terms": TERMS}, rows), names=(*READ, "completions"))
    try:
        return [repr(tuple(row)) for row in script.frame(records.connection).itertuples(index=False)]
    finally:
        records.connection.close()


def snapshot_of(rows: Rows, view: View) -> list[str]:
    """The ninth grade snapshot of these rows, by an engine; the student comes first in a row."""
    return found(snapshot_script(SnapshotQuery(NinthGrade, view)), rows)


def labels_of(rows: Rows) -> list[str]:
    """The Chicago labels of these rows, seen from four weeks after the as-of date."""
    return found(label_script(OFF_TRACK_CHICAGO, HONEST, View(AS_OF + timedelta(days=28), 2026)), rows)


def everything(district: District) -> Rows:
    """What was known and what became known."""
    return merged(district.before, district.after)


def ignores_the_future(district: District, view: View) -> bool:
    """Whether rows and corrections that became known after the as-of date leave the snapshot as it was."""
    return snapshot_of(district.before, view) == snapshot_of(everything(district), view)


def ignores_order(rows: Rows, view: View) -> bool:
    """Whether the same rows the other way round make the same snapshot."""
    return snapshot_of(rows, view) == snapshot_of(reversed_rows(rows), view)


def reversed_rows(rows: Rows) -> Rows:
    """The same rows, last first."""
    return {name: some[::-1] for name, some in rows.items()}


def ignores_others(rows: Rows, view: View) -> bool:
    """Whether a student's features are the same when nobody else is on record."""
    student = STUDENTS[0]
    together = [row for row in snapshot_of(rows, view) if row.startswith(f"('{student}'")]
    return together == snapshot_of(only(student, rows), view)


def only(student: str, rows: Rows) -> Rows:
    """One student's rows, and those of no student."""
    return {name: [row for row in some if row.get("student_key", student) == student] for name, some in rows.items()}


def has_rates_within_bounds(rows: Rows, view: View) -> bool:
    """Whether every rate lies between 0 and 1 or is missing."""
    records = reader_of(merged({"calendar_days": CALENDAR, "terms": TERMS}, rows), names=READ)
    rates = snapshot_script(SnapshotQuery(NinthGrade, view)).frame(records.connection)[RATES]
    return bool((rates.isna() | ((rates >= 0) & (rates <= 1))).all(axis=None))


def test_what_becomes_known_later_never_changes_a_snapshot() -> None:
    """New rows and new versions of old rows, in attendance, marks, behavior, enrollment and the calendar."""
    holds(lambda district: ignores_the_future(district, HONEST))


def test_row_order_never_changes_a_snapshot() -> None:
    """To the last bit, with the future among the rows."""
    holds(lambda district: ignores_order(everything(district), HONEST))


def test_a_students_features_do_not_depend_on_other_students() -> None:
    """To the last bit; a student who is not in the cohort stays out of it."""
    holds(lambda district: ignores_others(district.before, HONEST))


def test_rates_lie_between_zero_and_one() -> None:
    """Also where a day was entered twice, or two enrollments overlap."""
    holds(lambda district: has_rates_within_bounds(district.before, HONEST))


def test_row_order_never_changes_a_label() -> None:
    """Which spell is the last one is no accident of storage."""
    holds(lambda district: labels_of(everything(district)) == labels_of(reversed_rows(everything(district))))


class LeakyView(View):
    """A broken engine: it takes the newest version of every record, whenever that became known."""

    def rows(self, name: str) -> ir.Table:
        """The newest version of every record."""
        table = of_members(self, stored(name))
        version = ibis.row_number().over(group_by=list(TABLES[name].key), order_by=ibis.desc("known_on"))
        return table.mutate(version=version).filter(ibis._.version == 0).drop("version")


class UnorderedView(View):
    """A broken engine: of the versions of a record that were known, it takes whichever comes first."""

    def rows(self, name: str) -> ir.Table:
        """Any one version of every record that was known."""
        table = of_members(self, stored(name))
        version = ibis.row_number().over(group_by=list(TABLES[name].key))
        known = table.filter(table.known_on <= self.as_of)
        return known.mutate(version=version).filter(ibis._.version == 0).drop("version")


class NosyView(View):
    """A broken engine: it measures everyone against the longest enrollment of anyone."""

    def school_days(self) -> ir.Table:
        """The most school days of any student, for every student."""
        days = super().school_days()
        return days.mutate(days=days.days.max().over(group_by="school_year"))


class StingyView(View):
    """A broken engine: it believes that nobody was enrolled for more than a day."""

    def school_days(self) -> ir.Table:
        """At most one school day a student."""
        days = super().school_days()
        return days.mutate(days=ibis.least(days.days, 1))


def of_members(view: View, table: ir.Table) -> ir.Table:
    """The rows of a view's members."""
    if view.members is None or "student_key" not in table.columns:
        return table
    return table.semi_join(view.members.table().select("student_key"), "student_key")


def test_an_engine_that_leaks_is_found_out() -> None:
    """The first property fails on an engine that ignores `known_on`."""
    with pytest.raises(AssertionError):
        holds(lambda district: ignores_the_future(district, LeakyView(AS_OF, 2026)))


def test_an_engine_that_depends_on_row_order_is_found_out() -> None:
    """The second property fails on an engine that takes versions as they come."""
    with pytest.raises(AssertionError):
        holds(lambda district: ignores_order(district.before, UnorderedView(AS_OF, 2026)))


def test_an_engine_that_looks_at_other_students_is_found_out() -> None:
    """The third property fails on an engine whose denominators are not the student's own."""
    with pytest.raises(AssertionError):
        holds(lambda district: ignores_others(district.before, NosyView(AS_OF, 2026)))


def test_an_engine_that_counts_too_few_school_days_is_found_out() -> None:
    """The fourth property fails on an engine whose denominators are too small."""
    with pytest.raises(AssertionError):
        holds(lambda district: has_rates_within_bounds(district.before, StingyView(AS_OF, 2026)))

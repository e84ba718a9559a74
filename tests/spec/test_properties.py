"""What holds for every district and feature set: the future, the row order, names, and other students change nothing.

Each property is also put to an engine that breaks it on purpose, and must find that out.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import date, timedelta

import pytest

from features.definitions.catalog import FEATURE_SETS
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.engine.snapshot_query import named_quantities
from features.engine.view import View
from features.engine.visible_tables import VisibleTables
from features.language.feature_set import FeatureSet
from features.language.records import Measure
from features.snapshots.labels import label_script
from tests.spec.broken_engines import (
    HastyTables,
    LeakyTables,
    NamedTables,
    NosyTables,
    RankingTables,
    StingyTables,
    UnorderedTables,
)
from tests.spec.drawn_snapshots import (
    FEW,
    HONEST,
    MANY,
    SURROUNDINGS,
    TOWNS,
    Looking,
    everything,
    found_by,
    holds,
    lines,
)
from tests.spec.made_districts import AS_OF, STUDENTS, District, Row, Rows, merged

SETS = pytest.mark.parametrize("feature_set", FEATURE_SETS.values(), ids=lambda one: str(one.name))


OLD_NAMES = sorted(f"{student} {town}" if town else student for town in range(TOWNS) for student in STUDENTS)
"""The drawn students."""
NEW_NAMES = {old: f"new {place:02}" for place, old in enumerate(reversed(OLD_NAMES))}
"""Other keys, in the opposite order."""


def ignores_the_future(district: District, looking: Looking) -> bool:
    """Whether rows and corrections that became known after the as-of date leave the snapshot as it was."""
    return looking.rows(district.before) == looking.rows(everything(district))


def ignores_order(rows: Rows, looking: Looking) -> bool:
    """Whether the same rows the other way round make the same snapshot."""
    return looking.rows(rows) == looking.rows(reversed_rows(rows))


def reversed_rows(rows: Rows) -> Rows:
    """The same rows, last first."""
    return {name: some[::-1] for name, some in rows.items()}


def ignores_others(rows: Rows, looking: Looking) -> bool:
    """Whether a student's features are the same when nobody else is on record.

    The first student of the first town is asked alone, and then together with the first of each other town only.
    """
    firsts = {name for name in OLD_NAMES if name.startswith(STUDENTS[0])}
    together = looking.rows(rows)
    return all(
        [row for row in together if student_of(row) in some] == looking.rows(only(some, rows))
        for some in ({STUDENTS[0]}, firsts)
    )


def student_of(row: str) -> str:
    """The student of a row of a snapshot."""
    return row.partition("('")[2].partition("'")[0]


def only(some: Set[object], rows: Rows) -> Rows:
    """The rows of some students, and those of no student."""
    return {
        name: [row for row in own if "student_key" not in row or row["student_key"] in some]
        for name, own in rows.items()
    }


def ignores_names(rows: Rows, looking: Looking) -> bool:
    """Whether students with other keys, and incidents with other ids, have the same features."""
    found = looking.rows(rows)
    before = {row.replace(f"('{student_of(row)}'", f"('{NEW_NAMES[student_of(row)]}'") for row in found}
    after = looking.rows({name: [renamed(row) for row in some] for name, some in rows.items()})
    return set(after) <= before and len(after) == len(found)


def renamed(row: Row) -> Row:
    """The row under other names."""
    named = {"student_key": NEW_NAMES[str(row["student_key"])]} if "student_key" in row else {}
    incident = {"incident_id": f"new {row['incident_id']}"} if "incident_id" in row else {}
    return {**row, **named, **incident}


WEEKS = timedelta(weeks=86)
"""So much earlier, the as-of date is Friday, March 1, 2024, and the day before it a leap day."""


def ignores_the_leap_day(rows: Rows, feature_set: type[FeatureSet]) -> bool:
    """Whether the same weekdays of a leap year's spring make the same snapshot."""
    then = Looking(feature_set, replace(HONEST, as_of=AS_OF - WEEKS))
    earlier = {name: [earlier_row(row) for row in some] for name, some in merged(SURROUNDINGS, rows).items()}
    moved = found_by(then.script, then.view.values, then.moved(earlier)).drop(columns=list(feature_set.context()))
    return lines(moved) == Looking(feature_set).rows(rows)


def earlier_row(row: Row) -> Row:
    """The row with all of its dates so much earlier."""
    return {name: value - WEEKS if isinstance(value, date) else on_text(value) for name, value in row.items()}


def on_text(value: object) -> object:
    """A date as text so much earlier, anything else as it is."""
    try:
        return (date.fromisoformat(str(value)) - WEEKS).isoformat()
    except ValueError:
        return value


def has_rates_within_bounds(rows: Rows, looking: Looking) -> bool:
    """Whether every rate lies between 0 and 1 or is missing."""
    named = named_quantities(looking.feature_set)
    shares = ("share_of_days", "share_of_rows")
    rates = [name for name, one in named.items() if isinstance(one, Measure) and one.aggregate in shares]
    found = looking.frame(rows)[rates]
    return bool((found.isna() | ((found >= 0) & (found <= 1))).all(axis=None))


@SETS
def test_what_becomes_known_later_never_changes_a_snapshot(feature_set: type[FeatureSet]) -> None:
    """New rows and new versions of old rows, in attendance, marks, behavior, enrollment and the calendar."""
    holds(lambda district: ignores_the_future(district, Looking(feature_set)))


@SETS
def test_row_order_never_changes_a_snapshot(feature_set: type[FeatureSet]) -> None:
    """To the last bit, with the future among the rows."""
    holds(lambda district: ignores_order(everything(district), Looking(feature_set)))


@SETS
def test_a_students_features_do_not_depend_on_other_students(feature_set: type[FeatureSet]) -> None:
    """To the last bit, context excepted; a student who is not in the cohort stays out of it."""
    holds(lambda district: ignores_others(district.before, Looking(feature_set)), MANY)


@SETS
def test_names_never_change_a_snapshot(feature_set: type[FeatureSet]) -> None:
    """Student keys are drawn at random whenever a warehouse is made again."""
    holds(lambda district: ignores_names(district.before, Looking(feature_set)))


@SETS
def test_neither_time_zone_nor_plan_of_the_machine_changes_a_snapshot(feature_set: type[FeatureSet]) -> None:
    """Dates are local days of the district, wherever the server stands; a large warehouse has every optimizer."""

    def same(district: District) -> bool:
        looking = Looking(feature_set)
        return looking.rows(district.before) == looking.rows(district.before, machine="elsewhere")

    holds(same)


@SETS
def test_a_leap_day_never_changes_a_snapshot(feature_set: type[FeatureSet]) -> None:
    """The day before the as-of date is February 29 in the one, and October 23 in the other."""
    assert date(2024, 3, 1) == AS_OF - WEEKS
    holds(lambda district: ignores_the_leap_day(district.before, feature_set))


@SETS
def test_rates_lie_between_zero_and_one(feature_set: type[FeatureSet]) -> None:
    """Also where a day was entered twice, or two enrollments overlap."""
    holds(lambda district: has_rates_within_bounds(district.before, Looking(feature_set)))


def test_row_order_never_changes_a_label() -> None:
    """Which spell is the last one is no accident of storage."""
    horizon = View(AS_OF + timedelta(days=28), 2026, role="horizon")
    script = label_script(OFF_TRACK_CHICAGO, HONEST.shape, horizon.shape)

    def labels_of(rows: Rows) -> list[str]:
        return lines(found_by(script, {**HONEST.values, **horizon.values}, merged(SURROUNDINGS, rows)))

    holds(lambda district: labels_of(everything(district)) == labels_of(reversed_rows(everything(district))))


@pytest.mark.parametrize("loads_through", [None, 2])
def test_ranking_only_what_was_replaced_finds_the_same_versions(loads_through: int | None) -> None:
    """With the future among the rows, and for a run that had seen two loads only."""
    plain = Looking(view=View(AS_OF, 2026, loads_through))
    ranking = replace(plain, engine=RankingTables)
    holds(lambda one: ranking.rows(everything(one)) == plain.rows(everything(one)))


Breaks = Mapping[str, tuple[type[VisibleTables], Callable[[District, Looking], bool]]]
BREAKS: Breaks = {
    "leaks": (LeakyTables, ignores_the_future),
    "is off by one day": (HastyTables, ignores_the_future),
    "depends on row order": (UnorderedTables, lambda district, looking: ignores_order(district.before, looking)),
    "looks at other students": (NosyTables, lambda district, looking: ignores_others(district.before, looking)),
    "looks at names": (NamedTables, lambda district, looking: ignores_names(district.before, looking)),
    "counts too few days": (StingyTables, lambda district, looking: has_rates_within_bounds(district.before, looking)),
}


PUT_TO = {"looks at other students": MANY}
"""The districts in which a fault is looked for, where they are more than a few: as many as its property is put to."""


@pytest.mark.parametrize("fault", BREAKS)
def test_an_engine_with_a_fault_is_found_out(fault: str) -> None:
    """The property that the fault breaks fails."""
    broken, holding = BREAKS[fault]
    with pytest.raises(AssertionError):
        holds(lambda district: holding(district, Looking(engine=broken)), PUT_TO.get(fault, FEW))

"""The bounds of an outcome's rule that the rest of a school year can still decide."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from features.language.outcome import Outcome
from features.language.quantities import EVER, THIS_YEAR, Compare, Condition, Either, Window
from features.language.records import Measure

BoundKind = Literal["marks", "credits", "average", "days", "events"]
Restrictions = Mapping[str, frozenset[str | bool | int]]

CORE_SUBJECTS = frozenset({"ela", "math", "science", "social_science"})
NOT_PASSED, D_OR_F = frozenset({"F", "NP"}), frozenset({"D", "F", "NP"})
ONLY_FALSE, NO_RESTRICTION = frozenset({False}), frozenset[str | bool | int]()
COURSE_COLUMNS = {"mark_kind", "is_summer", "subject", "grade_level"}
"""Restrictions of marks that can be told of a final which is still to come."""

EVENT_COLUMNS = {"discipline_actions": {"action"}, "incidents": {"severity"}}
THIS_TERM = Window(this_term=True)


@dataclass(frozen=True)
class RuleBound:
    """One bound of a rule: what is counted, the bound, and the code of the step that it requires."""

    kind: BoundKind
    compare: Compare
    measure: Measure
    code: str

    @property
    def window(self) -> Window:
        """The part of time in which it counts."""
        return self.measure.records.window

    @property
    def restrictions(self) -> Restrictions:
        """Which records it counts: the values that each restricted column may have."""
        return restrictions_of(self.measure)


def rule_bounds(outcome: Outcome) -> tuple[RuleBound, ...]:
    """Every bound of an outcome any one of which is enough to be off track; none where one cannot be kept this year.

    That is a bound on anything but final marks, credits, grade average, days missed, and what followed behavior; one on
    other years; two that only together are off track; and any of an outcome that is decided in a later year.
    """
    if outcome.horizon.kind == "months" or (outcome.horizon.later and outcome.horizon.kind == "year"):
        return ()
    found = [rule_bound(bound, outcome) for bound in bounds_in(outcome.off_track)]
    return tuple(part for part in found if part) if all(found) else ()


def bounds_in(condition: Condition) -> Iterator[Condition]:
    """The conditions of which one is enough."""
    if isinstance(condition, Either):
        yield from bounds_in(condition.left)
        yield from bounds_in(condition.right)
    else:
        yield condition


def rule_bound(bound: Condition, outcome: Outcome) -> RuleBound | None:
    """A condition as a bound; None where it is none that can be kept this year."""
    if not isinstance(bound, Compare) or not isinstance(bound.quantity, Measure):
        return None
    measure, from_above = bound.quantity, bound.operator in (">", ">=")
    found = upper_bound(measure) if from_above else lower_bound(measure)
    if found is None or measure.records.window not in windows_of(found[0], measure, outcome):
        return None
    return RuleBound(found[0], bound, measure, found[1])


def windows_of(kind: BoundKind, measure: Measure, outcome: Outcome) -> list[Window]:
    """The windows in which the rest of the year counts."""
    of_marks = [EVER] if measure.records.table == "marks" else []
    return [THIS_YEAR, *of_marks, *([THIS_TERM] if outcome.horizon.kind == "term" else [])]


def upper_bound(measure: Measure) -> tuple[BoundKind, str] | None:
    """Kind and code of a bound from above: marks that are not passed or low, days missed, what followed behavior."""
    table, only = measure.records.table, restrictions_of(measure)
    if is_of_finals(measure, "mark") and measure.aggregate == "count" and measure.among:
        codes = {NOT_PASSED: "pass", D_OR_F: "no_df"}
        asked = codes.get(frozenset(map(str, only.get("mark", ()))))
        return ("marks", f"{asked}_{scope_of(only)}") if asked else None
    if table == "attendance" and measure.column == "absent_hundredths" and only in ({}, {"excused": {False}}):
        is_days = measure.aggregate in ("share_of_days", "sum")
        return ("days", "unexcused_at_most" if only else "absences_at_most") if is_days else None
    if table in EVENT_COLUMNS and measure.aggregate == "count" and set(only) <= EVENT_COLUMNS[table]:
        return "events", "no_suspension" if table == "discipline_actions" else "no_incident"
    return None


def lower_bound(measure: Measure) -> tuple[BoundKind, str] | None:
    """Kind and code of a bound from below: credits, and the grade average."""
    if not is_of_finals(measure):
        return None
    if measure.aggregate == "sum" and measure.column == "credits_earned_hundredths":
        return "credits", "earn_credits"
    return ("average", "average") if measure.aggregate == "mean" and measure.column == "points_hundredths" else None


def is_of_finals(measure: Measure, *others: str) -> bool:
    """Whether it counts final marks, chosen by nothing but what is known of a course, and these columns."""
    only = restrictions_of(measure)
    is_final = measure.records.table == "marks" and only.get("mark_kind", NO_RESTRICTION) == frozenset({"final"})
    return is_final and set(only) <= COURSE_COLUMNS | set(others) and only.get("is_summer", ONLY_FALSE) == ONLY_FALSE


def scope_of(only: Restrictions) -> str:
    """The courses that are counted, as a part of a code."""
    subjects = only.get("subject")
    if subjects is None:
        return "courses"
    if subjects == CORE_SUBJECTS:
        return "core"
    return str(min(subjects, key=str)) if len(subjects) == 1 else "some_courses"


def restrictions_of(measure: Measure) -> Restrictions:
    """The values that each restricted column may have."""
    found: dict[str, frozenset[str | bool | int]] = {}
    for where in measure.records.where:
        found[where.column] = found.get(where.column, frozenset(where.values)) & frozenset(where.values)
    return found

"""Outcomes: what may happen to a student, by when it is known, and for whom it can be judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import sha256
from typing import Literal, TypeVar

from features.language.cohorts import Cohort
from features.language.quantities import Condition, Threshold

CENSORED: dict[str, str] = {
    "transferred": "went elsewhere",
    "deceased": "died",
    "unknown": "no record of where the student went",
}
"""Exits after which nothing can be said, and what is said of the label instead."""


@dataclass(frozen=True)
class Horizon:
    """The last day whose records decide, and how many days later they are in.

    `year`: the last school day of the as-of date's school year, or of one so many years `later`. `term`: the last day
    of the next marking term of that school year. `months`: so many months `later` than the as-of date.
    """

    kind: Literal["year", "term", "months"]
    later: int = 0
    posting_days: int = 30

    @property
    def words(self) -> str:
        """The horizon in a sentence's part."""
        ends = {
            "year": "the last school day of the as-of date's school year",
            "term": "the last day of the marking term that begins next",
            "months": f"the day {self.later} months after the as-of date",
        }[self.kind]
        if self.kind == "year" and self.later:
            ends = f"the last school day of the school year {self.later} years after that of the as-of date"
        return f"{self.posting_days} days after {ends}"


def end_of_year(*, years_later: int = 0, posting_days: int = 30) -> Horizon:
    """The last school day of the as-of date's school year, or of a later one."""
    return Horizon("year", years_later, posting_days)


def end_of_next_term(*, posting_days: int = 21) -> Horizon:
    """The end of the marking term that begins next in the as-of date's school year.

    Semesters where the year has any, else trimesters, else quarters. In the outcome `this_term()` is that term.
    """
    return Horizon("term", 1, posting_days)


def months_later(months: int, *, posting_days: int = 30) -> Horizon:
    """So many months after the as-of date."""
    return Horizon("months", months, posting_days)


@dataclass(frozen=True)
class Outcome:
    """What a student may end as by a horizon, and for whom it can be said.

    `says` and `ended` (what is said of students who did: "ended grade 9 off track") are format strings over the
    outcome's thresholds; `about` names it in a few words where several stand side by side: "attendance this year". A
    label is missing while the horizon is ahead, for students who went elsewhere, died or left no record, where
    `judged_if` does not hold, and where the records do not tell; of the last, a student who left school is counted as
    off track where `leaving_is_off_track`. `rule` names the published rule that serves short of a pass: that of the
    feature set where it is empty.
    """

    name: str
    says: str
    ended: str
    source: str
    cohort: Cohort
    off_track: Condition
    horizon: Horizon = Horizon("year")
    judged_if: Condition | None = None
    leaving_is_off_track: bool = False
    needs: tuple[str, ...] = ()
    """Tables without any row of which nothing can be said."""
    about: str = ""
    rule: str = ""

    @property
    def grade_band(self) -> str:
        """The grades of its cohort: `9`, or `6-8`."""
        first, last = min(self.cohort.grade_levels), max(self.cohort.grade_levels)
        return str(first) if first == last else f"{first}-{last}"

    @property
    def thresholds(self) -> dict[str, float]:
        """Its thresholds by name."""
        return {one.name: one.value for one in thresholds_in(self)}

    @property
    def definition(self) -> str:
        """A digest of all that decides a label: two outcomes with the same one label alike."""
        decides = (self.cohort, self.off_track, self.horizon, self.judged_if, self.leaving_is_off_track, self.needs)
        return sha256(repr(decides).encode()).hexdigest()[:16]


Node = TypeVar("Node")


def thresholds_in(node: object) -> Iterator[Threshold]:
    """Every threshold below a definition."""
    if isinstance(node, Threshold):
        yield node
    elif is_dataclass(node):
        for field in fields(node):
            yield from thresholds_in(getattr(node, field.name))


def with_thresholds(outcome: Outcome, values: Mapping[str, float]) -> Outcome:
    """The outcome with these thresholds, and its words with them filled in; KeyError for one that it does not have."""
    unknown = sorted(set(values) - set(outcome.thresholds))
    if unknown:
        raise KeyError(unknown[0])
    changed = replace_thresholds(outcome, values)
    named = changed.thresholds
    says, ended = (words.format(**named).replace(".0%", "%") for words in (changed.says, changed.ended))
    return replace(changed, says=says, ended=ended)


def replace_thresholds(node: Node, values: Mapping[str, float]) -> Node:
    """The same definition with the named thresholds at these values."""
    if isinstance(node, Threshold):
        return replace(node, value=float(values.get(node.name, node.value)))
    if not is_dataclass(node) or isinstance(node, type):
        return node
    parts = {field.name: getattr(node, field.name) for field in fields(node)}
    changed = {name: replace_thresholds(part, values) for name, part in parts.items()}
    return replace(node, **{name: part for name, part in changed.items() if part is not parts[name]})

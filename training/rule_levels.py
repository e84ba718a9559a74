"""What a rule's counts of signals say, as rows of a table: past students, their share off track, and its interval."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from models.estimators.published_rule import RuleModel, SimilarStudents
from presentation.numbers import of_100

HEAD = ("Signals", "Past students", "Off track, of 100", "Likely range")
NOT_ENOUGH = "not enough evidence yet"


def level_rows(rule: RuleModel, least: int) -> Iterator[tuple[str, ...]]:
    """One row for all counts that share their students; without figures for fewer than `least` students.

    A rule without intervals has no rows.
    """
    similar = rule.similar_students(np.array(rule.counts), least=least)
    levels = zip(rule.counts, rule.shares, similar, strict=True)
    for share, together in groupby(levels, key=lambda one: one[1]):
        (first, _, students), *others = together
        if students is not None:
            yield (count_words(first, others[-1][0] if others else first, rule), *figure_cells(share, students, least))


def count_words(first: float, last: float, rule: RuleModel) -> str:
    """Counts from the first to the last in words; the highest has no end."""
    if last == rule.counts[-1]:
        return f"{first:g} or more"
    return f"{first:g}" if first == last else f"{first:g} to {last:g}"


def figure_cells(share: float, students: SimilarStudents, least: int) -> tuple[str, ...]:
    """The figures of one row."""
    if not students.are_told:
        return f"fewer than {least}", NOT_ENOUGH, ""
    return f"{students.n:,}", of_100(share), f"{of_100(students.low)} to {of_100(students.high)}"

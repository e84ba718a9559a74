"""Names for the columns of a file without a header, by what their values look like."""

import re
from collections.abc import Mapping, Sequence

from features.ingest.proposal.column_profile import ColumnProfile, share

TERM = re.compile(r"(FY|YR|S[12]|Q[1-4]|T[123]|SEM ?[12]|MP[1-6]|[QST][1-4])", re.IGNORECASE)
MARK = re.compile(r"([0-9.]+ +)?[ABCDF][+-]?")
WHOLE_ID = re.compile(r"[0-9]{2,12}")

KNOWN_AT_LEAST = 0.2
"""The share of values that another file's ids must have for a column to be those ids."""


def names_of(profiles: Sequence[ColumnProfile], known: Mapping[str, ColumnProfile]) -> tuple[str, ...]:
    """A name for each column: a canonical one where values tell it, `column_3` where they do not; none twice."""
    named: dict[int, str] = {}
    for name, found in (
        ("mark", [one for one in profiles if one.filled and share(one.probe, MARK) > KNOWN_AT_LEAST * 4]),
        ("term_id", [one for one in profiles if one.filled and share(one.probe, TERM) == 1]),
        ("date", [one for one in profiles if one.date_form]),
        ("section_id", [one for one in profiles if any(is_part(two, one) for two in profiles)]),
        ("course_id", [two for two in profiles if any(is_part(two, one) for one in profiles)]),
        ("student_id", shares_ids(profiles, known.get("student_id"))),
        ("school_id", shares_ids(profiles, known.get("school_id"))),
        ("student_id", [one for one in profiles if one.filled and share(one.probe, WHOLE_ID) == 1]),
    ):
        free = [one for one in found if one.place not in named]
        if free and name not in named.values():
            named[max(free, key=lambda one: one.distinct).place] = name
    return tuple(named.get(one.place, f"column_{one.place + 1}") for one in profiles)


def is_part(part: ColumnProfile, whole: ColumnProfile) -> bool:
    """Whether every value of a column, such as SOC6-001, begins with one of another, such as SOC6."""
    if part.place == whole.place or not part.codes or not whole.filled or part.distinct > whole.distinct:
        return False
    starts = tuple(f"{value}-" for value, _ in part.codes)
    return all(value.startswith(starts) for value in whole.probe)


def shares_ids(profiles: Sequence[ColumnProfile], other: ColumnProfile | None) -> list[ColumnProfile]:
    """The columns that have ids of another file."""
    return [] if other is None else [one for one in profiles if one.share_in(other) >= KNOWN_AT_LEAST]

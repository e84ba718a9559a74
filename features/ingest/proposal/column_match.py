"""Which of a file's columns is which canonical column of a table: by its name and by what its values look like."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.file_mapping.validation import columns_of
from features.ingest.proposal.column_profile import ColumnProfile
from features.ingest.proposal.name_match import name_score, phrases_of, shared_word
from features.ingest.proposal.synonyms import FULL_NAME
from features.ingest.proposal.value_fit import IMPOSSIBLE, fit_of
from features.table_schema import Column, Table

LEAST = 0.45
"""The score below which a column is not placed."""

BY_NAME = 0.75
"""The weight of the name; the values have the rest."""

TELLING = 0.95
"""How well values must fit to be placed by them alone."""

OWN_IDS = {
    "students": "student_id", "schools": "school_id", "staff": "staff_id", "incidents": "incident_id",
    "terms": "term_id", "school_terms": "term_id",
}  # fmt: skip
"""The column that a header of `ID` or `CODE` alone means."""

REFERRED = ("student_id", "school_id", "staff_id", "incident_id")
"""Ids that several files share."""


@dataclass(frozen=True)
class ColumnMatch:
    """A file's column for a canonical one: its score from 0 to 1, and why."""

    canonical: str
    profile: ColumnProfile
    score: float
    why: str

    @property
    def sureness(self) -> str:
        """The score in a word."""
        return "sure" if self.score >= 0.78 else "likely" if self.score >= 0.65 else "a guess"


def match_columns(
    table: Table, profiles: Sequence[ColumnProfile], known: Mapping[str, ColumnProfile]
) -> dict[str, ColumnMatch]:
    """The best column for each canonical one; each column is placed once. `known` are columns of ids of other files."""
    shared = shared_word([profile.name for profile in profiles])
    found = [match for profile in profiles for match in matches_of(table, profile, shared, known)]
    placed: dict[str, ColumnMatch] = {}
    used: set[int] = set()
    for match in sorted(found, key=lambda match: (-match.score, match.profile.place)):
        if match.canonical not in placed and match.profile.place not in used:
            placed[match.canonical] = match
            used.add(match.profile.place)
    return placed


def matches_of(
    table: Table, profile: ColumnProfile, shared: str, known: Mapping[str, ColumnProfile]
) -> Iterator[ColumnMatch]:
    """Every canonical column that a file's column may be."""
    for name, column in columns_of(table).items():
        phrases = phrases_of(table.name, name)
        own = ("id", "code") if OWN_IDS.get(table.name) == name else ()
        named = name_score(profile.name, (*phrases, *own), shared)
        match = match_of(table, (name, column), profile, named, known)
        if match is not None and match.score >= LEAST:
            yield match
    if table.name == "students":
        named = name_score(profile.name, FULL_NAME, shared)
        if named >= LEAST and any("," in value or " " in value for value in profile.probe):
            yield ColumnMatch("full_name", profile, BY_NAME * named + 0.2, "the name; values are of several words")
    named = name_score(profile.name, phrases_of(table.name, "known_on"), shared)
    if named >= LEAST and profile.date_form and profile.filled == profile.rows:
        why = f"the name; every row has a date as {profile.date_form}"
        yield ColumnMatch("known_on", profile, BY_NAME * named + 0.24, why)


def match_of(
    table: Table,
    canonical: tuple[str, Column],
    profile: ColumnProfile,
    named: float,
    known: Mapping[str, ColumnProfile],
) -> ColumnMatch | None:
    """How well a file's column is one canonical column; None where it cannot be."""
    name, column = canonical
    fit = fit_of(table.name, column, name, profile)
    if fit == IMPOSSIBLE:
        return None
    why = why_of(column, profile, named)
    other = known.get(name)
    if other is not None and name in REFERRED and other.file != profile.file and profile.filled:
        overlap = profile.share_in(other)
        fit = max(fit, overlap)
        why += f"; {overlap:.0%} of its values are in {other.file}, column {other.name}" if overlap > 0 else ""
    telling = fit >= TELLING and (column.allowed or name == "email" or (other is not None and profile.distinct > 1))
    if not named:
        return ColumnMatch(name, profile, 0.5, why) if telling and column.kind != "boolean" else None
    return ColumnMatch(name, profile, BY_NAME * named + (1 - BY_NAME) * fit, why)


def why_of(column: Column, profile: ColumnProfile, named: float) -> str:
    """What speaks for a column, without a value."""
    name = "the name" if named >= 0.85 else "part of the name" if named else "the values alone"
    if not profile.filled:
        return f"{name}; it is empty here"
    if column.kind == "date":
        return f"{name}; dates as {profile.date_form}" if profile.date_form else f"{name}; numbers of days"
    if column.allowed or column.kind == "boolean":
        return f"{name}; {profile.distinct} different values"
    return name

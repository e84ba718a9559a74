"""The setting that reads a placed column: its pattern, factor and codes, with what each code probably means."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.file_mapping.column_mapping import ColumnMapping
from features.ingest.proposal.code_guesses import EMPTY, LEFT_OUT, guess
from features.ingest.proposal.column_match import ColumnMatch
from features.ingest.proposal.column_profile import ColumnProfile, share
from features.ingest.proposal.value_fit import FITTING, SCHOOL_YEAR
from features.table_schema import Column, Table

TRAILING_LETTER = re.compile(r"[0-9.]+ +[ABCDF][+-]?")
DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
OTHER_ANSWER = {
    yes: no for one, other in (("1", "0"), ("Y", "N"), ("true", "false"), ("T", "F"), ("Yes", "No"), ("E", "U"))
    for yes, no in ((one, other), (other, one))
}  # fmt: skip
"""A yes and the no that goes with it, and the other way round."""

FEW, SHORT = 3, 4
"""A code that is not known is shown where it stands in so many rows, or has at most so many characters."""


@dataclass(frozen=True)
class CodeGuess:
    """A code, its number of rows, and what it probably means: None where that cannot be told."""

    code: str
    rows: int
    meaning: str | None


@dataclass(frozen=True)
class ColumnSetting:
    """The setting of one canonical column, how sure it is and why, with its codes and what to look at."""

    canonical: str
    mapping: ColumnMapping
    sureness: str
    why: str
    codes: tuple[CodeGuess, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The file's column; empty where it comes from elsewhere."""
        return self.mapping.column or ""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Codes whose rows are no records."""
        return tuple(one.code for one in self.codes if one.meaning == LEFT_OUT)


def setting_of(table: Table, column: Column, match: ColumnMatch) -> ColumnSetting:
    """The setting of a canonical column that stands in a column of the file."""
    mapping, notes = mapping_of(table, column, match)
    codes = tuple(codes_of(table, column, match)) if mapping.pattern is None else ()
    return ColumnSetting(match.canonical, mapping, match.sureness, match.why, codes, notes)


def mapping_of(table: Table, column: Column, match: ColumnMatch) -> tuple[ColumnMapping, tuple[str, ...]]:
    """Where the value stands in the file's cell, and what to look at."""
    profile, name = match.profile, match.profile.name
    if (table.name, match.canonical) == ("marks", "mark"):
        return mark_mapping(profile)
    if column.kind == "hundredths" and profile.filled:
        return hundredths_mapping(match.canonical, profile)
    notes = []
    if column.kind == "date" and profile.is_ambiguous:
        notes.append(f"no day is beyond 12: {profile.date_form} is the usual order of day and month here, not a proof")
    if column.kind == "date" and profile.filled and not profile.date_form:
        notes.append("days are numbers, as a spreadsheet counts them")
    return ColumnMapping(column=name), tuple(notes)


def mark_mapping(profile: ColumnProfile) -> tuple[ColumnMapping, tuple[str, ...]]:
    """The cell as it is, which a scale may read, or the letter behind a percentage."""
    if share(profile.probe, TRAILING_LETTER) >= FITTING:
        return ColumnMapping(column=profile.name, pattern="([ABCDF][+-]?)$"), ("the letter behind the percentage",)
    return ColumnMapping(column=profile.name), ()


def hundredths_mapping(name: str, profile: ColumnProfile) -> tuple[ColumnMapping, tuple[str, ...]]:
    """Hundredths as they are, or whole days, points and credits times 100."""
    if has_decimal_comma(profile):
        return ColumnMapping(column=profile.name, times=100), ("numbers have a decimal comma",)
    most = profile.range[1]
    units = {
        "absent_hundredths": 1,
        "points_hundredths": 6,
        "unweighted_points_hundredths": 6,
        "days_removed_hundredths": 45,
    }.get(name, 15)
    if not profile.is_whole or most <= units:
        return ColumnMapping(column=profile.name, times=100), (f"at most {most:g}: taken as whole ones, times 100",)
    return ColumnMapping(column=profile.name), (f"at most {most:g}: taken as hundredths",)


def has_decimal_comma(profile: ColumnProfile) -> bool:
    """Whether numbers have a comma before their decimals, and none has a point."""
    return share(profile.probe, DECIMAL_COMMA) > 0 and not any("." in value for value in profile.probe)


def codes_of(table: Table, column: Column, match: ColumnMatch) -> Iterator[CodeGuess]:
    """The codes of a column that has some, the most frequent first; nothing where its values are ours already."""
    profile, name = match.profile, match.canonical
    if name == "school_year":
        yield from year_codes(profile)
        return
    if (column.kind == "integer" and profile.is_whole) or (table.name, name) == ("marks", "mark"):
        return
    own = column.allowed or (("true", "false") if column.kind == "boolean" else ())
    if not (own or column.kind == "integer") or not profile.codes or all(code in own for code, _ in profile.codes):
        return
    header = profile.name.lower()
    found = [CodeGuess(code, n, guess(table.name, name, column.kind, code, header)) for code, n in profile.codes]
    if column.kind == "boolean":
        found += other_answers(found)
    yield from found


def other_answers(found: Sequence[CodeGuess]) -> list[CodeGuess]:
    """The other answer of yes and no, where only one of them was seen."""
    seen = {one.code for one in found}
    pairs = [(one.code, OTHER_ANSWER[one.code]) for one in found if one.code in OTHER_ANSWER]
    return [
        CodeGuess(other, 0, "false" if one.meaning == "true" else "true")
        for one in found
        for code, other in pairs
        if one.code == code and other not in seen and one.meaning is not None
    ]


def year_codes(profile: ColumnProfile) -> Iterator[CodeGuess]:
    """School years such as 2025-26, each with the year in which it ends; nothing where that is what they are."""
    if profile.is_whole and all(len(value) == 4 for value in profile.probe):
        return
    for code, n in profile.codes:
        begins = int(code[:4]) if SCHOOL_YEAR.fullmatch(code) else None
        ends = begins if begins is None or len(code) == len("2026") else begins + 1
        yield CodeGuess(code, n, None if ends is None else str(ends))


def shown(code: CodeGuess) -> str | None:
    """The code for people; None where it may be anything, a name too."""
    known = code.meaning not in (None, EMPTY)
    return code.code if known or code.rows >= FEW or len(code.code) <= SHORT else None

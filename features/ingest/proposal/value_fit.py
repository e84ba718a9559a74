"""How well a column's values fit a canonical column: its kind, its range, its codes."""

import re

from features.ingest.proposal.code_guesses import guess
from features.ingest.proposal.column_profile import ColumnProfile, share
from features.table_schema import Column

IMPOSSIBLE = -1.0
LONGEST_CODE = 24
FITTING = 0.8
"""The share of values that must fit a kind for the column to be possible; the others are told as what to correct."""

SCHOOL_YEAR = re.compile(r"(19[89]|20[0-9])[0-9]([-/](20)?[0-9]{2})?|(19[89]|20[0-9])[0-9](19|20)[0-9]{2}")
MARK = re.compile(r"(?:[0-9.]+ )?([ABCDF])[+-]?|P|NP|CR|NC|I|INC|W|[0-9]{1,3}([.,][0-9]+)?", re.IGNORECASE)
LETTER = re.compile(r"([ABCDF])[+-]?|P|NP")
NUMBER = re.compile(r"-?[0-9]*[.,]?[0-9]+ ?%?")
NAME = re.compile(r"[^\W\d_][^\d@]*")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
SERIAL = re.compile(r"[234][0-9]{4}(\.[0-9]+)?|5[0-5][0-9]{3}(\.[0-9]+)?")
"""A day as a spreadsheet counts them: 45567."""

ID = re.compile(r"[^\s@]{1,40}")


def fit_of(table: str, column: Column, name: str, profile: ColumnProfile) -> float:
    """How well values fit, from 0 (they say nothing) to 1 (they tell it alone); IMPOSSIBLE where they cannot be it."""
    if not profile.filled:
        return 0.0
    if column.allowed and (table, name) != ("marks", "mark"):
        return code_fit(table, column, name, profile)
    match column.kind:
        case "date":
            return 1.0 if profile.date_form else enough(share(profile.probe, SERIAL), 0.4)
        case "boolean":
            return code_fit(table, column, name, profile)
        case "integer":
            return integer_fit(table, column, name, profile)
        case "hundredths":
            return enough(share(profile.probe, NUMBER), 0.6) if not profile.date_form else IMPOSSIBLE
    return text_fit(name, profile)


def enough(found: float, worth: float) -> float:
    """What a share of fitting values is worth."""
    return worth * found if found >= FITTING else IMPOSSIBLE


def code_fit(table: str, column: Column, name: str, profile: ColumnProfile) -> float:
    """How many rows have a code whose meaning can be guessed; IMPOSSIBLE for dates, and too many or too long values."""
    if not profile.codes or profile.date_form or any(len(code) > LONGEST_CODE for code, _ in profile.codes):
        return IMPOSSIBLE
    header = profile.name.lower()
    known = sum(n for code, n in profile.codes if guess(table, name, column.kind, code, header) is not None)
    if column.kind == "boolean" and known < FITTING * profile.filled:
        return IMPOSSIBLE
    own = all(code in (column.allowed or ("true", "false")) for code, _ in profile.codes)
    return 1.0 if own else 0.1 + 0.6 * known / profile.filled


def integer_fit(table: str, column: Column, name: str, profile: ColumnProfile) -> float:
    """Whether values are school years, grades also as K and TK, or whole numbers in range."""
    if name == "school_year":
        return enough(share(profile.probe, SCHOOL_YEAR), 0.9)
    if name != "grade_level":
        within = profile.is_whole and (column.least or 0) <= profile.range[0] and profile.range[1] <= (column.most or 0)
        return 0.5 if within else IMPOSSIBLE
    if not profile.codes:
        return IMPOSSIBLE
    known = sum(n for code, n in profile.codes if guess(table, name, column.kind, code) is not None)
    return enough(known / profile.filled, 0.8)


def text_fit(name: str, profile: ColumnProfile) -> float:
    """How well a text column fits: marks, addresses, names and ids have forms; other text says nothing."""
    match name:
        case "mark":
            letters = share(profile.probe, LETTER)
            return max(letters, enough(share(profile.probe, MARK), 0.5))
        case "email":
            return enough(share(profile.probe, EMAIL), 1.0)
        case "first_name" | "last_name":
            return enough(share(profile.probe, NAME), 0.4)
        case "value" | "course_name" | "name" | "track":
            return 0.1 if not profile.date_form else IMPOSSIBLE
    if profile.date_form and not profile.is_whole:
        return IMPOSSIBLE
    return enough(share(profile.probe, ID), 0.3) if name.endswith("_id") and name != "term_id" else 0.1

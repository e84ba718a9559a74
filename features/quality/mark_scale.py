"""Checks that marks keep the scale of earlier years, and that they come."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from features.quality.check_codes import LETTER_SHARE, POINTS_MOVED, Finding, factor_between
from features.quality.term_marks import TermMarks, Terms
from features.quality.term_names import TermNames

LEAST_MARKS = 50
"""Marks that a term must have to be checked."""
LEAST_EARLIER = 200
"""Marks of earlier years before a letter is new."""
LEAST_GONE = 20
"""Marks to be expected of a letter before its absence is told."""
OVERDUE = timedelta(days=30)
"""How long after its end a term may be without marks, whatever was known when a year before."""


def scale_findings(terms: Terms) -> Iterator[Finding]:
    """CHECK15 to CHECK17, term by term."""
    letters = letters_by_year(terms)
    for now in terms.values():
        if now.marks < LEAST_MARKS:
            continue
        yield from new_letters(now, letters.get(now.school_id, {}))
        before = terms.get((now.school_id, now.school_year - 1, now.term))
        if before is not None and before.marks >= LEAST_MARKS:
            yield from letters_gone(now, before)
            yield from points_moved(now, before)


Letters = Mapping[int, Mapping[str, int]]
"""How often each letter was given, by school year."""


def letters_by_year(terms: Terms) -> dict[str, dict[int, dict[str, int]]]:
    """How often each school gave each letter in each year."""
    found: dict[str, dict[int, dict[str, int]]] = {}
    for term in terms.values():
        year = found.setdefault(term.school_id, {}).setdefault(term.school_year, {})
        for letter, n in term.letters.items():
            year[letter] = year.get(letter, 0) + n
    return found


def new_letters(now: TermMarks, by_year: Letters) -> Iterator[Finding]:
    """CHECK15."""
    earlier = [letters for year, letters in by_year.items() if year < now.school_year]
    if sum(sum(letters.values()) for letters in earlier) < LEAST_EARLIER:
        return
    seen = {letter for letters in earlier for letter in letters}
    for letter, n in sorted(now.letters.items()):
        if letter not in seen and n >= LETTER_SHARE * now.marks:
            yield finding("CHECK15", now, f"{n:,} of {now.marks:,} marks are {letter}, which it never gave before")


def letters_gone(now: TermMarks, before: TermMarks) -> Iterator[Finding]:
    """CHECK16, once at least half as many marks are in as a year before."""
    if 2 * now.marks < before.marks:
        return
    for letter, n in sorted(before.letters.items()):
        share = n / before.marks
        if letter not in now.letters and share >= LETTER_SHARE and share * now.marks >= LEAST_GONE:
            says = f"no mark of {now.marks:,} is {letter}, of {before.marks:,} a year before {n:,} were"
            yield finding("CHECK16", now, says)


def points_moved(now: TermMarks, before: TermMarks) -> Iterator[Finding]:
    """CHECK17: gone, or another mean, or another top."""
    if before.pointed < LEAST_MARKS:
        return
    moved = max(factor_between(now.mean_points, before.mean_points), factor_between(now.top_points, before.top_points))
    if now.pointed == 0:
        yield finding("CHECK17", now, f"no mark has grade points, a year before {before.pointed:,} had")
    elif now.pointed >= LEAST_MARKS and moved >= POINTS_MOVED:
        yield finding("CHECK17", now, f"grade points {points(now)}, a year before {points(before)}")


def points(term: TermMarks) -> str:
    """Grade points in words."""
    return f"reach {term.top_points:g} and average {term.mean_points:.2f}"


def missing_terms(
    terms: Terms, names: TermNames, enrolled: Sequence[tuple[str, int]], today: date
) -> Iterator[Finding]:
    """CHECK18, for schools with students in the year, by the terms of the school."""
    there, running = set(enrolled), max((year for _, year in enrolled), default=0)
    for before in terms.values():
        school, year = before.school_id, before.school_year + 1
        if (school, year) not in there or (school, year, before.term) in terms or before.marks < LEAST_MARKS:
            continue
        end = names.end(school, year, before.term)
        overdue = year < running or (end is not None and end + OVERDUE < today)
        if overdue or before.in_time >= LEAST_MARKS:
            says = f"no marks, a year before {before.in_time if not overdue else before.marks:,}"
            now = TermMarks(school, year, before.term, 0, {})
            yield finding("CHECK18", now, says + ("" if overdue else " by this time"))


def finding(code: str, term: TermMarks, says: str) -> Finding:
    """A finding about a school's term."""
    year = f"{term.school_year - 1}–{term.school_year % 100:02d}"
    return Finding(code, f"school {term.school_id}, {term.term} of {year}: {says}", term.school_id)

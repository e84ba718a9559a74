"""What terms are called, and when they end: those of the district, or of a school that has its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis

from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.quality.current_records import known_rows, records_of
from features.warehouse.reader import Reader

DISTRICT = ""
"""In place of a school, for terms of the district."""


@dataclass(frozen=True)
class Term:
    """A term of the district, or of a track of a school."""

    school_id: str
    track: str
    school_year: int
    term_id: str
    kind: str
    start_date: date
    end_date: date


@dataclass(frozen=True)
class TermNames:
    """What terms are called whatever their id: kind and place in the year, such as `quarter 1`.

    `names` is by school, school year and id, `ends` the last day by school, school year and name. A school with terms
    of its own in a year has none of the district's then. Tracks of a school with one id have one name, that of `main`
    first, and the last of their ends.
    """

    names: Mapping[tuple[str, int, str], str]
    ends: Mapping[tuple[str, int, str], date]
    own: frozenset[tuple[str, int]]

    def name(self, school_id: str, school_year: int, term_id: str) -> str:
        """What a term is called at a school; its id where it is not on record."""
        return self.names.get((self.whose(school_id, school_year), school_year, term_id), term_id)

    def end(self, school_id: str, school_year: int, name: str) -> date | None:
        """The last day of a term at a school, by what it is called."""
        return self.ends.get((self.whose(school_id, school_year), school_year, name))

    def whose(self, school_id: str, school_year: int) -> str:
        """The school, where it has terms of its own in the year, else the district."""
        return school_id if (school_id, school_year) in self.own else DISTRICT


def term_names(reader: Reader, today: date) -> TermNames:
    """The names and ends of all terms known by today."""
    return names_of([*records_of(reader, terms_script("terms"), Term, today),
                     *records_of(reader, terms_script("school_terms"), Term, today)])  # fmt: skip


@cached_script
def terms_script(name: str) -> Script:
    """DuckDB's SQL for `Term`, a row a term, in order; the `main` track of a school first."""
    rows = known_rows(name)
    if name == "terms":
        rows = rows.mutate(school_id=ibis.literal(DISTRICT), track=ibis.literal(""))
    order = ["school_id", rows.track != "main", "track", "school_year", "start_date", "term_id"]
    return compile_script(rows.order_by(order).select(*Term.__dataclass_fields__))


def names_of(terms: Sequence[Term]) -> TermNames:
    """The names and ends of terms, in the order in which they are given."""
    seen: Counter[tuple[str, str, int, str]] = Counter()
    names: dict[tuple[str, int, str], str] = {}
    ends: dict[tuple[str, int, str], date] = {}
    for term in terms:
        place = (term.school_id, term.track, term.school_year, term.kind)
        seen[place] += 1
        name = names.setdefault((term.school_id, term.school_year, term.term_id), f"{term.kind} {seen[place]}")
        called = (term.school_id, term.school_year, name)
        ends[called] = max(term.end_date, ends.get(called, term.end_date))
    return TermNames(names, ends, frozenset((one.school_id, one.school_year) for one in terms if one.school_id))

"""The last day of the term of a row: that of its school where the school has terms of its own, else the district's."""

import ibis
import ibis.expr.types as ir

from features.file_mapping.declaration import TERM_END

OF_DISTRICT = ""
"""The school of the district's terms."""

ENDS = ibis.schema({"at_school": "string", "in_year": "int64", "in_term": "string", TERM_END: "date"})
"""Each term's last day: of the district's, and of schools with terms of their own."""

KEY = {"in_year": "school_year", "in_term": "term_id"}


def district_term_ends(terms: ir.Table) -> ir.Table:
    """The last day of each of the district's terms."""
    return terms.select(at_school=ibis.literal(OF_DISTRICT), **KEY, term_end="end_date")


def school_term_ends(own: ir.Table) -> ir.Table:
    """The last day of each term of a school; where its tracks differ, that of the last of them."""
    schools = own.select(at_school="school_id", **KEY, end="end_date")
    return schools.group_by("at_school", *KEY).aggregate(term_end=schools.end.max())


def with_term_end(rows: ir.Table, ends: ir.Table) -> ir.Table:
    """Rows of a school, school year and term with `term_end`, missing where no such term is known."""
    of_district = ends.filter(ends.at_school == OF_DISTRICT).drop("at_school")
    own = ends.filter(ends.at_school != OF_DISTRICT)
    own = own.select("at_school", own_year="in_year", own_term="in_term", own_end=TERM_END)
    rows = rows.left_join(of_district, [("school_year", "in_year"), ("term_id", "in_term")]).drop("in_year", "in_term")
    both = rows.left_join(own, [("school_id", "at_school"), ("school_year", "own_year"), ("term_id", "own_term")])
    ended = ibis.coalesce(both.own_end, both[TERM_END])
    return both.mutate(**{TERM_END: ended}).drop("at_school", "own_year", "own_term", "own_end")

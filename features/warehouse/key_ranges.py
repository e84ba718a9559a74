"""Parts of a district's students by ranges of keys: what is made for one part at a time needs the memory of a part."""

from collections.abc import Sequence
from itertools import pairwise

from features.engine.view import LAST_TEXT, KeyRange
from features.warehouse.reader import Reader

ENROLLED = """FROM enrollments
WHERE school_year = ? AND list_contains(?, grade_level) AND superseded_by_load IS NULL AND NOT withdrawn"""


def count_enrolled(reader: Reader, school_year: int, grades: Sequence[int]) -> int:
    """How many students of these grades are enrolled in a school year; some more, where one is at two schools."""
    rows = reader.connection.execute(f"SELECT count(*) {ENROLLED}", [school_year, list(grades)]).fetchall()
    return int(rows[0][0])


def key_ranges(reader: Reader, school_year: int, grades: Sequence[int], most: int) -> tuple[KeyRange, ...]:
    """Ranges of keys, each of at most some `most` students of these grades; none where one would hold them all.

    Rows of the warehouse stand in the order of keys, load by load, so that DuckDB passes over those of other parts.
    """
    parts = -(-count_enrolled(reader, school_year, grades) // most)
    if parts < 2:
        return ()
    shares = [place / parts for place in range(1, parts)]
    query = f"SELECT quantile_disc(student_key, {shares}) {ENROLLED}"
    ((bounds,),) = reader.connection.execute(query, [school_year, list(grades)]).fetchall()
    return tuple(KeyRange(*ends) for ends in pairwise(["", *sorted(set(bounds)), LAST_TEXT]))

"""The keys of an educator's students, for queries of what was written about them."""

from functools import lru_cache

from sqlalchemy import Select

from serving.access.authorize import Educator, visible_students
from serving.store.rows import StudentRow

QUERIES_KEPT = 256
"""As many queries are kept as there are people who look within minutes; whose students they find is asked each time."""


@lru_cache(maxsize=QUERIES_KEPT)
def own_keys(educator: Educator) -> Select[str]:
    """The keys of the educator's students, as a query: it has whom it asks for, by role, day and covers."""
    return visible_students(educator).with_only_columns(StudentRow.student_key)

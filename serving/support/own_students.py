"""The keys of an educator's students, for queries of what was written about them."""

from sqlalchemy import Select

from serving.access.authorize import Educator, visible_students
from serving.store.rows import StudentRow


def own_keys(educator: Educator) -> Select[str]:
    """The keys of the educator's students, as a query: it has whom it asks for, by role, day and covers."""
    return visible_students(educator).with_only_columns(StudentRow.student_key)

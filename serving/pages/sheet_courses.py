"""The courses on a family's sheet: each with its latest mark of this year, and last year's in the same subject."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from serving.store.cell_types import JsonRow
from serving.wording.own_record import CORE, finals, latest_by

GRADE_IN_NAME = re.compile(r"[\s\-]*\d+\s*$")
FAILED = "F"


@dataclass(frozen=True)
class SheetCourse:
    """A course and its mark, whether a letter or not; `before` is empty without a mark of last year to set beside."""

    course: str
    mark: str
    before: str = ""

    @property
    def is_failed(self) -> bool:
        """Whether the mark is an F now."""
        return self.mark.startswith(FAILED)


def sheet_courses(marks: Sequence[JsonRow], year: int) -> tuple[SheetCourse, ...]:
    """The courses of a school year by name."""
    given = [row for row in marks if row.get("mark")]
    now = latest_by([row for row in given if row.get("school_year") == year], "course_name")
    past = finals([row for row in given if row.get("school_year") == year - 1])
    subjects, names = latest_by(past, "subject"), latest_by(past, "course_name")
    named = {without_grade(name): row for name, row in names.items()}
    return tuple(
        SheetCourse(name, str(row["mark"]), mark_of(named.get(without_grade(name)) or core_mark(row, subjects)))
        for name, row in sorted(now.items())
    )


def without_grade(course: str) -> str:
    """A course's name without the grade at its end: Arts 7 and Arts 8 are the same."""
    return GRADE_IN_NAME.sub("", course).casefold()


def core_mark(row: JsonRow, subjects: dict[str, JsonRow]) -> JsonRow | None:
    """Last year's mark in the same core subject; other subjects are too wide to be compared."""
    subject = str(row.get("subject"))
    return subjects.get(subject) if subject in CORE else None


def mark_of(row: JsonRow | None) -> str:
    """A mark as it is on record; empty without one."""
    return str(row["mark"]) if row else ""

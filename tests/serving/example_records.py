"""A student's records in the example service: days missed, marks, and both over time."""

from datetime import date, timedelta

from serving.scoring.scoring_run import Record
from tests.serving.example_scores import History


def absences() -> tuple[Record, ...]:
    """Days the district recorded."""
    days = (date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 10), date(2026, 11, 16), date(2026, 11, 17))
    return tuple(
        {
            "date": day,
            "kind": "absent",
            "absent_hundredths": 100,
            "excused": i == 0,
            "known_on": day + timedelta(days=1),
        }
        for i, day in enumerate(days)
    )


def marks() -> tuple[Record, ...]:
    """Marks of last year and this one."""
    given = (
        (2026, "S1", "Math 8", "math", "C", "final", date(2026, 1, 23)),
        (2026, "S1", "English 8", "ela", "B", "final", date(2026, 1, 23)),
        (2026, "S2", "Math 8", "math", "D", "final", date(2026, 6, 5)),
        (2026, "S2", "English 8", "ela", "C", "final", date(2026, 6, 5)),
        (2027, "S1", "Algebra 1", "math", "F", "progress", date(2026, 10, 16)),
        (2027, "S1", "English 9", "ela", "C", "progress", date(2026, 10, 16)),
        (2027, "S1", "Biology", "science", "D", "progress", date(2026, 10, 16)),
    )
    names = ("school_year", "term_id", "course_name", "subject", "mark", "mark_kind", "known_on")
    return tuple(dict(zip(names, row, strict=True)) for row in given)


def history() -> History:
    """A fall in weeks and marks."""
    missed = (0, 0, 100, 0, 0, 50, 0, 100, 0, 0, 200, 100, 100, 200)
    weeks = tuple(
        {"week": date(2026, 8, 17) + timedelta(weeks=i), "days": 4 if i == 3 else 5, "missed": m}
        for i, m in enumerate(missed)
    )
    return History(attendance=weeks, marks=marks())

"""Records as people read them: the district's own rows, with plain column names and units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from serving.rows import Cell, Cells
from serving.wording import school_year, short_day

SHOWN_FIRST = 6
COLUMNS = {
    "date": "Date", "kind": "Recorded as", "absent_hundredths": "Part of the day", "excused": "Excused",
    "known_on": "On record since", "school_year": "School year", "term_id": "Term", "course_name": "Course",
    "subject": "Subject", "mark": "Mark", "mark_kind": "Kind of mark", "severity": "Severity",
    "action": "What followed", "days_removed_hundredths": "School days", "school_id": "School", "entry_date": "From",
    "exit_date": "To", "week": "Week of", "days": "School days", "missed": "Days missed",
}  # fmt: skip
WORDS = {
    "absent": "Absent", "partial": "Absent part of the day", "tardy": "Late", "suspended": "Suspended",
    "ela": "English", "math": "Math", "science": "Science", "social_science": "Social science", "other": "Other",
    "progress": "In progress", "final": "Final", "minor": "Minor", "major": "Major", "conference": "Conference",
    "detention": "Detention", "in_school_suspension": "Suspension in school",
    "out_of_school_suspension": "Suspension out of school", "expulsion": "Expulsion",
}  # fmt: skip
WORDED = {"kind", "subject", "mark_kind", "severity", "action"}
DATES = {"date", "known_on", "entry_date", "exit_date", "week"}


@dataclass(frozen=True)
class RecordTable:
    """Rows as text, newest first; `more` are those beyond the first few."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: tuple[tuple[str, ...], ...] = ()


def record_table(records: Sequence[Cells]) -> RecordTable | None:
    """The records as a table; None where there are none."""
    if not records:
        return None
    newest_first = sorted(records, key=lambda record: str(record.get("date") or record.get("known_on")), reverse=True)
    names = [name for name in records[0] if any(record.get(name) is not None for record in records)]
    rows = [tuple(cell_text(name, record.get(name)) for name in names) for record in newest_first]
    columns = tuple(COLUMNS.get(name, name.replace("_", " ").capitalize()) for name in names)
    return RecordTable(columns, tuple(rows[:SHOWN_FIRST]), tuple(rows[SHOWN_FIRST:]))


def cell_text(name: str, cell: Cell) -> str:
    """One cell as people read it."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if name in DATES:
        return short_day(date.fromisoformat(str(cell)))
    if name == "school_year" and isinstance(cell, int):
        return school_year(cell)
    return amount_or_word(name, cell)


def amount_or_word(name: str, cell: int | float | str) -> str:
    """A measure in days, a code in words, anything else as it is."""
    if name == "absent_hundredths":
        return "Whole day" if cell == 100 else f"{cell} of 100"
    if name in {"days_removed_hundredths", "missed"}:
        return f"{float(cell) / 100:g}"
    return WORDS.get(str(cell), str(cell)) if name in WORDED else str(cell)

"""The district's own records as tables, with plain column names and units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from features.table_schema import ELSEWHERE
from serving.pages.record_charts import year_of
from serving.store.cell_types import JsonCell, JsonRow
from serving.wording.locale import Language, msgid

ROWS_SHOWN = 6
COLUMNS = {
    "date": msgid("Date"),
    "week": msgid("Week of"),
    "course_name": msgid("Course"),
    "mark": msgid("Mark"),
    "mark_kind": msgid("Kind of mark"),
    "kind": msgid("Recorded as"),
    "severity": msgid("Severity"),
    "action": msgid("What followed"),
    "absent_hundredths": msgid("How long"),
    "days_removed_hundredths": msgid("School days"),
    "missed": msgid("Days missed"),
    "days": msgid("School days"),
    "excused": msgid("Excused"),
    "subject": msgid("Subject"),
    "term_id": msgid("Term"),
    "school_year": msgid("School year"),
    "school_id": msgid("School"),
    "entry_date": msgid("From"),
    "exit_date": msgid("To"),
    "known_on": msgid("On record since"),
}
"""What people call each column, in the order in which they are shown."""

DAY_PARTS: dict[int | float | str, str] = {
    0: msgid("None"),
    50: msgid("Half a day"),
    100: msgid("Whole day"),
}
CODE_WORDS = {
    "absent": msgid("Absent"),
    "partial": msgid("Absent part of the day"),
    "tardy": msgid("Late"),
    "suspended": msgid("Suspended"),
    "ela": msgid("English"),
    "math": msgid("Math"),
    "science": msgid("Science"),
    "social_science": msgid("Social science"),
    "other": msgid("Other"),
    "progress": msgid("In progress"),
    "final": msgid("Final"),
    "minor": msgid("Minor"),
    "major": msgid("Major"),
    "conference": msgid("Conference"),
    "detention": msgid("Detention"),
    "in_school_suspension": msgid("Suspension in school"),
    "out_of_school_suspension": msgid("Suspension out of school"),
    "expulsion": msgid("Expulsion"),
}
CODED_COLUMNS = {"kind", "subject", "mark_kind", "severity", "action"}
DATES = {"date", "known_on", "entry_date", "exit_date", "week"}


@dataclass(frozen=True)
class RecordTable:
    """Rows as text, newest first; `more` are those beyond the first few."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: tuple[tuple[str, ...], ...] = ()


def record_table(language: Language, records: Sequence[JsonRow]) -> RecordTable | None:
    """The records as a table; None where there are none."""
    if not records:
        return None
    newest_first = sorted(records, key=lambda record: str(record.get("date") or record.get("known_on")), reverse=True)
    names = shown_columns(records)
    rows = [tuple(cell_text(language, name, record.get(name), record) for name in names) for record in newest_first]
    columns = tuple(column_words(language, name) for name in names)
    return RecordTable(columns, tuple(rows[:ROWS_SHOWN]), tuple(rows[ROWS_SHOWN:]))


def column_words(language: Language, name: str) -> str:
    """What people call a column."""
    return language.translate(COLUMNS[name]) if name in COLUMNS else name.replace("_", " ").capitalize()


def shown_columns(records: Sequence[JsonRow]) -> list[str]:
    """The columns that hold anything, what matters most first; a course and a term say what two others would."""
    held = [name for name in records[0] if any(says_something(name, record.get(name)) for record in records)]
    said = {"subject"} if "course_name" in held else set()
    said |= {"school_year"} if "term_id" in held else set()
    order = [*COLUMNS, *held]
    return sorted((name for name in held if name not in said), key=order.index)


def says_something(name: str, cell: JsonCell) -> bool:
    """Whether a cell is worth a column: it holds something, and a length is not 0, as that of coming late is."""
    return cell is not None and not (name == "absent_hundredths" and cell == 0)


def cell_text(language: Language, name: str, cell: JsonCell, record: JsonRow) -> str:
    """One cell as people read it."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return language.translate("Yes") if cell else language.translate("No")
    if name in DATES:
        return language.short_day(date.fromisoformat(str(cell)))
    if name == "school_id" and str(cell).startswith(ELSEWHERE):
        return language.translate("Another district")
    if name == "term_id":
        return f"{cell} {year_of(record)}".strip()
    return amount_or_word(language, name, cell)


def amount_or_word(language: Language, name: str, cell: int | float | str) -> str:
    """A measure in days, a code in words, anything else as it is."""
    if name == "absent_hundredths":
        share = language.translate("{share} of a day", share=float(cell) / 100)
        return language.translate(DAY_PARTS[cell]) if cell in DAY_PARTS else share
    if name in {"days_removed_hundredths", "missed"}:
        return f"{language.localize(float(cell) / 100)}"
    return code_words(language, cell) if name in CODED_COLUMNS else str(cell)


def code_words(language: Language, code: JsonCell) -> str:
    """What people call a code of the records; an unknown one stands for itself, and none is a dash."""
    return "–" if code is None else language.translate(CODE_WORDS[str(code)]) if code in CODE_WORDS else str(code)

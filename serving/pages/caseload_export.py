"""A caseload as a CSV file: no cell of it is read as a formula, and nobody gets one without a purpose."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Literal

from sqlalchemy.orm import Session

from serving.pages.caseload_filter import CaseloadFilter
from serving.pages.caseload_line import CaseloadLine, build_lines, school_names
from serving.pages.caseload_query import CaseloadScope, filtered_students, select_page, student_lines
from serving.wording.locale import Language, msgid

Purpose = Literal["meeting", "outreach", "records", "planning"]
PURPOSES: dict[Purpose, str] = {
    "meeting": msgid("To prepare a meeting"),
    "outreach": msgid("To reach out to families"),
    "records": msgid("To check the records"),
    "planning": msgid("To plan support at school"),
}
"""What a file may be for, by the code that the access log keeps."""
HEAD = (
    msgid("Student"),
    msgid("Student number"),
    msgid("Grade"),
    msgid("School"),
    msgid("On this week’s list"),
    msgid("Signals"),
    msgid("Change"),
    msgid("What stands out first"),
    msgid("Last contact"),
    msgid("Plan"),
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "−")
"""What a spreadsheet may take for the start of a formula, in full width too."""
BYTE_ORDER_MARK = "\ufeff"
"""Tells a spreadsheet that the file is UTF-8."""


def export_lines(
    session: Session, scope: CaseloadScope, asked: CaseloadFilter, language: Language
) -> tuple[CaseloadLine, ...]:
    """Every student whom a filter leaves, whatever the page."""
    found = select_page(filtered_students(scope, asked), 0, None)
    rows = student_lines(session, found) if scope.runs else []
    schools = school_names(session, scope.subject.district_id, {one.school_id for one in rows})
    return build_lines(session, scope, rows, language, schools)


def csv_file(language: Language, lines: Sequence[CaseloadLine]) -> str:
    """The lines as a file with a head."""
    written = StringIO()
    file = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    file.writerow([language.translate(name) for name in HEAD])
    file.writerows([plain_cell(cell) for cell in cells_of(language, line)] for line in lines)
    return f"{BYTE_ORDER_MARK}{written.getvalue()}"


def cells_of(language: Language, line: CaseloadLine) -> tuple[str, ...]:
    """One student's cells, in the order of the head."""
    contact = f"{line.contact.words} ({line.contact.before})" if line.contact.before else line.contact.words
    listed = language.translate("Yes") if line.listed else language.translate("No")
    who = (line.name, line.number, str(line.grade), line.school)
    return (*who, listed, line.band_words, line.change, line.signal, contact, line.plan)


def plain_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like it gets an apostrophe before it."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULA_STARTS) else cell

"""When rows of each table became known where nothing says so: by the dates that a row has of its own."""

from collections.abc import Mapping

from features.file_mapping.declaration import KnownOnRule

BEGINNING = "1990-07-01"
"""A day before all records."""

AFTER: Mapping[str, KnownOnRule] = {
    "attendance": KnownOnRule(after="date", school_days=2),
    "attendance_submissions": KnownOnRule(after="date", days=0),
    "section_enrollments": KnownOnRule(after="start_date", days=0),
    "marks": KnownOnRule(after="term_end", days=7),
    "incidents": KnownOnRule(after="date", days=1),
    "discipline_actions": KnownOnRule(after="date", days=1),
    "completions": KnownOnRule(after="date", days=7),
    "supports": KnownOnRule(after="date", days=0),
    "enrollments": KnownOnRule(after="entry_date", days=0),
    "demographics": KnownOnRule(after="start_date", days=0),
    "programs": KnownOnRule(after="start_date", days=0),
    "caseloads": KnownOnRule(after="start_date", days=0),
}
"""The rule of each table whose file does not say when a row became known; the others were so from the beginning."""


def rule_by_dates(table: str) -> KnownOnRule:
    """The rule of a table by the dates of its rows."""
    return AFTER.get(table, KnownOnRule(always=BEGINNING))

"""A sentence on the behavior incidents of a school year: how many of each severity, and when the last was."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from serving.pages.record_tables import code_words
from serving.store.cell_types import JsonRow
from serving.wording.locale import Language, msgid
from serving.wording.own_record import school_year_of

MINOR = "minor"
SEVERAL = 3
"""So many incidents in a year are said; fewer only where one of them is more than minor."""
ON_RECORD = msgid("Behavior on record this year: {counts}. The last: {day}.")


def incident_sentence(language: Language, incidents: Sequence[JsonRow], year: int | None) -> str:
    """The sentence of a school year; empty where there were few, and all were minor."""
    own = [(date.fromisoformat(str(row["date"])[:10]), str(row["severity"])) for row in incidents]
    found = [(day, severity) for day, severity in own if school_year_of(day) == year]
    if len(found) < SEVERAL and all(severity == MINOR for _, severity in found):
        return ""
    counted = Counter(severity for _, severity in found)
    said = sorted(counted.items(), key=lambda one: (one[0] == MINOR, one[0]))
    counts = ", ".join(f"{code_words(language, severity)} ({number})" for severity, number in said)
    return language.translate(ON_RECORD, counts=counts, day=language.short_day(max(day for day, _ in found)))

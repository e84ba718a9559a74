"""Reasons as people read them: courses by name, and first what a school can change and departs from the past."""

from collections.abc import Sequence
from dataclasses import dataclass

from serving.store.cell_types import JsonRow
from serving.wording.average_marks import average_sentence
from serving.wording.locale import Language
from serving.wording.own_record import OwnRecord
from serving.wording.own_record_words import named_reason
from serving.wording.reasons import NO_WORDING, Lexicon, reason_sentence

CLEAR = 0.25
"""A departure from the student's own past that goes before the order of the score: a letter, or a day in four."""
ABSENCE = ("absence_rate_10d", "absence_rate_20d", "absence_rate_45d", "absence_rate_term", "absence_rate_year",
           "absence_rate_change", "current_absence", "longest_absence")  # fmt: skip
MARKS = ("core_failing_now", "other_failing_now", "low_marks_now", "gpa_now", "gpa_change", "math_points_now",
         "ela_points_now", "science_points_now", "social_science_points_now")  # fmt: skip


@dataclass(frozen=True)
class NamedReason:
    """What stands out, in words, and in `short` for a row; `code` is the feature behind it."""

    code: str
    sentence: str
    short: str
    domain: str
    changeable: bool
    departure: float


def named_reasons(
    language: Language, lexicon: Lexicon, reasons: Sequence[JsonRow], record: OwnRecord
) -> list[NamedReason]:
    """What stands out, in the order in which it is shown."""
    found = [build_reason(language, lexicon, one, record) for one in reasons]
    return sorted(found, key=lambda one: (not one.changeable, -one.departure if one.departure >= CLEAR else 0.0))


def build_reason(language: Language, lexicon: Lexicon, reason: JsonRow, record: OwnRecord) -> NamedReason:
    """One stored reason in words, by course where the record names it."""
    code, wording = str(reason["code"]), lexicon.get(str(reason["code"]))
    named = named_reason(language, code, reason["value"], record)
    usual = average_sentence(language, code, reason["value"]) or reason_sentence(
        language, wording, code, reason["value"]
    )
    return NamedReason(
        code=code,
        sentence=named.sentence or usual,
        short=named.short or usual,
        domain=(wording or NO_WORDING).domain,
        changeable=(wording or NO_WORDING).can_change,
        departure=departure_of(code, record),
    )


def departure_of(code: str, record: OwnRecord) -> float:
    """How far what a reason is about departs from the student's own past, 0 to 1."""
    if code in ABSENCE:
        return record.rise_in_absence
    return record.fall_in_marks if code in MARKS else 0.0

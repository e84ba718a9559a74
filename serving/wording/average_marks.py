"""Averages of marks as a letter: what features count in grade points, pages say in marks."""

from serving.store.cell_types import JsonCell
from serving.wording.letter_marks import letter
from serving.wording.locale import Language, msgid
from serving.wording.own_record_words import SUBJECTS

LATEST, OF_YEAR, LAST_YEAR = (
    msgid("Latest marks {where}: {mark} on average."),
    msgid("Final marks of this year {where}: {mark} on average."),
    msgid("Marks of last year {where}: {mark} on average."),
)
AVERAGES = {
    "gpa_now": msgid("Latest marks: {mark} on average."),
    "gpa_year": msgid("Final marks of this year: {mark} on average."),
    "gpa_last_term": msgid("Final marks of the last term: {mark} on average."),
    "gpa_ever": msgid("All final marks on record: {mark} on average."),
    "gpa_previous_year": msgid("Marks of last year: {mark} on average."),
}
OF_SUBJECTS = {"points_now": LATEST, "points_year": OF_YEAR, "points_previous_year": LAST_YEAR}
CHANGES = {
    "gpa_change": msgid("The average mark is {letters:.1f} letters lower than last year."),
    "gpa_change_of_term": msgid("The average mark is {letters:.1f} letters lower than in the term before."),
}


def average_sentence(language: Language, code: str, value: JsonCell) -> str:
    """A feature on an average of marks, as a letter; empty for any other feature."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if code in CHANGES:
        return language.translate(CHANGES[code], letters=-value) if value < 0 else ""
    if code in AVERAGES:
        return language.translate(AVERAGES[code], mark=letter(value))
    subject, _, measured = code.partition("_points_")
    words = OF_SUBJECTS.get(f"points_{measured}")
    if words is None or subject not in SUBJECTS:
        return ""
    return language.translate(words, where=language.translate(SUBJECTS[subject]), mark=letter(value))

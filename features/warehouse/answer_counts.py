"""What people said of the students on lists: how often a place matched what they know, and how often not."""

from dataclasses import dataclass

from features.warehouse.reader import Reader


@dataclass(frozen=True)
class AnswerCounts:
    """How many said that a student's place matches what they know, that it is not the time, and that it does not."""

    agree: int
    not_now: int
    disagree: int


NO_ANSWERS = AnswerCounts(0, 0, 0)


def answer_counts(reader: Reader, outcome: str) -> AnswerCounts:
    """The current answers to every list of an outcome."""
    rows = reader.current("flag_answers")
    given = rows[rows["outcome"] == outcome]["answer"].value_counts()
    return AnswerCounts(*(int(given.get(answer, 0)) for answer in ("agree", "not_now", "disagree")))

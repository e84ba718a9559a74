"""Sentences on what changed since the run before: how far the risk moved, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from models.explanations.risk_change import FeatureChange, RiskChange
from serving.scoring.decoding import may_be_told
from serving.store.rows import ScoreRow
from serving.wording.locale import SENTENCES_KEPT, Language, msgid
from serving.wording.outcomes import ended_words
from serving.wording.reasons import FeatureWording, Lexicon, reason_sentence, strength_sentence, value_words

FROM_DATA = (
    msgid("From changes in the records: {number} more of 100."),
    msgid("From changes in the records: {number} fewer of 100."),
    msgid("From changes in the records: no difference."),
)
FROM_RELEASE = (
    msgid("From a new way of scoring: {number} more of 100. This part says nothing new about the student."),
    msgid("From a new way of scoring: {number} fewer of 100. This part says nothing new about the student."),
    msgid("From a new way of scoring: no difference."),
)
FROM_PART = (
    msgid(
        "From the way of scoring used at this time of the year: {number} more of 100. This part says nothing new about"
        " the student."
    ),
    msgid(
        "From the way of scoring used at this time of the year: {number} fewer of 100. This part says nothing new about"
        " the student."
    ),
    msgid("From the way of scoring used at this time of the year: no difference."),
)
ONLY_DATA = msgid("All of this comes from changes in the records.")
NOT_TOLD = msgid(
    "The way of scoring was changed, and the old one is gone. So we cannot say how much of this comes from the records."
)


@dataclass(frozen=True)
class RiskComparison:
    """A student's risk now, and at the run before."""

    before: float
    since: date
    now: float


@dataclass(frozen=True)
class MovedLine:
    """A feature that moved: what it says now, and what it was."""

    now: str
    before: str


@dataclass(frozen=True)
class ChangeWords:
    """How far the signals moved, where from, and what moved most."""

    opening: str
    parts: tuple[str, ...]
    moved: tuple[MovedLine, ...]


def compare_risks(score: ScoreRow) -> RiskComparison | None:
    """A stored score's risk beside that of the run before; None without both, or where too few stand behind it."""
    if not may_be_told(score) or score.previous_as_of is None or score.risk is None or score.previous_risk is None:
        return None
    return RiskComparison(before=score.previous_risk, since=score.previous_as_of, now=score.risk)


def change_words(
    language: Language, risks: RiskComparison, change: RiskChange, *, lexicon: Lexicon, ended: str
) -> ChangeWords:
    """The change in words; its counts of 100 add up."""
    day = language.short_day(risks.since)
    shown = change.moved if records_moved(risks, change) else ()
    moved = tuple(moved_line(language, one, lexicon.get(one.code), day) for one in shown)
    return ChangeWords(opening_words(language, risks, ended), part_words(language, risks, change), moved)


def moved_line(language: Language, moved: FeatureChange, wording: FeatureWording | None, day: str) -> MovedLine:
    """What a feature says now, and what its value was."""
    then = value_words(language, wording, moved.before, of_strength=moved.is_strength)
    return MovedLine(
        moved_sentence(language, moved, wording), language.translate("On {day}: {value}", day=day, value=then)
    )


def moved_sentence(language: Language, moved: FeatureChange, wording: FeatureWording | None) -> str:
    """What a feature that moved says now."""
    sentence = strength_sentence if moved.is_strength else reason_sentence
    return sentence(language, wording, moved.code, moved.now)


def opening_words(language: Language, risks: RiskComparison, ended: str) -> str:
    """Of 100 students with similar records, then and now."""
    return counts_sentence(language, risks.since, (hundredths(risks.before), hundredths(risks.now)), ended)


@lru_cache(maxsize=SENTENCES_KEPT)
def counts_sentence(language: Language, since: date, counts: tuple[int, int], ended: str) -> str:
    """The same of the two counts: many students have the same."""
    then, now = counts
    words = (
        msgid("Much as on {day}: about {now} of 100 students with similar records {ended}.")
        if then == now
        else msgid("On {day}, about {then} of 100 students with similar records {ended}. Now it is about {now} of 100.")
    )
    return language.translate(
        words, day=language.short_day(since), then=then, now=now, ended=ended_words(language, ended)
    )


def part_words(language: Language, risks: RiskComparison, change: RiskChange) -> tuple[str, ...]:
    """What the records changed and what a new release did; one sentence where only one of them may have."""
    split = split_of(risks, change)
    if split is None:
        return (language.translate(NOT_TOLD),)
    if change.by_release == 0:
        return (language.translate(ONLY_DATA),) if split[0] else ()
    scorer = FROM_PART if change.across_parts else FROM_RELEASE
    return amount(language, FROM_DATA, split[0]), amount(language, scorer, split[1])


def split_of(risks: RiskComparison, change: RiskChange) -> tuple[int, int] | None:
    """What the records changed and what the scoring did, in counts of 100; None where it cannot be told."""
    if change.by_data is None or change.by_release is None:
        return None
    total = hundredths(risks.now) - hundredths(risks.before)
    return (total, 0) if change.by_release == 0 else split_count(total, change.by_data, change.by_release)


def records_moved(risks: RiskComparison, change: RiskChange) -> bool:
    """Whether the count said for the records goes the way in which they moved the risk, so that what moved fits it."""
    split = split_of(risks, change)
    return split is not None and change.by_data is not None and split[0] * change.by_data > 0


def split_count(total: int, by_data: float, by_release: float) -> tuple[int, int]:
    """A change in counts of 100 as two parts that add up: the data's own, and the rest.

    Where the rest would point the other way than the release did, the release made no difference that is worth a count.
    """
    data = round(by_data * 100)
    return (total, 0) if (total - data) * by_release < 0 else (data, total - data)


def amount(language: Language, words: Sequence[str], number: int) -> str:
    """So many more, fewer, or no difference."""
    more, fewer, same = words
    return language.translate(more if number > 0 else fewer if number < 0 else same, number=abs(number))


def hundredths(risk: float) -> int:
    """A risk as a count of 100: never none of them and never all, which no record can promise."""
    return min(max(round(risk * 100), 1), 99)

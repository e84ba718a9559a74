"""Sentences on how past flags like a student's turned out."""

from collections.abc import Sequence
from functools import lru_cache

from models.metrics.track_record import TrackRecord, tenth_of_one
from presentation.numbers import school_year
from serving.wording.locale import SENTENCES_KEPT, Language, msgid
from serving.wording.outcomes import ended_words

LIKE = {
    "risk": msgid(
        "In {years}, {number} students were listed with a score of {least} to {most} in 10, as this student now. Of"
        " 100 of them, about {count} {ended}. The likely range is {low} to {high}."
    ),
    "list": msgid(
        "In {years}, {number} students were on this list, some with more signals and some with fewer. Of 100 of them,"
        " about {count} {ended}. The likely range is {low} to {high}."
    ),
}
MORE_THAN_SAID = msgid("That is more than this student’s score says.")
FEWER_THAN_SAID = msgid("That is fewer than this student’s score says.")
SUPPORTED = msgid(
    "{number} of the others had a contact or a plan first. Nobody knows how they would have ended without it. The range"
    " allows for both."
)
TOO_FEW = msgid("Too few students were on a list like this in past years to say how it turned out.")
NOT_ONLY_LISTED = msgid("The {number} past students above are all with similar records, on a list or not.")


def track_record_sentence(
    language: Language, record: TrackRecord | None, ended: str, risk: float | None, *, similar: int = 0
) -> str:
    """How often flags like this one came true; without a record, that too few were listed to say.

    `similar` is how many past students with similar records are told beside it, listed or not: that is another count.
    It is another thing than the student's own `risk`: where that lies outside the range of what came true, it says so.
    """
    if record is None:
        few = language.translate(TOO_FEW)
        return f"{few} {language.translate(NOT_ONLY_LISTED, number=similar)}" if similar else few
    return track_record_words(language, record, ended, tenth_of_one(risk), beside_own_score(record, risk))


def track_record_words(language: Language, record: TrackRecord, ended: str, tenth: int, beside: str) -> str:
    """The same by what it says of a risk: the tenth in which it lies, and what became of others `beside` it."""
    parts = (
        found_words(language, record, ended, tenth), language.translate(beside) if beside else "",
        supported_words(language, record),
    )  # fmt: skip
    return " ".join(part for part in parts if part)


@lru_cache(maxsize=SENTENCES_KEPT)
def found_words(language: Language, record: TrackRecord, ended: str, tenth: int) -> str:
    """How those turned out who were listed like a student whose risk lies in this tenth."""
    return language.translate(
        LIKE[record.like],
        years=years_words(language, record.school_years),
        number=record.n,
        least=tenth,
        most=tenth + 1,
        count=round(record.per_hundred),
        low=round(record.low),
        high=round(record.high),
        ended=ended_words(language, ended),
    )


def supported_words(language: Language, record: TrackRecord) -> str:
    """How many of the others were supported first, whom the range counts as either; empty where none was."""
    return language.translate(SUPPORTED, number=record.supported) if record.supported else ""


def beside_own_score(record: TrackRecord, risk: float | None) -> str:
    """That those with such scores ended so more or less often than the student's own says; empty within the range."""
    if record.like != "risk" or risk is None or record.low <= risk * 100 <= record.high:
        return ""
    return MORE_THAN_SAID if risk * 100 < record.low else FEWER_THAN_SAID


def years_words(language: Language, years: Sequence[int]) -> str:
    """School years in words: one, two, or from the first to the last."""
    first, last = school_year(min(years)), school_year(max(years))
    if len(years) == 1:
        return first
    between = msgid("{first} and {last}") if len(years) == 2 else msgid("{first} to {last}")
    return language.translate(between, first=first, last=last)

"""Sentences on how past flags like a student's turned out."""

from collections.abc import Sequence

from models.metrics.track_record import TrackRecord
from presentation.numbers import school_year
from serving.wording.locale import Language, msgid
from serving.wording.outcomes import ended_words

LIKE = {
    "risk": msgid(
        "Of 100 students listed with similar records in {years}, about {count} {ended}. The likely range is {low} to"
        " {high}."
    ),
    "list": msgid(
        "Of 100 students on this list in {years}, about {count} {ended}. The likely range is {low} to {high}."
    ),
}
IN_SHORT = msgid("About {count} of 100 listed like this {ended} ({low} to {high}).")
TOO_FEW_IN_SHORT = msgid("Too few were listed like this to say more.")
SUPPORTED = msgid("Some of the others had a contact or a plan first.")
TOO_FEW = msgid("Too few students were listed like this to say how it turned out.")


def track_record_sentence(language: Language, record: TrackRecord | None, ended: str) -> str:
    """How often flags like this one came true; without a record, that too few were listed to say."""
    if record is None:
        return language.translate(TOO_FEW)
    found = language.translate(
        LIKE[record.like],
        years=years_words(language, record.school_years),
        count=round(record.per_hundred),
        low=round(record.low),
        high=round(record.high),
        ended=ended_words(language, ended),
    )
    return f"{found} {language.translate(SUPPORTED)}" if record.supported else found


def track_record_in_short(language: Language, record: TrackRecord | None, ended: str) -> str:
    """The same in a line of the list."""
    if record is None:
        return language.translate(TOO_FEW_IN_SHORT)
    return language.translate(
        IN_SHORT,
        count=round(record.per_hundred),
        low=round(record.low),
        high=round(record.high),
        ended=ended_words(language, ended),
    )


def years_words(language: Language, years: Sequence[int]) -> str:
    """School years in words: one, two, or from the first to the last."""
    first, last = school_year(min(years)), school_year(max(years))
    if len(years) == 1:
        return first
    between = msgid("{first} and {last}") if len(years) == 2 else msgid("{first} to {last}")
    return language.translate(between, first=first, last=last)

"""Sentences on how lists turned out: those of last year, or that of the model's test year."""

from dataclasses import dataclass

from models.metrics.track_record import ListRecord
from presentation.numbers import school_year
from serving.scoring.headline import Headline
from serving.wording.locale import Language, msgid
from serving.wording.outcomes import ended_words


def headline_sentence(language: Language, headline: Headline | None, ended: str) -> str:
    """How often such a list was right, in one sentence."""
    words = ended_words(language, ended)
    if headline is None:
        return language.translate("How many students listed like this {ended}? Not enough evidence yet.", ended=words)
    close, wide = (
        msgid(
            "Of 100 students listed like this in {year}, about {count} {ended}. The likely range is {low} to {high}."
        ),
        msgid(
            "Of 100 students listed like this in {year}, {low} to {high} {ended}. The more students are listed, the"
            " closer this can be said."
        ),
    )
    return language.translate(
        close if headline.is_close else wide,
        year=school_year(headline.test_year),
        count=round(headline.per_hundred),
        low=round(headline.low),
        high=round(headline.high),
        ended=words,
    )


@dataclass(frozen=True)
class OutcomeCount:
    """How many of the listed students had an outcome, and its words."""

    number: str
    words: str


@dataclass(frozen=True)
class ListWords:
    """How the lists of a year turned out: each student once, and those who were never listed; `summary` in short."""

    summary: str
    heading: str
    opening: str
    turned: tuple[OutcomeCount, ...]
    never_listed: str


def list_words(language: Language, record: ListRecord, ended: str) -> ListWords:
    """The lists of a year in words; a count of 0 is left out, except for the outcome itself."""
    words = ended_words(language, ended)
    counts = (
        (record.came_true, words, True),
        (record.did_not, language.translate("stayed on track"), True),
        (record.supported, language.translate("stayed on track, and had a contact or a plan first"), False),
        (record.moved_away, language.translate("moved away"), False),
        (record.still_open, language.translate("cannot be told yet"), False),
        (record.not_told, language.translate("cannot be told from the records"), False),
    )
    return ListWords(
        summary=summary_words(language, record, words),
        heading=language.translate("How the lists of {year} turned out", year=school_year(record.school_year)),
        opening=language.translate_plural(
            "{number} student of the whole district was listed. Of these:",
            "{number} students of the whole district were listed. Of these:",
            record.listed,
        ),
        turned=tuple(OutcomeCount(f"{language.localize(n)}", says) for n, says, always in counts if n or always),
        never_listed=never_listed_words(language, record, words),
    )


def summary_words(language: Language, record: ListRecord, ended: str) -> str:
    """How many of a year's listed students had the outcome, and how many others did, in two sentences."""
    listed = language.translate(
        "Lists of {year}, whole district: of {listed} students listed, {came_true} {ended}.",
        year=school_year(record.school_year),
        listed=record.listed,
        came_true=record.came_true,
        ended=ended,
    )
    if not record.never_listed:
        return listed
    missed = language.translate(
        "Another {never_listed} {ended} and were on no list.", never_listed=record.never_listed, ended=ended
    )
    return f"{listed} {missed}"


def never_listed_words(language: Language, record: ListRecord, ended: str) -> str:
    """The other side: students who ended off track and were never on a list; empty where every one was."""
    if not record.never_listed:
        return ""
    return language.translate(
        "The lists do not find everyone. Of all students of that year, {off_track} {ended}. Of these, {never_listed}"
        " were on no list.",
        off_track=record.off_track,
        never_listed=record.never_listed,
        ended=ended,
    )

"""A line on how a student's signals changed since the run before, and what of it the records did."""

from datetime import date
from typing import cast

from serving.scoring.bands import Band
from serving.scoring.decoding import decode_change
from serving.store.rows import ScoreRow
from serving.wording.locale import Language, msgid
from serving.wording.risk_change import RiskComparison, compare_risks, hundredths, split_of
from serving.wording.signals import BAND_ORDER, band_words

NOTICEABLE = 5
"""A difference within a band, in counts of 100, that is worth a word."""
MORE = msgid("More signals than on {day} ({number:+.0f} of 100)")
FEWER = msgid("Fewer signals than on {day} ({number:+.0f} of 100)")
MORE_THAN_BAND = msgid("More signals than on {day} (then: {band})")
FEWER_THAN_BAND = msgid("Fewer signals than on {day} (then: {band})")
SPLIT = msgid("Since {day}: records {records:+.0f}, new scoring {scoring:+.0f}")
NOT_SPLIT = msgid("Since {day}: {number:+.0f} of 100, new scoring")
OTHER_SCORING = msgid("On {day}: {band}; new scoring since")


STEADY = (
    msgid("Little change since {day}"),
    msgid("No change since {day}"),
    msgid("Same signals as on {day}"),
)


def steady_words(language: Language, score: ScoreRow) -> set[str]:
    """What is said of signals that are about as they were in the run before: a list leaves it out of its rows."""
    since = score.previous_as_of
    return {language.translate(words, day=language.day_of_year(since)) for words in STEADY} if since else set()


def change_in_short(language: Language, score: ScoreRow, *, other_scoring: bool = False) -> str:
    """How the signals changed since the run before; `other_scoring` says that something else gave the score then."""
    if score.previous_band is None or score.previous_as_of is None:
        return language.translate("Scored for the first time")
    if score.risk is None or score.previous_band == "unknown":
        missing = msgid("No score before to compare with") if score.risk is not None else msgid("No score now")
        return language.translate(missing)
    risks = compare_risks(score)
    if risks is None:
        return band_words_only(language, score, score.previous_as_of, other_scoring=other_scoring)
    change = decode_change(score)
    split = split_of(risks, change) if change else None
    return counted_change(language, score, risks, split, other_scoring=other_scoring)


def new_on_list(language: Language, score: ScoreRow, *, other_scoring: bool = False) -> str:
    """That a student is on the list and was not before, with how the signals changed: both may be true at once."""
    if score.previous_as_of is None or score.previous_band not in BAND_ORDER:
        return language.translate("New on the list")
    change = change_in_short(language, score, other_scoring=other_scoring)
    if change in steady_words(language, score):
        then = band_words(language, score.previous_band).lower()
        day = language.day_of_year(score.previous_as_of)
        return language.translate("New on the list; {band} on {day} too, but not listed then", band=then, day=day)
    return language.translate("New on the list. {sentence}", sentence=change)


def counted_change(
    language: Language, score: ScoreRow, risks: RiskComparison, split: tuple[int, int] | None, *, other_scoring: bool
) -> str:
    """The change in counts of 100, split where something else gave the score before."""
    day, total = language.day_of_year(risks.since), hundredths(risks.now) - hundredths(risks.before)
    if split is not None and split[1] and max(map(abs, split)) >= NOTICEABLE:
        return language.translate(SPLIT, day=day, records=split[0], scoring=split[1])
    if abs(total) < NOTICEABLE and score.band == score.previous_band:
        return language.translate(STEADY[0] if total else STEADY[1], day=day)
    if split is None and other_scoring:
        return language.translate(NOT_SPLIT, day=day, number=total)
    return language.translate(MORE if total > 0 else FEWER, day=day, number=total)


def band_words_only(language: Language, score: ScoreRow, since: date, *, other_scoring: bool) -> str:
    """The change where too few past students stand behind the score for a count."""
    day, before, now = language.day_of_year(since), cast(Band, score.previous_band), cast(Band, score.band)
    if now == before:
        return language.translate(STEADY[2], day=day)
    then = band_words(language, before).lower()
    if other_scoring:
        return language.translate(OTHER_SCORING, day=day, band=then)
    more = BAND_ORDER.index(now) > BAND_ORDER.index(before)
    return language.translate(MORE_THAN_BAND if more else FEWER_THAN_BAND, day=day, band=then)

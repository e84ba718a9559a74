"""Words for bands, for a risk in tenths, and for a change of band."""

from datetime import date

from serving.scoring.bands import Band
from serving.wording.locale import Language, capitalize_first, msgid
from serving.wording.outcomes import ended_words

BANDS: dict[Band, str] = {
    "few": msgid("Few signals"),
    "some": msgid("Some signals"),
    "many": msgid("Many signals"),
    "unknown": msgid("Not enough data"),
}
BAND_ORDER: tuple[Band, ...] = ("few", "some", "many")
NOTICEABLE = 0.10
"""A difference in risk within a band that is worth a word."""


def band_words(language: Language, band: Band) -> str:
    """A band in words."""
    return language.translate(BANDS[band])


def risk_in_tenths(language: Language, risk: float) -> str:
    """A risk in natural frequencies."""
    count = round(risk * 10)
    if count == 0:
        return language.translate("fewer than 1 in 10")
    return (
        language.translate("more than 9 in 10")
        if count == 10
        else language.translate("about {count} in 10", count=count)
    )


def similar_students_sentence(language: Language, risk: float, ended: str) -> str:
    """What became of students with similar records."""
    words = capitalize_first(risk_in_tenths(language, risk))
    return language.translate(
        "{about} students with similar records {ended}.", about=words, ended=ended_words(language, ended)
    )


def band_change_sentence(
    language: Language, now: tuple[Band, float | None], before: tuple[Band, float | None] | None, since: date | None
) -> str:
    """How a student's signals changed since the run before."""
    if before is None or since is None:
        return language.translate("Scored for the first time")
    (band, risk), (band_before, risk_before) = now, before
    if risk is None or risk_before is None:
        missing = msgid("No score before to compare with") if risk is not None else msgid("No score now")
        return language.translate(missing)
    day = language.short_day(since)
    if band == band_before:
        return change_within_band(language, risk - risk_before, day)
    more = BAND_ORDER.index(band) > BAND_ORDER.index(band_before)
    template = (
        msgid("More signals than on {day} (then: {band})")
        if more
        else msgid("Fewer signals than on {day} (then: {band})")
    )
    return language.translate(template, day=day, band=band_words(language, band_before).lower())


def change_within_band(language: Language, difference: float, day: str) -> str:
    """How a risk moved that is still in the same band."""
    if abs(difference) < NOTICEABLE:
        return language.translate(
            msgid("Little change since {day}") if difference else msgid("No change since {day}"), day=day
        )
    more, fewer = msgid("More signals than on {day}"), msgid("Fewer signals than on {day}")
    return language.translate(more if difference > 0 else fewer, day=day)

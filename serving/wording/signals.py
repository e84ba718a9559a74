"""Words for bands, for a risk in tenths, and for a change of band."""

from datetime import date

from models.estimators.published_rule import SimilarStudents
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


def similar_students_sentence(
    language: Language, risk: float, ended: str, students: SimilarStudents | None = None
) -> str:
    """What became of students with similar records; where a rule serves, how many they are and how sure that is."""
    ended_so = ended_words(language, ended)
    if students and not students.are_told:
        return language.translate(
            "How many students with similar records {ended}? Not enough evidence yet.", ended=ended_so
        )
    words = capitalize_first(risk_in_tenths(language, risk))
    share = language.translate("{about} students with similar records {ended}.", about=words, ended=ended_so)
    return f"{share} {range_sentence(language, students)}" if students else share


def range_sentence(language: Language, students: SimilarStudents) -> str:
    """Of how many past students a share is, and between what it likely lies."""
    low, high = hundredths_of(students)
    return language.translate(
        "That is from {number} past students. The likely range is {low} to {high} of 100.",
        number=students.n,
        low=low,
        high=high,
    )


def similar_students_in_short(language: Language, risk: float, students: SimilarStudents | None) -> str:
    """The same in a line of a table."""
    about = risk_in_tenths(language, risk)
    if students is None:
        return about
    if not students.are_told:
        return language.translate("not enough evidence yet")
    low, high = hundredths_of(students)
    return language.translate("{about} ({low} to {high} of 100)", about=about, low=low, high=high)


def hundredths_of(students: SimilarStudents) -> tuple[int, int]:
    """The interval in counts of 100."""
    return round(100 * students.low), round(100 * students.high)


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

"""Words for bands, for a risk in tenths, and for a change of band."""

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


def is_in_range(risk: float, students: SimilarStudents) -> bool:
    """Whether a risk lies in the interval said beside it, both in counts of 100."""
    low, high = hundredths_of(students)
    return low <= round(100 * risk) <= high


def share_beside_range(language: Language, risk: float, students: SimilarStudents) -> str:
    """A risk in words that never lie outside the interval said beside it: in tenths where these do not, else of 100.

    A risk that lies outside itself is not said: the words are the interval.
    """
    low, high = hundredths_of(students)
    tenths = round(risk * 10)
    if not is_in_range(risk, students):
        return year_range_in_short(language, students)
    if low <= 10 * tenths <= high or tenths in (0, 10):
        return risk_in_tenths(language, risk)
    return language.translate("about {count} of 100", count=round(100 * risk))


def similar_students_sentence(
    language: Language, risk: float, ended: str, students: SimilarStudents | None = None
) -> str:
    """What became of students with similar records; where a rule serves, how many they are and how sure that is."""
    ended_so = ended_words(language, ended)
    if students and not students.are_told:
        return language.translate(
            "How many students with similar records {ended}? Not enough evidence yet.", ended=ended_so
        )
    about = share_beside_range(language, risk, students) if students else risk_in_tenths(language, risk)
    words = capitalize_first(about)
    share = language.translate("{about} students with similar records {ended}.", about=words, ended=ended_so)
    if students is None:
        return share
    if is_in_range(risk, students):
        return f"{share} {range_sentence(language, students)}"
    behind = language.translate("That is from {number} past students.", number=students.n)
    return f"{share} {behind}"


def range_sentence(language: Language, students: SimilarStudents) -> str:
    """Of how many past students a share is, and between what it likely lies."""
    low, high = hundredths_of(students)
    return language.translate(
        "That is from {number} past students. The likely range is {low} to {high} of 100.",
        number=students.n,
        low=low,
        high=high,
    )


def year_range_sentence(language: Language, ended: str, students: SimilarStudents | None) -> str:
    """Between which shares students with similar records ended so, where no number is told; that none is, without."""
    if students is None or not students.are_told:
        return language.translate(
            "How many students with similar records {ended} is not told at this time of the year.",
            ended=ended_words(language, ended),
        )
    low, high = hundredths_of(students)
    return language.translate(
        "Of 100 students with similar records, {low} to {high} {ended}: years differ. That is from {number} past "
        "students.",
        low=low,
        high=high,
        ended=ended_words(language, ended),
        number=students.n,
    )


def year_range_in_short(language: Language, students: SimilarStudents | None) -> str:
    """The same in a line of a table."""
    if students is None or not students.are_told:
        return language.translate("not told")
    low, high = hundredths_of(students)
    return language.translate("{low} to {high} of 100", low=low, high=high)


def similar_students_in_short(language: Language, risk: float, students: SimilarStudents | None) -> str:
    """The same in a line of a table."""
    if students is None:
        return risk_in_tenths(language, risk)
    if not students.are_told:
        return language.translate("not enough evidence yet")
    about, (low, high) = share_beside_range(language, risk, students), hundredths_of(students)
    if not is_in_range(risk, students):
        return about
    return language.translate("{about} ({low} to {high} of 100)", about=about, low=low, high=high)


def hundredths_of(students: SimilarStudents) -> tuple[int, int]:
    """The interval in counts of 100."""
    return round(100 * students.low), round(100 * students.high)

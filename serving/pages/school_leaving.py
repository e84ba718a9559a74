"""Where students leave the track: this year's first, beside the same term a year before, like terms with like."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from serving.pages.school_totals import Period, Share, Totals
from serving.wording.locale import Language

FIRST_GRADE = 9
"""The grade that is named first, where it is told: who leaves the track there seldom comes back."""
Place = tuple[int, Period]
"""A grade and a term."""
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Leaving:
    """Where students leave the track.

    `now` is the first grade in the latest term of this school year, `before` the same a year before, `worst` where most
    left it: of this year where it is told, among terms of the same kind.
    """

    shares: Mapping[Place, Share]
    now: Place | None
    before: Place | None
    worst: Place | None

    def count(self, place: Place) -> int:
        """How many left the track there, of 100 who were on it."""
        return round(self.shares[place].share * 100)


def leaving_of(totals: Totals) -> Leaving:
    """Where students leave the track by some totals."""
    shares, this_year = totals.of("left"), max((row.school_year for row in totals.rows), default=0)
    terms = [one for one in totals.periods("left") if one[0] == this_year]
    told = [(grade, term) for term in reversed(terms) for grade in totals.grades if (grade, term) in shares]
    if not told:
        newest = max((period[0] for _, period in shares), default=0)
        of_newest = [place for place in shares if place[1][0] == newest]
        return Leaving(shares, None, None, max(of_newest, key=lambda place: shares[place].share, default=None))
    latest = [place for place in told if place[1] == told[0][1]]
    now = next((place for place in latest if place[0] == FIRST_GRADE), latest[0])
    before = (now[0], (this_year - 1, now[1][1]))
    worst = max(latest, key=lambda place: shares[place].share)
    return Leaving(shares, now, before if before in shares else None, worst)


def kind_of(period: Period) -> str:
    """The kind of a term by its name, whatever its number: of quarters, semesters or trimesters."""
    return NUMBER.sub("", period[1]).strip(" -_").casefold()


def leaving_words(language: Language, found: Leaving, term: Callable[[Period], str]) -> str:
    """The same in sentences, empty where nothing is told: this year's first grade, a year before, who left it most."""
    if found.worst is None:
        return ""
    worst = {"grade": found.worst[0], "term": term(found.worst[1]), "count": found.count(found.worst)}
    if found.now is None:
        return language.translate(
            "Most left the track in grade {grade}, {term}: {count} of 100 who had passed every core course before.",
            **worst,
        )
    said = [
        language.translate(
            "In grade {grade}, {count} of 100 left the track in {term}, of those who had passed every core course "
            "before.",
            grade=found.now[0], count=found.count(found.now), term=term(found.now[1]),
        )
    ]  # fmt: skip
    if found.before is not None:
        before = {"count": found.count(found.before), "term": term(found.before[1])}
        said.append(language.translate("In {term} it was {count}.", **before))
    if found.worst[0] != found.now[0]:
        said.append(language.translate("Most left it in grade {grade}, {term}: {count}.", **worst))
    return " ".join(said)

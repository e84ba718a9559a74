"""The pages that the header leads to: those that somebody's role and permissions open, and no others."""

from collections.abc import Iterator
from dataclasses import dataclass

from features.settings import Settings
from serving.access.authorize import Action, Educator, reason_for
from serving.pages.current_user import Viewer
from serving.wording.locale import msgid


@dataclass(frozen=True)
class Place:
    """A page of the header: its address, its name still to be translated, and what one must be allowed for it.

    Everybody signed in opens one without an `action`. Addresses that begin with one of `within` are of it as well. One
    that is `together` is there where the settings name members of a collaborative.
    """

    address: str
    words: str
    action: Action | None
    within: tuple[str, ...] = ()
    together: bool = False


@dataclass(frozen=True)
class ShownPlace:
    """A page of the header as shown: `current` is `page` where it is open, `true` where one below it is."""

    address: str
    words: str
    current: str


PLACES = (
    Place("/", msgid("My week"), "list"),
    Place("/caseload", msgid("Caseload"), "list", ("/students/",)),
    Place("/meetings", msgid("Meetings"), "write"),
    Place("/school", msgid("School and district"), "see_totals"),
    Place("/equity", msgid("Equity"), "see_audit"),
    Place("/collaborative", msgid("Collaborative"), "see_collaborative", together=True),
    Place("/models", msgid("Models"), "see_models"),
    Place("/problems", msgid("Data problems"), "answer_problem"),
    Place("/data-health", msgid("Data health"), "answer_problem"),
    Place("/people", msgid("People and privacy"), "see_people", ("/purge",)),
    Place("/access-log", msgid("Access log"), "audit_access"),
    Place("/learn", msgid("Learn"), None),
)
"""In the order of the header."""


def places_of(educator: Educator, settings: Settings) -> Iterator[Place]:
    """The pages that somebody may open."""
    for place in PLACES:
        may = place.action is None or reason_for(educator, place.action)
        if may and (settings.collaborative.members or not place.together):
            yield place


def first_place(educator: Educator, settings: Settings) -> str:
    """The address of the first page that somebody may open; every one has a page that all may open."""
    return next(place.address for place in places_of(educator, settings))


def places_shown(who: object, here: str, settings: Settings, *, opened_from: str = "") -> tuple[ShownPlace, ...]:
    """The pages of the header for somebody who looks at an address; none for who is not signed in.

    A page that was opened from one of them is marked as below that.
    """
    if not isinstance(who, Viewer):
        return ()
    places = places_of(who.educator, settings)
    if opened_from:
        return tuple(ShownPlace(one.address, one.words, "true" * (one.address == opened_from)) for one in places)
    return tuple(ShownPlace(one.address, one.words, current_state(one, here)) for one in places)


def current_state(place: Place, here: str) -> str:
    """How a page of the header is marked for who looks at an address; empty where it is another one."""
    if here == place.address:
        return "page"
    below = (*place.within, f"{place.address}/") if place.address != "/" else place.within
    return "true" if here.startswith(below or ("\0",)) else ""

"""Sentences on what gave a score, why there is none, and what a score is not."""

from collections.abc import Sequence
from datetime import date

from serving.wording.locale import Language, msgid

ROLES = {
    "counselor": msgid("Counselor"),
    "principal": msgid("Principal"),
    "district": msgid("District staff"),
    "data_team": msgid("Data team"),
    "privacy_officer": msgid("Privacy officer"),
    "observer": msgid("Observer of totals"),
    "records_clerk": msgid("Records clerk"),
    "collaborative_office": msgid("Office of the collaborative"),
    "collaborative_member": msgid("Member of the collaborative"),
}
CONTACTS = {"contact": msgid("Contact"), "plan": msgid("Plan")}
WHY_SERVED = {
    ("model", "pass"): msgid(
        "A model puts this list in order. It was tested on a later year that it had not seen. There it found more of"
        " the students who ended off track than the published rule did."
    ),
    ("rule", "fail"): msgid(
        "The published rule puts this list in order. A model was tried on a later year. It did not pass every test,"
        " so it is not used."
    ),
    ("rule", "not_enough_evidence"): msgid(
        "The published rule puts this list in order. The records do not yet show that a model would do better, so"
        " none is used."
    ),
    ("rule", "no_model"): msgid(
        "The published rule puts this list in order. This district chose the rule for this outcome; no model was tried."
    ),
}
ORDERED_BY = {
    "model": msgid("A model puts this list in order."),
    "rule": msgid("The published rule puts this list in order."),
}
ORDER = {
    "model": msgid("Students with a higher score come first."),
    "rule": msgid(
        "Students with more of the rule’s signals come first. Of those with as many, first come those listed before,"
        " then the order is drawn at random."
    ),
}
SEVERAL_ORDERS = msgid("Several lists are put together by how high a student stands on each.")
SCORED_BY = {"model": msgid("Scored by a model."), "rule": msgid("Scored by the published rule.")}
NOT_SCORED = msgid(
    "There is no score yet. The records on this student do not go far enough. That says nothing about how the student"
    " is doing."
)
NO_RUN = msgid("No scores have been made for this district yet.")
NOT_IN_COHORT = msgid(
    "No list is about this student. Each list is about some grades, and may leave out who is in one for the second"
    " time. So nothing was scored. That is not for lack of records."
)
ON_NO_LIST, NO_LIST_YET = msgid("On no list"), msgid("No list yet")
"""What stands in place of signals of who is on no list, and before there is any."""
FRESH_DAYS = 8
"""Days after which a weekly list should have been followed by a newer one."""
LIMITS = (
    msgid("It is not a decision. It says where a talk may help. People who know the student decide."),
    msgid("It does not say why. It shows which records stand out, not what led to them."),
    msgid("It knows only what was on record by the date above. Home, health and friends are not in it."),
    msgid("It can be wrong, both ways. What you know about the student comes first."),
)


SUMMER_DAYS = 60
"""From so many days on records are older than what a break of a school year leaves out."""
OLD_LIST = msgid("This is the last list of that time. A new one comes once newer records are loaded and scored.")


def stale_words(language: Language, newest: date | None, today: date) -> str:
    """That the newest records are of more than a week ago; empty where they are not, or there are none."""
    days = (today - newest).days if newest else 0
    if days <= FRESH_DAYS:
        return ""
    old = language.translate(
        "The newest records are {days} days old. What happened since is not on this page.", days=days
    )
    return f"{old} {language.translate(OLD_LIST)}" if days > SUMMER_DAYS else old


def unscored_band(language: Language, *, has_list: bool) -> str:
    """What stands in place of the signals of a student whom no list is about."""
    return language.translate(ON_NO_LIST if has_list else NO_LIST_YET)


def order_words(language: Language, scorers: Sequence[str]) -> str:
    """In which order a list is that is made of one list or several, each by its scorer, and what decides a tie."""
    said = [*(ORDER[one] for one in ORDER if one in scorers), *([SEVERAL_ORDERS] if len(scorers) > 1 else [])]
    return " ".join(language.translate(words) for words in said)


def why_served(language: Language, scorer: str, verdict: str) -> str:
    """What orders the list, and why that."""
    return language.translate(WHY_SERVED.get((scorer, verdict), ORDERED_BY["model" if scorer == "model" else "rule"]))


def scored_by(language: Language, scorer: str) -> str:
    """What gave a student's score, in one sentence."""
    return language.translate(SCORED_BY["model" if scorer == "model" else "rule"])


def contact_words(language: Language, kind: str) -> str:
    """A kind of contact in words."""
    return language.translate(CONTACTS[kind]) if kind in CONTACTS else kind


def too_few_days(language: Language, days: int) -> str:
    """Why a live score has too little to go on."""
    return language.translate(
        "Fewer than {days} school days of this year are on record, and none of an earlier year.", days=days
    )


def not_scored_here(language: Language, as_of: date) -> str:
    """Why a live score is not for this student."""
    return language.translate(
        "On {day} the student of these records is not one this release scores.", day=language.day(as_of)
    )

"""Every sentence about a student that people read, in one place."""

import re
from collections.abc import Mapping
from datetime import date

from models.dictionary import Entry
from serving.bands import Band
from serving.runs import Headline

BANDS: dict[Band, str] = {
    "few": "Few signals",
    "some": "Some signals",
    "many": "Many signals",
    "unknown": "Not enough data",
}
BAND_ORDER: tuple[Band, ...] = ("few", "some", "many")
DOMAINS = {"attendance": "Attendance", "grades": "Grades", "behavior": "Behavior", "mobility": "Changes of school"}
ROLES = {"counselor": "Counselor", "principal": "Principal", "district": "District staff"}
CONTACTS = {"contact": "Contact", "plan": "Plan"}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NOTICEABLE = 0.10
"""A difference in risk within a band that is worth a word."""

ONE_OF_MANY = re.compile(r"\b(1(?: [a-z]+){0,2} (?:course|day|time|signal|incident|school|F))s\b")
"""A plural after a lone 1, as format strings leave it."""

WHY_SERVED = {
    ("model", "pass"): (
        "The order comes from a model. On a later year it had never seen, it found more of the students"
        " who ended off track than the published rule did."
    ),
    ("rule", "fail"): (
        "The order comes from the published rule. A model was tested on a later year"
        " and did not do better than the rule, so it is not used."
    ),
    ("rule", "not_enough_evidence"): (
        "The order comes from the published rule. This district's records do not yet show"
        " that a model would do better, so none is used."
    ),
}
NOT_SCORED = (
    "There is no score, because the district's records on this student do not yet go far enough."
    " That says nothing about how the student is doing."
)
LIMITS = (
    "It is not a decision. It says where a conversation may help, and people who know the student decide.",
    "It does not say why. It shows which records stand out, not what led to them.",
    "It knows only what the district recorded by the date above. Home, health and friendships are not in it.",
    "It can be wrong, in both directions. What you know about the student comes first.",
)


def day(value: date) -> str:
    """A date as people write it: November 20, 2026."""
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


def short_day(value: date) -> str:
    """A date in a table: Nov 20, 2026."""
    return f"{MONTHS[value.month - 1][:3]} {value.day}, {value.year}"


def tenths(risk: float) -> str:
    """A risk in natural frequencies."""
    count = round(risk * 10)
    if count == 0:
        return "fewer than 1 in 10"
    return "more than 9 in 10" if count == 10 else f"about {count} in 10"


def similar_students(risk: float, ended: str) -> str:
    """What became of students with similar records."""
    words = tenths(risk)
    return f"{words[0].upper()}{words[1:]} students with similar records {ended}."


def reason_sentence(entry: Entry | None, code: str, value: float | bool | str | None) -> str:
    """A reason as a counselor reads it, ending in a full stop; plain words where no sentence fits."""
    words = filled(entry.because, value) if entry and entry.because else ""
    words = words or code.replace("_", " ")
    return f"{words[0].upper()}{words[1:]}."


def filled(because: str, value: float | bool | str | None) -> str:
    """The sentence with its value; empty where the value does not fit it."""
    if value is None:
        return ""
    try:
        return ONE_OF_MANY.sub(r"\1", because.format(value))
    except (ValueError, TypeError, IndexError, KeyError):
        return ""


def headline_sentence(headline: Headline | None, ended: str) -> str:
    """How often such a list was right, in one sentence."""
    if headline is None:
        return f"How many students listed like this {ended}? Not enough evidence yet."
    return (
        f"Of 100 students listed like this in {school_year(headline.test_year)}, about"
        f" {round(headline.per_hundred)} {ended}"
        f" (likely between {round(headline.low)} and {round(headline.high)}); the others did not."
    )


def school_year(year: int) -> str:
    """A school year by its two calendar years: 2025–26."""
    return f"{year - 1}–{year % 100:02d}"


def why_served(scorer: str, verdict: str) -> str:
    """What orders the list, and why that."""
    by = "a model" if scorer == "model" else "the published rule"
    return WHY_SERVED.get((scorer, verdict), f"The order comes from {by}.")


def scored_by(scorer: str) -> str:
    """What gave a student's score, in one sentence."""
    return "Scored by a model." if scorer == "model" else "Scored by the published rule."


def change(now: tuple[Band, float | None], before: tuple[Band, float | None] | None, since: date | None) -> str:
    """How a student's signals changed since the run before."""
    if before is None or since is None:
        return "Scored for the first time"
    (band, risk), (band_before, risk_before) = now, before
    if risk is None or risk_before is None:
        return "No score before to compare with" if risk is not None else "No score now"
    if band != band_before:
        more = BAND_ORDER.index(band) > BAND_ORDER.index(band_before)
        return f"{'More' if more else 'Fewer'} signals than on {short_day(since)} (then: {BANDS[band_before].lower()})"
    if abs(risk - risk_before) >= NOTICEABLE:
        return f"Slightly {'more' if risk > risk_before else 'fewer'} signals than on {short_day(since)}"
    return f"No change since {short_day(since)}"


def entry_of(words: Mapping[str, object]) -> Entry:
    """A dictionary entry as a run keeps it."""
    return Entry(
        name=str(words["name"]),
        because=str(words["because"]),
        domain=str(words["domain"]),
        can_change=bool(words["can_change"]),
    )

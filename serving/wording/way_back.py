"""Sentences on the way back on track: what the outcome's rule still asks for this year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from features.way_back.steps import WayBack, WayBackState
from serving.wording.locale import SENTENCES_KEPT, Language, msgid
from serving.wording.steps import step_sentence

OPENINGS: Mapping[WayBackState, str] = {
    "reachable": msgid("This is what the rule still asks for, by {day}, to end the year on track:"),
    "met": msgid("All that the rule asks for this year is on record. Nothing more is needed by {day}."),
    "not_reachable": msgid(
        "The rule for this year can no longer be met. The year still counts. Each course passed and each day in school"
        " is a step to a diploma. This is now out of reach:"
    ),
}
OF_EVERYONE = msgid("To end the year on track, this is still needed by {day}:")
ASSUMES = msgid("This counts what is on record on the date above. It is not a forecast.")
ASSUMES_MARKS = msgid(
    "This counts what is on record on the date above. It goes by the courses of now, with a final mark in each. It is"
    " not a forecast."
)
OF_MARKS = ("pass_", "no_df_", "earn_credits", "average")
"""How codes of steps begin that are about marks."""


@dataclass(frozen=True)
class WayBackWords:
    """The way back in words; `state` tells what the opening says, `personal` whether it is about this student."""

    state: WayBackState
    personal: bool
    opening: str
    steps: tuple[str, ...]
    assumes: str


def way_back_words(language: Language, way: WayBack, *, personal: bool = True) -> WayBackWords:
    """The way back in words; without anything `personal` to go back from, what the year asks of everyone."""
    own = personal or way.state == "not_reachable"
    everyone = not own and way.state == "reachable"
    return WayBackWords(
        state=way.state,
        personal=own,
        opening=language.translate(OF_EVERYONE, day=language.day(way.until))
        if everyone
        else opening_sentence(language, way),
        steps=step_sentences(language, way),
        assumes=language.translate(ASSUMES_MARKS if is_about_marks(way) else ASSUMES),
    )


def is_about_marks(way: WayBack) -> bool:
    """Whether a step counts marks that are still to come."""
    return any(step.code.startswith(OF_MARKS) for step in way.steps)


def opening_sentence(language: Language, way: WayBack) -> str:
    """Where the student stands, in words."""
    return state_sentence(language, way.state, way.until)


@lru_cache(maxsize=SENTENCES_KEPT)
def state_sentence(language: Language, state: WayBackState, until: date) -> str:
    """The same of a state and its last day."""
    return language.translate(OPENINGS[state], day=language.day(until))


def step_sentences(language: Language, way: WayBack) -> tuple[str, ...]:
    """Each step in words."""
    lost = way.state == "not_reachable"
    return tuple(step_sentence(language, step, lost=lost) for step in way.steps)

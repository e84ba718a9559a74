"""Sentences for the steps of a way back: what is still to be done, or can no longer be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

from features.way_back.steps import WayBackStep
from serving.wording.locale import SENTENCES_KEPT, Language, msgid
from serving.wording.reasons import as_sentence

COURSES: Mapping[str, str] = {
    "courses": msgid("in all courses"),
    "core": msgid("in core courses"),
    "ela": msgid("in English"),
    "math": msgid("in math"),
    "science": msgid("in science"),
    "social_science": msgid("in social science"),
    "other": msgid("outside the core subjects"),
    "some_courses": msgid("in the courses that count"),
}
"""Where a step about marks counts: the last part of its code."""


@dataclass(frozen=True)
class StepWords:
    """What a step says: `to_do` it, with all its numbers; `each` or `none` where nothing may go wrong any more.

    `in_general` says it where how much is to come is not known, `lost` where it can no longer be done. `by_month` says
    as well how much of it each month has room for, where that is 1 or more.
    """

    to_do: str
    lost: str
    none: str = ""
    each: str = ""
    in_general: str = ""
    by_month: str = ""


PASS = StepWords(
    to_do=msgid("Pass at least {pass} of the {of} final marks to come {where}."),
    each=msgid("Pass every final mark to come {where}: {of} in all."),
    in_general=msgid("Final Fs still allowed {where}: {may}."),
    none=msgid("Have no more final F {where}."),
    lost=msgid("Final Fs {where}: {so_far} on record. The rule allows {most}."),
)
NO_DF = StepWords(
    to_do=msgid("Get a C or better on at least {pass} of the {of} final marks to come {where}."),
    each=msgid("Get a C or better on every final mark to come {where}: {of} in all."),
    in_general=msgid("Final Ds or Fs still allowed {where}: {may}."),
    none=msgid("Have no more final D or F {where}."),
    lost=msgid("Final Ds and Fs {where}: {so_far} on record. The rule allows {most}."),
)
STEPS: Mapping[str, StepWords] = {
    "earn_credits": StepWords(
        to_do=msgid("Credits still to earn: {credits} of {least}. Pass {pass} of the {of} final marks to come."),
        in_general=msgid("Credits still to earn: {credits} of {least}."),
        lost=msgid("Credits: {so_far} of {least} on record. Too few are left to be had this year."),
    ),
    "average": StepWords(
        to_do=msgid("Get a grade average of {average} or more on the {of} final marks to come."),
        in_general=msgid("End the year with a grade average of {least} or more."),
        lost=msgid("Grade average: the rule asks for {least}. It is {so_far} so far."),
    ),
    "absences_at_most": StepWords(
        to_do=msgid("Miss no more than {days} of the {school_days} school days to come."),
        by_month=msgid(
            "Miss no more than {days} of the {school_days} school days to come. That leaves room for"
            " {per_month} a month."
        ),
        none=msgid("Miss none of the {school_days} school days to come."),
        lost=msgid("School days missed: {so_far} on record. The rule allows {most}."),
    ),
    "unexcused_at_most": StepWords(
        to_do=msgid("Miss no more than {days} of the {school_days} school days to come without an excuse."),
        none=msgid("Miss none of the {school_days} school days to come without an excuse."),
        lost=msgid("School days missed without an excuse: {so_far} on record. The rule allows {most}."),
    ),
    "no_suspension": StepWords(
        to_do=msgid("Suspensions still allowed: {may}."),
        none=msgid("Have no suspension in the days to come."),
        lost=msgid("Suspensions: {so_far} on record. The rule allows {most}."),
    ),
    "no_incident": StepWords(
        to_do=msgid("Behavior incidents still allowed: {may}."),
        none=msgid("Have no behavior incident in the days to come."),
        lost=msgid("Behavior incidents: {so_far} on record. The rule allows {most}."),
    ),
    **{f"pass_{courses}": PASS for courses in COURSES},
    **{f"no_df_{courses}": NO_DF for courses in COURSES},
}


def step_sentence(language: Language, step: WayBackStep, *, lost: bool = False) -> str:
    """One step in words; plain words for a code of another version, which has none here."""
    return code_sentence(language, step.code, tuple(step.values.items()), lost)


@lru_cache(maxsize=SENTENCES_KEPT)
def code_sentence(language: Language, code: str, numbers: tuple[tuple[str, float], ...], lost: bool) -> str:
    """The same of a step's code and numbers: many students have the same."""
    words, values = STEPS.get(code), dict(numbers)
    if words is None:
        return as_sentence("", code)
    where = next((says for courses, says in COURSES.items() if code in (f"pass_{courses}", f"no_df_{courses}")), "")
    template = words.lost if lost else choose_template(words, values)
    return language.translate(template, **values, where=language.translate(where))


def template_numbers(template: str) -> list[str]:
    """The numbers that a sentence says."""
    return [name for _, name, _, _ in Formatter().parse(template) if name and name != "where"]


def choose_template(words: StepWords, values: Mapping[str, float]) -> str:
    """The sentence of a step that can still be done: the fullest of which every number is known."""
    if not words.in_general or all(name in values for name in template_numbers(words.to_do)):
        if words.each and values.get("pass") == values.get("of"):
            return words.each
        if words.by_month and values.get("per_month", 0) >= 1:
            return words.by_month
        left = values.get("days", values.get("may", 1))
        return words.none if words.none and not words.each and left == 0 else words.to_do
    return words.none if words.none and values.get("may") == 0 else words.in_general

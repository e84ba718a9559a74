"""A model card in plain words and in the reader's language: what the signed card says is found by pattern.

What is not known here, as the text of another version, stays as it is signed; whoever shows it marks it as English.
"""

import re
from collections.abc import Mapping
from functools import cache

from features.definitions.catalog import FEATURE_SETS
from features.definitions.outcomes import ALL
from serving.wording.card_sentences import NAMES, SENTENCES
from serving.wording.groups import ATTRIBUTES, GROUPS, JOINED, MEMBERS, attribute_words, group_words
from serving.wording.locale import Language, capitalize_first
from serving.wording.open_questions import QUESTIONS
from serving.wording.outcomes import AsWritten, pattern_of

NUMBERS = frozenset(
    {
        *("low", "high", "count", "least", "fewest", "share", "gap", "students", "power", "needed", "refits", "rows"),
        *("days", "late", "beside", "week", "first", "year", "grade"),
    }
)
"""Values that are numbers; the others are words."""
DIGITS = r"[\d.,%]+"
BLANK = re.compile(r"\{[^}]*\}")
VALUE = re.compile(r"\(\?P<(\w+)>\\S\+\)")
"""A value in the pattern of a format string."""
MEMBER_WORDS = frozenset(words for both in MEMBERS.values() for words in both)
UNLIKE = re.compile(r"(?P<code>EWS10[1-7]): ")
"""How a limit begins that tells by how much groups differ."""
SAME = re.compile(r"[\d.,:%–−+\-\s]*|`[^`]*`")
"""Numbers and names of programs, which are the same in every language."""


def card_words(language: Language, text: str) -> tuple[str, bool]:
    """A text of a card in the reader's language, and whether it could be said in it."""
    if SAME.fullmatch(text):
        return text, True
    if text in NAMES:
        return language.translate(NAMES[text]), True
    if text in feature_sentences():
        return BLANK.sub("…", language.translate(text)), True
    if text in MEMBER_WORDS:
        return language.translate(text), True
    if text in ATTRIBUTES:
        return attribute_words(language, text), True
    if all(one in GROUPS for one in text.split(JOINED)):
        return group_words(language, text), True
    if found := UNLIKE.match(text):
        asked = language.translate(QUESTIONS[found["code"]])
        return language.translate("{asked} No: groups differ. The data team’s report says how.", asked=asked), True
    for said, pattern in patterns():
        if found := pattern.fullmatch(text):
            return capitalize_if_sentence(language.translate(said, **values_of(language, found.groupdict()))), True
    return text, language.code == "en"


def capitalize_if_sentence(text: str) -> str:
    """A sentence begins with a capital letter; a part of one stays as it is."""
    return capitalize_first(text) if text.endswith(".") else text


def values_of(language: Language, found: Mapping[str, str]) -> dict[str, str]:
    """The values of a sentence, each in the reader's language where it is known."""
    return {name: AsWritten(card_words(language, value)[0]) for name, value in found.items()}


@cache
def feature_sentences() -> frozenset[str]:
    """The sentences of features as a card has them, without values."""
    features = (one for feature_set in FEATURE_SETS.values() for one in feature_set.features().values())
    return frozenset(one.because for one in features if one.because)


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every plain sentence with values, and what the signed one looks like; those that say most come first."""
    outcomes = {one.says: one.ended for one in ALL}
    known = sorted({**SENTENCES, **outcomes}.items(), key=lambda pair: len(pair[0]), reverse=True)
    return tuple((said, re.compile(sentence_pattern(signed), re.DOTALL)) for signed, said in known)


def sentence_pattern(signed: str) -> str:
    """What a signed sentence looks like with its values."""
    return VALUE.sub(value_pattern, pattern_of(signed))


def value_pattern(found: re.Match[str]) -> str:
    """What a value of a sentence looks like: a number, or any words."""
    return f"(?P<{found[1]}>{DIGITS if found[1] in NUMBERS else '.+?'})"

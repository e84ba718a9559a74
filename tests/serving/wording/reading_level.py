"""How hard a sentence is to read: the Flesch-Kincaid grade in English, Fernández-Huerta in Spanish.

By the formulas themselves: the library that has both ships a package `tests`, which would stand before ours.
"""

import re
from collections.abc import Callable

import pyphen

VOWELS = re.compile(r"[aeiouy]+")
SILENT = re.compile(r"(?:[^aeiouydtl]ed|[^aeiouyl]e|[^aeiouycgsxz]es)$")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[.,](?=\d)")
ENDS = re.compile(r"(?<=[.!?])\s+")
LEAST_WORDS = 6
"""A formula says little about less than this: a label, a heading."""
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:–\d+)?")
SPANISH = pyphen.Pyphen(lang="es")


def spoken(word: str) -> int:
    """The syllables of an English word: groups of vowels that are spoken, a little more than there are."""
    return max(1, len(VOWELS.findall(SILENT.sub("", word.lower()) or word.lower())))


def hyphenated(word: str) -> int:
    """The syllables of a Spanish word."""
    return len(SPANISH.positions(word.lower())) + 1


def plain(text: str) -> str:
    """The text with decimals that do not look like the end of a sentence, on one line."""
    return re.sub(r"\s+", " ", BETWEEN_DIGITS.sub("", text)).strip()


def sentences(text: str) -> list[str]:
    """The sentences of a text that are long enough to be measured."""
    return [one for one in ENDS.split(plain(text)) if len(one.split()) >= LEAST_WORDS]


def lengths(text: str, syllables: Callable[[str], int]) -> tuple[float, float]:
    """Words a sentence, and syllables a word."""
    words = WORD.findall(plain(text))
    count = max(1, len([one for one in ENDS.split(plain(text)) if one]))
    return len(words) / count, sum(map(syllables, words)) / len(words)


def grade(text: str) -> float:
    """The school grade in the United States in which an English text is read (Kincaid and others 1975)."""
    words, syllables = lengths(text, spoken)
    return 0.39 * words + 11.8 * syllables - 15.59


def ease(text: str) -> float:
    """How easy a Spanish text is, up to 100: from 70 on it is for grades 6 to 8 (Fernández Huerta 1959)."""
    words, syllables = lengths(text, hyphenated)
    return 206.84 - 60 * syllables - 1.02 * words

"""How hard a sentence is to read: textstat's Flesch-Kincaid grade in English, Fernández-Huerta in Spanish."""

import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import textstat  # type: ignore[import-untyped]  # it ships no types

VOWELS = re.compile(r"[aeiouy]+")
SILENT = re.compile(r"(?:[^aeiouydtl]ed|[^aeiouyl]e|[^aeiouycgsxz]es)$")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[.,](?=\d)")
ENDS = re.compile(r"(?<=[.!?])\s+")
LEAST_WORDS = 6
"""A formula says little about less than this: a label, a heading."""


class Syllables:
    """Stands in for CMUdict, which textstat would download: a sound for each group of vowels that is spoken.

    Its other way, hyphenation, finds one syllable in "about" and "records"; this finds two, as they are said.
    """

    def __getitem__(self, word: str) -> list[list[str]]:
        """The sounds of a word, of which those that end in a digit are syllables."""
        spoken = VOWELS.findall(SILENT.sub("", word) or word)
        return [["V1"] * max(1, len(spoken))]


@contextmanager
def without_download() -> Iterator[None]:
    """Lets textstat count syllables by what is spoken."""
    counting = importlib.import_module("textstat.backend.counts._count_syllables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "get_cmudict", lambda language: Syllables() if language.startswith("en") else None)
        yield


def plain(text: str) -> str:
    """The text with decimals that do not look like the end of a sentence, on one line."""
    return re.sub(r"\s+", " ", BETWEEN_DIGITS.sub("", text)).strip()


def sentences(text: str) -> list[str]:
    """The sentences of a text that are long enough to be measured."""
    return [one for one in ENDS.split(plain(text)) if len(one.split()) >= LEAST_WORDS]


def grade(text: str) -> float:
    """The school grade in the United States in which an English text is read."""
    textstat.set_lang("en_US")
    with without_download():
        return float(textstat.flesch_kincaid_grade(plain(text)))


def ease(text: str) -> float:
    """How easy a Spanish text is, up to 100: from 70 on it is for grades 6 to 8, as in the table of the formula."""
    textstat.set_lang("es")
    return float(textstat.fernandez_huerta(plain(text)))

"""How well a header's name fits a canonical column: by its words, written out and compared with those of the field."""

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from features.ingest.proposal.synonyms import ABBREVIATIONS, FULL_NAME, OTHER_SUBJECTS, SYNONYMS

SHARED = 0.6
"""The share of a file's columns that begin with a word which then says nothing, such as ATT_ in ATT_DATE."""

SAME, WORDS, PART, ALIKE = 1.0, 0.9, 0.6, 0.5
"""What a name is worth that is a phrase, has its words in another order, holds them, or is spelled nearly so."""

FEWEST_SHARING = 4


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters and written out: those of `StudentID` and `std_id` are the same."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    parts = [part for part in re.split(r"[^0-9a-z']+", split.lower()) if part]
    return tuple(word for part in parts for word in ABBREVIATIONS.get(part, part).split())


@cache
def known_words() -> frozenset[str]:
    """Every word of the field that headers have."""
    phrases = [phrase for phrases in SYNONYMS.values() for phrase in phrases]
    return frozenset(word for phrase in (*phrases, *FULL_NAME) for word in words_of(phrase)) | OTHER_SUBJECTS


def shared_word(names: Sequence[str]) -> str:
    """The word with which most of a file's columns begin; empty where there is none."""
    first = Counter(words_of(name)[0] for name in names if len(words_of(name)) > 1)
    word, n = first.most_common(1)[0] if first else ("", 0)
    return word if n >= max(FEWEST_SHARING, SHARED * len(names)) else ""


def phrases_of(table: str, column: str) -> tuple[str, ...]:
    """The phrases that mean a column of a table."""
    return SYNONYMS.get(f"{table}.{column}", SYNONYMS.get(column, (column.replace("_", " "),)))


def name_score(name: str, phrases: Sequence[str], shared: str = "") -> float:
    """How well a name fits some phrases, from 0 to 1; a shared first word may be left out, for a little less."""
    words = words_of(name)
    score = max((phrase_score(words, phrase) - 0.004 * n for n, phrase in enumerate(phrases)), default=0.0)
    if shared and len(words) > 1 and words[0] == shared:
        score = max(score, name_score(" ".join(words[1:]), phrases) - 0.03)
    return max(0.0, score)


@cache
def phrase_score(words: tuple[str, ...], phrase: str) -> float:
    """How well words fit one phrase."""
    wanted = tuple(word for part in phrase.split() for word in ABBREVIATIONS.get(part, part).split())
    if words == wanted or "".join(words) == "".join(wanted):
        return SAME
    if sorted(words) == sorted(wanted):
        return WORDS
    if len(wanted) > 1 and set(wanted) <= set(words) and len(words) <= len(wanted) + 2:
        return PART + 0.1 * len(wanted) / len(words)
    return ALIKE if spelled_alike("".join(words), "".join(wanted)) else 0.0


def spelled_alike(name: str, wanted: str) -> bool:
    """Whether two names differ in a letter or two."""
    if len(wanted) < 5 or abs(len(name) - len(wanted)) > 2:
        return False
    return difflib.SequenceMatcher(None, name, wanted).ratio() >= 0.88

"""Sentences for reasons and strengths, from a feature's code and value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor
from string import Formatter

from models.feature_dictionary import Entry
from serving.store.cell_types import JsonCell, JsonRow
from serving.wording.locale import SENTENCES_KEPT, Language, capitalize_first, msgid

DOMAINS = {
    "attendance": msgid("Attendance"),
    "grades": msgid("Grades"),
    "behavior": msgid("Behavior"),
    "mobility": msgid("Changes of school"),
}


@dataclass(frozen=True)
class FeatureWording:
    """A feature's sentences: the usual one, the one for a value of 1, and the one for a strength; and what it is of."""

    because: str
    one: str = ""
    strength: str = ""
    can_change: bool = False
    domain: str = ""
    concept: str = ""


NO_WORDING = FeatureWording("")
Lexicon = Mapping[str, FeatureWording]
"""Each feature's sentences, by its code."""


def run_lexicon(dictionary: Sequence[JsonRow]) -> Lexicon:
    """The words of the features of a run, as the run keeps them."""
    return {
        str(feature["name"]): FeatureWording(
            because=str(feature["because"]),
            one=str(feature.get("one") or ""),
            strength=str(feature.get("strength") or ""),
            can_change=bool(feature["can_change"]),
            domain=str(feature.get("domain") or ""),
            concept=str(feature.get("concept") or ""),
        )
        for feature in dictionary
    }


def bundle_lexicon(entries: Sequence[Entry]) -> Lexicon:
    """The words of the features of a bundle."""
    return {
        one.name: FeatureWording(
            one.because, one.one, one.strength.words if one.strength else "", one.can_change, one.domain, one.concept
        )
        for one in entries
    }


def reason_sentence(language: Language, wording: FeatureWording | None, code: str, value: JsonCell) -> str:
    """What stands out, as a counselor reads it, ending in a full stop; plain words where no sentence fits."""
    feature = wording or NO_WORDING
    template = feature.one if feature.one and value == 1 else feature.because
    return as_sentence(fill_template(language, template, value), code)


def strength_sentence(language: Language, wording: FeatureWording | None, code: str, value: JsonCell) -> str:
    """What speaks for the student, likewise."""
    return as_sentence(fill_template(language, (wording or NO_WORDING).strength, value), code)


def reason_sentences(language: Language, lexicon: Lexicon, reasons: Sequence[JsonRow]) -> list[str]:
    """A sentence for each stored reason that stands out."""
    codes = [(str(one["code"]), one["value"]) for one in reasons]
    return [reason_sentence(language, lexicon.get(code), code, value) for code, value in codes]


def strength_sentences(language: Language, lexicon: Lexicon, strengths: Sequence[JsonRow]) -> list[str]:
    """A sentence for each stored strength."""
    codes = [(str(one["code"]), one["value"]) for one in strengths]
    return [strength_sentence(language, lexicon.get(code), code, value) for code, value in codes]


def as_sentence(words: str, code: str) -> str:
    """Words as a sentence, or the code as one."""
    return f"{capitalize_first(words or code.replace('_', ' '))}."


def fill_template(language: Language, template: str, value: JsonCell) -> str:
    """The sentence with its value; empty where the value does not fit it."""
    if value is None:
        return ""
    return (
        fill_with_number(language, template, value) if type(value) in (int, float) else fill(language, template, value)
    )


def fill(language: Language, template: str, value: str | float) -> str:
    """The same for a value that is there."""
    try:
        rest = present_share(value) if isinstance(value, (int, float)) else ""
        return language.translate(template).format(language.localize(value), rest=language.localize(rest))
    except (ValueError, TypeError, IndexError, KeyError):
        return ""


fill_with_number = lru_cache(maxsize=SENTENCES_KEPT)(fill)
"""The same, kept: many students have the same number."""


def value_words(
    language: Language, wording: FeatureWording | None, value: JsonCell, *, of_strength: bool = False
) -> str:
    """A value alone, as the feature's sentence writes it; that there is none where there is none."""
    if value is None:
        return language.translate("nothing on record")
    if isinstance(value, bool):
        return language.translate("yes") if value else language.translate("no")
    if not isinstance(value, (int, float)):
        return value
    feature = wording or NO_WORDING
    difference = "+" in "".join(spec for _, spec in format_fields(feature.because))
    if of_strength and not format_fields(feature.strength) and not difference:  # what stood out then is said in full
        return fill_template(language, feature.one if feature.one and value == 1 else feature.because, value)
    said = feature.strength if of_strength and not difference else feature.because
    name, spec = next(iter(format_fields(said)), ("", ""))
    return format(language.localize(present_share(value) if name == "rest" else value), spec)


def present_share(value: float) -> float:
    """1 less a share, in whole hundredths rounded down: with anything missed it is never all of them."""
    return floor(round((1 - value) * 100, 6)) / 100


def format_fields(template: str) -> list[tuple[str, str]]:
    """The fields of a sentence, each with the form of its number."""
    return [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None]


def domain_words(language: Language, domain: str) -> str:
    """A domain as a heading."""
    return language.translate(DOMAINS[domain]) if domain in DOMAINS else domain.capitalize()

"""Languages: sentences from a catalog, dates and numbers in the reader's format."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

from presentation.sentences import msgid as msgid

CATALOGS = Path(__file__).parents[1] / "locale"
LOCALES: Mapping[str, str] = {"en": "en_US", "es": "es_US"}
"""The locale of each available language; the first is the default."""

DEFAULT = "en"
DAYS_KEPT = 8_000
NUMBERS_KEPT = 20_000
SENTENCES_KEPT = 20_000
"""Written dates, numbers and sentences that are kept, those that were written last: none with a name, or any other
text of a person."""
NUMBERS, WORDS = frozenset({int, float}), frozenset({str})
NUMBER_FORMAT = re.compile(r"(?P<sign>\+?)\.(?P<digits>\d)(?P<kind>[fg%])")
LANGUAGE_RANGE = re.compile(
    r"\s*(?P<language>[a-z]{2,3})(?:-[a-z0-9]+)*\s*(?:;\s*q=(?P<weight>[01](?:\.\d{0,3})?)\s*)?", re.I
)


@dataclass(frozen=True, eq=False)
class Language:
    """A language: `code` as a page states it, its locale, and the sentences in it. There is one of each."""

    code: str
    locale: Locale
    catalog: NullTranslations

    @cached_property
    def identifier(self) -> str:
        """The name of the locale: en_US."""
        return str(self.locale)

    def translate(self, message: str, **values: object) -> str:
        """The sentence in this language, with its values; numbers are written in the reader's format."""
        return self.fill(self.catalog.gettext(message), values) if message else ""

    def translate_plural(self, one: str, many: str, number: int, **values: object) -> str:
        """The sentence for this number of things, which it says as `{number}`."""
        return self.fill(self.catalog.ngettext(one, many, number), {"number": number, **values})

    def fill(self, words: str, values: Mapping[str, object]) -> str:
        """A format string with its values; unchanged without any."""
        if not values:
            return words
        kinds = set(map(type, values.values()))
        if kinds <= NUMBERS:
            return sentence_of_numbers(words, tuple(values.items()), self.identifier)
        if kinds == WORDS:
            return words.format(**values)
        return words.format(**{name: self.localize(one) for name, one in values.items()})

    def localize(self, value: object) -> object:
        """A value for a format string; a number is wrapped so that it is written in this language."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return value
        return LocalizedNumber(value, self.identifier)

    def day(self, value: date) -> str:
        """A date as people write it: November 20, 2026."""
        return written_day(value, "long", self.identifier)

    def short_day(self, value: date) -> str:
        """A date in a table: Nov 20, 2026."""
        return written_day(value, "medium", self.identifier)

    def amount(self, value: float) -> str:
        """A number as people write it, with as few digits as it has."""
        return f"{LocalizedNumber(value, self.identifier)}"

    def series(self, values: Sequence[str]) -> str:
        """Values as a list in words: "a, b and c"."""
        return format_list(list(values), locale=self.locale) if values else ""

    def day_of_year(self, value: date) -> str:
        """A date without its year, for one of the last weeks: Nov 20."""
        return written_day(value, SKELETON, self.identifier)

    def month(self, value: date) -> str:
        """A month on an axis: Nov."""
        return written_day(value, "LLL", self.identifier)


class LocalizedNumber(float):
    """A number that a format string writes in a language, by the same format as in English."""

    identifier: str

    def __new__(cls, value: float, identifier: str) -> "LocalizedNumber":
        """The number; it keeps which locale it is written in."""
        number = super().__new__(cls, value)
        number.identifier = identifier
        return number

    def __format__(self, spec: str) -> str:
        """Fixed digits, percents and signs in the locale; whole numbers and short decimals without a format."""
        return written(float(self), spec, self.identifier)


SKELETON = "MMMd"
"""A date without its year, in the order of a locale."""


@lru_cache(maxsize=DAYS_KEPT)
def written_day(value: date, form: str, identifier: str) -> str:
    """A date in a format of a locale; a year has few days, and pages write them again and again."""
    if form == SKELETON:
        return format_skeleton(SKELETON, value, locale=Locale.parse(identifier))
    return format_date(value, form, Locale.parse(identifier))


@lru_cache(maxsize=SENTENCES_KEPT)
def sentence_of_numbers(words: str, values: tuple[tuple[str, float], ...], identifier: str) -> str:
    """A sentence whose values are numbers, each in the format of a locale."""
    return words.format(**{name: LocalizedNumber(one, identifier) for name, one in values})


@lru_cache(maxsize=NUMBERS_KEPT)
def written(value: float, spec: str, identifier: str) -> str:
    """A number in the format of a locale; the same few are written again and again."""
    locale, found = Locale.parse(identifier), NUMBER_FORMAT.fullmatch(spec)
    if found is None:
        return format(value, spec) if spec else format_decimal(value, "#,##0.##", locale)
    digits = "#" * 6 if found["kind"] == "g" else "0" * int(found["digits"])
    pattern = f"#,##0.{digits}".rstrip(".")
    if found["kind"] == "%":
        own = locale.percent_formats[None].pattern.replace("#,##0", pattern)
        number = format_percent(value, own, locale)
    else:
        rounded = float(format(value, spec)) if found["kind"] == "g" else value
        number = format_decimal(rounded, pattern, locale)
    return f"+{number}" if found["sign"] and value >= 0 else number


@cache
def load_language(code: str) -> Language:
    """The language of a code in `LOCALES`; KeyError for another."""
    locale = Locale.parse(LOCALES[code])
    return Language(code, locale, NullTranslations() if code == DEFAULT else read_catalog(code))


def catalog_path(code: str) -> Path:
    """The path of a language's catalog."""
    return CATALOGS / code / "LC_MESSAGES" / "ontrack.po"


def read_catalog(code: str) -> Translations:
    """The sentences of a language, compiled in memory."""
    compiled = BytesIO()
    with catalog_path(code).open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)


def negotiate_language(accepted: str) -> str:
    """The available language that an Accept-Language header prefers."""
    asked = [LANGUAGE_RANGE.fullmatch(part) for part in accepted.split(",")]
    weights = [(float(one["weight"] or 1), one["language"].lower()) for one in asked if one]
    wanted = sorted((one for one in weights if one[0] > 0 and one[1] in LOCALES), key=lambda one: -one[0])
    return wanted[0][1] if wanted else DEFAULT


def capitalize_first(words: str) -> str:
    """The words, beginning as a sentence does."""
    return words[:1].upper() + words[1:]

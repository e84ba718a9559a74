"""Sentences that pages and reports share: said in the reader's language, or in English as they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


def msgid(text: str) -> str:
    """The same text; marks a sentence outside of a call to `translate` for the catalogs."""
    return text


class Sentences(Protocol):
    """A language in which sentences are said."""

    def translate(self, message: str, **values: object) -> str:
        """The sentence with its values."""

    def translate_plural(self, one: str, many: str, number: int, **values: object) -> str:
        """The sentence for this number of things, which it says as `{number}`."""

    def amount(self, value: float) -> str:
        """A number as people write it."""

    def series(self, values: Sequence[str]) -> str:
        """Values as a list in words."""


@dataclass(frozen=True)
class PlainEnglish:
    """Sentences as they are written, for reports."""

    def translate(self, message: str, **values: object) -> str:
        """The sentence with its values."""
        return message.format(**values) if values else message

    def translate_plural(self, one: str, many: str, number: int, **values: object) -> str:
        """The sentence for this number of things."""
        return self.translate(one if number == 1 else many, number=number, **values)

    def amount(self, value: float) -> str:
        """A number with commas between thousands."""
        return f"{value:,g}"

    def series(self, values: Sequence[str]) -> str:
        """Values with commas between them."""
        return ", ".join(values)

"""Reads the fields of a form one by one, and keeps what is wrong beside each."""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from serving.wording.locale import msgid

ENTRY_ID = re.compile(r"[0-9a-f]{32}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What a browser's field cannot hold, and a database may not take."""

CHOOSE = msgid("Choose one of these.")
CHOOSE_SURE = msgid("Tick the box first, so that nothing is deleted by mistake.")
WRITE = msgid("Write something here.")
SHORTER = msgid("This is too long. Say it in fewer words.")
NOT_A_DAY = msgid("Give a date, with year, month and day.")
TOO_EARLY = msgid("This date is too early.")
TOO_LATE = msgid("This date is too late.")
NOT_A_NUMBER = msgid("Give a whole number.")
OUT_OF_RANGE = msgid("This number is too small or too large.")


@dataclass(frozen=True)
class FormState:
    """A form as it is shown: what its fields hold, what is wrong with some, and between what a day or number may be."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """What a field holds; empty where nothing was typed."""
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        """What is wrong with a field, still to be translated; empty where nothing is."""
        return self.errors.get(name, "")


class FieldReader:
    """Reads what was typed; `errors` has a sentence for each field that cannot be taken.

    `days` and `numbers` have what may be given instead of one that is out of range.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.errors: dict[str, str] = {}
        self.days: dict[str, tuple[date, date]] = {}
        self.numbers: dict[str, tuple[int, int]] = {}

    @property
    def state(self) -> FormState:
        """The form as it is shown again."""
        return FormState(self.fields, self.errors, self.days, self.numbers)

    def on_revision(self, revision: int) -> FormState:
        """The form as it is shown again above what a colleague wrote in between: saved once more, it replaces that."""
        return FormState({**self.fields, "revision": str(revision)})

    def given(self, name: str) -> str:
        """What a field holds, trimmed, lines ended alike, without control characters."""
        return CONTROL.sub("", self.fields.get(name, "").replace("\r\n", "\n").replace("\r", "\n")).strip()

    def text(self, name: str, *, most: int = 1000, required: bool = False) -> str:
        """A text of so many characters at most."""
        words = self.given(name)
        if required and not words:
            self.errors[name] = WRITE
        if len(words) > most:
            self.errors[name] = SHORTER
        return words

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """One of several."""
        chosen = self.given(name)
        if chosen not in allowed:
            self.errors[name] = CHOOSE
        return chosen

    def day(self, name: str, *, earliest: date, latest: date, required: bool = False) -> date | None:
        """A date between two; None where none is given."""
        typed = self.given(name)
        if not typed and not required:
            return None
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            self.errors[name] = NOT_A_DAY
            return None
        if not earliest <= day <= latest:
            self.errors[name] = TOO_EARLY if day < earliest else TOO_LATE
            self.days[name] = (earliest, latest)
        return day

    def number(self, name: str, *, least: int, most: int) -> int:
        """A whole number between two."""
        typed = self.given(name)
        if not (typed.isascii() and typed.isdigit()):
            self.errors[name] = NOT_A_NUMBER
            return least
        number = int(typed) if len(typed) < len(str(most)) + 2 else most + 1
        if not least <= number <= most:
            self.errors[name] = OUT_OF_RANGE
            self.numbers[name] = (least, most)
        return number

    def entry_id(self) -> str:
        """The id of the row that the form makes; a new one where the form had none of ours."""
        typed = self.given("entry")
        return typed if ENTRY_ID.fullmatch(typed) else new_entry_id()


def new_entry_id() -> str:
    """A random id."""
    return secrets.token_hex(16)

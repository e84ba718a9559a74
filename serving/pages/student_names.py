"""How a page calls a student: by name, or by initials where the room of a team meeting sees it."""

import re

from serving.pages.return_address import in_initials
from serving.store.rows import StudentRow

WORD = re.compile(r"\w+")
SHORT = 3
"""Letters up to which a name may be an ordinary word too, and is one where it is not written as a name."""


def full_name(student: StudentRow) -> str:
    """A student's name as lists have it."""
    return f"{student.last_name}, {student.first_name}"


def initials(student: StudentRow) -> str:
    """A student's initials, first name first."""
    return " ".join(f"{name[0].upper()}." for name in (student.first_name.strip(), student.last_name.strip()) if name)


def called(student: StudentRow, back: str) -> str:
    """What a page calls a student that was opened by a code: initials from a meeting that has them."""
    return initials(student) if in_initials(back) else f"{student.first_name} {student.last_name}"


def without_names(text: str, student: StudentRow) -> str:
    """Text in which each name of the student is an initial; short names only where they begin with a capital."""
    names = {name.casefold(): name for name in WORD.findall(f"{student.first_name} {student.last_name}")}

    def shortened(found: re.Match[str]) -> str:
        word = found[0]
        is_name = word.casefold() in names and len(word) > 1 and (len(word) > SHORT or word[0].isupper())
        return f"{word[0].upper()}." if is_name else word

    return WORD.sub(shortened, text)

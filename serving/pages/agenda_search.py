"""Whom somebody means who types a name or number to put a student on an agenda."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from serving.access.authorize import visible_students
from serving.pages.form_fields import FieldReader
from serving.pages.student_names import full_name, initials
from serving.pages.visit import Visit
from serving.store.rows import StudentRow
from serving.store.student_names import folded, search_students
from serving.support.meetings import visible_of
from serving.wording.locale import msgid

NOBODY = msgid("No student of yours has this name or number. Type a part of it.")
SEVERAL = msgid("Several students have this name. Tick whom you mean.")
TOO_MANY = msgid("Many students have this in their name. Type more of it, or the number.")
MOST_OFFERED = 12
"""The most students of whom one is chosen."""


@dataclass(frozen=True)
class Offered:
    """A student who may be meant."""

    student_key: str
    label: str
    grade: int


def find_typed(visit: Visit, session: Session, reader: FieldReader, *, names: bool) -> tuple[list[str], list[Offered]]:
    """The one student whom the field `add` means, or those who may be meant, with what is wrong noted in the reader.

    Somebody whose whole name or number was typed is meant, also where it is a part of others' names.
    """
    words = reader.text("add", most=100)
    if not words or reader.errors:
        return [], []
    keys = search_students(session, visible_students(visit.educator), words)
    if len(keys) > MOST_OFFERED:
        keys = whole_matches(visible_of(session, visit.educator, keys), words) or keys
    if len(keys) > MOST_OFFERED or not keys:
        reader.errors["add"] = TOO_MANY if keys else NOBODY
        return [], []
    people = visible_of(session, visit.educator, keys)
    whole = whole_matches(people, words)
    if len(keys) == 1 or len(whole) == 1:
        return (whole or keys)[:1], []
    reader.errors["add"] = SEVERAL
    say = full_name if names else initials
    return [], [Offered(key, say(people[key]), people[key].grade_level) for key in keys]


def whole_matches(people: dict[str, StudentRow], words: str) -> list[str]:
    """Those whose whole name, in either order, or number is what was typed."""
    typed = sorted(folded(words).split())
    return [
        key
        for key, one in people.items()
        if typed in (sorted(folded(f"{one.first_name} {one.last_name}").split()), [folded(one.student_id)])
    ]

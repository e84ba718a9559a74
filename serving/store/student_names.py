"""Students found by parts of their names or numbers; accents and case are alike."""

import unicodedata
from difflib import get_close_matches

from sqlalchemy import Select
from sqlalchemy.orm import Session

from serving.store.rows import StudentRow

ALIKE = 0.75
"""How much of two words has to be alike: one letter of four may differ."""
MOST_FOUND = 200
"""The most students that a search shows; who finds more types more of the name."""


def search_students(session: Session, visible: Select[StudentRow], words: str) -> list[str]:
    """The keys of those of the visible students whose names or number hold every word, by name."""
    wanted = folded(words).split()
    return with_words(named_students(session, visible), wanted) if wanted else []


def near_students(session: Session, visible: Select[StudentRow], words: str) -> list[str]:
    """The keys of those whose names are much like the words, by name: for a name that is misspelled.

    What is like a word begins with the same letter, so that a large district is not compared whole.
    """
    named = named_students(session, visible)
    known = {part for name, _ in named for part in name.split() if part.isalpha()}
    near: list[str] = []
    for word in folded(words).split():
        found = get_close_matches(word, sorted(one for one in known if one[0] == word[0]), n=1, cutoff=ALIKE)
        near += found or [word]
    return with_words(named, near) if near else []


def named_students(session: Session, visible: Select[StudentRow]) -> list[tuple[str, str]]:
    """The visible students by name: names and number without case and accents, and the key."""
    columns = (StudentRow.student_key, StudentRow.first_name, StudentRow.last_name, StudentRow.student_id)
    rows = session.execute(visible.with_only_columns(*columns)).all()
    return sorted((folded(f"{last} {first} {number}"), key) for key, first, last, number in rows)


def with_words(named: list[tuple[str, str]], wanted: list[str]) -> list[str]:
    """The keys of those that hold every word."""
    return [key for name, key in named if all(word in name for word in wanted)][:MOST_FOUND]


def folded(text: str) -> str:
    """Text without case, accents and commas."""
    plain = unicodedata.normalize("NFKD", text.replace(",", " "))
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold()

"""Students found by parts of their names or numbers; accents and case are alike."""

import unicodedata

from sqlalchemy import Select
from sqlalchemy.orm import Session

from serving.store.rows import StudentRow

MOST_FOUND = 200
"""The most students that a search shows; who finds more types more of the name."""


def search_students(session: Session, visible: Select[StudentRow], words: str) -> list[str]:
    """The keys of those of the visible students whose names or number hold every word, by name."""
    wanted = folded(words).split()
    if not wanted:
        return []
    columns = (StudentRow.student_key, StudentRow.first_name, StudentRow.last_name, StudentRow.student_id)
    rows = session.execute(visible.with_only_columns(*columns)).all()
    named = sorted((folded(f"{last} {first} {number}"), key) for key, first, last, number in rows)
    return [key for name, key in named if all(word in name for word in wanted)][:MOST_FOUND]


def folded(text: str) -> str:
    """Text without case, accents and commas."""
    plain = unicodedata.normalize("NFKD", text.replace(",", " "))
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold()

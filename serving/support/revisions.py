"""Revisions: what an entry said before somebody changed it, and the refusal of a change made on an older one."""

from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from serving.store.cell_types import JsonObject
from serving.store.support_rows import RevisionRow


class Author(Protocol):
    """Who writes an entry: a person signed in, or one whom another system names."""

    @property
    def district_id(self) -> str:
        """Of which district."""

    @property
    def staff_id(self) -> str:
        """The person, by the district's own id."""

    @property
    def today(self) -> date:
        """The district's local date."""


class StaleRevision(Exception):  # noqa: N818 - the page then shows both versions
    """Somebody changed the entry since the form was opened."""


def keep_revision(
    session: Session, author: Author, kind: str, entry_id: str, revision: int, content: JsonObject, at: datetime
) -> None:
    """Keeps what an entry said in a revision that somebody now replaces."""
    session.add(
        RevisionRow(
            district_id=author.district_id,
            entry_kind=kind,
            entry_id=entry_id,
            revision=revision,
            content=content,
            staff_id=author.staff_id,
            revised_on=author.today,
            revised_at=at,
        )
    )

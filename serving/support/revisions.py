"""Revisions: what an entry said before somebody changed it, and the refusal of a change made on an older one."""

from datetime import datetime

from sqlalchemy.orm import Session

from serving.access.authorize import Educator
from serving.store.cell_types import JsonObject
from serving.store.support_rows import RevisionRow


class StaleRevision(Exception):  # noqa: N818 - the page then shows both versions
    """Somebody changed the entry since the form was opened."""


def keep_revision(
    session: Session, author: Educator, kind: str, entry_id: str, revision: int, content: JsonObject, at: datetime
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

"""The scores that a feed sends: those of the newest list, of the students whom its client may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from serving.access.access_log import record_access
from serving.access.api_keys import UnknownKey, schools_of
from serving.access.authorize import Client, Denied, OwnDistrict, authorize, visible_students
from serving.access.clients import find_own_client
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import current_runs


@dataclass(frozen=True)
class SentScore:
    """A student's score as a feed sends it, by the district's own number; no risk where a part is not judged."""

    student_id: str
    school_id: str
    outcome: str
    as_of: date
    risk: float | None
    band: str


def scores_to_send(session: Session, district_id: str, client_id: str, target: str, now: datetime) -> list[SentScore]:
    """The scores of the newest list that the client may read, noted in the access log as read by it.

    UnknownKey for a client that the district does not have, that was revoked, or that may not read scores.
    """
    client = client_of(session, district_id, client_id)
    allowed = authorize(session, client, "scores.read", OwnDistrict())
    if isinstance(allowed, Denied):
        raise UnknownKey(f"client '{client_id}' may not read scores; create one with `--scope scores.read`")
    found = [one for run in current_runs(session, district_id) for one in scores_of(session, client, run)]
    students = sorted({key for key, _ in found})
    record_access(
        session, client, "scores.read", target=f"scores: {target}", allowed=allowed, students=students, at=now
    )
    return [score for _, score in found]


def client_of(session: Session, district_id: str, client_id: str) -> Client:
    """The client whose scopes and schools bound a feed."""
    row = find_own_client(session, district_id, client_id)
    if row.revoked_at:
        raise UnknownKey(f"client '{client_id}' was revoked; create another one with `ontrack clients create`")
    return Client(district_id, row.client_id, frozenset(row.scopes), schools_of(row.schools), kind="client")


def scores_of(session: Session, client: Client, run: RunRow) -> Iterator[tuple[str, SentScore]]:
    """The scores of one run with the keys of their students; of those about whom enough is known."""
    same = (ScoreRow.district_id == StudentRow.district_id) & (ScoreRow.student_key == StudentRow.student_key)
    own = visible_students(client).join(ScoreRow, same).where(ScoreRow.run_id == run.run_id, ScoreRow.risk.is_not(None))
    wanted = own.with_only_columns(
        StudentRow.student_key, StudentRow.student_id, ScoreRow.school_id, ScoreRow.risk, ScoreRow.band
    )
    for key, student_id, school_id, risk, band in session.execute(wanted.order_by(StudentRow.student_key)):
        told = None if run.not_judged else risk
        yield key, SentScore(student_id, school_id, run.outcome, run.as_of, told, band)

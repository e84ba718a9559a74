"""Records of students written before the run that saw them, on SQLite: a list ends with less to write at once.

They stand at a number that no run has seen yet, so that nothing shows them. What a list that was cut off has left is
known by its digests: the next one adds to it what is missing.
"""

import time
from concurrent.futures import Future
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from features.errors import Refused
from features.quality.check import RecordCheck
from serving.store.bulk_read import stored_frame
from serving.store.database import read_session, write_session
from serving.store.record_rows import RecordStateRow
from serving.store.rows import DistrictRow, RunRow
from serving.store.student_records import KEYS_AT_ONCE, RecordChanges, insert_changes, newest_number, refuse_others

PAUSE = 0.02
"""Seconds after a transaction, in which others who wait get their turn."""


@dataclass(frozen=True)
class RecordDrafts:
    """Where a list in the making writes records: all at one `number`, once the records are `checked`."""

    engine: Engine
    district_id: str
    number: int
    checked: Future[RecordCheck]

    def is_open(self) -> bool:
        """Whether the check is done, and found no error."""
        done = self.checked.done() and self.checked.exception() is None
        return done and not self.checked.result().errors

    def write(self, changes: RecordChanges) -> RecordChanges:
        """Writes what changed in short transactions; the same changes, whose contents nobody needs any more.

        They are given back as they are where nothing may be written yet. Refused where another run has come meanwhile.
        """
        if not self.is_open():
            return changes
        for start in range(0, len(changes.digests), KEYS_AT_ONCE):
            with write_session(self.engine, self.district_id) as session:
                self.write_part(session, changes.part(start, start + KEYS_AT_ONCE))
            time.sleep(PAUSE)
        return RecordChanges(changes.digests, changes.before, changes.contents[:0])

    def write_part(self, session: Session, changes: RecordChanges) -> None:
        """Writes some of them in the session's transaction."""
        seen = session.scalar(select(func.max(RunRow.records_number)).where(RunRow.district_id == self.district_id))
        if (seen or 0) >= self.number:
            raise Refused(f"{self.district_id}: another run was written while this one was made; score again")
        held = held_digests(session, self.district_id, changes.digests.index)
        to_write = refuse_others(self.district_id, changes, held)
        if to_write.any():
            insert_changes(session, self.district_id, changes, to_write, self.number)


def record_drafts(engine: Engine, district_id: str, checked: Future[RecordCheck]) -> RecordDrafts | None:
    """Where a list may write records early; None on PostgreSQL, which writes a list at once, and for a new district."""
    if engine.dialect.name != "sqlite":
        return None
    with read_session(engine, district_id) as session:
        if session.get(DistrictRow, district_id) is None:
            return None
        return RecordDrafts(engine, district_id, newest_number(session, district_id) + 1, checked)


def held_digests(session: Session, district_id: str, keys: pd.Index) -> "pd.Series[int]":
    """The digests that are written of some students, by key; NaN where there is none."""
    own = select(RecordStateRow.student_key, RecordStateRow.digest).where(
        RecordStateRow.district_id == district_id, RecordStateRow.student_key.between(keys.min(), keys.max())
    )
    found = stored_frame(session, own, ["student_key", "digest"])
    held = pd.Series(found["digest"].to_numpy(), index=pd.Index(found["student_key"], dtype="str"), dtype="int64")
    return held.reindex(keys)

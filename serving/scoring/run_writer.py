"""Writes a scoring run to the service database, in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from features.errors import Refused
from features.snapshots.record_contents import KEPT_TABLES
from features.snapshots.shown_records import SHOWN_COLUMNS
from models.feature_dictionary import Entry
from serving.scoring.roster_writer import RosterChanges, frame_rows, roster_changes
from serving.scoring.scoring_run import ScoringRun
from serving.store.bulk_insert import insert_rows, insert_table
from serving.store.bulk_read import stored_rows
from serving.store.cell_types import JsonCell
from serving.store.district_scope import enter_district
from serving.store.locks import lift_limits, lock_until_commit
from serving.store.rows import (
    CalendarRow,
    DistrictRow,
    RunRow,
    ScoreRow,
    SessionRow,
    StaffRow,
)
from serving.store.run_queries import latest_run, previous_run, run_scores
from serving.store.student_records import write_records


def write_run(session: Session, run: ScoringRun, *, drafted: bool = False, roster: RosterChanges | None = None) -> bool:
    """Writes a run in the session's transaction; False, and nothing written, where it is there already.

    Where its scores are `drafted`, they stand already, and are counted. Refused where they are not all there. `roster`
    is what changed of the people, where that is known: it is found anew where another list has come since.
    """
    lift_limits(session.connection())
    lock_until_commit(session.connection(), f"run of {run.district_id}")
    enter_district(session, run.district_id)
    if session.get(RunRow, (run.district_id, run.run_id)) is not None:
        return False
    newest = latest_run(session, run.district_id)
    if newest is None or (newest.as_of <= run.as_of and newest.list_id != list_id_of(run)):
        known = roster if roster and roster.after == (newest.run_id if newest else None) else None
        replace_roster(session, run, known)
    session.add(run_row(run, records_number=write_records(session, run.district_id, run.records)))
    session.flush()
    if drafted:
        refuse_missing_drafts(session, run)
    else:
        insert_table(session, ScoreRow, score_table(session, run))
    insert_rows(session, CalendarRow, ({**run_key(run), **vars(one)} for one in run.calendars))
    return True


def refuse_missing_drafts(session: Session, run: ScoringRun) -> None:
    """Raise Refused where the scores that were written before the run are not its own."""
    own = (ScoreRow.district_id == run.district_id, ScoreRow.run_id == run.run_id)
    if session.scalar(select(func.count()).select_from(ScoreRow).where(*own)) != len(run.scores):
        raise Refused(f"{run.district_id}: another run of {run.run_id} was written meanwhile; score again")


def list_id_of(run: ScoringRun) -> str:
    """The list of the run: that of several outcomes, or its own."""
    return run.list_id or run.run_id


def replace_roster(session: Session, run: ScoringRun, known: RosterChanges | None = None) -> None:
    """Puts the run's roster in place of the one before; people who stay keep their password."""
    district = session.get(DistrictRow, run.district_id) or DistrictRow(district_id=run.district_id)
    district.name = run.district_name
    session.add(district)
    session.flush()
    for changes in (known or roster_changes(session, run.district_id, run.roster)).tables:
        changes.write(session, run.district_id)
    replace_staff(session, run.district_id, run.roster.staff)


def replace_staff(session: Session, district_id: str, staff: pd.DataFrame) -> None:
    """Adds and updates the district's people; those who are gone lose their password.

    Addresses are set aside first: two people may have swapped theirs, or one have that of somebody who is gone. Who is
    gone, or has no address any more, is signed out. Who was added by hand stays as they are.
    """
    own = (StaffRow.district_id == district_id, StaffRow.added.is_not(True))
    members = without_addresses_of_others(session, district_id, frame_rows(StaffRow, staff, district_id))
    if members and same_people(session, own, members):
        return
    session.execute(update(StaffRow).where(*own).values(email=None))
    for member in members:
        session.merge(StaffRow(**member))
    session.flush()
    stay = {str(member["staff_id"]) for member in members}
    reachable = {str(member["staff_id"]) for member in members if member["email"]}
    for row in session.scalars(select(StaffRow).where(*own)):
        if row.staff_id not in reachable:
            sign_out(session, row)
        if row.staff_id not in stay:
            session.delete(row)
    session.flush()


def same_people(session: Session, own: Sequence[ColumnElement[bool]], members: Sequence[dict[str, object]]) -> bool:
    """Whether the people of the records are already those that are written, each in every column."""
    names = list(members[0])
    held = stored_rows(session, select(*(StaffRow.__table__.c[name] for name in names)).where(*own))
    return len(held) == len(members) and set(held) == {tuple(member.values()) for member in members}


def without_addresses_of_others(
    session: Session, district_id: str, members: list[dict[str, object]]
) -> list[dict[str, object]]:
    """The members less those with the id of somebody added by hand; an address of such a one is left empty."""
    added = select(StaffRow).where(StaffRow.district_id == district_id, StaffRow.added.is_(True))
    people = list(session.scalars(added))
    ids, taken = {row.staff_id for row in people}, {(row.email or "").lower() for row in people}
    return [
        {**member, "email": None} if str(member["email"] or "").lower() in taken - {""} else member
        for member in members
        if member["staff_id"] not in ids
    ]


def sign_out(session: Session, person: StaffRow) -> None:
    """Ends every session of a person."""
    theirs = (SessionRow.district_id == person.district_id, SessionRow.staff_id == person.staff_id)
    session.execute(delete(SessionRow).where(*theirs))


def run_row(run: ScoringRun, *, records_number: int = 0) -> RunRow:
    """The run without its students; it saw their records up to a number."""
    other = (
        "roster",
        "scores",
        "records",
        "record_tables",
        "weeks",
        "calendars",
        "dictionary",
        "headline",
        "last_lists",
        "district_name",
        "parts",
        "list_id",
    )
    facts = {name: value for name, value in vars(run).items() if name not in other}
    return RunRow(
        **facts,
        students=len(run.scores),
        flagged=int(run.scores["flagged"].sum()),
        unscored=int(run.scores["risk"].isna().sum()),
        headline=asdict(run.headline) if run.headline else None,
        last_lists=asdict(run.last_lists) if run.last_lists else None,
        dictionary=[wording_row(entry, run.record_tables.get(entry.name)) for entry in run.dictionary.entries],
        parts=[asdict(part) for part in run.parts] or None,
        list_id=list_id_of(run),
        weeks=list(run.weeks),
        records_number=records_number,
        record_columns={table: list(SHOWN_COLUMNS[table]) for table in KEPT_TABLES},
    )


def wording_row(entry: Entry, table: str | None) -> dict[str, JsonCell]:
    """What pages and API need to word a feature, and the table of the records behind it."""
    return {
        "name": entry.name,
        "because": entry.because,
        "one": entry.one,
        "strength": entry.strength.words if entry.strength else "",
        "domain": entry.domain,
        "can_change": entry.can_change,
        "concept": entry.concept,
        "table": table,
    }


def score_table(session: Session, run: ScoringRun) -> pa.Table:
    """The rows of the run's students in columns, each with the student's score in the run before.

    They are in the order of their keys: a database adds to its indexes at one place then, and not at all of them.
    """
    scores = run.scores.assign(district_id=run.district_id, run_id=run.run_id)
    if not run.list_id:
        scores = scores.assign(place=range(1, len(scores) + 1))
    if "previous_band" not in scores:
        scores = with_run_before(session, run, scores)
    return pa.Table.from_pandas(scores.sort_values("student_key"), preserve_index=False)


def with_run_before(session: Session, run: ScoringRun, scores: pd.DataFrame) -> pd.DataFrame:
    """The scores of a run beside those of the run before, read from the database."""
    before = previous_run(session, run.district_id, run.outcome, run.as_of)
    if before is None:
        return scores
    then = run_scores(session, before).reindex(scores["student_key"])
    risk, known = then["risk"].to_numpy(), then["band"].notna()
    return scores.assign(
        previous_risk=np.full(len(risk), np.nan) if before.not_judged else risk,  # nobody was told it
        previous_band=then["band"].to_numpy(dtype=object),
        previous_as_of=known.map({True: before.as_of, False: None}).to_numpy(),
    )


def run_key(run: ScoringRun) -> dict[str, object]:
    """The columns that every row of a run begins with."""
    return {"district_id": run.district_id, "run_id": run.run_id}

"""Writes a list beside people who read: its scores in short transactions, then all that leads to them at once.

SQLite lets one transaction write at a time, and a page writes its row of the access log before it answers. Scores of a
run that is not there yet are drafts: nothing leads to them. PostgreSQL writes beside others, in one transaction.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pyarrow as pa
from sqlalchemy import Engine, Table, delete, select
from sqlalchemy.orm import Session

from serving.scoring.list_tally import list_tally
from serving.scoring.roster_writer import RosterChanges
from serving.scoring.run_writer import list_id_of, score_table, write_run
from serving.scoring.scoring_run import ScoringRun
from serving.store.bulk_insert import insert_stored, stored_cells
from serving.store.database import read_session, write_session
from serving.store.list_counts import write_counts_beside, write_list_counts
from serving.store.rows import RunRow, ScoreRow
from serving.store.run_retention import Retention, thin_runs

DRAFTED = 5_000
"""Scores that one transaction writes: a page waits no longer than for these."""
PAUSE = 0.02
"""Seconds between two transactions, in which others who wait get their turn."""


def write_list(
    engine: Engine,
    runs: Sequence[ScoringRun],
    keep: Retention,
    pause: Callable[[float], None] = time.sleep,
    totals: Callable[[Session], None] | None = None,
    before: Callable[[], None] = lambda: None,
    roster: RosterChanges | None = None,
) -> None:
    """Writes the runs of one list, and its totals; whoever reads sees the whole list or the one before.

    What is asked for `before` is waited for when scores are drafted, and nothing leads to them yet. On SQLite the list
    is counted meanwhile. `roster` is what changed of the people, where that is known.
    """
    district_id, list_id, drafted = runs[0].district_id, list_id_of(runs[0]), engine.dialect.name == "sqlite"
    with ThreadPoolExecutor(1) as beside:
        tally = beside.submit(list_tally, runs) if drafted else None
        if drafted:
            remove_drafts(engine, district_id)
            for run in runs:
                draft_scores(engine, run, pause)
        before()
        with write_session(engine) as session:
            for run in runs:
                write_run(session, run, drafted=drafted, roster=roster)
            if not drafted:
                write_list_counts(session, district_id, list_id)
            if totals is not None:
                totals(session)
            thin_runs(session, district_id, keep)
        if tally is not None:
            write_counts_beside(engine, district_id, list_id, tally.result(), lambda: pause(PAUSE))


def draft_scores(engine: Engine, run: ScoringRun, pause: Callable[[float], None] = time.sleep) -> None:
    """Writes the scores of a run that is not there yet, so many at a time."""
    with read_session(engine, run.district_id) as session:
        if session.get(RunRow, (run.district_id, run.run_id)) is not None:
            return
        rows = score_table(session, run)
    for batch in rows.to_batches(max_chunksize=DRAFTED):
        write_drafts(engine, run.district_id, batch)
        pause(PAUSE)


def write_drafts(engine: Engine, district_id: str, batch: pa.RecordBatch) -> None:
    """Writes scores in a transaction of their own."""
    cells = stored_cells(batch)
    with write_session(engine, district_id) as session:
        insert_stored(session, cast(Table, ScoreRow.__table__), batch.schema.names, cells)


def remove_drafts(engine: Engine, district_id: str) -> None:
    """Removes what a list that was cut off has left."""
    with read_session(engine, district_id) as session:
        found = drafted_runs(session, district_id)
    for run_id in found:
        with write_session(engine, district_id) as session:
            session.execute(delete(ScoreRow).where(ScoreRow.district_id == district_id, ScoreRow.run_id == run_id))


def drafted_runs(session: Session, district_id: str) -> list[str]:
    """The runs that have scores and are not there; one look-up for each run that has any."""
    runs = set(session.scalars(select(RunRow.run_id).where(RunRow.district_id == district_id)))
    found: list[str] = []
    while run_id := next_run(session, district_id, found[-1] if found else ""):
        found.append(run_id)
    return [run_id for run_id in found if run_id not in runs]


def next_run(session: Session, district_id: str, after: str) -> str | None:
    """The first run with scores whose id comes after another one."""
    own = select(ScoreRow.run_id).where(ScoreRow.district_id == district_id, ScoreRow.run_id > after)
    return session.scalar(own.order_by(ScoreRow.run_id).limit(1))

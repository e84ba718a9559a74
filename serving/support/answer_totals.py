"""What people said of the students on lists, counted by band: a count of few students is never told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, distinct, func, literal, select
from sqlalchemy.orm import Session

from serving.store.rows import RunRow, ScoreRow
from serving.store.support_rows import FlagAnswerRow, SnoozeRow

GONE = ""
"""The band of an answer to a list that is no longer kept."""
ORDER = ("many", "some", "few", "unknown", GONE)
SAID = ("agree", "not_now", "disagree", "put_off")


@dataclass(frozen=True)
class AnswerTotals:
    """Of how many students of a band each answer was given, and how many are put off now; None for too few.

    The counts are in the order of SAID.
    """

    band: str
    counts: tuple[int | None, ...]


@dataclass(frozen=True)
class Counted:
    """Of how many students of a band something was said of a list about an outcome."""

    outcome: str
    band: str
    said: str
    students: int


def answer_totals(counted: Sequence[Counted], outcome: str, least: int) -> tuple[AnswerTotals, ...]:
    """The counts of an outcome that may be told; a band of which none may be is left out."""
    told = {(one.band, one.said): one.students for one in counted if one.outcome == outcome and one.students >= least}
    bands = [band for band in ORDER if any((band, said) in told for said in SAID)]
    return tuple(AnswerTotals(band, tuple(told.get((band, said)) for said in SAID)) for band in bands)


def count_answers(session: Session, district_id: str, runs: Sequence[RunRow], today: date) -> list[Counted]:
    """Students by outcome, band and answer on all lists, and those put off now by their band in `runs`."""
    of_answer = and_(
        ScoreRow.district_id == FlagAnswerRow.district_id,
        ScoreRow.run_id == FlagAnswerRow.run_id,
        ScoreRow.student_key == FlagAnswerRow.student_key,
    )
    of_band, students = func.coalesce(ScoreRow.band, GONE), func.count(distinct(FlagAnswerRow.student_key))
    given = select(FlagAnswerRow.outcome, of_band, FlagAnswerRow.answer, students)
    given = given.outerjoin_from(FlagAnswerRow, ScoreRow, of_answer).where(FlagAnswerRow.district_id == district_id)
    given = given.group_by(FlagAnswerRow.outcome, of_band, FlagAnswerRow.answer)
    of_student = and_(
        ScoreRow.district_id == SnoozeRow.district_id,
        ScoreRow.student_key == SnoozeRow.student_key,
        ScoreRow.run_id.in_([run.run_id for run in runs]),
    )
    put_off = select(ScoreRow.run_id, ScoreRow.band, literal("put_off"), func.count(distinct(SnoozeRow.student_key)))
    put_off = put_off.join_from(SnoozeRow, ScoreRow, of_student).group_by(ScoreRow.run_id, ScoreRow.band)
    put_off = put_off.where(SnoozeRow.district_id == district_id, SnoozeRow.until > today, SnoozeRow.ended_at.is_(None))
    outcomes = {run.run_id: run.outcome for run in runs}
    return [
        *(Counted(outcome, band, said, count) for outcome, band, said, count in session.execute(given)),
        *(Counted(outcomes[at], band, said, count) for at, band, said, count in session.execute(put_off)),
    ]

"""Scores of earlier runs, contacts and plans, as a student's page lists them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from presentation.numbers import school_year
from serving.scoring.bands import Band
from serving.scoring.decoding import decode_similar_students
from serving.store.rows import ContactRow, RunRow, ScoreRow, StaffRow, StudentRow
from serving.store.run_queries import scoring_of, select_score_history
from serving.wording.locale import Language
from serving.wording.own_record import school_year_of
from serving.wording.scores import contact_words
from serving.wording.signals import band_words, similar_students_in_short

CONTACTS_SHOWN = 5


@dataclass(frozen=True)
class ScoreLine:
    """A score of a run, in words; `similar` is empty where there was none."""

    as_of: date
    band: Band
    band_words: str
    similar: str
    by_model: bool
    release_changed: bool
    scorer_changed: bool


@dataclass(frozen=True)
class ContactLine:
    """A contact or plan; `year` is the school year that it was made in."""

    date: date
    kind: str
    by: str
    year: str


def load_score_lines(session: Session, student: StudentRow, outcome: str, language: Language) -> tuple[ScoreLine, ...]:
    """The student's scores for an outcome run by run, latest first, marking where another release or scorer did it."""
    history = select_score_history(student.district_id, student.student_key)
    found = history.where(RunRow.outcome == outcome).options(
        load_only(ScoreRow.risk, ScoreRow.band, ScoreRow.similar_students)
    )
    rows = list(session.execute(found))
    runs = [run for _, run in rows]
    before = (*runs[1:], *runs[-1:])
    return tuple(
        build_score_line(language, score, run, before=earlier)
        for (score, run), earlier in zip(rows, before, strict=True)
    )


def build_score_line(language: Language, score: ScoreRow, run: RunRow, *, before: RunRow) -> ScoreLine:
    """One run's score in words, beside the run before."""
    band, students = cast(Band, score.band), decode_similar_students(score)
    return ScoreLine(
        as_of=run.as_of,
        band=band,
        band_words=band_words(language, band),
        similar="" if score.risk is None else similar_students_in_short(language, score.risk, students),
        by_model=run.scorer == "model",
        release_changed=run.release_id != before.release_id,
        scorer_changed=scoring_of(run) != scoring_of(before),
    )


def load_contact_lines(session: Session, student: StudentRow, language: Language) -> tuple[ContactLine, ...]:
    """The student's latest contacts and plans."""
    found = (
        select(ContactRow)
        .where(ContactRow.district_id == student.district_id, ContactRow.student_key == student.student_key)
        .order_by(ContactRow.date.desc(), ContactRow.support_id)
        .limit(CONTACTS_SHOWN)
    )
    rows = session.scalars(found).all()
    names = staff_names(session, student.district_id, rows)
    return tuple(
        ContactLine(
            date=row.date,
            kind=contact_words(language, row.kind),
            by=names.get(row.staff_id or "", "–"),
            year=school_year(school_year_of(row.date)),
        )
        for row in rows
    )


def staff_names(session: Session, district_id: str, contacts: Sequence[ContactRow]) -> dict[str, str]:
    """The names of those who made the contacts."""
    ids = {contact.staff_id for contact in contacts if contact.staff_id}
    found = select(StaffRow).where(StaffRow.district_id == district_id, StaffRow.staff_id.in_(ids))
    return {row.staff_id: f"{row.first_name} {row.last_name}" for row in session.scalars(found)}

"""What a student's page shows, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from serving.bands import Band
from serving.charts import BarChart, LineChart, TermMarks, attendance_chart, marks_by_term, marks_chart
from serving.pages.caseload_view import change_of, school_names
from serving.pages.records import RecordTable, record_table
from serving.rows import ContactRow, RunRow, ScoreRow, StaffRow, StudentRow
from serving.wording import (
    BANDS,
    CONTACTS,
    DOMAINS,
    NOT_SCORED,
    entry_of,
    reason_sentence,
    scored_by,
    similar_students,
    tenths,
)

CONTACTS_SHOWN = 5


@dataclass(frozen=True)
class ShownReason:
    """A reason in words, and the records behind it."""

    sentence: str
    domain: str
    changeable: bool
    records: RecordTable | None


@dataclass(frozen=True)
class PastLine:
    """A score of a run, in words."""

    as_of: date
    band: Band
    band_words: str
    similar: str
    scorer: str
    release_changed: bool


@dataclass(frozen=True)
class ContactLine:
    """A contact or plan."""

    date: date
    kind: str
    by: str


@dataclass(frozen=True)
class StudentView:
    """Everything on one student's page; without a score, `unscored` says why."""

    name: str
    grade: int
    school: str
    student_id: str
    band: Band
    band_words: str
    similar: str
    unscored: str
    scored_by: str
    change: str
    listed: bool
    data_through: date | None
    reasons: tuple[ShownReason, ...]
    attendance: BarChart | None
    attendance_table: RecordTable | None
    marks: LineChart | None
    terms: tuple[TermMarks, ...]
    marks_table: RecordTable | None
    past: tuple[PastLine, ...]
    contacts: tuple[ContactLine, ...]


def student_view(session: Session, student: StudentRow, run: RunRow | None) -> StudentView:
    """The page of a student, as of the district's latest run."""
    score = session.get(ScoreRow, (student.district_id, run.run_id, student.student_key)) if run else None
    history = score.history if score else {}
    weeks, marks = history.get("attendance", []), history.get("marks", [])
    terms = tuple(marks_by_term(marks))
    band = cast(Band, score.band) if score else "unknown"
    return StudentView(
        name=f"{student.first_name} {student.last_name}",
        grade=student.grade_level,
        school=school_names(session, student.district_id).get(student.school_id, student.school_id),
        student_id=student.student_id,
        band=band,
        band_words=BANDS[band],
        similar=similar_students(score.risk, run.ended) if run and score and score.risk is not None else "",
        unscored=why_unscored(score, run),
        scored_by=scored_by(run.scorer) if run and score else "",
        change=change_of(score) if score else "",
        listed=score.flagged if score else False,
        data_through=run.data_through if run else None,
        reasons=shown_reasons(score, run) if run and score else (),
        attendance=attendance_chart(weeks),
        attendance_table=record_table(weeks),
        marks=marks_chart(terms),
        terms=terms,
        marks_table=record_table(marks),
        past=past_lines(session, student),
        contacts=contact_lines(session, student),
    )


def why_unscored(score: ScoreRow | None, run: RunRow | None) -> str:
    """Why there is no score; empty where there is one."""
    if run is None:
        return "No scores have been made for this district yet."
    if score is None:
        return "Scores are made for students in their first year of grade 9. This student is not among them."
    return NOT_SCORED if score.risk is None else ""


def shown_reasons(score: ScoreRow, run: RunRow) -> tuple[ShownReason, ...]:
    """The score's reasons, in the order the run gave them."""
    entries = {str(words["name"]): entry_of(words) for words in run.dictionary}
    return tuple(
        ShownReason(
            sentence=reason_sentence(entries.get(str(reason["code"])), str(reason["code"]), reason["value"]),
            domain=DOMAINS.get(str(reason["domain"]), str(reason["domain"]).capitalize()),
            changeable=entries[str(reason["code"])].can_change if str(reason["code"]) in entries else False,
            records=record_table(score.evidence.get(str(reason["code"]), [])),
        )
        for reason in score.reasons
    )


def past_lines(session: Session, student: StudentRow) -> tuple[PastLine, ...]:
    """The student's scores run by run, latest first, marking where another release scored."""
    found = (
        select(ScoreRow, RunRow)
        .join(RunRow, (RunRow.district_id == ScoreRow.district_id) & (RunRow.run_id == ScoreRow.run_id))
        .where(ScoreRow.district_id == student.district_id, ScoreRow.student_key == student.student_key)
        .order_by(RunRow.as_of.desc(), RunRow.created_at.desc())
        .options(load_only(ScoreRow.risk, ScoreRow.band))
    )
    rows = list(session.execute(found))
    releases = [run.release_id for _, run in rows]
    before = (*releases[1:], *releases[-1:])
    return tuple(
        past_line(score, run, changed=run.release_id != release)
        for (score, run), release in zip(rows, before, strict=True)
    )


def past_line(score: ScoreRow, run: RunRow, *, changed: bool) -> PastLine:
    """One run's score in words."""
    band = cast(Band, score.band)
    return PastLine(
        as_of=run.as_of,
        band=band,
        band_words=BANDS[band],
        similar=tenths(score.risk) if score.risk is not None else "–",
        scorer="model" if run.scorer == "model" else "published rule",
        release_changed=changed,
    )


def contact_lines(session: Session, student: StudentRow) -> tuple[ContactLine, ...]:
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
        ContactLine(row.date, CONTACTS.get(row.kind, row.kind), names.get(row.staff_id or "", "–")) for row in rows
    )


def staff_names(session: Session, district_id: str, contacts: Sequence[ContactRow]) -> dict[str, str]:
    """The names of those who made the contacts."""
    ids = {contact.staff_id for contact in contacts if contact.staff_id}
    found = select(StaffRow).where(StaffRow.district_id == district_id, StaffRow.staff_id.in_(ids))
    return {row.staff_id: f"{row.first_name} {row.last_name}" for row in session.scalars(found)}

"""What the pages of a team meeting show. For a projector: initials in place of names, and no number of a risk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from serving.pages.caseload_line import school_names
from serving.pages.plan_view import PlanView, plan_view
from serving.pages.student_names import full_name, initials, without_names
from serving.pages.student_view import facts_beside, need_items, strength_items
from serving.pages.support_timeline import SupportLine, load_support_lines
from serving.pages.visit import Visit
from serving.store.meeting_rows import MeetingItemRow, MeetingRow
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import current_runs, student_scores
from serving.store.student_records import score_records
from serving.store.support_rows import PlanRow
from serving.support.meetings import items_of, suggested, talked_about, visible_of
from serving.support.plans import plans_of_student
from serving.support.presence import tables_about
from serving.support.staff import staff_names
from serving.support.week import week_of
from serving.wording.meetings import WHY
from serving.wording.own_record import own_record

TRIED_SHOWN = 5


@dataclass(frozen=True)
class AgendaLine:
    """A student on an agenda as the room sees them; without `address` one whom the viewer does not see."""

    number: int
    label: str
    grade: int
    why: str
    talked: bool
    decision: str
    meaning: str
    owner: str
    due_on: date | None
    address: str
    student_key: str


@dataclass(frozen=True)
class Agenda:
    """A meeting and its students; `school` is empty for one of the whole district, `hidden` whom the viewer misses."""

    meeting: MeetingRow
    school: str
    lines: tuple[AgendaLine, ...]
    hidden: int
    data_through: date | None
    students: tuple[str, ...]

    @property
    def following(self) -> AgendaLine | None:
        """The first student who was not talked about yet."""
        return next((line for line in self.lines if not line.talked), None)

    @property
    def talked(self) -> int:
        """How many were talked about."""
        return sum(line.talked for line in self.lines)


@dataclass(frozen=True)
class Suggestion:
    """Somebody whom My week suggests for an agenda."""

    student_key: str
    name: str
    grade: int
    why: str


@dataclass(frozen=True)
class MeetingStudent:
    """A student as the room sees them: what the records show, and what was tried."""

    strengths: tuple[str, ...]
    needs: tuple[str, ...]
    beside: tuple[str, ...]
    tried: tuple[SupportLine, ...]
    plans: tuple[PlanView, ...]


@dataclass(frozen=True)
class RecapLine:
    """A student who was talked about, what was decided, and whether it is done; `done` is None where nothing is due."""

    student_key: str
    name: str
    held_on: date
    decision: str
    owner: str
    due_on: date | None
    done: bool | None


def agenda_of(session: Session, visit: Visit, meeting: MeetingRow, *, names: bool) -> Agenda:
    """The agenda for the viewer, with names or with initials."""
    items = items_of(session, meeting)
    seen = visible_of(session, visit.educator, [row.student_key for row in items])
    people = staff_names(session, meeting.district_id, [row.owner for row in items])
    lines = [
        agenda_line(visit, row, seen[row.student_key], people, number=number, names=names)
        for number, row in enumerate(items, start=1)
        if row.student_key in seen
    ]
    newest = max((run.data_through for run in current_runs(session, meeting.district_id)), default=None)
    named = school_names(session, meeting.district_id, [meeting.school_id]) if meeting.school_id else {}
    school = named.get(meeting.school_id, "")
    return Agenda(meeting, school, tuple(lines), len(items) - len(lines), newest, tuple(sorted(seen)))


def agenda_line(
    visit: Visit, row: MeetingItemRow, student: StudentRow, people: dict[str, str], *, number: int, names: bool
) -> AgendaLine:
    """One student of an agenda; with initials, what was written has no name of theirs either."""
    decision, meaning = (
        (row.decision, row.meaning) if names else (without_names(one, student) for one in (row.decision, row.meaning))
    )
    return AgendaLine(
        number=number,
        label=full_name(student) if names else initials(student),
        grade=student.grade_level,
        why=visit.language.translate(WHY.get(row.why, "")),
        talked=row.decided_at is not None,
        decision=decision,
        meaning=meaning,
        owner=people.get(row.owner, ""),
        due_on=row.due_on,
        address=f"/meetings/{row.meeting_id}/students/{row.student_key}",
        student_key=row.student_key,
    )


def suggested_keys(session: Session, visit: Visit) -> list[tuple[str, str]]:
    """Whom My week suggests for the next agenda, each with why, in its order."""
    runs = current_runs(session, visit.educator.district_id)
    return suggested(week_of(session, visit.educator, runs, visit.support))


def suggestions(session: Session, visit: Visit) -> tuple[Suggestion, ...]:
    """The same in words."""
    found = suggested_keys(session, visit)
    seen = visible_of(session, visit.educator, [key for key, _ in found])
    return tuple(
        Suggestion(key, full_name(seen[key]), seen[key].grade_level, visit.language.translate(WHY[why]))
        for key, why in found
        if key in seen
    )


def meeting_student(session: Session, visit: Visit, student: StudentRow, *, names: bool) -> MeetingStudent:
    """What the room sees of a student, by the most urgent outcome; no risk, no band, no word of a note."""
    runs = current_runs(session, student.district_id)
    scores = student_scores(session, student.district_id, student.student_key, runs)
    there = tables_about(session, student.district_id, student.student_key)
    lines = load_support_lines(session, student, visit.educator, visit.language, there)
    plans = plans_of_student(session, student.district_id, student.student_key) if PlanRow in there else []
    views = [plan_view(visit, session, student, row) for row in plans]
    strengths, needs, beside = record_sentences(session, visit, scores[:1]) if scores else ((), (), ())
    return MeetingStudent(
        strengths=strengths,
        needs=needs,
        beside=beside,
        tried=tuple(line for line in lines if not line.restricted and line.shown_as != "note")[:TRIED_SHOWN],
        plans=tuple(plan if names else replace(plan, goal=without_names(plan.goal, student)) for plan in views),
    )


def record_sentences(
    session: Session, visit: Visit, scores: Sequence[tuple[ScoreRow, RunRow]]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What goes well, what stands out and what else is on record, as sentences."""
    records = score_records(session, scores)[0]
    record = own_record(records.history(), records.run.as_of)
    said = visit.context.words.of(records.run)
    needs = need_items(visit.language, records, record, said)
    strengths = strength_items(visit.language, records.score, said.lexicon, record)
    return (
        tuple(one.sentence for one in strengths),
        tuple(one.sentence for one in needs),
        facts_beside(visit.language, needs, record, records),
    )


def recap_lines(session: Session, visit: Visit, since: date, until: date) -> tuple[RecapLine, ...]:
    """Every student talked about between two days, with what was assigned to whom."""
    found = talked_about(session, visit.educator, since, until)
    seen = visible_of(session, visit.educator, {item.student_key for _, item, _ in found})
    people = staff_names(session, visit.educator.district_id, [item.owner for _, item, _ in found])
    return tuple(
        RecapLine(
            student_key=item.student_key,
            name=full_name(seen[item.student_key]),
            held_on=meeting.held_on,
            decision=item.decision,
            owner=people.get(item.owner, ""),
            due_on=item.due_on,
            done=asked.resolved_at is not None if asked else None,
        )
        for meeting, item, asked in found
    )

"""Plans: begun, changed with what they said before kept, ended with an outcome; and the dose that was given."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.store.json_values import to_json_values
from serving.store.statements import statement
from serving.store.support_rows import PlanRow, PlanSessionRow
from serving.support.revisions import Author, StaleRevision, keep_revision

OUTCOMES = ("met", "partly", "not_met", "moved", "stopped")
WEEK = 7


@dataclass(frozen=True)
class Plan:
    """What a plan says."""

    goal: str
    strategy: str
    champion: str
    start_date: date
    planned_end: date
    sessions_a_week: int


@dataclass(frozen=True)
class Dose:
    """How many sessions were planned by a day, held, and not held; a day that nobody entered is not known."""

    planned: int
    held: int
    missed: int

    @property
    def unknown(self) -> int:
        """How many planned sessions nobody entered."""
        return max(0, self.planned - self.held - self.missed)


def begin_plan(session: Session, author: Author, student_key: str, plan_id: str, plan: Plan, *, at: datetime) -> bool:
    """Adds a plan; False, and nothing added, where the form was sent before."""
    if session.get(PlanRow, (author.district_id, plan_id)) is not None:
        return False
    session.add(
        PlanRow(
            district_id=author.district_id,
            plan_id=plan_id,
            student_key=student_key,
            **asdict(plan),
            staff_id=author.staff_id,
            recorded_on=author.today,
            created_at=at,
            revised_at=at,
            revision=1,
            ended_on=None,
            outcome="",
            outcome_note="",
        )
    )
    session.flush()
    return True


def revise_plan(session: Session, author: Author, row: PlanRow, plan: Plan, *, revision: int, at: datetime) -> None:
    """Puts what the plan says now in place; StaleRevision where somebody changed it in between."""
    if row.revision != revision:
        raise StaleRevision
    if plan == plan_of(row):
        return
    keep_revision(session, author, "plan", row.plan_id, row.revision, to_json_values(asdict(plan_of(row))), at)
    for name, value in asdict(plan).items():
        setattr(row, name, value)
    row.revision, row.revised_at = row.revision + 1, at
    session.flush()


def end_plan(session: Session, author: Author, row: PlanRow, outcome: str, note: str) -> None:
    """Ends a plan today; a no-op where it has ended."""
    if row.ended_on is None:
        row.ended_on, row.outcome, row.outcome_note = author.today, outcome, note
        session.flush()


def plan_of(row: PlanRow) -> Plan:
    """What a stored plan says."""
    return Plan(row.goal, row.strategy, row.champion, row.start_date, row.planned_end, row.sessions_a_week)


def enter_session(
    session: Session, author: Author, row: PlanRow, day: date, *, held: bool, note: str, at: datetime
) -> None:
    """Says of a day of a plan whether its session was held; what was said of that day before is replaced."""
    session.merge(
        PlanSessionRow(
            district_id=row.district_id,
            plan_id=row.plan_id,
            day=day,
            held=held,
            note=note,
            staff_id=author.staff_id,
            created_at=at,
        )
    )
    session.flush()


def sessions_of(session: Session, row: PlanRow) -> list[PlanSessionRow]:
    """What was entered of a plan's days, latest first."""
    found = select(PlanSessionRow).where(
        PlanSessionRow.district_id == row.district_id, PlanSessionRow.plan_id == row.plan_id
    )
    return list(session.scalars(found.order_by(PlanSessionRow.day.desc())))


def dose_of(plan: Plan, entered: list[tuple[date, bool]], today: date, ended_on: date | None = None) -> Dose:
    """The dose of a plan by a day: sessions are planned evenly over its weeks."""
    last = min(today, plan.planned_end, ended_on or today)
    days = max(0, (last - plan.start_date).days + 1)
    held = sum(was_held for _, was_held in entered)
    return Dose(plan.sessions_a_week * days // WEEK, held, len(entered) - held)


def plans_of_student(session: Session, district_id: str, student_key: str) -> list[PlanRow]:
    """A student's plans: those that run first, then the latest."""
    return list(session.scalars(*select_plans(district_id, student_key)))


@statement
def select_plans(district_id: str, student_key: str) -> Select[PlanRow]:
    """The query for them."""
    found = select(PlanRow).where(PlanRow.district_id == district_id, PlanRow.student_key == student_key)
    return found.order_by(PlanRow.ended_on.is_not(None), PlanRow.start_date.desc())

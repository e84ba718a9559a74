"""A plan as its page and a student's page show it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from serving.pages.plan_fields import PlanChoices
from serving.pages.visit import Visit
from serving.store.rows import StudentRow
from serving.store.support_rows import PlanRow
from serving.support.plans import Dose, dose_of, plan_of, sessions_of
from serving.support.staff import colleagues_of, staff_names
from serving.wording.locale import Language
from serving.wording.support import PLAN_OUTCOMES, strategy_words


@dataclass(frozen=True)
class SessionLine:
    """A day of a plan that somebody entered."""

    day: date
    held: bool
    note: str


@dataclass(frozen=True)
class PlanView:
    """A plan in words; `outcome` is empty while it runs, `dose` says what was given before how it went is judged."""

    plan_id: str
    goal: str
    strategy: str
    champion: str
    start_date: date
    planned_end: date
    sessions_a_week: int
    ended_on: date | None
    outcome: str
    outcome_note: str
    overdue: bool
    dose: tuple[str, ...]
    sessions: tuple[SessionLine, ...]


def plan_view(visit: Visit, session: Session, student: StudentRow, row: PlanRow) -> PlanView:
    """A plan for the viewer."""
    entered, plan = sessions_of(session, row), plan_of(row)
    names = staff_names(session, student.district_id, [row.champion])
    dose = dose_of(plan, [(one.day, one.held) for one in entered], visit.today, row.ended_on)
    return PlanView(
        plan_id=row.plan_id,
        goal=row.goal,
        strategy=strategy_words(visit.language, visit.support.strategies).get(row.strategy, row.strategy),
        champion=names.get(row.champion, "–"),
        start_date=row.start_date,
        planned_end=row.planned_end,
        sessions_a_week=row.sessions_a_week,
        ended_on=row.ended_on,
        outcome=visit.language.translate(PLAN_OUTCOMES.get(row.outcome, "")),
        outcome_note=row.outcome_note,
        overdue=row.ended_on is None and row.planned_end <= visit.today,
        dose=dose_words(visit.language, dose),
        sessions=tuple(SessionLine(one.day, one.held, one.note) for one in entered),
    )


def dose_words(language: Language, dose: Dose) -> tuple[str, ...]:
    """What was given of what was planned; days that nobody entered are told as such."""
    if dose.planned:
        counts = {"held": dose.held, "planned": dose.planned}
        said = [language.translate("{held} of {planned} planned sessions held so far.", **counts)]
    else:
        said = [language.translate("No session was due yet.")]
        said += [language.translate_plural("{number} was held.", "{number} were held.", dose.held)] * bool(dose.held)
    if dose.missed:
        said.append(language.translate_plural("{number} was not held.", "{number} were not held.", dose.missed))
    if dose.unknown:
        said.append(
            language.translate_plural(
                "{number} is not entered, and does not count as missed.",
                "{number} are not entered, and do not count as missed.",
                dose.unknown,
            )
        )
    return tuple(said)


def plan_choices(visit: Visit, session: Session, student: StudentRow) -> PlanChoices:
    """What can be chosen in a plan for the student."""
    return PlanChoices(
        strategy_words(visit.language, visit.support.strategies), colleagues_of(session, visit.educator, student)
    )

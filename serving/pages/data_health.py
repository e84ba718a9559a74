"""Data health: what the last loads brought, what waits and why, and what does not add up.

For those who keep the records. It is read from the summary that loads and checks leave beside the warehouse, which no
page opens.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from features.quality.summary_file import LoadLine, RecordsSummary, WaitingRows, read_summary, usual_rows
from serving.access.authorize import Denied, OwnDistrict, authorize
from serving.pages.refresh_view import refresh_lines
from serving.pages.visit import CurrentVisit, Visit
from serving.store.rows import SchoolRow
from serving.support.answers import open_problems
from serving.wording.data_health import CHECKS, RULES, TABLES
from serving.wording.locale import Language, msgid

router = APIRouter(include_in_schema=False)

SHOWN = 40
"""Kinds of mistakes that are listed."""

MANY, FEW = 2.0, 0.5
"""How many times the usual rows of a table are told as many, or as few."""


@dataclass(frozen=True)
class TableLine:
    """A table of the newest load: rows read, the usual number, what that says, and how many wait."""

    name: str
    read: int
    usual: int | None
    says: str
    quarantined: int


@dataclass(frozen=True)
class MistakeLine:
    """Rows that wait for one reason: where they are, and what was expected, in the words of the load."""

    words: str
    table: str
    waiting: WaitingRows


@dataclass(frozen=True)
class ReasonLine:
    """Why students enrolled today are in no list, and how many."""

    words: str
    table: str
    students: int


@dataclass(frozen=True)
class FindingWords:
    """A finding of a check: in words, where, whether lists wait for it, and the check's own sentence."""

    words: str
    school: str
    stops: bool
    says: str
    code: str


@dataclass(frozen=True)
class SchoolLine:
    """A school with classes that have not sent attendance."""

    school: str
    classes: int
    days: int


@dataclass(frozen=True)
class ProblemCounts:
    """Data problems that people reported and nobody has answered."""

    waiting: int
    overdue: int
    next_due: date | None


@dataclass(frozen=True)
class HealthView:
    """The content of the page where a load has been."""

    loads: tuple[LoadLine, ...]
    loaded_at: datetime | None
    tables: tuple[TableLine, ...]
    mistakes: tuple[MistakeLine, ...]
    more: int
    rows_waiting: int
    reasons: tuple[ReasonLine, ...]
    students: int
    checked_on: date | None
    findings: tuple[FindingWords, ...]
    silent: tuple[SchoolLine, ...]


@router.get("/data-health")
def get_data_health(visit: CurrentVisit) -> Response:
    """The page, for those who answer for the records of the district."""
    district_id = visit.educator.district_id
    with visit.context.read_session() as session:
        if isinstance(authorize(session, visit.educator, "answer_problem", OwnDistrict()), Denied):
            raise HTTPException(404)
        problems = problem_counts(session, visit)
        found = select(SchoolRow).where(SchoolRow.district_id == district_id)
        schools = {row.school_id: row.name for row in session.scalars(found)}
        refreshes = refresh_lines(session, visit)
    summary = read_summary(visit.context.settings, district_id)
    zone = ZoneInfo(visit.context.settings.district(district_id).timezone)
    view = health_view(visit.language, in_zone(summary, zone), schools) if summary is not None else None
    return visit.page("data_health.html", view=view, problems=problems, refreshes=refreshes)


def in_zone(summary: RecordsSummary, zone: ZoneInfo) -> RecordsSummary:
    """The summary with the loads at the district's own time."""
    loads = (replace(one, loaded_at=one.loaded_at and one.loaded_at.astimezone(zone)) for one in summary.loads)
    return replace(summary, loads=tuple(loads))


def problem_counts(session: Session, visit: Visit) -> ProblemCounts:
    """The data problems of the district that wait."""
    due = [row.due_on for row in open_problems(session, visit.educator.district_id)]
    return ProblemCounts(len(due), sum(day < visit.today for day in due), min(due, default=None))


def health_view(language: Language, summary: RecordsSummary, schools: Mapping[str, str]) -> HealthView:
    """The page's content, in a language."""
    loads = summary.loads
    return HealthView(
        loads=loads,
        loaded_at=loads[0].loaded_at if loads else None,
        tables=tuple(table_lines(language, loads)),
        mistakes=tuple(mistake_lines(language, summary)),
        more=max(0, len(summary.waiting) - SHOWN),
        rows_waiting=sum(one.rows for one in summary.waiting),
        reasons=tuple(reason_lines(language, summary)),
        students=sum(one.students for one in summary.unlisted),
        checked_on=summary.checked_on,
        findings=tuple(finding_words(language, summary, schools)),
        silent=tuple(
            SchoolLine(schools.get(one.school_id, one.school_id), one.classes, one.longest_days)
            for one in summary.silent
        ),
    )


def table_lines(language: Language, loads: tuple[LoadLine, ...]) -> Iterator[TableLine]:
    """The tables of the newest load, and those that usually come and did not."""
    if not loads:
        return
    usual, newest = usual_rows(loads), loads[0]
    for name in TABLES:
        read, often = newest.read.get(name, 0), usual.get(name)
        if name in newest.read or often:
            says = language.translate(beside_usual(read, often)) if often else ""
            yield TableLine(language.translate(TABLES[name]), read, often, says, newest.quarantined.get(name, 0))


def beside_usual(read: int, usual: int) -> str:
    """What a number of rows says beside the usual one; empty where it is about the same."""
    if not read:
        return msgid("did not come")
    if read > MANY * usual:
        return msgid("many more than usual")
    return msgid("far fewer than usual") if read < FEW * usual else ""


def mistake_lines(language: Language, summary: RecordsSummary) -> Iterator[MistakeLine]:
    """The mistakes with the most rows."""
    for one in summary.waiting[:SHOWN]:
        yield MistakeLine(rule_words(language, one.rule), table_words(language, one.table), one)


def reason_lines(language: Language, summary: RecordsSummary) -> Iterator[ReasonLine]:
    """Why students are in no list."""
    for one in summary.unlisted:
        yield ReasonLine(rule_words(language, one.rule), table_words(language, one.table), one.students)


def finding_words(language: Language, summary: RecordsSummary, schools: Mapping[str, str]) -> Iterator[FindingWords]:
    """The findings of the last check."""
    for one in summary.findings:
        words = language.translate(CHECKS[one.code]) if one.code in CHECKS else one.code
        school = schools.get(one.school_id, one.school_id)
        yield FindingWords(words, school, one.severity == "error", one.says, one.code)


def rule_words(language: Language, rule: str) -> str:
    """A rule in words."""
    return language.translate(RULES[rule]) if rule in RULES else rule


def table_words(language: Language, table: str) -> str:
    """A table in words."""
    return language.translate(TABLES[table]) if table in TABLES else table

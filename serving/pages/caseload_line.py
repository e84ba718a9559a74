"""One row of a caseload: who, how many signals and how they changed, what stands out, last contact and plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, load_only

from serving.pages.caseload_query import CaseloadScope, StudentScore
from serving.pages.last_contacts import last_deeds
from serving.scoring.bands import Band
from serving.signal_words import SignalKind, SignalWords, signals_of
from serving.store.rows import RunRow, SchoolRow, ScoreRow
from serving.store.run_queries import urgency
from serving.store.statements import rows_of, statement
from serving.wording.locale import Language, msgid
from serving.wording.outcomes import also_words
from serving.wording.scores import NO_RUN, unscored_band
from serving.wording.signals import band_words

OTHER_GRADE = msgid("No list is about this student.")


@dataclass(frozen=True)
class LineContact:
    """The last contact in words; `before` dates one of an earlier school year, and is empty for one of this year."""

    words: str
    before: str = ""


@dataclass(frozen=True)
class CaseloadLine:
    """One student, by the student's most urgent outcome; `also` names other outcomes with signals.

    `signal` is what stands out first of what a school can change; where nothing does, a fact that is on record beside
    the score, or words that say so. `more` counts what else stands out.
    """

    student_key: str
    number: str
    name: str
    grade: int
    school: str
    band: Band
    band_words: str
    change: str
    signal: str
    signal_kind: SignalKind
    more: int
    contact: LineContact
    plan: str
    responsible: str
    listed: bool
    at_random: bool
    also: str = ""


@dataclass(frozen=True)
class LineContext:
    """What every line is worded with: language, runs by id, schools by id.

    `signals` are the words of a student's score, `contacts` and `plans` the latest by student, `others` a student's
    scores for other outcomes, `responsible` the names of who is responsible.
    """

    language: Language
    scope: CaseloadScope
    runs: Mapping[str, RunRow]
    schools: Mapping[str, str]
    signals: Mapping[str, SignalWords] = field(default_factory=dict)
    contacts: Mapping[str, date] = field(default_factory=dict)
    plans: Mapping[str, date] = field(default_factory=dict)
    others: Mapping[str, list[tuple[ScoreRow, RunRow]]] = field(default_factory=dict)
    responsible: Mapping[str, str] = field(default_factory=dict)


def build_lines(
    session: Session,
    scope: CaseloadScope,
    rows: Sequence[StudentScore],
    language: Language,
    schools: Mapping[str, str],
) -> tuple[CaseloadLine, ...]:
    """The lines of some students, in their order, with the names of schools by id."""
    district, students = scope.subject.district_id, [one.student_key for one in rows]
    deeds = last_deeds(session, district, students, scope.year_began)
    scored = [ScoredStudent(one.student_key, one.run_id) for one in rows if one.run_id]
    context = LineContext(
        language=language,
        scope=scope,
        runs={run.run_id: run for run in scope.runs},
        signals=signals_of(session, scope.signals, language, scope.runs, scored),
        schools=schools,
        contacts=deeds.contacts,
        plans=deeds.plans,
        others=other_scores(session, scope, students),
        responsible=deeds.responsible,
    )
    return tuple(build_line(one, context) for one in rows)


class ScoredStudent(NamedTuple):
    """A student with the run of a score."""

    student_key: str
    run_id: str


def build_line(one: StudentScore, context: LineContext) -> CaseloadLine:
    """One student's line."""
    language, plan = context.language, context.plans.get(one.student_key)
    band = cast(Band, one.band or "unknown")
    words = context.signals[one.student_key] if one.run_id else other_grade(language, has_list=bool(context.runs))
    return CaseloadLine(
        student_key=one.student_key,
        number=one.student_id,
        name=f"{one.last_name}, {one.first_name}",
        grade=one.grade_level,
        school=context.schools.get(one.school_id, one.school_id),
        band=band,
        band_words=band_words(language, band) if one.run_id else unscored_band(language, has_list=bool(context.runs)),
        change=words.change,
        signal=words.signal,
        signal_kind=words.kind,
        more=words.more,
        contact=contact_words(language, context.contacts.get(one.student_key), context.scope.year_began),
        plan=language.translate("Since {day}", day=language.short_day(plan)) if plan else "",
        responsible=context.responsible.get(one.student_key, ""),
        listed=bool(one.flagged),
        at_random=bool(one.at_random),
        also=also_words(language, context.others.get(one.student_key, [])),
    )


def other_grade(language: Language, *, has_list: bool) -> SignalWords:
    """What stands where no list is about the student, or there is none."""
    return SignalWords("", language.translate(OTHER_GRADE if has_list else NO_RUN), "none", 0)


def contact_words(language: Language, day: date | None, year_began: date) -> LineContact:
    """The last contact: its day this school year, that there was none this year, or none at all."""
    if day is None:
        return LineContact(language.translate("None on record"))
    if day < year_began:
        return LineContact(language.translate("Not this year"), language.short_day(day))
    return LineContact(language.short_day(day))


def other_scores(
    session: Session, scope: CaseloadScope, students: Sequence[str]
) -> dict[str, list[tuple[ScoreRow, RunRow]]]:
    """The scores of students for outcomes other than their most urgent one, nearest to the list first."""
    if len(scope.runs) < 2:
        return {}
    by_id = {run.run_id: run for run in scope.runs}
    found = session.scalars(*select_others(scope.subject.district_id, list(students), list(by_id)))
    pairs = [(one, by_id[one.run_id]) for one in found]
    scores: dict[str, list[tuple[ScoreRow, RunRow]]] = {}
    for score, run in sorted(pairs, key=lambda one: urgency(*one)):
        scores.setdefault(score.student_key, []).append((score, run))
    return scores


OTHER_COLUMNS = (ScoreRow.run_id, ScoreRow.band, ScoreRow.flagged, ScoreRow.list_position, ScoreRow.place)
"""What a line needs of a score for another outcome."""


@statement
def select_others(district_id: str, students: list[str], runs: list[str]) -> Select[ScoreRow]:
    """The query for them."""
    own = (ScoreRow.district_id == district_id, ScoreRow.student_key.in_(students), ScoreRow.run_id.in_(runs))
    return select(ScoreRow).where(*own, ScoreRow.place.is_(None)).options(load_only(*OTHER_COLUMNS))


MOST_NAMED = 50
"""Schools that a query names; of a district with more on a page, all are read."""


def school_names(session: Session, district_id: str, schools: Collection[str] | None = None) -> dict[str, str]:
    """The names of a district's schools by id, at least of these where some are named."""
    named = sorted(schools) if schools is not None and len(schools) <= MOST_NAMED else None
    found = rows_of(session, select_schools(district_id, named))
    return {school_id: name for school_id, name in found}  # noqa: C416 - a Row is no pair for dict()


@statement
def select_schools(district_id: str, schools: list[str] | None) -> Select[str, str]:
    """The query for them; for all of the district where none are named."""
    found = select(SchoolRow.school_id, SchoolRow.name).where(SchoolRow.district_id == district_id)
    return found if schools is None else found.where(SchoolRow.school_id.in_(schools))

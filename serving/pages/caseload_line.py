"""One row of a caseload: who, how many signals and how they changed, what stands out, last contact and plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, load_only

from serving.pages.caseload_query import CaseloadScope
from serving.pages.last_contacts import last_contacts, plans_since
from serving.scoring.bands import Band
from serving.store.rows import RunRow, SchoolRow, ScoreRow, StudentRow
from serving.store.run_queries import has_other_scoring, urgency
from serving.store.statements import statement
from serving.store.student_records import ScoreRecords, score_records
from serving.support.listed_students import first_lists
from serving.support.responsible import responsible_for
from serving.wording.change_in_short import change_in_short
from serving.wording.locale import Language, msgid
from serving.wording.named_reasons import named_reasons
from serving.wording.outcomes import also_words
from serving.wording.own_record import own_record
from serving.wording.own_record_words import also_on_record
from serving.wording.reasons import Lexicon, run_lexicon
from serving.wording.signals import band_words

SignalKind = Literal["reason", "record", "none"]
TOGETHER = msgid("No single record stands out. It is the records taken together.")
NOTHING = msgid("Nothing stands out.")
TOO_LITTLE = msgid("Too little on record yet.")
OTHER_GRADE = msgid("Not in a grade that the list is about.")


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
    """What every line is worded with: language, runs, features' words and other scoring by run, schools by id.

    `first_lists` are the runs that are the first of their outcome.

    `contacts` and `plans` are the latest by student, `others` a student's scores for other outcomes, `records` what
    the score of a student saw, `responsible` the names of who is responsible.
    """

    language: Language
    scope: CaseloadScope
    runs: Mapping[str, RunRow]
    lexicons: Mapping[str, Lexicon]
    other_scoring: Mapping[str, bool]
    schools: Mapping[str, str]
    first_lists: frozenset[str] = frozenset()
    contacts: Mapping[str, date] = field(default_factory=dict)
    plans: Mapping[str, date] = field(default_factory=dict)
    others: Mapping[str, list[tuple[ScoreRow, RunRow]]] = field(default_factory=dict)
    records: Mapping[str, ScoreRecords] = field(default_factory=dict)
    responsible: Mapping[str, str] = field(default_factory=dict)


Rows = Sequence[tuple[StudentRow, ScoreRow | None]]


def build_lines(
    session: Session, scope: CaseloadScope, rows: Rows, language: Language, schools: Mapping[str, str]
) -> tuple[CaseloadLine, ...]:
    """The lines of some students, in their order, with the names of schools by id."""
    district, students = scope.subject.district_id, [student.student_key for student, _ in rows]
    runs = {run.run_id: run for run in scope.runs}
    scores = [(score, runs[score.run_id]) for _, score in rows if score]
    context = LineContext(
        language=language,
        scope=scope,
        runs=runs,
        lexicons={run.run_id: run_lexicon(run.dictionary) for run in scope.runs},
        other_scoring={run.run_id: has_other_scoring(session, run) for run in scope.runs},
        first_lists=frozenset(run.run_id for run in first_lists(session, scope.runs)),
        schools=schools,
        contacts=last_contacts(session, district, students),
        plans=plans_since(session, district, students, scope.year_began),
        others=other_scores(session, scope, students),
        records={one.score.student_key: one for one in score_records(session, scores)},
        responsible=responsible_for(session, district, students),
    )
    return tuple(build_line(student, score, context) for student, score in rows)


def build_line(student: StudentRow, score: ScoreRow | None, context: LineContext) -> CaseloadLine:
    """One student's line."""
    language, plan = context.language, context.plans.get(student.student_key)
    band = cast(Band, score.band) if score else "unknown"
    signal, kind, more = top_signal(score, context)
    return CaseloadLine(
        student_key=student.student_key,
        number=student.student_id,
        name=f"{student.last_name}, {student.first_name}",
        grade=student.grade_level,
        school=context.schools.get(student.school_id, student.school_id),
        band=band,
        band_words=band_words(language, band),
        change=line_change(score, context),
        signal=signal,
        signal_kind=kind,
        more=more,
        contact=contact_words(language, context.contacts.get(student.student_key), context.scope.year_began),
        plan=language.translate("Since {day}", day=language.short_day(plan)) if plan else "",
        responsible=context.responsible.get(student.student_key, ""),
        listed=bool(score and score.flagged),
        at_random=bool(score and score.at_random),
        also=also_words(language, context.others.get(student.student_key, [])),
    )


def line_change(score: ScoreRow | None, context: LineContext) -> str:
    """How a student's signals changed; empty in an outcome's first list, which nothing comes before for anybody."""
    if score is None or (score.run_id in context.first_lists and score.previous_band is None):
        return ""
    return change_in_short(context.language, score, other_scoring=context.other_scoring[score.run_id])


def top_signal(score: ScoreRow | None, context: LineContext) -> tuple[str, SignalKind, int]:
    """What stands out first, of which kind that is, and how much else does."""
    language = context.language
    if score is None or score.band == "unknown":
        return language.translate(TOO_LITTLE if score else OTHER_GRADE), "none", 0
    record = own_record(context.records[score.student_key].history(), context.runs[score.run_id].as_of)
    reasons = named_reasons(language, context.lexicons[score.run_id], score.reasons, record)
    if reasons:
        return reasons[0].short, "reason", len(reasons) - 1
    facts = also_on_record(language, record, said=())
    if facts:
        return facts[0].sentence, "record", len(facts) - 1
    return language.translate(TOGETHER if score.flagged else NOTHING), "none", 0


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


def school_names(session: Session, district_id: str) -> dict[str, str]:
    """The district's schools by id."""
    found = session.execute(*select_schools(district_id))
    return {key: value for key, value in found}  # noqa: C416 - a Row is no pair for dict()


@statement
def select_schools(district_id: str) -> Select[str, str]:
    """The query for them."""
    return select(SchoolRow.school_id, SchoolRow.name).where(SchoolRow.district_id == district_id)

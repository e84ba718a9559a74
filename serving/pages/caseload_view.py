"""The content of the caseload page, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, load_only

from serving.access.authorize import Subject, visible_students
from serving.scoring.bands import Band
from serving.scoring.decoding import decode_headline, decode_last_lists, decode_similar_students, decode_track_record
from serving.store.rows import ContactRow, RunRow, SchoolRow, ScoreRow, StudentRow
from serving.store.run_queries import of_runs, urgency
from serving.wording.lists import ListWords, headline_sentence, list_words
from serving.wording.locale import Language
from serving.wording.outcomes import about_words, also_words
from serving.wording.parts_of_year import why_list
from serving.wording.reasons import Lexicon, reason_sentences, run_lexicon, strength_sentences
from serving.wording.signals import band_change_sentence, band_words, similar_students_in_short
from serving.wording.track_record import track_record_in_short

PAGE_SIZE = 50
NEEDS_SHOWN = 2
ListFilter = Literal["week", "all"]
EmptyReason = Literal["", "no_run", "no_scope", "no_match"]


@dataclass(frozen=True)
class CaseloadLine:
    """One student on the list, by the student's most urgent outcome; `similar` is empty where a model scored.

    `also` names the other outcomes for which there are signals, and is empty where there is one outcome.
    """

    student_key: str
    name: str
    grade: int
    school: str
    band: Band
    band_words: str
    needs: tuple[str, ...]
    strength: str
    change: str
    contact: str
    listed: bool
    at_random: bool
    similar: str
    track_record: str
    also: str = ""


@dataclass(frozen=True)
class StudentCounts:
    """How many students the subject can see in the run, on this week's list, and with too little on record yet."""

    all: int
    week: int
    too_little: int = 0


@dataclass(frozen=True)
class OutcomeFacts:
    """What stands above the list about one outcome; `about` names it where there are several.

    `last_lists` says how last year's lists turned out; before there were any, `headline` says it of the test year.
    """

    about: str
    last_lists: ListWords | None
    headline: str
    why_served: str


@dataclass(frozen=True)
class CaseloadView:
    """A page of the list, what stands above it by outcome, and why it is empty where it is."""

    facts: tuple[OutcomeFacts, ...]
    data_through: date | None
    lines: tuple[CaseloadLine, ...]
    counts: StudentCounts
    shown: ListFilter
    page: int
    pages: int
    several_schools: bool
    empty: EmptyReason


EMPTY_VIEW = CaseloadView((), None, (), StudentCounts(0, 0), "week", 1, 1, False, "no_run")
Runs = Sequence[RunRow]
"""The runs of one list, one of each outcome."""


def caseload_view(
    session: Session, subject: Subject, runs: Runs, *, language: Language, shown: ListFilter, page: int
) -> CaseloadView:
    """The page of the list that the subject sees of the runs of one list."""
    if not runs:
        return EMPTY_VIEW
    counts = count_students(session, subject, runs)
    matching = counts.week if shown == "week" else counts.all
    pages = max(1, -(-matching // PAGE_SIZE))
    page = min(page, pages)
    lines = load_lines(session, subject, runs, language=language, shown=shown, page=page)
    own = runs_of_subject(session, subject, runs)
    return CaseloadView(
        facts=tuple(outcome_facts(language, run, among=own) for run in own),
        data_through=max(run.data_through for run in runs),
        lines=lines,
        counts=counts,
        shown=shown,
        page=page,
        pages=pages,
        several_schools=len({line.school for line in lines}) > 1,
        empty="" if lines else "no_match" if counts.all else "no_scope",
    )


def outcome_facts(language: Language, run: RunRow, *, among: Runs) -> OutcomeFacts:
    """What stands above the list about a run's outcome."""
    last_lists = decode_last_lists(run)
    return OutcomeFacts(
        about=about_words(language, run) if len(among) > 1 else "",
        last_lists=list_words(language, last_lists, run.ended) if last_lists else None,
        headline=headline_sentence(language, decode_headline(run), run.ended),
        why_served=why_list(language, run),
    )


def runs_of_subject(session: Session, subject: Subject, runs: Runs) -> Runs:
    """The runs that score a student of the subject; all of them where none does."""
    found = set(session.scalars(select_scores(subject, runs).with_only_columns(ScoreRow.run_id).distinct()))
    return [run for run in runs if run.run_id in found] or list(runs)


def select_scores(subject: Subject, runs: Runs) -> Select[StudentRow, ScoreRow]:
    """The subject's students with their scores in the runs: one of each outcome."""
    return (
        visible_students(subject)
        .join(
            ScoreRow,
            (ScoreRow.district_id == StudentRow.district_id) & (ScoreRow.student_key == StudentRow.student_key),
        )
        .where(of_runs(runs))
        .add_columns(ScoreRow)
    )


def select_scored_students(subject: Subject, runs: Runs) -> Select[StudentRow, ScoreRow]:
    """The subject's students, each once, with the score of their most urgent outcome."""
    return select_scores(subject, runs).where(ScoreRow.place.is_not(None))


def count_students(session: Session, subject: Subject, runs: Runs) -> StudentCounts:
    """How many students there are, how many on this week's list, and of how many too little is on record yet."""
    counted = (func.count(), func.count().filter(ScoreRow.flagged), func.count().filter(ScoreRow.risk.is_(None)))
    found = select_scored_students(subject, runs).with_only_columns(*counted)
    everyone, week, too_little = session.execute(found).one()
    return StudentCounts(everyone, week, too_little)


def load_lines(
    session: Session, subject: Subject, runs: Runs, *, language: Language, shown: ListFilter, page: int
) -> tuple[CaseloadLine, ...]:
    """One page of the list, in the order of the list."""
    found = select_scored_students(subject, runs)
    if shown == "week":
        found = found.where(ScoreRow.flagged)
    ordered = found.order_by(ScoreRow.place, StudentRow.last_name, StudentRow.first_name, StudentRow.student_key)
    of_page = ordered.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE).options(load_only(*LINE_COLUMNS))
    rows = list(session.execute(of_page))
    students = [student.student_key for student, _ in rows]
    context = LineContext(
        language=language,
        runs={run.run_id: run for run in runs},
        lexicons={run.run_id: run_lexicon(run.dictionary) for run in runs},
        schools=school_names(session, subject.district_id),
        contacts=last_contacts(session, subject.district_id, students),
        others=other_scores(session, subject.district_id, runs, students),
    )
    return tuple(build_line(student, score, context) for student, score in rows)


def other_scores(
    session: Session, district_id: str, runs: Runs, students: Sequence[str]
) -> dict[str, list[tuple[ScoreRow, RunRow]]]:
    """The scores of students for outcomes other than their most urgent one, nearest to the list first."""
    if len(runs) < 2:
        return {}
    by_id = {run.run_id: run for run in runs}
    found = select(ScoreRow).where(ScoreRow.district_id == district_id, ScoreRow.student_key.in_(students))
    narrow = found.where(of_runs(runs), ScoreRow.place.is_(None)).options(load_only(*OTHER_COLUMNS))
    scores: dict[str, list[tuple[ScoreRow, RunRow]]] = {}
    for score, run in sorted(
        ((one, by_id[one.run_id]) for one in session.scalars(narrow)), key=lambda one: urgency(*one)
    ):
        scores.setdefault(score.student_key, []).append((score, run))
    return scores


OTHER_COLUMNS = (ScoreRow.band, ScoreRow.flagged, ScoreRow.list_position, ScoreRow.place)
"""What a line needs of a score for another outcome."""

LINE_COLUMNS = (
    ScoreRow.risk,
    ScoreRow.band,
    ScoreRow.flagged,
    ScoreRow.at_random,
    ScoreRow.reasons,
    ScoreRow.strengths,
    ScoreRow.track_record,
    ScoreRow.similar_students,
    ScoreRow.previous_risk,
    ScoreRow.previous_band,
    ScoreRow.previous_as_of,
)
"""What a line needs of a score; the records behind it are large and stay where they are."""


@dataclass(frozen=True)
class LineContext:
    """What every line is worded with: language, runs and features' words by run, schools by id.

    `contacts` are the last ones by student, `others` a student's scores for other outcomes than the most urgent one.
    """

    language: Language
    runs: dict[str, RunRow]
    lexicons: dict[str, Lexicon]
    schools: dict[str, str]
    contacts: dict[str, date]
    others: dict[str, list[tuple[ScoreRow, RunRow]]]


def build_line(student: StudentRow, score: ScoreRow, context: LineContext) -> CaseloadLine:
    """One student's line."""
    contact = context.contacts.get(student.student_key)
    band, lexicon = cast(Band, score.band), context.lexicons[score.run_id]
    return CaseloadLine(
        student_key=student.student_key,
        name=f"{student.last_name}, {student.first_name}",
        grade=student.grade_level,
        school=context.schools.get(student.school_id, student.school_id),
        band=band,
        band_words=band_words(context.language, band),
        needs=tuple(reason_sentences(context.language, lexicon, score.reasons[:NEEDS_SHOWN])),
        strength="".join(strength_sentences(context.language, lexicon, score.strengths[:1])),
        change=band_change_words(context.language, score),
        contact=context.language.short_day(contact) if contact else "",
        listed=score.flagged,
        at_random=bool(score.at_random),
        similar=similar_words(score, context.language),
        track_record=track_record_words(score, context) if score.flagged and not score.at_random else "",
        also=also_words(context.language, context.others.get(student.student_key, [])),
    )


def similar_words(score: ScoreRow, language: Language) -> str:
    """What became of students with similar records, where a rule scored; empty where a model did."""
    students = decode_similar_students(score)
    return "" if score.risk is None or students is None else similar_students_in_short(language, score.risk, students)


def track_record_words(score: ScoreRow, context: LineContext) -> str:
    """How flags like this one turned out, in short."""
    return track_record_in_short(context.language, decode_track_record(score), context.runs[score.run_id].ended)


def band_change_words(language: Language, score: ScoreRow) -> str:
    """How the student's signals changed since the run before."""
    before = (cast(Band, score.previous_band), score.previous_risk) if score.previous_band else None
    return band_change_sentence(language, (cast(Band, score.band), score.risk), before, score.previous_as_of)


def last_contacts(session: Session, district_id: str, students: Sequence[str]) -> dict[str, date]:
    """When each student was last contacted."""
    found = (
        select(ContactRow.student_key, func.max(ContactRow.date))
        .where(ContactRow.district_id == district_id, ContactRow.student_key.in_(students))
        .group_by(ContactRow.student_key)
    )
    return {key: value for key, value in session.execute(found)}  # noqa: C416 - a Row is no pair for dict()


def school_names(session: Session, district_id: str) -> dict[str, str]:
    """The district's schools by id."""
    found = select(SchoolRow.school_id, SchoolRow.name).where(SchoolRow.district_id == district_id)
    return {key: value for key, value in session.execute(found)}  # noqa: C416 - a Row is no pair for dict()

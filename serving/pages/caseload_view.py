"""The content of the caseload page, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy.orm import Session

from serving.access.authorize import visible_students
from serving.pages.caseload_counts import ListFacts
from serving.pages.caseload_filter import CaseloadFilter, pages_shown
from serving.pages.caseload_line import CaseloadLine, build_lines, school_names
from serving.pages.caseload_query import (
    CaseloadScope,
    StudentScore,
    filtered_students,
    select_count,
    select_found,
    select_page,
    student_lines,
)
from serving.scoring.decoding import decode_headline, decode_last_lists
from serving.store.rows import RunRow
from serving.store.student_names import near_students, search_students
from serving.student_groups import StudentGroup
from serving.wording.band_records import BandRecord, band_records
from serving.wording.lists import ListWords, headline_sentence, list_words
from serving.wording.locale import Language
from serving.wording.outcomes import about_words, told_apart
from serving.wording.scores import order_words
from serving.wording.year_parts import why_list

PAGE_SIZE = 50
EmptyReason = Literal["", "no_run", "no_scope", "no_match", "nobody_listed", "not_found"]


@dataclass(frozen=True)
class StudentCounts:
    """How many students the subject can see in the runs, on this week's list, and with too little on record yet.

    `other` counts those whom no list is about; it is asked only where the page says it.
    """

    all: int
    week: int
    too_little: int = 0
    other: int = 0


@dataclass(frozen=True)
class OutcomeFacts:
    """What stands above the list about one outcome; `about` names it where there are several.

    `last_lists` says how last year's lists turned out in the district; before there were any, `headline` says it of the
    test year.
    """

    about: str
    last_lists: ListWords | None
    headline: str
    why_served: str


@dataclass(frozen=True)
class FilterChoices:
    """What the filter can be set to: schools by id, grades, outcomes by name; each empty where there is one only."""

    schools: tuple[tuple[str, str], ...] = ()
    grades: tuple[int, ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CaseloadView:
    """A page of the list, what stands above it, how to narrow it, and why it is empty where it is.

    `matching` students are on all its `pages`; `searched` says that they were searched for. `order` says in which
    order the list stands, and `near` that those found have names like the one searched for, and nobody has it.
    """

    asked: CaseloadFilter
    choices: FilterChoices
    facts: tuple[OutcomeFacts, ...]
    records: tuple[BandRecord, ...]
    data_through: date | None
    lines: tuple[CaseloadLine, ...]
    counts: StudentCounts
    matching: int
    pages: int
    pager: tuple[int, ...]
    searched: bool
    several_schools: bool
    several_grades: bool
    empty: EmptyReason
    order: str = ""
    near: bool = False


def view_without_list(
    session: Session, scope: CaseloadScope, asked: CaseloadFilter, language: Language, search: str
) -> CaseloadView:
    """The page before the first run: it lists nobody, and finds those whom the subject sees."""
    nobody = StudentCounts(0, 0)
    empty: EmptyReason = "not_found" if search else "no_run"
    view = CaseloadView(asked, FilterChoices(), (), (), None, (), nobody, 0, 1, (1,), bool(search), False, True, empty)
    found = find_rows(session, scope, search) if search else Found((), near=False)
    if not found.rows:
        return view
    schools = school_names(session, scope.subject.district_id, {one.school_id for one in found.rows})
    lines = build_lines(session, scope, found.rows, language, schools)
    return replace(view, lines=lines, matching=len(lines), near=found.near)


def caseload_view(
    session: Session, scope: CaseloadScope, asked: CaseloadFilter, *, language: Language, search: str = ""
) -> CaseloadView:
    """The page of the list that a filter asks for, or the students that a search finds among all of the subject's."""
    if not scope.runs:
        return view_without_list(session, scope, asked, language, search)
    known = ListFacts(session, scope)
    counts, own = count_students(known.groups), runs_of(known.groups, scope)
    if asked.show != "week" or not counts.all:
        counts = replace(counts, other=max(0, known.visible() - counts.all))
    found = find_rows(session, scope, search) if search else None
    rows, matching, pages = (found.rows, len(found.rows), 1) if found else page_rows(known, asked, counts)
    schools = school_names(session, scope.subject.district_id, known.schools | {one.school_id for one in rows})
    choices = filter_choices(known, schools, scope, language)
    shows_records = asked.show == "week" and not search
    return CaseloadView(
        asked=asked.of_page(min(asked.page, pages)),
        choices=choices,
        facts=tuple(outcome_facts(language, run, among=own) for run in own),
        records=band_records(language, known.records() if shows_records else [], scope.runs),
        data_through=max(run.data_through for run in scope.runs),
        lines=build_lines(session, scope, rows, language, schools),
        counts=counts,
        matching=matching,
        pages=pages,
        pager=pages_shown(min(asked.page, pages), pages),
        searched=bool(search),
        several_schools=len(choices.schools) > 1,
        several_grades=len(choices.grades) > 1 or bool(search),
        empty="" if rows else empty_reason(asked, counts, search),
        order=list_order(language, asked, own),
        near=found is not None and found.near,
    )


def list_order(language: Language, asked: CaseloadFilter, runs: Sequence[RunRow]) -> str:
    """In which order the list stands; empty where it is sorted otherwise."""
    own = [run.scorer for run in runs if asked.outcome in ("", run.outcome)]
    return order_words(language, own) if asked.sort == "list" else ""


Rows = Sequence[StudentScore]


def page_rows(known: ListFacts, asked: CaseloadFilter, counts: StudentCounts) -> tuple[Rows, int, int]:
    """The students of a page, how many the filter leaves, and on how many pages."""
    every = {"week": counts.week, "all": counts.all, "other": counts.other}
    matching = known.count(asked) if asked.narrows else every[asked.show]
    found = filtered_students(known.scope, asked)
    if matching is None:
        matching = known.session.scalar(*select_count(found)) or 0
    pages = max(1, -(-matching // PAGE_SIZE))
    first = (min(asked.page, pages) - 1) * PAGE_SIZE
    rows = known.page(asked, first, PAGE_SIZE, matching)
    if rows is None:
        rows = student_lines(known.session, select_page(found, first, PAGE_SIZE))
    return rows, matching, pages


@dataclass(frozen=True)
class Found:
    """Whom a search finds, by name; `near` where nobody has the name, and these have one like it."""

    rows: Rows
    near: bool


def find_rows(session: Session, scope: CaseloadScope, search: str) -> Found:
    """The students whom a search finds."""
    keys, near = search_students(session, visible_students(scope.subject), search), False
    if not keys:
        keys = near_students(session, visible_students(scope.subject), search)
        near = bool(keys)
    place = {key: at for at, key in enumerate(keys)}
    rows = student_lines(session, select_found(scope.subject, scope.run_ids(), keys)) if keys else []
    return Found(sorted(rows, key=lambda one: place[one.student_key]), near)


def empty_reason(asked: CaseloadFilter, counts: StudentCounts, search: str) -> EmptyReason:
    """Why a page shows nobody."""
    if search:
        return "not_found"
    if not counts.all:
        return "no_scope"
    return "no_match" if asked.narrows else "nobody_listed"


def outcome_facts(language: Language, run: RunRow, *, among: Sequence[RunRow]) -> OutcomeFacts:
    """What stands above the list about a run's outcome."""
    last_lists = decode_last_lists(run)
    return OutcomeFacts(
        about=about_words(language, run) if len(among) > 1 else "",
        last_lists=list_words(language, last_lists, run.ended) if last_lists else None,
        headline=headline_sentence(language, decode_headline(run), run.ended),
        why_served=why_list(language, run),
    )


def runs_of(groups: Sequence[StudentGroup], scope: CaseloadScope) -> Sequence[RunRow]:
    """The runs that list or order a student of the subject; all of them where none does."""
    found = {group.run_id for group in groups}
    return [run for run in scope.runs if run.run_id in found] or list(scope.runs)


def count_students(groups: Sequence[StudentGroup]) -> StudentCounts:
    """How many students there are, how many on this week's list, and of how many too little is on record yet."""
    return StudentCounts(
        sum(group.students for group in groups),
        sum(group.listed for group in groups),
        sum(group.too_little for group in groups),
    )


def filter_choices(
    known: ListFacts, names: Mapping[str, str], scope: CaseloadScope, language: Language
) -> FilterChoices:
    """What the filter can be set to; schools have `names` by id."""
    grades = sorted({group.grade for group in known.groups})
    named = sorted(((school, names.get(school, school)) for school in known.schools), key=lambda one: one[1])
    outcomes = told_apart(language, {run.outcome: about_words(language, run) for run in scope.runs}).items()
    return FilterChoices(
        schools=tuple(named) if len(named) > 1 else (),
        grades=tuple(grades) if len(grades) > 1 else (),
        outcomes=tuple(outcomes) if len(outcomes) > 1 else (),
    )

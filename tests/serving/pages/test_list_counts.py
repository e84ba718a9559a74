"""What is counted and placed with a list: the same as when each student's score is looked at."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Executable, create_engine, delete, event, select, update
from sqlalchemy.orm import Session

from serving.access.authorize import Educator
from serving.pages.caseload_counts import ListFacts, select_keys_by_name
from serving.pages.caseload_filter import BandFilter, CaseloadFilter, Shown
from serving.pages.caseload_query import CaseloadScope, filtered_students, select_count, select_page, student_lines
from serving.pages.last_contacts import school_year_began
from serving.scoring.bands import Band
from serving.scoring.list_tally import list_tally
from serving.scoring.list_writer import write_list
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ScoringRun
from serving.signal_words import SignalCache
from serving.store import list_counts
from serving.store.database import write_session
from serving.store.list_counts import count_row, list_of, write_counts_beside, write_list_counts
from serving.store.list_rows import ROSTER, ListCountRow, ListPlaceRow
from serving.store.rows import Row, StudentRow
from serving.store.run_queries import current_runs
from serving.store.statements import Values
from serving.wording.run_words import RunWordsCache
from tests.serving.browser import Browser, Tags
from tests.serving.example_scores import ScoredStudent, with_scores
from tests.serving.example_service import TODAY, TRACK_RECORD, ExampleService, run_of
from tests.sweeps import tried

SCHOOLS, GRADES, OUTCOMES = ("north", "south", "west"), (6, 9, 10), ("first", "second")
BANDS: tuple[Band, ...] = ("many", "some", "few", "unknown")
RECORDS = (None, TRACK_RECORD, replace(TRACK_RECORD, n=77))
LENA = Educator("harbor", "s-lena", "district", None, TODAY)
KIRA = Educator("harbor", "s-kira", "principal", "north", TODAY)
NEXT_WEEK = TODAY + timedelta(days=7)


@dataclass(frozen=True)
class Drawn:
    """A student of the roster, or not any more, with scores for one outcome or both, of which one is more urgent."""

    school: str
    grade: int
    gone: bool
    scores: tuple[tuple[Band, bool, bool, int], ...]
    urgent: int


scores = st.tuples(st.sampled_from(BANDS), st.booleans(), st.booleans(), st.sampled_from(range(len(RECORDS))))
students = st.builds(
    Drawn,
    st.sampled_from(SCHOOLS),
    st.sampled_from(GRADES),
    st.sampled_from((False, False, False, True)),
    st.tuples(scores, scores) | st.tuples(scores),
    st.sampled_from((0, 1)),
)
filters = st.builds(
    CaseloadFilter,
    show=st.sampled_from(get_args(Shown)),
    school=st.sampled_from(("", *SCHOOLS)),
    grade=st.sampled_from(("", *map(str, GRADES))),
    outcome=st.sampled_from(("", *OUTCOMES)),
    band=st.sampled_from(get_args(BandFilter)),
    sort=st.sampled_from(("list", "name")),
)
MANY = 1_000_000
"""A page of so many is read in the order in which they are kept, if one is."""


def runs_of(drawn: list[Drawn]) -> list[ScoringRun]:
    """The drawn students' runs, which make one list; places are in the order drawn."""
    run = run_of("harbor", NEXT_WEEK)
    people = [(f"d-{at:03}", f"{at}", "Gil", f"N{at:03}", one.grade, one.school) for at, one in enumerate(drawn)]
    there = [row for row, one in zip(people, drawn, strict=True) if not one.gone]
    roster = replace(run.roster, students=pd.DataFrame(there, columns=run.roster.students.columns))
    roster = replace(roster, caseloads=roster.caseloads[:0], supports=roster.supports[:0])
    made = replace(run, roster=roster, list_id="drawn")
    return [
        with_scores(
            replace(made, run_id=f"run-{outcome}", outcome=outcome),
            tuple(
                scored_as(one, f"d-{at:03}", which, at + 1) for at, one in enumerate(drawn) if which < len(one.scores)
            ),
        )
        for which, outcome in enumerate(OUTCOMES)
    ]


def scored_as(one: Drawn, key: str, which: int, place: int) -> ScoredStudent:
    """A drawn student's score for an outcome."""
    band, flagged, at_random, record = one.scores[which]
    return ScoredStudent(
        student_key=key,
        school_id=one.school,
        risk=None if band == "unknown" else 0.5,
        band=band,
        list_position=place,
        flagged=flagged,
        at_random=at_random,
        place=place if which == one.urgent % len(one.scores) else None,
        track_record=RECORDS[record],
    )


def facts_of(session: Session, subject: Educator) -> ListFacts:
    """What is known of the newest list for somebody."""
    runs = current_runs(session, subject.district_id)
    signals = SignalCache(RunWordsCache())
    return ListFacts(session, CaseloadScope(subject, runs, school_year_began(TODAY), TODAY, signals))


def totals_of(facts: ListFacts) -> tuple[Counter[str], Counter[str], Counter[str], set[int], set[str]]:
    """Everything above a list: students, those listed and those without a risk by run, grades and schools."""
    every, listed, unscored = Counter[str](), Counter[str](), Counter[str]()
    for one in facts.groups:
        every[one.run_id] += one.students
        listed[one.run_id] += one.listed
        unscored[one.run_id] += one.too_little
    return every, listed, unscored, {one.grade for one in facts.groups}, facts.schools


@pytest.fixture(scope="module")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExampleService]:
    """A service without a list, for what is rolled back."""
    service = ExampleService(tmp_path_factory.mktemp("empty"))
    yield service
    service.close()


@tried(8, 300)
@given(st.lists(students, min_size=1, max_size=24), st.lists(filters, min_size=4, max_size=12))
def test_counts_are_those_of_the_scores_under_every_filter(
    empty_service: ExampleService, drawn: list[Drawn], asked: list[CaseloadFilter]
) -> None:
    with write_session(empty_service.engine, "harbor") as session:
        runs = runs_of(drawn)
        for run in runs:
            write_run(session, run)
        looked = {who: facts_of(session, who) for who in (LENA, KIRA)}
        assert [one.school for one in looked.values()] == [None, None], "nothing is counted yet"
        write_list_counts(session, "harbor", "drawn")
        tally = list_tally(runs)
        assert cells_in(session) == {key_of(row): row for row in (count_row(*one) for one in tally.cells.items())}
        assert places_in(session) == tally.places.to_pylist()
        for who, before in looked.items():
            now = facts_of(session, who)
            assert totals_of(now) == totals_of(before)
            assert set(now.records()) == set(before.records())
            assert now.visible() == before.visible()
            for one in asked:
                found = filtered_students(before.scope, one)
                if now.school is not None:
                    looked_for = session.scalar(*select_count(found))
                    assert now.count(one) == (None if one.show == "other" else looked_for), "of those nothing is kept"
                for first in (0, 3):
                    page = now.page(one, first, 3, MANY)
                    assert page is None or page == student_lines(session, select_page(found, first, 3))
        session.rollback()


def cells_in(session: Session) -> dict[tuple[object, ...], dict[str, object]]:
    """What is counted in the database, by cell."""
    names = [column.name for column in ListCountRow.__table__.columns if column.name not in ("district_id", "list_id")]
    counts = session.scalars(select(ListCountRow).where(ListCountRow.run_id != ROSTER))
    rows = [{name: getattr(row, name) for name in names} for row in counts]
    return {key_of(row): row for row in rows}


def key_of(row: dict[str, object]) -> tuple[object, ...]:
    """The cell of a count."""
    return row["school_id"], row["run_id"], row["grade"], row["band"]


def places_in(session: Session) -> list[dict[str, object]]:
    """Who stands at each place in the database, in their order."""
    names = ("student_key", "school_id", "grade", "band", "listed", "place")
    rows = session.scalars(select(ListPlaceRow).order_by(ListPlaceRow.place))
    return [{name: getattr(row, name) for name in names} for row in rows]


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_list_counted_beside_readers_is_counted_the_same(
    service: ExampleService, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_counts, "PLACED", size)
    with service.write_session() as session:
        write_run(session, run_of("harbor", NEXT_WEEK))
        list_id = list_of(current_runs(session, "harbor"))
        write_list_counts(session, "harbor", list_id)
    together = counted_rows(service)
    seen: list[str | None] = []

    def look() -> None:
        with service.read_session() as session:
            seen.append(facts_of(session, LENA).school)

    with service.write_session() as session:
        session.execute(delete(ListCountRow))
    write_counts_beside(service.engine, "harbor", list_id, list_tally([run_of("harbor", NEXT_WEEK)]), look)
    assert counted_rows(service) == together
    assert set(seen) == {None}, "nobody reads of it before it is whole"


def test_a_list_that_another_one_overtakes_is_not_counted(service: ExampleService) -> None:
    with service.write_session() as session:
        write_run(session, run_of("harbor", NEXT_WEEK))
        list_id = list_of(current_runs(session, "harbor"))

    def overtake() -> None:
        with service.write_session() as session:
            write_run(session, run_of("harbor", NEXT_WEEK + timedelta(days=7)))

    write_counts_beside(service.engine, "harbor", list_id, list_tally([run_of("harbor", NEXT_WEEK)]), overtake)
    assert counted_rows(service) == []


def counted_rows(service: ExampleService) -> list[str]:
    """Every row of both tables, in order."""
    names = ("place", "student_key", "school_id", "grade", "band", "listed", "run_id", "placed", "scored", "records")
    rows = (*service.rows(ListCountRow), *service.rows(ListPlaceRow))
    return sorted(str([getattr(row, name, None) for name in names]) for row in rows)


def test_a_page_never_shows_the_counts_of_another_run(service: ExampleService) -> None:
    write_list(service.context.engine, [run_of("harbor")], "all")
    later = run_of("harbor", NEXT_WEEK)
    fewer = replace(later, scores=later.scores[later.scores["student_key"] == "k-amara"])
    with service.write_session() as session:
        write_run(session, fewer)  # as an earlier version writes it: nothing is counted
        assert facts_of(session, LENA).school is None
        assert sum(one.students for one in facts_of(session, LENA).groups) == 1
    write_list(service.context.engine, [run_of("harbor", NEXT_WEEK + timedelta(days=7))], "all")
    with service.write_session() as session:
        newest = list_of(current_runs(session, "harbor"))
        assert facts_of(session, LENA).school is not None
    for table in (ListCountRow, ListPlaceRow):
        assert {row.list_id for row in service.rows(table) if isinstance(row, table)} == {newest}


def test_a_list_that_comes_late_is_not_counted_by_a_newer_roster(service: ExampleService) -> None:
    write_list(service.context.engine, [run_of("harbor", NEXT_WEEK)], "all")
    with service.write_session() as session:
        newest = list_of(current_runs(session, "harbor"))
    write_list(service.context.engine, [run_of("harbor", TODAY - timedelta(days=70))], "all")
    assert {row.list_id for row in service.rows(ListCountRow) if isinstance(row, ListCountRow)} == {newest}


def test_counts_of_half_a_list_are_not_read(service: ExampleService) -> None:
    write_list(service.context.engine, [run_of("harbor", NEXT_WEEK)], "all")
    with service.write_session() as session:
        before = totals_of(facts_of(session, LENA))
        session.execute(update(ListCountRow).values(run_id="another"))
        assert facts_of(session, LENA).school is None
        assert totals_of(facts_of(session, LENA)) == before


def test_a_place_shows_nobody_whom_the_viewer_may_not_see(service: ExampleService) -> None:
    for district in ("harbor", "mesa"):
        write_list(service.context.engine, [run_of(district, NEXT_WEEK)], "all")
    with service.write_session() as session:
        own = (ListPlaceRow.district_id == "harbor", ListPlaceRow.school_id == "north")
        session.execute(update(ListPlaceRow).where(*own).values(student_key="k-chloe"))
        shown = facts_of(session, KIRA).page(CaseloadFilter(show="all"), 0, 50, MANY)
        assert shown == [], "a place of the school that names a student of another one"
        session.execute(delete(StudentRow).where(StudentRow.district_id == "harbor"))
        assert facts_of(session, LENA).page(CaseloadFilter(show="all"), 0, 50, MANY) == [], (
            "nor one of another district"
        )


def test_a_principal_reads_the_same_page_counted_or_not(service: ExampleService) -> None:
    write_list(service.context.engine, [run_of("harbor", NEXT_WEEK)], "all")
    page = Browser(service, "harbor", "s-kira")
    counted = Tags(page.get("/caseload?show=all").text).words
    with service.write_session() as session:
        session.execute(delete(ListCountRow))
    assert Tags(page.get("/caseload?show=all").text).words == counted


def test_a_page_of_a_district_is_read_in_an_order_that_is_kept() -> None:
    scope = CaseloadScope(LENA, [], TODAY, TODAY, SignalCache(RunWordsCache()))
    of_outcome = replace(filtered_students(scope, CaseloadFilter(outcome="first")), runs=["run"])
    by_name = select_keys_by_name("harbor", ["run", "another"], CaseloadFilter(show="all", sort="name"), 0, 50)
    for asked, index in (
        (select_page(of_outcome, 0, 50), "ix_scores_listed"),
        (by_name, "ix_students_district_id_last_name_first_name"),
    ):
        steps = steps_of(asked)
        assert index in steps[0]
        assert "USE TEMP B-TREE FOR ORDER BY" not in steps, "alike ones alone are put in order"


def steps_of(asked: tuple[Executable, Values]) -> list[str]:
    """How SQLite answers a question, step by step."""
    engine = create_engine("sqlite://")
    Row.metadata.create_all(engine)
    event.listen(engine, "before_cursor_execute", explained, retval=True)
    with engine.connect() as connection:
        found = connection.execute(*asked).cursor
        return [str(step[-1]) for step in found.fetchall()] if found else []


def explained(_connection: object, _cursor: object, asked: str, values: object, *_: object) -> tuple[str, object]:
    """The question how a statement would be answered, in place of the statement."""
    return f"EXPLAIN QUERY PLAN {asked}", values

"""Counts of a counselor's students that are kept: they follow whom the counselor sees, and which list it is."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from serving.access.authorize import Educator
from serving.pages.caseload_query import CaseloadScope, count_groups, student_groups
from serving.pages.last_contacts import school_year_began
from serving.scoring.run_writer import write_run
from serving.signal_words import SignalCache
from serving.store.database import write_session
from serving.store.rows import CaseloadRow
from serving.store.run_queries import listed_runs
from serving.student_groups import GroupCache, Groups
from serving.wording.run_words import RunWordsCache
from tests.serving.example_service import TODAY, ExampleService, run_of

INES = Educator("harbor", "s-ines", "counselor", "north", TODAY)


def groups_of(service: ExampleService, cache: GroupCache, who: Educator) -> Groups:
    """The groups of somebody's students; they are what counting gives."""
    with service.read_session() as session:
        runs = listed_runs(session, who.district_id)
        scope = CaseloadScope(who, runs, school_year_began(TODAY), TODAY, SignalCache(RunWordsCache()), cache)
        found = student_groups(session, scope)
        assert sorted(found, key=str) == sorted(count_groups(session, scope), key=str)
        return found


def test_counts_are_kept_until_a_student_or_the_list_is_another(service: ExampleService) -> None:
    cache = GroupCache()
    first = groups_of(service, cache, INES)
    assert groups_of(service, cache, INES) is first
    assert len(cache.kept) == 1
    with write_session(service.engine) as session:
        one = (CaseloadRow.staff_id == "s-ines", CaseloadRow.student_key == "k-amara")
        session.execute(delete(CaseloadRow).where(CaseloadRow.district_id == "harbor", *one))
    fewer = groups_of(service, cache, INES)
    assert sum(one.students for one in fewer) == sum(one.students for one in first) - 1
    with write_session(service.engine) as session:
        write_run(session, run_of("harbor", TODAY + timedelta(days=7)))
    assert {one.run_id for one in groups_of(service, cache, INES)}.isdisjoint(one.run_id for one in first)
    assert len(cache.kept) == 3


@pytest.mark.parametrize("role", ["principal", "district"])
def test_nothing_is_kept_of_who_sees_a_school_or_a_district(service: ExampleService, role: str) -> None:
    cache = GroupCache()
    groups_of(service, cache, Educator("harbor", "s-kira", role, "north", TODAY))  # type: ignore[arg-type]  # two of them
    assert not cache.kept

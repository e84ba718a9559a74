"""Records written before the run that saw them: nothing shows them, and the run finds them written."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta

import pytest

from features.errors import Refused
from features.quality.check import RecordCheck
from features.quality.check_codes import Finding
from features.settings import District
from serving.scoring.run_writer import write_run
from serving.store.record_drafts import RecordDrafts, record_drafts
from serving.store.record_rows import RecordStateRow, StudentRecordsRow
from serving.store.rows import RunRow
from tests.serving.databases import ON_POSTGRESQL
from tests.serving.example_service import TODAY, ExampleService, run_of
from tests.serving.store.test_student_records import NEXT_WEEK, algebra, corrected, records_in

pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="PostgreSQL writes a list at once")


def check(*findings: Finding) -> Future[RecordCheck]:
    """A check that is done."""
    done = Future[RecordCheck]()
    done.set_result(RecordCheck(District(id="harbor", name="Harbor"), TODAY, 2027, findings))
    return done


def drafts_in(service: ExampleService, checked: Future[RecordCheck]) -> RecordDrafts:
    """Where a list of harbor writes records early."""
    found = record_drafts(service.engine, "harbor", checked)
    assert found is not None
    return found


def written(service: ExampleService) -> list[tuple[str, int, str]]:
    """Everything that is written of records."""
    return sorted((row.student_key, row.number, row.content) for row in service.rows(StudentRecordsRow))  # type: ignore[attr-defined]


def test_drafted_records_are_the_run_s_and_no_earlier_one_s(service: ExampleService) -> None:
    run = corrected()
    left = drafts_in(service, check()).write(run.records)
    assert left.contents.empty
    assert algebra(records_in(service, "run-2026-11-20")) == ["F"], "no run has seen them"
    with service.write_session() as session:
        write_run(session, replace(run, records=left))
    before, after = (records_in(service, one) for one in ("run-2026-11-20", f"run-{NEXT_WEEK}"))
    assert (algebra(before), algebra(after)) == (["F"], ["C"])
    with service.read_session() as session:
        state = session.get_one(RecordStateRow, ("harbor", "k-amara"))
        assert session.get_one(RunRow, ("harbor", run.run_id)).records_number == state.number


def test_records_of_a_list_that_was_cut_off_are_not_written_twice(service: ExampleService) -> None:
    drafts_in(service, check()).write(corrected().records)
    once = written(service)
    again = corrected()
    known = again.records.digests
    nothing = replace(again.records, digests=known[:0], before=known[:0], contents=again.records.contents[:0])
    with service.write_session() as session:
        write_run(session, replace(again, records=nothing))
    assert written(service) == once
    assert algebra(records_in(service, again.run_id)) == ["C"]


def test_a_student_of_two_cohorts_is_written_once(service: ExampleService) -> None:
    drafts = drafts_in(service, check())
    drafts.write(corrected().records)
    once = written(service)
    drafts.write(corrected().records)
    assert written(service) == once


@pytest.mark.parametrize("checked", [Future[RecordCheck](), check(Finding("CHECK01", "wrong"))])
def test_nothing_is_written_before_the_check_is_done_or_where_it_found_an_error(
    service: ExampleService, checked: Future[RecordCheck]
) -> None:
    before = written(service)
    changes = corrected().records
    assert drafts_in(service, checked).write(changes) is changes
    assert written(service) == before


def test_a_list_beside_which_another_run_came_is_refused(service: ExampleService) -> None:
    """Its records would stand at a number that the other run has seen."""
    drafts = drafts_in(service, check())
    with service.write_session() as session:
        write_run(session, corrected())
    later = run_of("harbor", TODAY + timedelta(days=14)).records
    before = written(service)
    with pytest.raises(Refused, match="score again"):
        drafts.write(later)
    assert written(service) == before

"""What people wrote reaches the warehouse once, with the day on which it became known, and no roster takes it back."""

import errno
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from features.errors import MachineRefused
from features.warehouse.answer_counts import AnswerCounts, answer_counts
from features.warehouse.file import change_warehouse, open_warehouse
from serving.access.authorize import Educator
from serving.store.run_queries import latest_run
from serving.store.support_rows import ContactRow
from serving.support.answers import answer_flag
from serving.support.contacts import Contact, contact_of, record_contact, revise_contact, take_back_contact
from serving.support.warehouse_export import SupportExport, export_supports
from tests.serving.example_service import NOW, TODAY, ExampleService

INES = Educator("harbor", "s-ines", "counselor", "north", TODAY)
CALL = Contact("call", "family", TODAY - timedelta(days=2), reached=True, result="Zzcanary")
NOTHING = SupportExport(0, 0)


@pytest.fixture
def loaded(service: ExampleService) -> ExampleService:
    """A service whose district has a warehouse with one load and one contact of the district's own system."""
    path = service.context.settings.warehouse("harbor")
    path.parent.mkdir(parents=True)
    envelope = {"district_id": "harbor", "known_on": TODAY, "load_id": 1, "withdrawn": False}
    with change_warehouse(path) as writer:
        writer.add("loads", pd.DataFrame([{"digest": "x", **envelope}]))
        own = {"support_id": "C1", "student_key": "k-bruno", "kind": "contact", "date": TODAY}
        writer.add("supports", pd.DataFrame([{**own, **envelope}]))
    return service


def write(service: ExampleService, contact_id: str, contact: Contact, on: date = TODAY) -> None:
    """A contact as it is logged or revised on a day."""
    author = replace(INES, today=on)
    with service.write_session() as session:
        row = session.get(ContactRow, ("harbor", contact_id))
        if row is None:
            record_contact(session, author, "k-amara", contact_id, contact, at=NOW)
        else:
            revise_contact(session, author, row, contact, revision=row.revision, at=NOW)


def export(service: ExampleService) -> SupportExport:
    return export_supports(service.context.settings, service.context.engine, "harbor")


def held(service: ExampleService) -> list[str]:
    """What the warehouse has of each version: id, date, known on, whether it is withdrawn or replaced."""
    with open_warehouse(service.context.settings.warehouse("harbor")) as reader:
        rows = reader.connection.execute(
            "SELECT support_id, date, known_on, withdrawn, superseded_by_load FROM supports ORDER BY 1, 3"
        ).fetchall()
    return [
        f"{support_id} {day:%m-%d} known {known_on:%m-%d}"
        f"{' withdrawn' if withdrawn else ''}{'' if replaced is None else ' replaced'}"
        for support_id, day, known_on, withdrawn, replaced in rows
    ]


def test_a_contact_reaches_the_warehouse_once_and_one_only_tried_does_not(loaded: ExampleService) -> None:
    write(loaded, "a", CALL)
    write(loaded, "b", replace(CALL, reached=False))
    assert export(loaded) == SupportExport(1, 0)
    once = held(loaded)
    assert once == ["C1 11-20 known 11-20", "~a 11-18 known 11-20"]
    assert export(loaded) == NOTHING
    assert held(loaded) == once


def test_nothing_that_people_wrote_in_words_leaves_the_service(loaded: ExampleService) -> None:
    write(loaded, "a", CALL)
    export(loaded)
    assert b"Zzcanary" not in loaded.context.settings.warehouse("harbor").read_bytes()


def test_a_correction_became_known_when_it_came_and_an_earlier_date_sees_what_was_said_then(
    loaded: ExampleService,
) -> None:
    write(loaded, "a", CALL)
    export(loaded)
    later = TODAY + timedelta(days=3)
    write(loaded, "a", replace(CALL, day=TODAY, result="other words"), later)
    assert export(loaded) == SupportExport(1, 1)
    assert held(loaded)[1:] == ["~a 11-18 known 11-20 replaced", "~a 11-20 known 11-23"]
    assert export(loaded) == NOTHING


def test_words_alone_are_no_new_version_and_a_night_missed_makes_up_for_it(loaded: ExampleService) -> None:
    write(loaded, "a", CALL)
    write(loaded, "a", replace(CALL, result="other words"), TODAY + timedelta(days=1))
    write(loaded, "a", replace(CALL, reached=False), TODAY + timedelta(days=2))
    assert export(loaded) == SupportExport(2, 0)
    assert held(loaded)[1:] == ["~a 11-18 known 11-20 replaced", "~a 11-18 known 11-22 withdrawn"]
    assert export(loaded) == NOTHING


def test_a_contact_taken_back_is_withdrawn(loaded: ExampleService) -> None:
    write(loaded, "a", CALL)
    export(loaded)
    with loaded.write_session() as session:
        row = session.get(ContactRow, ("harbor", "a"))
        assert row is not None
        assert contact_of(row) == CALL
        take_back_contact(session, replace(INES, today=TODAY + timedelta(days=1)), row, at=NOW)
    assert export(loaded) == SupportExport(1, 1)
    assert held(loaded)[1:] == ["~a 11-18 known 11-20 replaced", "~a 11-18 known 11-21 withdrawn"]


def test_an_answer_to_a_list_reaches_the_warehouse_once_and_a_changed_one_replaces_it(loaded: ExampleService) -> None:
    for answer, done in (("agree", SupportExport(1, 0)), ("agree", NOTHING), ("disagree", SupportExport(1, 1))):
        with loaded.write_session() as session:
            run = latest_run(session, "harbor")
            assert run is not None
            answer_flag(session, INES, "k-amara", run, answer=answer, reason="Zzcanary", at=NOW)
        assert export(loaded) == done
    with open_warehouse(loaded.context.settings.warehouse("harbor")) as reader:
        assert list(reader.current("flag_answers")["answer"]) == ["disagree"]
        assert answer_counts(reader, "grade9_off_track_chicago") == AnswerCounts(0, 0, 1)
        assert answer_counts(reader, "another") == AnswerCounts(0, 0, 0)


def test_a_job_whose_disk_fails_leaves_the_old_state_and_the_next_one_ends_it(
    loaded: ExampleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(loaded, "a", CALL)
    before = held(loaded)
    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", fail)
        with pytest.raises(MachineRefused):
            export(loaded)
    assert held(loaded) == before
    assert export(loaded) == SupportExport(1, 0)


def fail(*_: object) -> None:
    raise OSError(errno.EIO, "the disk is gone")

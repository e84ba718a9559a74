"""Purge by policy: what is too old goes from every table, what is not stays, and a certificate says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from features.support_settings import Support
from serving.store.caseload_rows import CoverRow
from serving.store.meeting_rows import MeetingRow
from serving.store.purge_rows import PurgeRow
from serving.store.rows import AccessRow, Row, RunRow
from serving.store.support_rows import ContactRow, PlanRow, PlanSessionRow
from serving.support.purge import Purger, certificates, due_rows, holds, policy_of, purge
from tests.serving.browser import Browser
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import NOW, TODAY, ExampleService
from tests.serving.pages.example_entries import write_everything
from tests.serving.pages.test_models_and_people import added

YEARS = Support(written_years=2, list_years=1)
OFFICER = Purger("staff:omar", "Omar Added")
WRITTEN = {
    "plan_sessions": 1, "plans": 1, "contacts": 2, "notes": 2, "follow_ups": 1, "flag_answers": 1, "data_problems": 1,
    "snoozes": 1, "meeting_items": 1, "meetings": 1, "covers": 1,
}  # fmt: skip
"""What `write_everything` leaves, by table."""


@pytest.fixture
def written(tmp_path: Path, prepared: Path) -> Iterator[ExampleService]:
    """A service in which one of everything is written in both districts."""
    copy_prepared(prepared, tmp_path)
    for service in opened(tmp_path):
        for district_id in ("harbor", "mesa"):
            write_everything(service, district_id)
        yield service


def counts(service: ExampleService, district_id: str) -> dict[str, int]:
    """How many rows of each table of what people write a district has."""
    tables = [mapper.class_ for mapper in Row.registry.mappers if mapper.class_.__tablename__ in WRITTEN]
    found = {}
    for table in tables:
        found[table.__tablename__] = sum(getattr(row, "district_id", "") == district_id for row in service.rows(table))
    return found


def test_what_is_too_old_goes_from_every_table_of_the_district_and_of_no_other(written: ExampleService) -> None:
    years_later = date(TODAY.year + 3, 8, 1)
    other = counts(written, "mesa")
    assert counts(written, "harbor") == WRITTEN
    with written.write_session() as session:
        row = purge(session, "harbor", YEARS, OFFICER, at=NOW, today=years_later)
        gone = dict(row.rows) if row else {}
    assert {name: n for name, n in gone.items() if name in WRITTEN} == WRITTEN
    assert gone["runs"] == len({row.run_id for row in written.rows(RunRow) if isinstance(row, RunRow)})
    assert set(counts(written, "harbor").values()) == {0}
    assert counts(written, "mesa") == other
    with written.write_session() as session:
        assert purge(session, "harbor", YEARS, OFFICER, at=NOW, today=years_later) is None, "nothing is due twice"


def test_of_a_school_year_that_is_kept_nothing_goes_and_without_years_all_is_kept(written: ExampleService) -> None:
    last_day = date(2029, 6, 30)
    for support, today, due in (
        (Support(written_years=2), last_day, 0),
        (Support(written_years=2), last_day + timedelta(days=1), sum(WRITTEN.values())),
        (Support(), date(2099, 1, 1), 0),
    ):
        with written.read_session() as session:
            assert sum(due_rows(session, "harbor", policy_of(support, today)).values()) == due, today


def test_a_plan_goes_by_its_last_day_and_takes_its_days_along(written: ExampleService) -> None:
    with written.write_session() as session:
        session.execute(update(PlanRow).values(planned_end=date(2027, 9, 1)))
        purge(session, "harbor", Support(written_years=2), OFFICER, at=NOW, today=date(2029, 8, 1))
    assert [row.district_id for row in written.rows(PlanSessionRow) if isinstance(row, PlanSessionRow)] == [
        "harbor",
        "mesa",
    ]
    assert not [row for row in written.rows(ContactRow) if isinstance(row, ContactRow) and row.district_id == "harbor"]


def test_certificates_follow_each_other_and_a_change_shows(written: ExampleService) -> None:
    with written.write_session() as session:
        purge(session, "harbor", Support(list_years=1), OFFICER, at=NOW, today=date(2029, 8, 1))
        purge(session, "harbor", YEARS, OFFICER, at=NOW, today=date(2030, 8, 1))
        first, second = certificates(session, "harbor")
        assert second.previous_digest == first.digest
        assert holds([first, second])
        assert not holds([second])
        first.rows = {"runs": 0}
        assert not holds([first, second])
        session.rollback()


def test_a_privacy_officer_purges_by_the_policy_and_prints_the_certificate(service: ExampleService) -> None:
    write_everything(service, "harbor")
    officer = added(service, "omar", "privacy_officer")
    assert "Nothing. Everything that is stored is kept by the policy." in officer.get("/purge").text
    keep(service, Support(written_years=1))
    service.clock.now = datetime(2029, 8, 10, 16, 0, tzinfo=UTC)
    keep_day(service, date(2029, 8, 10))
    officer = Browser(service, "harbor", "omar")
    assert "Earlier versions" not in officer.get("/purge").text
    assert officer.send("/purge").status_code == 422
    assert Browser(service, "harbor", "s-lena").send("/purge", sure="yes").status_code == 404
    assert len(list(service.rows(MeetingRow))) == 1
    answer = officer.send("/purge", sure="yes")
    page = officer.get(answer.headers["location"]).text
    for said in ("Certificate of purge no. 1", "Omar Added", "July 1, 2028", "<td>2</td>", "support.written_years = 1"):
        assert said in page
    assert list(service.rows(MeetingRow)) == list(service.rows(CoverRow)) == []
    assert [row.action for row in service.rows(AccessRow) if isinstance(row, AccessRow)][-1] == "purge"
    assert len(list(service.rows(RunRow))) > 0, "lists are kept by this policy"
    assert len(list(service.rows(PurgeRow))) == 1
    assert officer.send("/purge", sure="yes").headers["location"] == "/purge?done=nothing_due"


def keep(service: ExampleService, support: Support) -> None:
    """Has the district keep what people wrote for so long."""
    settings = service.context.settings
    districts = tuple(one.model_copy(update={"support": support}) for one in settings.districts)
    replace_settings(service, {"districts": districts})


def keep_day(service: ExampleService, today: date) -> None:
    """Moves the day of the installation."""
    replace_settings(service, {"today": today})


def replace_settings(service: ExampleService, changed: dict[str, object]) -> None:
    """Gives the running service other settings."""
    context = service.context
    service.context = replace(context, settings=context.settings.model_copy(update=changed))
    service.app.state.context = service.context

"""The doctor reads the access log: whole, changed, and without a database."""

from pathlib import Path

import pytest
from sqlalchemy import update

from features.settings import Settings
from serving.access.health import check_access_log
from serving.store.rows import AccessRow
from tests.serving.browser import Browser
from tests.serving.databases import ON_POSTGRESQL
from tests.serving.example_service import ExampleService, settings_in


def verdicts(settings: Settings) -> list[tuple[str, str | None]]:
    """The verdict of each district."""
    return [
        (one.verdict, one.district) for district in settings.districts for one in check_access_log(settings, district)
    ]


def test_a_changed_row_of_the_access_log_is_wrong_in_its_own_district_only(service: ExampleService) -> None:
    for district_id in ("harbor", "mesa"):
        browser = Browser(service, district_id, "s-lena")
        for key in ("k-amara", "k-bruno"):
            browser.get(f"/students/{key}")
    assert verdicts(service.context.settings) == [("ok", "harbor"), ("ok", "mesa")]
    with service.write_session() as session:
        session.execute(update(AccessRow).where(AccessRow.district_id == "mesa").values(reason="district office"))
    assert verdicts(service.context.settings) == [("ok", "harbor"), ("wrong", "mesa")]


@pytest.mark.skipif(ON_POSTGRESQL, reason="a PostgreSQL is there before the first command")
def test_without_a_database_nothing_is_said_of_the_access_log(tmp_path: Path) -> None:
    assert verdicts(settings_in(tmp_path)) == []

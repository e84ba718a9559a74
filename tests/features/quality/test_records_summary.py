"""The summary that pages read: loads beside the usual, what waits, who is missing, what does not add up; no value."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.file_mapping.declaration import FileMapping
from features.quality.records_summary import check_and_summarize, summarize_load
from features.quality.summary_file import LoadLine, RecordsSummary, read_summary, summary_file, usual_rows
from features.settings import District, Settings
from tests.drawn import load, school_days

TODAY = date(2025, 9, 12)
RECORDS = {
    "schools": "| school_id |\n| 10 |",
    "students": "| student_id | birth_date |\n| 1001 | 2010-05-05 |\n| 1002 | soon |\n| 1003 | later |",
    "calendar_days": school_days(date(2025, 9, 1), 10),
    "enrollments": """
    | student_id | school_year | entry_date |
    | 1001       | 2026        | 2025-09-01 |
    | 1002       | 2026        | 2025-09-01 |
    | 1003       | 2026        | 2025-09-01 |
    """,
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A district of three students, of whom two have a birth date that is none."""
    home = tmp_path_factory.mktemp("summary")
    made = Settings(home=home, districts=[District(id="north", name="North")])
    allowed = {"students": FileMapping(most_quarantined=1.0), "enrollments": FileMapping(most_quarantined=1.0)}
    load(home / "sent", made.warehouse("north"), RECORDS, files=allowed)
    return made


def unexpected(said: str) -> None:
    """No warning is expected."""
    raise AssertionError(said)


def summarized(settings: Settings) -> RecordsSummary:
    """The summary of that load."""
    summarize_load(settings, "north", TODAY, warn=unexpected)
    found = read_summary(settings, "north")
    assert found is not None
    return found


def test_a_load_leaves_what_waits_and_who_is_in_no_list(settings: Settings) -> None:
    found = summarized(settings)
    (newest,) = found.loads
    assert (newest.read["students"], newest.quarantined["students"]) == (3, 2)
    waiting = {(one.table, one.rule): (one.rows, one.first) for one in found.waiting}
    assert waiting["students", "ROW03"] == (2, (3, 4))
    assert sum(reason.students for reason in found.unlisted) == 2
    assert found.checked_on is None


def test_what_a_check_found_stays_until_the_next_one(settings: Settings) -> None:
    check_and_summarize(settings, settings.district("north"), TODAY, warn=unexpected)
    found = summarized(settings)
    assert found.checked_on == TODAY
    assert "CHECK20" in {one.code for one in found.findings}


def test_no_value_of_a_record_is_in_the_file(settings: Settings) -> None:
    summarized(settings)
    text = summary_file(settings, "north").read_text(encoding="utf-8")
    assert not [value for value in ("1001", "1002", "soon", "2010") if value in text]


def test_a_file_of_another_version_is_none(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"home": tmp_path})
    assert read_summary(other, "north") is None
    summary_file(other, "north").parent.mkdir()
    summary_file(other, "north").write_text('{"loads": 1}', encoding="utf-8")
    assert read_summary(other, "north") is None


@pytest.fixture
def without_summary(settings: Settings, tmp_path: Path) -> Settings:
    """The district as a load leaves it that could write no summary."""
    other = settings.model_copy(update={"home": tmp_path})
    shutil.copytree(settings.warehouse("north").parent, other.warehouse("north").parent)
    summary_file(other, "north").unlink(missing_ok=True)
    return other


def fill_disk(settings: Settings) -> None:
    """The next summary is written to a device without space."""
    file = summary_file(settings, "north")
    file.with_name(f".{file.name}.writing").symlink_to("/dev/full")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the disk that is always full is Linux's")
def test_a_summary_that_the_disk_does_not_take_is_a_warning_and_the_load_and_the_check_stand(
    without_summary: Settings,
) -> None:
    said: list[str] = []
    district = without_summary.district("north")
    fill_disk(without_summary)
    summarize_load(without_summary, "north", TODAY, warn=said.append)
    fill_disk(without_summary)
    found = check_and_summarize(without_summary, district, TODAY, warn=said.append)
    assert "CHECK20" in {one.code for one in found.findings}
    assert len(said) == 2
    assert said[0].startswith("north.records.json is not written: the disk is full.")
    assert said[0].endswith("run `ontrack check --district north`")
    assert read_summary(without_summary, "north") is None
    check_and_summarize(without_summary, district, TODAY, warn=unexpected)
    assert read_summary(without_summary, "north") is not None


def test_the_usual_number_of_rows_is_that_in_the_middle_of_the_loads_before() -> None:
    loads = [
        LoadLine(n, datetime(2025, 9, 12, tzinfo=UTC), "", 1, {"marks": rows}, {})
        for n, rows in enumerate((5, 100, 90, 3000))
    ]
    assert usual_rows(loads) == {"marks": 100}

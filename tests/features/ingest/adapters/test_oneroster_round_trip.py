"""A simulated district that is written as a OneRoster package is the same when it is read back."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.simulator.district import simulate_district
from features.simulator.formats.latest_records import latest_of
from features.simulator.formats.oneroster import write_oneroster
from features.simulator.plan import Plan
from features.sources.oneroster import OneRosterCsv
from tests.features.ingest.adapters.packages import conversion_of, converted

Folders = tuple[Path, Path]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A district's records as our CSV, and the same in a package."""
    records, written = tmp_path_factory.mktemp("records"), tmp_path_factory.mktemp("written")
    simulate_district(Plan("harbor", 60, today=date(2026, 1, 15), years=2, seed=5), records)
    write_oneroster(records, written, "harbor")
    return records, written


@pytest.fixture(scope="module")
def found(folders: Folders, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The canonical rows of the package."""
    source = OneRosterCsv(marks_in=("Course mark",), credits=0.5, term_ids="title")
    return converted(conversion_of(folders[1] / "oneroster", tmp_path_factory.mktemp("work"), source))


@pytest.mark.parametrize("table", OneRosterCsv.gives)
def test_what_a_package_is_said_to_give_of_a_table_is_identical(
    folders: Folders, found: dict[str, pd.DataFrame], table: str
) -> None:
    before, after = latest_of(table, folders[0] / f"{table}.csv"), found[table]
    columns = [name for name in (*OneRosterCsv.gives[table], "known_on") if name in before.columns]
    assert len(before) > 0
    assert as_rows(before[columns]) == as_rows(after[columns])


def as_rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The rows in an order of their own, grades without a leading zero."""
    texts = frame.astype(object).fillna("").astype(str)
    if "grade_level" in texts:
        texts = texts.assign(grade_level=texts["grade_level"].str.lstrip("0"))
    return sorted(map(tuple, texts.values))


def test_the_tables_that_the_format_lacks_lie_beside_it(folders: Folders) -> None:
    beside = {path.stem for path in (folders[1] / "rest").iterdir()}
    assert {"attendance", "calendar_days", "incidents"} <= beside
    assert not beside & set(OneRosterCsv.gives)

"""Shipped mappings of other systems' exports: valid, as declared, and the same district when they are read back."""

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from features.file_mapping.declaration import FileMapping
from features.file_mapping.validation import validate_mapping
from features.ingest.adapters.combined_delivery import combined_delivery
from features.ingest.files.sources import files_in
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.formats.mapped_files import write_exports
from features.simulator.plan import Plan
from features.sources.aeries_api import AeriesApi
from features.sources.csv import CsvFiles
from features.sources.declaration import Source
from features.sources.kinds import kind_of
from features.sources.mapping_packs import (
    Aeries,
    Clever,
    InfiniteCampus,
    PowerSchool,
    SdpToolkit,
    StudentInsights,
    pack_of,
    with_own,
)
from features.warehouse.file import open_warehouse
from tests.features.ingest.adapters.districts_alike import differences
from tests.warehouse_filling import fill_warehouse

TODAY = date(2026, 1, 15)
PLAN = Plan("harbor", 60, today=TODAY, years=1, seed=5)
OF_MARKS = {"points_hundredths", "unweighted_points_hundredths", "mark_status"}
"""Columns of marks that their scale fills."""

SIMULATED: tuple[type[Source], ...] = (Aeries, AeriesApi, Clever, InfiniteCampus, PowerSchool)
PACKS: tuple[type[Source], ...] = (*SIMULATED, SdpToolkit, StudentInsights)
ADDRESSES = {"aeries-api": {"url": "https://sis.example.org/aeries"}}
UNMAPPED = {
    ("student-insights", "enrollments"): {"school_year"},
    ("student-insights", "marks"): {"school_year"},
    ("sdp-toolkit", "enrollments"): {"school_year"},
}
"""Columns that stand under our name in the file, or of which the district says the value."""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated district's records as our CSV."""
    folder = tmp_path_factory.mktemp("records")
    simulate_district(PLAN, folder)
    return folder


@pytest.mark.parametrize("source", PACKS, ids=kind_of)
def test_a_shipped_mapping_gives_what_it_is_said_to_give(source: type[Source]) -> None:
    files = pack_of(kind_of(source)).files
    for name, mapping in files.items():
        validate_mapping(name, mapping)
    given = {
        name: {*(name for read in one.readings for name in read.mapping.columns), *(OF_MARKS if one.scale else ())}
        for name, one in files.items()
    }
    said = {name: UNMAPPED.get((kind_of(source), name), set()) for name in given}
    assert given == {name: {*columns} - said[name] for name, columns in {**source.gives, **source.may_give}.items()}


@pytest.mark.parametrize("source", SIMULATED, ids=kind_of)
def test_exports_of_a_system_are_read_by_its_kind_alone(source: type[Source], records: Path, tmp_path: Path) -> None:
    kind = kind_of(source)
    written = write_exports(kind, records, tmp_path, "harbor")
    exports = {"kind": kind, "folder": "exports", **ADDRESSES.get(kind, {})}
    rest = {"kind": "csv", "folder": "rest"}
    district = District.model_validate({"id": "h", "name": "H", "sources": [exports, rest]})
    delivery = combined_delivery(district, files_in(tmp_path))
    assert {file.name for one in delivery.tables for file in one.sources} == set(written)
    for one in delivery.tables:
        header = set(pd.read_csv(one.sources[0].path, nrows=0).columns)
        assert {mapping.column for mapping in one.mapping.columns.values() if mapping.column} <= header


def test_a_district_that_is_written_as_exports_is_the_same_when_they_are_loaded(records: Path, tmp_path: Path) -> None:
    write_exports("infinite-campus", records, tmp_path / "in", "harbor")
    sources = (InfiniteCampus(folder="exports"), CsvFiles(folder="rest"))
    workspace = Workspace(District(id="harbor", name="Harbor", sources=sources), tmp_path / "home", TODAY)
    report = ingest(workspace, tmp_path / "in", now=datetime(2026, 1, 15, tzinfo=UTC), progress=quietly)
    assert report.quarantine == ()
    fill_warehouse(PLAN, records, tmp_path / "ours.duckdb")
    tables = tuple(name for name in InfiniteCampus.gives if name not in ("attendance", "marks"))
    assert differences(tmp_path / "ours.duckdb", workspace.warehouse, tables, {}) == []
    with open_warehouse(workspace.warehouse) as reader:
        past = reader.view(date(2025, 12, 1))
        assert all(len(reader.visible(past, name)) for name in ("students", "enrollments", "attendance", "marks"))


@pytest.mark.parametrize("source", PACKS, ids=kind_of)
def test_a_past_day_can_be_judged_as_nothing_but_staff_is_known_from_the_load_alone(source: type[Source]) -> None:
    """Else no score of an earlier day has a calendar, a student or a mark. Marks of Aspen have no term."""
    files = pack_of(kind_of(source)).files
    of_load = {name for name, one in files.items() if one.known_on is None or one.known_on.load}
    assert of_load <= ({"marks"} if source is StudentInsights else {"staff"})


def test_a_districts_own_code_is_added_to_the_shipped_ones() -> None:
    own = FileMapping(codes={"kind": {"Q": "tardy"}}, most_quarantined=0.2)
    both = with_own(pack_of("aeries").files, {"attendance": own})["attendance"]
    assert (both.codes["kind"]["Q"], both.codes["kind"]["U"], both.most_quarantined) == ("tardy", "absent", 0.2)
    assert both.file == "ATT*.csv"

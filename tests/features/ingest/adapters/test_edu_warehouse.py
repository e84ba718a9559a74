"""The marts of an EDU warehouse become the records that they were made of, and of two tenants one's alone."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import create_engine

from features.definitions.grade9 import NinthGrade
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import ingest
from features.ingest.load.source_pulls import pull_sources
from features.ingest.load.workspace import Workspace
from features.ingest.network.refusal import SourceRefused
from features.progress import quietly
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.formats.marts import write_marts
from features.simulator.plan import Plan
from features.snapshots.snapshot import Snapshot
from features.sources.marts import OF_MARTS, EduWarehouse
from features.warehouse.file import open_warehouse
from models.estimators.fitting import fit_risk_model
from tests.features.ingest.adapters.attendance_days import beside, our_days, their_days
from tests.features.ingest.adapters.districts_alike import differences, served_by, snapshots_by_own_id
from tests.postgresql import postgres_server
from tests.warehouse_filling import fill_warehouse
from training.cohort_examples import labelled_cohorts

TODAY = date(2026, 11, 20)
PLAN = Plan("harbor", 240, TODAY, years=2)
OTHER = Plan("mesa", 50, TODAY, years=1)
DATES = ("10-15", "11-20", "01-15", "03-15", "05-01")
SMALL = {"min_data_in_leaf": 5, "lambda_l2": 0.1}
"""What lets a model learn from the few students of a test."""

LOST = {"marks": ("a_g", "unweighted_points_hundredths"), "calendar_days": ("day_hundredths",)}
"""What marts cannot carry; unweighted points follow from the letters, which our files leave to the rules."""


def workspace(home: Path, name: str, tenant: str) -> Workspace:
    """The workspace of a district that reads a tenant's marts."""
    source = EduWarehouse(tenant=tenant)
    return Workspace(District(id=name, name=name, source=source), home, TODAY)


def loaded(space: Workspace, marts: Path) -> int | None:
    """The load that the marts became."""
    return ingest(space, marts, now=datetime(2026, 11, 20, 17, tzinfo=UTC), progress=quietly).load_id


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two districts as tenants of one warehouse, ids alike; our own warehouse of the first, and its load of marts."""
    home = tmp_path_factory.mktemp("edu")
    for plan in (PLAN, OTHER):
        simulate_district(plan, home / plan.district_id)
        write_marts(home / plan.district_id, home / "tenants" / plan.district_id, plan.district_id)
    for path in sorted((home / "tenants" / "harbor").iterdir()):
        target = home / "marts" / path.stem
        target.mkdir(parents=True)
        for plan in (PLAN, OTHER):
            (home / "tenants" / plan.district_id / path.name).rename(target / f"{plan.district_id}.parquet")
    (home / "ours").mkdir()
    fill_warehouse(PLAN, home / "harbor", home / "ours" / "harbor.duckdb")
    loaded(workspace(home, "harbor", "harbor"), home / "marts")
    return home


def test_the_records_are_those_that_the_marts_were_made_of(home: Path) -> None:
    ours, theirs = home / "ours" / "harbor.duckdb", home / "warehouses" / "harbor.duckdb"
    assert differences(ours, theirs, tuple(OF_MARTS), LOST) == []


@pytest.fixture(scope="module")
def seen(home: Path) -> tuple[Snapshot, Snapshot]:
    """What each warehouse knows of ninth graders, in the order of the district's own ids."""
    return snapshots_by_own_id(
        (home / "ours" / "harbor.duckdb", home / "warehouses" / "harbor.duckdb"), NinthGrade, TODAY
    )


def test_features_are_the_same_where_their_inputs_are_there(seen: tuple[Snapshot, Snapshot]) -> None:
    ours, theirs = (snapshot.features for snapshot in seen)
    assert len(ours) > 20
    assert ours.equals(theirs)


def test_risk_list_and_reasons_are_the_same_where_their_inputs_are_there(
    home: Path, seen: tuple[Snapshot, Snapshot]
) -> None:
    """By one model, learnt from the finished year of our own files."""
    with open_warehouse(home / "ours" / "harbor.duckdb") as reader:
        cohorts = labelled_cohorts(reader, NinthGrade, OFF_TRACK_CHICAGO, DATES, observed_on=TODAY)
    model = fit_risk_model(cohorts.examples, seed=7, threads=1, tuned=SMALL)
    ours, theirs = (served_by(model, snapshot) for snapshot in seen)
    assert ours == theirs
    assert len(set(ours.risk)) > 5
    assert sum(len(one.needs) + len(one.strengths) for one in ours.reasons) > 20


def test_the_attendance_day_is_that_of_the_warehouse_and_each_difference_is_a_day_not_taken(home: Path) -> None:
    """A day on which a school sent nothing: the warehouse says that all were present, we do not know."""
    ours = our_days(home / "ours" / "harbor.duckdb", TODAY)
    both = beside(their_days(home / "marts", "harbor", TODAY), ours)
    shared = both[both["taken"].fillna(False).astype(bool)]
    assert len(shared) > 50_000
    assert shared["missed_theirs"].tolist() == shared["missed_ours"].tolist()
    others = both[~both["taken"].fillna(False).astype(bool)]
    assert set(others["taken"]) == {False}
    assert set(others["missed_theirs"].dropna()) == {0.0}
    assert 0 < others["day"].nunique() < 10


def test_a_students_days_add_up_to_the_features_of_the_year(home: Path, seen: tuple[Snapshot, Snapshot]) -> None:
    ours = our_days(home / "ours" / "harbor.duckdb", TODAY)
    year = ours[ours["taken"] & (ours["day"] >= pd.Timestamp(TODAY.year, 7, 1))]
    sums = year.groupby("student")["missed"].agg(["sum", "count"]).reindex(seen[0].features.index.astype(str))
    assert sums["count"].tolist() == seen[0].school_days.tolist()
    shares = (sums["sum"] / sums["count"]).to_numpy()
    assert np.allclose(shares, seen[0].features["absence_rate_year"].to_numpy(), equal_nan=True)


def test_the_same_marts_again_change_nothing(home: Path) -> None:
    assert loaded(workspace(home, "harbor", "harbor"), home / "marts") is None


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ("dim_student", "FILE01 dim_student.parquet: missing mart"),
        ("column", "FILE04 dim_school/harbor.parquet, column school_name: dim_school needs this column"),
        ("damaged", "FILE06 dim_school/harbor.parquet: expected a Parquet file"),
    ],
)
def test_marts_that_cannot_be_read_are_refused(spoilt: str, said: str, home: Path, tmp_path: Path) -> None:
    for path in (home / "marts").rglob("harbor.parquet"):
        target = tmp_path / "marts" / path.parent.name / path.name
        target.parent.mkdir(parents=True)
        shutil.copyfile(path, target)
    school = tmp_path / "marts" / "dim_school" / "harbor.parquet"
    if spoilt == "damaged":
        school.write_bytes(school.read_bytes()[:-9])
    elif spoilt == "column":
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE s AS SELECT * EXCLUDE (school_name) FROM '{school}'")
            connection.execute(f"COPY s TO '{school}' (FORMAT parquet)")
    else:
        (tmp_path / "marts" / "dim_student" / "harbor.parquet").unlink()
    with pytest.raises(DataRefused, match=said):
        loaded(workspace(tmp_path, "harbor", "harbor"), tmp_path / "marts")


def test_marts_are_pulled_from_postgresql_as_they_are_in_files(home: Path, tmp_path: Path) -> None:
    """The columns and rows of one tenant alone, and no address in what is refused."""
    names = ("dim_school", "dim_session")
    address = as_database(home, names)
    source = EduWarehouse(tenant="harbor", connection_variable="WAREHOUSE")
    district = District(id="harbor", name="H", source=source, records=tmp_path / "pulled")
    space = Workspace(district, tmp_path, TODAY)
    (pulled,) = pull_sources(space, environment={"WAREHOUSE": address}, progress=quietly)
    read = "SELECT * FROM read_parquet('{}', hive_partitioning = false) ORDER BY ALL"
    with duckdb.connect() as connection:
        for name in names:
            ours = connection.execute(read.format(home / "marts" / name / "harbor.parquet")).fetchall()
            assert connection.execute(read.format(tmp_path / "pulled" / f"{name}.parquet")).fetchall() == ours
    assert pulled.rows == 2 + 8
    other = Workspace(
        district.model_copy(update={"source": source.model_copy(update={"tenant": "north"})}), tmp_path, TODAY
    )
    before = (tmp_path / "pulled" / "dim_school.parquet").read_bytes()
    with pytest.raises(SourceRefused, match=r"no school of the tenant 'north'; .* this warehouse: harbor, mesa"):
        pull_sources(other, environment={"WAREHOUSE": address}, progress=quietly)
    assert (tmp_path / "pulled" / "dim_school.parquet").read_bytes() == before
    with pytest.raises(SourceRefused, match="WAREHOUSE cannot be read") as refused:
        pull_sources(space, environment={"WAREHOUSE": "nosuch://between:us@there/"}, progress=quietly)
    assert "between" not in str(refused.value)


def test_a_warehouse_whose_driver_is_not_installed_is_refused_with_what_to_install(tmp_path: Path) -> None:
    """Its address, which has a password, is in no text."""
    source = EduWarehouse(tenant="harbor", connection_variable="WAREHOUSE", database_schema="analytics")
    space = Workspace(District(id="harbor", name="H", source=source, records=tmp_path), tmp_path, TODAY)
    address = "snowflake://reader:secret@account/edu/analytics?warehouse=small"
    with pytest.raises(SourceRefused, match=r"no driver for snowflake .* ibis-framework\[snowflake\]") as no:
        pull_sources(space, environment={"WAREHOUSE": address}, progress=quietly)
    assert "secret" not in str(no.value)


def as_database(home: Path, names: tuple[str, ...]) -> str:
    """The address of a database with some marts of both tenants."""
    server = postgres_server()
    server.create("edu_marts")
    engine = create_engine(server.address("edu_marts"))
    for name in names:
        with duckdb.connect() as connection:
            frame = connection.execute(f"FROM '{home}/marts/{name}/*.parquet'").df()
        for column in frame.select_dtypes("datetime"):
            frame[column] = frame[column].dt.date
        frame.to_sql(name, engine, index=False)
    engine.dispose()
    return f"postgresql://owner@/edu_marts?host={server.folder}"

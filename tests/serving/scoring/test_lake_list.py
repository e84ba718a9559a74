"""A list made on a lake, in the service database: that of DuckDB, but for what needs a student's records here."""

from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import select

from features.engine.snapshot_query import SnapshotQuery, snapshot_script
from features.progress import quietly
from features.settings import District, Settings
from features.simulator.plan import Plan
from features.warehouse.file import open_warehouse
from models.bundle.bundle import write_bundle
from models.bundle.signing import ensure_keys
from models.releases import Approval, ReleaseKey, promote
from serving.scoring.district_release import DistrictRelease, load_current_release
from serving.scoring.lake_list import LakeList, LakeRun, write_lake_list
from serving.scoring.partition_scores import PartitionScores
from serving.scoring.ranking import rank_together
from serving.scoring.score_district import score_district
from serving.scoring.score_lake import in_order
from serving.store.database import engine_of, open_engine
from serving.store.rows import Row
from tests.districts import simulated_warehouse
from tests.serving.databases import FILE, ON_POSTGRESQL, owner_address, postgresql_address, put_empty_file
from tests.serving.example_releases import OUTCOME, judged_rule_parts
from tests.serving.example_service import NOW

AS_OF = date(2026, 11, 20)
NAMES = ("lake", "own")
"""The folders of the service database of a list of a lake, and of one of the district's own file."""
LEFT_OUT = {
    "scores": ("evidence", "history", "way_back", "change", "track_record"),
    "runs": ("last_lists", "weeks", "dictionary", "records_number"),
    "students": (),
    "staff": (),
    "caseloads": (),
    "schools": (),
    "calendars": (),
}
"""What is not in a list that a lake's scores make, by table."""


def test_a_list_of_a_lake_is_in_the_service_database_what_one_of_duckdb_is(tmp_path: Path) -> None:
    """A rule's; names come from the district's own file, and flags go to it once."""
    settings = Settings(home=tmp_path, districts=(District(id="north", name="North"),))
    simulated_warehouse(Plan("north", 150, years=3), settings.warehouse("north"))
    release = released(settings)
    lake, own = (with_database(settings, name) for name in NAMES)
    made = score_district(own, engine_of(own), "north", as_of=AS_OF, now=NOW, progress=quietly)
    with open_warehouse(settings.warehouse("north")) as reader:
        view = reader.view(AS_OF)
        script = snapshot_script(SnapshotQuery(release.feature_set, view.shape, release.outcome.cohort))
        rows = reader.run(script, view.values)
        flags = reader.current("flags")
    work = PartitionScores(release.entry.bundle_path.name, b"", view, settings.service.bands)
    scores = work.scores(release.bundle, rows).to_pandas()
    run = LakeRun(
        made.list_id, release, in_order(lake, release, scores.set_index("student_key")[["risk", "list_order"]], view)
    )
    lists = [LakeList(run, rank_together([run.ordered])[0], scores)]
    write_lake_list(lake, lists, view, list_id=made.list_id, today=AS_OF, now=NOW)
    for table, left_out in LEFT_OUT.items():
        found, told = (stored(settings, name, table).drop(columns=list(left_out)) for name in NAMES)
        assert len(told)
        pd.testing.assert_frame_equal(told, found, rtol=1e-12)
    with open_warehouse(settings.warehouse("north")) as reader:
        pd.testing.assert_frame_equal(reader.current("flags"), flags)


def released(settings: Settings) -> DistrictRelease:
    """The release of a rule that no gate judged, in service."""
    keys = ensure_keys(settings.home / "keys")
    bundle = write_bundle(settings.home / "bundles", judged_rule_parts("north"), keys, {})
    key = ReleaseKey("north", OUTCOME, "9")
    promote(settings.home, key, bundle.path, public_key=keys.public_key, approval=Approval("a test"), now=NOW)
    return load_current_release(settings, "north")


def with_database(settings: Settings, name: str) -> Settings:
    """The same installation with another service database."""
    folder = settings.home / name
    put_empty_file(folder)
    address = postgresql_address(folder) if ON_POSTGRESQL else f"sqlite:///{folder}/{FILE}"
    service = settings.service.model_copy(update={"database": address})
    return settings.model_copy(update={"service": service})


def stored(settings: Settings, name: str, table: str) -> pd.DataFrame:
    """The rows of a table of the service database, by their key."""
    found, folder = Row.metadata.tables[table], settings.home / name
    engine = open_engine(owner_address(folder) if ON_POSTGRESQL else f"sqlite:///{folder}/{FILE}")
    with engine.connect() as connection:
        return pd.DataFrame(connection.execute(select(found).order_by(*found.primary_key)).mappings().all())

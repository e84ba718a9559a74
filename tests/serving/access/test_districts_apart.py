"""What befalls one district of an installation touches no other: a broken model, a bad import, a restore.

That a purge does not is in `tests/serving/support/test_purge.py`, of routes in `test_every_object.py` and
`tests/serving/pages/test_every_route.py`, of a night in `tests/serving/worker/test_nights.py`.
"""

import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from features.errors import Refused
from features.ingest.load.district_import import ingest_district
from features.settings import Settings
from models.bundle.manifest import BundleRefused
from serving.scoring.district_release import load_served_releases
from tests.serving.browser import Browser
from tests.serving.example_releases import OUTCOME, release, rule_parts
from tests.serving.example_service import ExampleService

RECORDS = ("schools", "students", "enrollments")


@pytest.fixture
def apart(service: ExampleService) -> ExampleService:
    """A service in which a rule of its own serves each district."""
    for district_id in ("harbor", "mesa"):
        release(service, district_id, rule_parts(district_id))
    service.context.releases.entries.clear()
    return service


def digests(settings: Settings, district_id: str) -> dict[str, str]:
    """The digest of every file of a district: its warehouse, releases, keys, what it shared and what sources keep."""
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    own = [path for path in files if district_id in str(path.relative_to(settings.home))]
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in own}


def bundle_of(service: ExampleService, district_id: str) -> Path:
    """The bundle that serves a district."""
    release = service.context.releases.current(district_id, OUTCOME)
    assert release is not None
    return release.bundle.path


def test_a_broken_model_stops_the_list_of_its_own_district(apart: ExampleService) -> None:
    settings, broken = apart.context.settings, bundle_of(apart, "harbor")
    assert broken != bundle_of(apart, "mesa")
    (broken / "rule.json").write_bytes(b"{}")
    with pytest.raises(BundleRefused):
        load_served_releases(settings, "harbor")
    assert [one.district_id for _, one in load_served_releases(settings, "mesa")] == ["mesa"]
    assert Browser(apart, "mesa", "s-lena").get("/caseload?show=all").status_code == 200


def test_a_bad_import_of_one_district_leaves_every_file_of_the_other(apart: ExampleService, tmp_path: Path) -> None:
    settings = apart.context.settings
    warehouse = settings.warehouse("mesa")
    warehouse.parent.mkdir(parents=True)
    warehouse.write_bytes(b"of mesa")
    before = digests(settings, "mesa")
    records = tmp_path / "bad"
    records.mkdir()
    for name in RECORDS:
        (records / f"{name}.csv").write_text("student_id\n\x00\n", encoding="utf-8")
    with pytest.raises(Refused):
        ingest_district(settings, "harbor", records)
    assert digests(settings, "mesa") == before
    assert len(before) > 3
    assert not settings.warehouse("harbor").exists()


def test_a_restore_of_one_district_leaves_the_release_of_the_other(apart: ExampleService, tmp_path: Path) -> None:
    home = apart.context.settings.home
    shutil.copytree(home / "releases" / "harbor", tmp_path / "backup")
    for district_id in ("harbor", "mesa"):
        release(apart, district_id, replace(rule_parts(district_id), card="# Another card\n"))
    later = digests(apart.context.settings, "mesa")
    shutil.rmtree(home / "releases" / "harbor")
    shutil.copytree(tmp_path / "backup", home / "releases" / "harbor")
    served = {one: load_served_releases(apart.context.settings, one)[0][1].release_id for one in ("harbor", "mesa")}
    assert served == {"harbor": "harbor-0001", "mesa": "mesa-0002"}
    assert digests(apart.context.settings, "mesa") == later

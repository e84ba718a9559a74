"""`ontrack doctor` on installations that are new, whole, and broken one by one: what it finds, and what it leaves."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import ontrack
from features.file_modes import close_to_others
from features.health import HealthCheck, Verdict
from features.settings import Settings
from features.simulator.plan import Plan
from models.bundle.signing import PRIVATE, PUBLIC
from ontrack_doctor import as_lines, examine, worst_of
from tests.districts import simulated_warehouse
from tests.serving.example_releases import release_model, release_rule
from tests.serving.example_service import TODAY, ExampleService

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation of two districts with records and lists: one is served by a model, the other by the rule."""
    service = ExampleService(tmp_path_factory.mktemp("whole"))
    service.record_example_runs()
    release_model(service, "harbor")
    release_rule(service, "mesa")
    settings = service.context.settings
    made = simulated_warehouse(
        Plan("harbor", 60, date(2026, 11, 20), years=2), tmp_path_factory.mktemp("made") / "harbor.duckdb"
    )
    with duckdb.connect(str(made)) as connection:
        connection.execute("UPDATE loads SET loaded_at = '2026-11-20T12:00:00+00:00'")
    for district in settings.districts:
        settings.warehouse(district.id).parent.mkdir(exist_ok=True)
        shutil.copy(made, settings.warehouse(district.id))
    service.context.engine.dispose()
    close_to_others(settings.home)
    return settings.model_copy(update={"today": TODAY})


@pytest.fixture
def settings(whole: Settings, tmp_path: Path) -> Settings:
    """A copy of the whole installation, to be broken."""
    shutil.copytree(whole.home, tmp_path / "home")
    return whole.model_copy(update={"home": tmp_path / "home"})


def found_in(settings: Settings) -> list[HealthCheck]:
    """What the doctor finds, once it is sure that nothing was changed and no student is named."""
    before = contents(settings.home)
    found = examine(settings, NOW)
    assert contents(settings.home) == before
    assert not [name for name in ("Amara", "Abel", "k-amara", "100001") if name in "\n".join(as_lines(found))]
    return found


def contents(home: Path) -> dict[str, tuple[int, bytes]]:
    """Every path below a folder with its mode and content."""
    return {
        str(path.relative_to(home)): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in home.rglob("*")
    }


def verdict_of(found: list[HealthCheck], check: str, district: str | None = None) -> Verdict:
    """The verdict of a check; the test fails where it is not there once."""
    (one,) = [one for one in found if (one.check, one.district) == (check, district)]
    assert one.verdict == "ok" or one.do or ";" in one.found, "it does not say what to do"
    return one.verdict


def test_a_whole_installation_says_what_serves_since_when_and_nothing_is_wrong(settings: Settings) -> None:
    found = found_in(settings)
    assert worst_of(found) == "look"
    assert {one.check for one in found if one.verdict == "look"} == {"clock", "coverage"}
    lines = "\n".join(as_lines(found))
    assert "grade9_off_track_chicago, grades 9: harbor-0001, the model since 2026-11-20" in lines
    assert "grade9_off_track_chicago, grades 9: mesa-0001, the rule since 2026-11-20" in lines
    assert "`today` pretends that it is 2026-11-20" in lines


def test_nothing_at_all_is_no_fault_and_nothing_is_made(tmp_path: Path) -> None:
    found = examine(Settings(home=tmp_path / "home"), NOW)
    assert worst_of(found) == "look"
    assert list(tmp_path.iterdir()) == []


def halve(path: Path) -> None:
    """Only the first half of a file is left."""
    os.truncate(path, path.stat().st_size // 2)


def set_revision(home: Path, revision: str) -> None:
    """The service database says that it is at a revision."""
    with sqlite3.connect(home / "service.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()


def damage_bundles(home: Path) -> None:
    """A byte more in every rule and model."""
    for path in (home / "bundles").glob("*/*"):
        if path.name in ("rule.json", "model.txt"):
            path.write_bytes(path.read_bytes() + b" ")


BREAKAGES: dict[str, tuple[Callable[[Path], object], str, str | None, Verdict]] = {
    "a truncated warehouse": (lambda home: halve(home / "warehouses/harbor.duckdb"), "warehouse", "harbor", "wrong"),
    "an empty warehouse file": (
        lambda home: os.truncate(home / "warehouses/harbor.duckdb", 20), "warehouse", "harbor", "wrong",
    ),
    "no warehouse": (lambda home: (home / "warehouses/harbor.duckdb").unlink(), "warehouse", "harbor", "look"),
    "a damaged model": (damage_bundles, "serves", "harbor", "wrong"),
    "a damaged rule": (damage_bundles, "serves", "mesa", "wrong"),
    "no bundles": (lambda home: shutil.rmtree(home / "bundles"), "serves", "harbor", "wrong"),
    "no releases": (lambda home: shutil.rmtree(home / "releases"), "serves", "harbor", "look"),
    "no keys": (lambda home: shutil.rmtree(home / "keys"), "keys", None, "wrong"),
    "no private key": (lambda home: (home / "keys" / PRIVATE).unlink(), "keys", None, "look"),
    "no public key": (lambda home: (home / "keys" / PUBLIC).unlink(), "keys", None, "wrong"),
    "a key that others can read": (lambda home: (home / "keys" / PRIVATE).chmod(0o644), "keys", None, "wrong"),
    "an old migration": (lambda home: set_revision(home, "0001"), "database", None, "look"),
    "a migration of later": (lambda home: set_revision(home, "9999"), "database", None, "wrong"),
    "a truncated database": (lambda home: halve(home / "service.db"), "database", None, "wrong"),
    "no database": (lambda home: (home / "service.db").unlink(), "database", None, "look"),
    "a queue that is none": (lambda home: (home / "worker.sqlite").write_bytes(b"no" * 999), "worker", None, "wrong"),
    "a home that others can open": (lambda home: home.chmod(0o755), "modes", None, "wrong"),
    "a file that others could open": (lambda home: (home / "service.db").chmod(0o644), "modes", None, "look"),
}  # fmt: skip


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_what_is_broken_is_said(settings: Settings, breakage: str) -> None:
    breaks, check, district, expected = BREAKAGES[breakage]
    breaks(settings.home)
    found = found_in(settings)
    assert verdict_of(found, check, district) == expected


def test_a_time_zone_that_does_not_exist_is_said(settings: Settings) -> None:
    district = settings.districts[0].model_copy(update={"timezone": "America/Atlantis"})
    found = found_in(settings.model_copy(update={"districts": (district,)}))
    assert verdict_of(found, "clock", district.id) == "wrong"


def test_old_records_and_lists_are_said(settings: Settings) -> None:
    later = settings.model_copy(update={"today": date(2027, 3, 1)})
    found = examine(later, datetime(2027, 3, 1, tzinfo=UTC))
    assert (verdict_of(found, "records", "mesa"), verdict_of(found, "scores", "mesa")) == ("look", "look")


def ask(settings: Settings, *arguments: str) -> tuple[int, str, str]:
    """What `ontrack doctor` ends with and prints, on a home whose settings name no district."""
    config = settings.home.with_name("ontrack.toml")
    config.write_text("", encoding="utf-8")
    line = ["--config", str(config), "--home", str(settings.home), "doctor", *arguments]
    done = CliRunner().invoke(ontrack.app, line)
    return done.exit_code, done.stdout, done.stderr


def test_the_doctor_mends_modes_when_asked_and_only_then(settings: Settings) -> None:
    settings.home.chmod(0o755)
    (settings.home / "service.db").chmod(0o644)
    assert ask(settings)[0] == 5
    assert (settings.home / "service.db").stat().st_mode & 0o077
    code, said, _ = ask(settings, "--mend")
    assert (code, said.splitlines()[0]) == (0, "closed 2 files and folders to other accounts")
    assert not (settings.home / "service.db").stat().st_mode & 0o077
    assert ask(settings)[0] == 0


def test_programs_get_the_same_in_stable_keys(settings: Settings) -> None:
    code, said, _ = ask(settings, "--json")
    answer = json.loads(said)
    assert (code, answer.keys()) == (0, {"verdict", "closed", "checks"})
    assert all(one.keys() == {"check", "district", "verdict", "found", "do"} for one in answer["checks"])

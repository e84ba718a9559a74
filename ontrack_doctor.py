"""`ontrack doctor`: what an operator is asked, put together from what each package finds about itself."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from features.file_modes import check_modes
from features.health import HealthCheck, Verdict, run_check
from features.settings import District, Settings
from features.snapshots.coverage import check_coverage
from features.warehouse.health import check_clock, check_warehouse
from models.health import check_keys, check_releases
from serving.access.health import check_access_log
from serving.store.health import check_database, check_scores
from serving.worker.health import check_backlog, check_nights, check_worker

LIBRARIES = (
    "duckdb",
    "ibis-framework",
    "pandas",
    "lightgbm",
    "scikit-learn",
    "mlflow",
    "sqlalchemy",
    "fastapi",
    "dbos",
)
ROOM = 2 << 30
"""Bytes that should be free besides those that a load's copy of the largest warehouse takes."""
BROWSERS = ("chromium", "google-chrome")
SIGNS: dict[Verdict, str] = {"ok": "ok", "look": "look", "wrong": "WRONG"}


def examine(settings: Settings, now: datetime) -> list[HealthCheck]:
    """Every finding: the installation's, then each district's. Nothing is changed, and no key is made."""
    home = settings.home
    found = [*run_check("versions", check_versions), *run_check("home", partial(check_home, home))]
    if home.exists():
        found += run_check("modes", partial(check_modes, home))
    found += run_check("disk", partial(check_disk, settings))
    found += run_check("keys", partial(check_keys, home))
    found += run_check("database", partial(check_database, settings))
    found += run_check("worker", partial(check_worker, settings, now))
    found += run_check("chromium", check_chromium)
    if not settings.districts:
        found.append(HealthCheck("settings", "look", "no district in ontrack.toml", "start from config/ontrack.toml"))
    return [*found, *(one for district in settings.districts for one in examine_district(settings, district, now))]


def examine_district(settings: Settings, district: District, now: datetime) -> list[HealthCheck]:
    """Every finding about a district."""
    return [
        *run_check("clock", partial(check_clock, settings, district, now), district.id),
        *run_check("warehouse", partial(check_warehouse, settings, district, now), district.id),
        *run_check("coverage", partial(check_coverage, settings, district, now), district.id),
        *run_check("serves", partial(check_releases, settings, district.id), district.id),
        *run_check("scores", partial(check_scores, settings, district), district.id),
        *run_check("nights", partial(check_nights, settings, district), district.id),
        *run_check("programs", partial(check_backlog, settings, district, now), district.id),
        *run_check("access log", partial(check_access_log, settings, district), district.id),
    ]


def check_versions() -> Iterator[HealthCheck]:
    """The versions of OnTrack, Python and the libraries that results rest on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    python = ".".join(map(str, sys.version_info[:3]))
    held = sys.version_info >= (3, 11)
    said = f"OnTrack {version('ontrack')}, Python {python}, {libraries}"
    yield HealthCheck("versions", "ok" if held else "wrong", said, "" if held else "install Python 3.11 or newer")


def check_home(home: Path) -> Iterator[HealthCheck]:
    """Whether the home folder is there and can be written."""
    if not home.exists():
        yield HealthCheck("home", "look", f"{home.absolute()} is not there yet", "the first command makes it")
    elif not (home.is_dir() and os.access(home, os.W_OK | os.X_OK)):
        yield HealthCheck("home", "wrong", f"{home.absolute()} cannot be written", "give it to this account")
    else:
        yield HealthCheck("home", "ok", f"{home.absolute()} can be written")


def check_disk(settings: Settings) -> Iterator[HealthCheck]:
    """Whether a load finds room for its copy of the largest warehouse."""
    home = settings.home.absolute()
    free = shutil.disk_usage(next(folder for folder in (home, *home.parents) if folder.exists())).free
    paths = [settings.warehouse(district.id) for district in settings.districts]
    largest = max((path.stat().st_size for path in paths if path.exists()), default=0)
    said = f"{free / (1 << 30):,.1f} GB free; the largest warehouse has {largest / (1 << 30):,.1f} GB"
    verdict: Verdict = "ok" if free > largest + ROOM else "look" if free > largest else "wrong"
    yield HealthCheck("disk", verdict, said, "" if verdict == "ok" else "free some space: a load works on a copy")


def check_chromium() -> Iterator[HealthCheck]:
    """Whether there is a browser for tests; nothing else needs one."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    yield HealthCheck("chromium", "ok", found or "none; only browser tests need it (Debian: apt-get install chromium)")


def worst_of(found: Sequence[HealthCheck]) -> Verdict:
    """The worst verdict."""
    verdicts = {one.verdict for one in found}
    return "wrong" if "wrong" in verdicts else "look" if "look" in verdicts else "ok"


def as_lines(found: Sequence[HealthCheck]) -> list[str]:
    """A line for each finding, and below it what to do."""
    lines: list[str] = []
    for one in found:
        place = f"{one.district} {one.check}" if one.district else one.check
        lines.append(f"{SIGNS[one.verdict]:<6}{place:<22}{one.found}")
        if one.do:
            lines.append(f"{'':<28}→ {one.do}")
    return lines

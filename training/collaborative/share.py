"""Shares a district's figures: one signed file for each outcome and school year, made once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from features.definitions.served_outcomes import Served
from features.settings import Settings
from features.warehouse.file import open_warehouse
from models.bundle.bundle import open_bundle
from models.bundle.manifest import BundleRefused
from models.bundle.signing import PUBLIC, KeysRefused, ensure_keys, load_public_key
from models.collaborative.shared_figures import Evidence, SharedFigures
from models.collaborative.shared_file import file_name, fingerprint, read_shared, write_shared
from models.releases import ReleaseKey
from models.trained_bundles import latest_trained
from training.collaborative.figures import shared_figures


@dataclass(frozen=True)
class SharedFile:
    """A file that was shared, and whether it was there already; the district's public key and its fingerprint."""

    path: Path
    figures: SharedFigures
    was_there: bool
    public_key: Path
    fingerprint: str


def keys_folder(settings: Settings, district_id: str) -> Path:
    """Where the keys are with which a district signs what it shares: its own, also where one place serves several."""
    return settings.home / "keys" / "districts" / district_id


def share_figures(settings: Settings, district_id: str, served: Served, today: date) -> SharedFile:
    """The district's file of an outcome's latest finished year.

    A year is shared once. The difference of two files of one year tells of single students, so a file that is there is
    given again and not made anew.
    """
    district, folder = settings.district(district_id), keys_folder(settings, district_id)
    keys = ensure_keys(folder)
    evidence = evidence_of(settings, ReleaseKey(district_id, served.outcome.name, served.outcome.grade_band))
    with open_warehouse(settings.warehouse(district_id)) as reader:
        figures = shared_figures(reader, served.settings, district, served.outcome, today, evidence=evidence)
    path = settings.home / "shared" / file_name(figures)
    was_there = path.exists()
    if was_there:
        figures = read_shared(path, {district_id: keys.public_key}, least=2)
    else:
        write_shared(path, figures, keys)
    return SharedFile(path, figures, was_there, folder / PUBLIC, fingerprint(keys.public_key))


def evidence_of(settings: Settings, key: ReleaseKey) -> Evidence | None:
    """What the gate of the latest training run saw; None where no model could be compared, or no run is at hand."""
    path = latest_trained(settings.home, key)
    if path is None:
        return None
    try:
        bundle = open_bundle(path, load_public_key(settings.home / "keys"))
        return compared_evidence(bundle.metrics)
    except (BundleRefused, KeysRefused):
        return None


def compared_evidence(metrics: Mapping[str, object]) -> Evidence | None:
    """The lead over the rule to beat that a bundle's metrics tell of; None where they tell of none."""
    try:
        compared = TypeAdapter(dict[str, object]).validate_python(metrics.get("compared"))
        recall = TypeAdapter(dict[str, dict[str, float]]).validate_python(compared["recall"])
        lead, years = recall["rule"], TypeAdapter(list[int]).validate_python(compared["years"])
        students = TypeAdapter(int).validate_python(compared["students_a_year"]) * len(years)
        off_track = TypeAdapter(int).validate_python(compared["off_track"])
    except (ValidationError, KeyError):
        return None
    verdict = str(metrics.get("verdict"))
    return Evidence(verdict, students // 10 * 10, off_track // 10 * 10, lead["estimate"], lead["low"], lead["high"])

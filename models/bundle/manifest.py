"""What a bundle is signed over: the files of its folder, their digests, and the names in the manifest."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from features.errors import Refused
from models.bundle.canonical_json import sha256_of
from models.bundle.signing import KeysRefused, verify

ALL_YEAR, BY_PART = 2, 3
"""The formats of a bundle: one scorer all year, or what serves by part of the year, which older versions refuse."""
MANIFEST, SIGNATURE, PROVENANCE, PARTS = "manifest.json", "model.sig", "provenance.json", "parts.json"
SCORER_FILES = {"model": {"model.txt", "calibrator.json"}, "rule": {"rule.json"}}
COMMON_FILES = {"features.json", "metrics.json", "card.md", "golden.json"}
MOST_BYTES = 64 << 20
Kind = Literal["model", "rule"]


class BundleRefused(Refused):
    """A bundle that is not what was signed, or does not answer as it did. Exit code 5."""

    exit_code = 5


@dataclass(frozen=True)
class Manifest:
    """What was signed: the bundle's names, and the sha256 and size of every file."""

    format: int
    kind: Kind
    name: str
    grade_band: str
    feature_set: str
    files: dict[str, tuple[str, int]]


def folder_name(digest: str) -> str:
    """The folder of the bundle with that digest."""
    return digest[:16]


def outcome_of_bundle(path: Path) -> str:
    """The outcome that a bundle's manifest names, before anything of it is verified; empty where it names none."""
    try:
        return str(json.loads((path / MANIFEST).read_bytes())["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def read_files(path: Path) -> dict[str, bytes]:
    """Every file of a bundle's folder; BundleRefused where there is something else, or a part is missing."""
    if path.is_symlink() or not path.is_dir():
        raise BundleRefused(f"{path}: no such folder; a bundle is a folder that `ontrack train` writes")
    entries = sorted(path.iterdir())
    for entry in entries:
        if entry.is_symlink() or not entry.is_file():
            raise BundleRefused(f"{entry}: expected a plain file; copy the bundle again from where it was made")
        if entry.stat().st_size > MOST_BYTES:
            raise BundleRefused(
                f"{entry}: larger than {MOST_BYTES} bytes; copy the bundle again from where it was made"
            )
    files = {entry.name: entry.read_bytes() for entry in entries}
    for name in (MANIFEST, SIGNATURE, PROVENANCE):
        if name not in files:
            raise BundleRefused(f"{path / name}: missing; copy the bundle again from where it was made")
    return files


def check_signature(path: Path, files: Mapping[str, bytes], public_key: EllipticCurvePublicKey) -> None:
    """Raise BundleRefused unless the key's holder signed exactly these files."""
    signed = {name: content for name, content in files.items() if name != SIGNATURE}
    try:
        verify(signed, files[SIGNATURE], public_key)
    except KeysRefused as error:
        raise BundleRefused(f"{path}: {SIGNATURE}: {error}") from None


def check_manifest(path: Path, files: Mapping[str, bytes], manifest: Manifest) -> None:
    """Raise BundleRefused unless the folder holds what the manifest lists, byte for byte, and nothing else."""
    if manifest.format not in (ALL_YEAR, BY_PART):
        raise BundleRefused(
            f"{path / MANIFEST}: format {manifest.format}; this version reads {ALL_YEAR} and {BY_PART}: train again"
        )
    if (manifest.format == BY_PART) != (PARTS in manifest.files):
        raise BundleRefused(f"{path / PARTS}: not as format {manifest.format} has it; train again")
    needed = COMMON_FILES | SCORER_FILES[manifest.kind]
    present = set(files) - {MANIFEST, SIGNATURE, PROVENANCE}
    for name in sorted(present ^ set(manifest.files) | needed - present):
        state = "missing" if name not in present else "not listed in the manifest"
        raise BundleRefused(f"{path / name}: {state}; copy the bundle again from where it was made")
    for name, (digest, size) in manifest.files.items():
        if len(files[name]) != size or sha256_of(files[name]) != digest:
            raise BundleRefused(f"{path / name}: not what was signed; copy the bundle again from where it was made")


@contextmanager
def refuse_damaged(file: Path) -> Iterator[None]:
    """Turns an error of reading a content into a refusal that names its file."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise BundleRefused(f"{file}: damaged before it was signed: {error}; train again") from None

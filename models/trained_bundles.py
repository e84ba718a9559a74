"""The latest bundle of each outcome that training left to be promoted: the model after a pass, else the rule."""

from pathlib import Path

from features.atomic_files import replace_through
from models.bundle.manifest import folder_name
from models.releases import ReleaseKey


def trained_note(home: Path, key: ReleaseKey) -> Path:
    """Where the name of the latest trained bundle's folder is kept."""
    return home / "trained" / key.district_id / key.outcome / f"{key.grade_band}.txt"


def note_trained(home: Path, key: ReleaseKey, digest: str) -> None:
    """Notes the bundle that a training run left to be promoted."""
    note = trained_note(home, key)
    note.parent.mkdir(parents=True, exist_ok=True)
    replace_through(note, folder_name(digest).encode())


def latest_trained(home: Path, key: ReleaseKey) -> Path | None:
    """The folder of the latest trained bundle; None before the first."""
    note = trained_note(home, key)
    return home / "bundles" / note.read_text(encoding="utf-8") if note.exists() else None

"""Writes the collaborative's report from verified files."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from features.atomic_files import replace_through
from features.definitions.catalog import outcomes_of
from features.errors import SettingsRefused
from features.settings import Settings
from models.collaborative.files import read_files
from training.collaborative.report import render_collaborative


def write_report(
    settings: Settings, paths: Sequence[Path], today: date, *, own: str = "", out: Path | None = None
) -> tuple[Path, int]:
    """Where the report is, and of how many districts; SharedFileRefused for a file that cannot be taken."""
    files = read_files(settings, paths)
    if own and own not in [one.district_id for one in files]:
        raise SettingsRefused(f"--for {own}: no file is of that district; its own file has to be among them")
    outcomes, name = outcomes_of(settings), files[0].outcome
    page = render_collaborative(
        files,
        office=settings.collaborative.name,
        about=outcomes[name].about if name in outcomes else name,
        names={one.id: one.name for one in settings.collaborative.members},
        made_on=today,
        own=own,
    )
    path = out or settings.home / "reports" / f"collaborative-{name}-{files[0].school_year}{own and f'-{own}'}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_through(path, page.encode())
    return path, len(files)

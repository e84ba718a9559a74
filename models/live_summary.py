"""What monitoring found of an outcome, kept in a file for pages to read: figures of groups are suppressed before."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from features.atomic_files import replace_through
from features.settings import Settings


@dataclass(frozen=True)
class LiveFigure:
    """A figure with its interval; `low` and `high` are the figure itself where it has none."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class LiveCheck:
    """A check of monitoring: its figure beside the threshold that it is held against, and a sentence in English."""

    code: str
    title: str
    verdict: str
    says: str
    figure: LiveFigure | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class HelpByGroup:
    """Of the students of a group who were first listed, the share acted on in time; None over too few."""

    attribute: str
    group: str
    share: LiveFigure | None


@dataclass(frozen=True)
class LiveSummary:
    """The last look at an outcome's lists; `help` is of the school year `help_year`, within `help_days` days."""

    on: date
    release_id: str
    verdict: str
    checks: tuple[LiveCheck, ...]
    help_days: int
    help_year: int | None = None
    help: tuple[HelpByGroup, ...] = ()


SUMMARY = TypeAdapter(LiveSummary)


def summary_path(settings: Settings, district_id: str, outcome: str) -> Path:
    """Where the summary of an outcome is."""
    return settings.home / "reports" / f"{district_id}-{outcome}-monitor.json"


def write_summary(path: Path, summary: LiveSummary) -> None:
    """Puts a summary in place of the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_through(path, SUMMARY.dump_json(summary))


def read_summary(path: Path) -> LiveSummary | None:
    """The summary in a file; None where there is none that this version reads."""
    try:
        return SUMMARY.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None

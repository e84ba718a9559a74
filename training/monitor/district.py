"""Monitors a district and writes the report."""

from datetime import date
from pathlib import Path

from features.atomic_files import replace_through
from features.settings import Settings
from training.monitor.inputs import read_inputs
from training.monitor.report import render_monitor
from training.monitor.run import MonitorResult, run_monitor


def monitor_district(
    settings: Settings, district_id: str, on: date, out: Path | None = None
) -> tuple[MonitorResult, Path]:
    """What monitoring found as known on a day, and its report: a file of `home/reports` where none is named."""
    watched = read_inputs(settings, district_id, on)
    found = run_monitor(watched)
    report = out or settings.home / "reports" / f"{district_id}-{found.outcome}-monitor-{on}.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    says, _, _ = watched.outcome.says.partition(":")
    page = render_monitor(found, district=watched.district.name, outcome=says)
    replace_through(report, page.encode())
    return found, report

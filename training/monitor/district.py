"""Monitors a district and writes the report, and a summary for pages."""

from datetime import date
from math import isfinite
from pathlib import Path

from features.atomic_files import replace_through
from features.settings import Settings
from models.live_summary import HelpByGroup, LiveCheck, LiveFigure, LiveSummary, summary_path, write_summary
from training.monitor.checks import MonitorCheck
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
    write_summary(summary_path(settings, district_id, found.outcome), summary_of(found, settings.monitor.acted_days))
    return found, report


def summary_of(found: MonitorResult, acted_days: int) -> LiveSummary:
    """What pages show of a monitoring run."""
    audit = found.live_audit
    return LiveSummary(
        on=found.on,
        release_id=found.release_id,
        verdict=found.verdict,
        checks=tuple(
            LiveCheck(one.code, one.title, one.verdict, one.says, figure_of(one), one.threshold) for one in found.checks
        ),
        help_days=acted_days,
        help_year=audit.school_year if audit else None,
        help=tuple(
            HelpByGroup(attribute, group, LiveFigure(share.estimate, share.low, share.high) if share else None)
            for attribute, shares in (audit.acted.shares.items() if audit else ())
            for group, share in shares.items()
        ),
    )


def figure_of(check: MonitorCheck) -> LiveFigure | None:
    """The figure of a check; None where it has none."""
    if check.figure is None or not isfinite(check.figure):
        return None
    found = check.interval
    return LiveFigure(check.figure, found.low if found else check.figure, found.high if found else check.figure)

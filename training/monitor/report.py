"""The monitoring report: one page that fetches and runs nothing and holds no student."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.fairness.audit import GroupTable
from models.fairness.group_metrics import GroupFigures
from models.metrics.intervals import Interval
from presentation.charts.line_chart import LineSeries, reliability_chart
from presentation.charts.marks import Chart
from presentation.numbers import capitalized, long_date, of_100, school_year, share_interval
from presentation.report import Report, ReportSection, prose_section, render
from presentation.tables import CheckLine, DataTable, RowGroup, TableRow, grouped_table, plain_table
from training.audit.checks import VERDICT_WORDS as AUDIT_WORDS
from training.audit.group_names import title_of
from training.monitor.checks import CODES, VERDICT_WORDS, MonitorCheck
from training.monitor.drift import Drift
from training.monitor.hit_rates import hit_rate, hits_chart
from training.monitor.list_checks import ONLY_LISTED
from training.monitor.live_audit import LiveAudit
from training.monitor.run import MonitorResult
from training.report.sections import TEMPLATES

SIGNS = {"ok": "✓", "breach": "✕", "not_enough_evidence": "?"}
STYLES = {"ok": "pass", "breach": "fail", "not_enough_evidence": "not_enough_evidence"}
"""The class of a verdict in the stylesheet, as in a training report."""
HEAD = (
    "Group",
    "Students",
    "Off track, of 100",
    "Ever listed, of 100",
    "Flags right, of 100 listed",
    "Never listed, of 100 off track",
    "Listed, of 100 on track",
    "Weeks of lead",
    "Acted on, of 100 listed",
)
SERVES = {"model": "a model", "rule": "the published rule"}
WORST = 10
"""How many features the report shows."""


@dataclass(frozen=True)
class MonitorVerdictView:
    """What is in breach and what to do, and the checks for which there is not enough evidence."""

    first: str
    proven: bool
    breaches: tuple[str, ...]
    open: str


@dataclass(frozen=True)
class LiveCalibrationView:
    """The chart of reliability of first flags, what it shows, and the table behind it."""

    chart: Chart
    caption: str
    table: DataTable


@dataclass(frozen=True)
class LiveGroupsView:
    """The figures of the finished year's lists by group, as a chart with the table behind it."""

    says: str
    chart: Chart
    table: DataTable
    small_print: str


def render_monitor(found: MonitorResult, *, district: str, outcome: str) -> str:
    """The report as one HTML document; `district` and `outcome` are what people call them."""
    title = f"Monitoring: {outcome}"
    report = Report(
        title=f"{title}, {district}, {found.on}",
        heading=title,
        about=f"{district} · as known on {long_date(found.on)} · {release_words(found)}",
        opening=[verdict_section(found)],
        sections=[one for one in sections_of(found) if one],
    )
    return render(report, TEMPLATES)


def release_words(found: MonitorResult) -> str:
    """The release, and what serves by it."""
    return f"release {found.release_id}: {SERVES[found.scorer]} serves"


def sections_of(found: MonitorResult) -> Iterator[ReportSection | None]:
    """What follows the verdict; None for a section that has nothing to say."""
    yield ReportSection("Live beside promised", "monitor/checks.html", tuple(map(check_line, found.checks)))
    if found.live_audit:
        yield calibration_section(found, found.live_audit)
        yield groups_section(found, found.live_audit)
        yield audit_section(found.live_audit)
    yield drift_section(found.drifts)
    questions = tuple((code, f"{one.asks} On a breach: {one.do}") for code, one in CODES.items())
    yield ReportSection("What the checks ask", "report/check_questions.html", questions)


def verdict_section(found: MonitorResult) -> ReportSection:
    """How many checks are in breach, and what to do about each."""
    breaches = [check for check in found.checks if check.verdict == "breach"]
    open_ones = [check.title for check in found.checks if check.verdict == "not_enough_evidence"]
    some = f"{len(breaches)} of {len(found.checks)} checks {'is' if len(breaches) == 1 else 'are'} in breach."
    view = MonitorVerdictView(
        some if breaches else "No check is in breach.",
        not breaches,
        tuple(f"{capitalized(check.title)}? {check.says} To do: {check.do}" for check in breaches),
        f"Not enough evidence to say: {'; '.join(open_ones)}." if open_ones else "",
    )
    return ReportSection("", "monitor/verdict.html", view)


def check_line(check: MonitorCheck) -> CheckLine:
    """One check, with a link to what it asks."""
    words, style = capitalized(VERDICT_WORDS[check.verdict]), STYLES[check.verdict]
    return CheckLine(SIGNS[check.verdict], words, style, check.code, capitalized(check.title), check.says)


def calibration_section(found: MonitorResult, live: LiveAudit) -> ReportSection | None:
    """The reliability of the risks of first flags; None where too few were listed."""
    bins = found.calibration
    if not bins:
        return None
    kind = "model" if found.scorer == "model" else "rule"
    chart = reliability_chart([LineSeries(kind, "those listed", [(one.mean_risk, one.share) for one in bins])])
    head = ("Risk given, of 100", "Students", "Ended off track, of 100")
    rows = [(of_100(one.mean_risk), f"{one.n:,}", of_100(one.share)) for one in bins]
    caption = f"Those listed in {school_year(live.school_year)}. {ONLY_LISTED}"
    view = LiveCalibrationView(chart, caption, plain_table("By risk of the first flag", head, rows))
    return ReportSection("Did risks mean what they said?", "monitor/calibration.html", view)


def groups_section(found: MonitorResult, live: LiveAudit) -> ReportSection:
    """The figures of the finished year's lists by group."""
    alone = [one for one in live.audit.tables if not one.crossed]
    title, says = f"Group by group, {school_year(live.school_year)}", live_lists_sentence(live)
    if not any(one.groups for one in alone):
        return prose_section(title, says, "No group is large enough to be told apart.")
    groups = [group_rows(one, live.acted.shares.get(one.of, {})) for one in alone]
    table = grouped_table("The live lists, group by group", HEAD, groups)
    least = live.audit.least
    small_print = (
        f"A group is shown by itself where at least {least} of its students ended off track and as many on "
        f"track; others are counted together. Not enough: a figure over fewer than {least} students. In "
        "brackets: 95% intervals."
    )
    view = LiveGroupsView(says, hits_chart(alone, found.promised_hits), table, small_print)
    return ReportSection(title, "monitor/live_groups.html", view)


def live_lists_sentence(live: LiveAudit) -> str:
    """Of how many students the live figures are."""
    audit = live.audit
    return (
        f"The lists that were made in {school_year(live.school_year)}, of {audit.n:,} students of whom it is told how "
        f"they ended (of {live.unsaid:,} more it is not): {audit.listed:,} were ever listed, {audit.off_track:,} ended "
        "off track. Not the held-out lists of the training report: what counselors really had before them."
    )


def group_rows(one: GroupTable, acted: Mapping[str, Interval | None]) -> RowGroup:
    """One attribute with its groups."""
    title = capitalized(title_of(one.of))
    if not one.groups:
        return RowGroup((), title, "too small to be told apart")
    return RowGroup(tuple(cells_of(group, acted.get(group.name)) for group in one.groups), title)


def cells_of(group: GroupFigures, acted: Interval | None) -> TableRow:
    """One group as cells."""
    figures, found = group.figures, group.figures.get("recall")
    missed = None if found is None else Interval(1 - found.estimate, 1 - found.high, 1 - found.low)
    lead = figures.get("lead_weeks")
    return (
        group.name,
        f"{group.n:,}",
        share_interval(figures.get("share_off_track")),
        share_interval(figures.get("selection_rate")),
        share_interval(hit_rate(group)),
        share_interval(missed),
        share_interval(figures.get("false_positive_rate")),
        f"{lead.estimate:.0f}" if lead else "not enough",
        share_interval(acted),
    )


def audit_section(live: LiveAudit) -> ReportSection:
    """The checks of the training audit, asked of the lists that were made."""
    lines = tuple((check.code, f"{capitalized(AUDIT_WORDS[check.verdict])}. {check.says}") for check in live.checks)
    return ReportSection("The audit, asked of live lists", "monitor/live_audit.html", lines)


def drift_section(drifts: Sequence[Drift]) -> ReportSection | None:
    """The features that drifted most; None where none could be compared."""
    if not drifts:
        return None
    head = ("Feature", "Stability index", "Missing now, of 100", "More than then")
    rows = [
        (
            one.name,
            "–" if one.index is None else f"{one.index:.2f}",
            of_100(one.missing),
            f"{one.more_missing * 100:+.0f}",
        )
        for one in drifts[:WORST]
    ]
    says = "Beside the year on which the scorer was judged. Below 0.10 nothing has moved; above 0.25 much has."
    return prose_section(
        "Are the records as they were?", says, tables=[plain_table("Features that stand out most", head, rows)]
    )

"""The audit in a report: checks, figures by group, sources of a gap, and what thresholds by group would change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.fairness.audit import GroupTable, ListAudit
from models.fairness.group_metrics import GroupComparison, GroupFigures
from models.metrics.intervals import Interval
from presentation.charts.marks import Chart
from presentation.numbers import capacity_of_100, capitalized, of_100, people_interval, signed_of_100
from presentation.report import Prose, ReportSection, prose_section
from presentation.tables import CheckLine, DataTable, RowGroup, TableRow, grouped_table, plain_table
from training.audit.checks import CODES, VERDICT_WORDS, AuditCheck, is_beyond_chance
from training.audit.group_names import people, title_of
from training.audit.run import RULE, AuditResult
from training.report.group_charts import RateChart, differences, gap_chart, gap_table, rate_charts

SIGNS = {"pass": "✓", "warn": "!", "fail": "✕", "not_applicable": "–", "not_enough_evidence": "?"}
SHOWN = {
    "share_off_track": "Off track, of 100",
    "selection_rate": "Listed, of 100",
    "recall": "Found, of 100 off track",
    "false_positive_rate": "Listed, of 100 on track",
    "false_discovery_rate": "Wrong flags, of 100 listed",
    "calibration_gap": "Beyond the risks, of 100",
}
HEAD = ("Group", "Students", *SHOWN.values(), "ROC AUC", "Weeks of lead", "Found, beside the reference")
CANNOT = (
    "A gap has several sources, and records alone cannot part them. What can be told: how many ended off track in each "
    "group; whether the rule has the same gap; whether it goes when one kind of records is left out; whether more "
    "incidents are on record for students alike in everything else; whether records are missing. What cannot: whether "
    "more of the same behavior happened or more was written down, and whether the end itself was marked alike."
)


@dataclass(frozen=True)
class AuditChecksView:
    """The audit's checks, and the chart of recall by group; None where no group may be compared."""

    says: str
    checks: tuple[CheckLine, ...]
    chart: Chart | None
    table: DataTable


@dataclass(frozen=True)
class AuditGroupsView:
    """The figures of every group, what is not shown and why, and recall by the length of the list."""

    table: DataTable
    small_print: str
    curves: tuple[RateChart, ...]


def audit_sections(audited: AuditResult) -> Iterator[ReportSection | None]:
    """Every section of an audit; None for one that has nothing to show."""
    yield from list_sections(audited.model, audited.checks)
    yield gap_sources_section(audited)
    yield group_thresholds_section(audited)
    yield check_questions_section(audited.checks)


def list_sections(audit: ListAudit, checks: Sequence[AuditCheck]) -> tuple[ReportSection, ...]:
    """The sections on one list: its checks, its groups and its pairs of groups."""
    return checks_section(audit, checks), groups_section(audit), pairs_section(audit)


def checks_section(audit: ListAudit, checks: Sequence[AuditCheck]) -> ReportSection:
    """The audit's checks, and the chart of recall by group."""
    says = (
        "Protected attributes are used here, to check, and never to give a risk. Each student counts once, on the "
        f"first scoring date, where {capacity_of_100(audit.capacity)} of 100 are listed. In a district where groups do "
        "not differ, at most 5 of 100 audits name a difference."
    )
    rows = differences([one for one in audit.tables if not one.crossed], "recall")
    chart = gap_chart(rows) if rows else None
    view = AuditChecksView(says, tuple(map(check_line, checks)), chart, gap_table(rows))
    return ReportSection("Is it as good for every group?", "report/audit_checks.html", view)


def check_line(check: AuditCheck) -> CheckLine:
    """One check, with a link to what it asks."""
    style = {"warn": "not_enough_evidence", "not_applicable": "pass"}.get(check.verdict, check.verdict)
    words = capitalized(VERDICT_WORDS[check.verdict])
    return CheckLine(SIGNS[check.verdict], words, style, check.code, capitalized(check.title), check.says)


def groups_section(audit: ListAudit) -> ReportSection:
    """The figures of every group, and recall by the length of the list."""
    alone = [one for one in audit.tables if not one.crossed]
    if not alone:
        return prose_section("Groups", "No groups are on record: whether it serves some worse is not known.")
    table = grouped_table("The list, group by group", HEAD, map(group_rows, alone))
    curves = rate_charts(audit, alone, "recall", "found, of 100 who ended off track")
    view = AuditGroupsView(table, small_print(audit), curves)
    return ReportSection("Group by group", "report/audit_groups.html", view)


def small_print(audit: ListAudit) -> str:
    """Which groups and figures are not shown, and why."""
    return (
        f"A group is shown by itself where at least {audit.least} of its students ended off track and as many on "
        "track; others are counted together, so that nobody can work them out from the totals. Not enough: a figure "
        f"over fewer than {audit.least} students. The reference is the largest group of each kind. Beyond the risks: "
        "how many more ended off track than the risks said. In brackets: 95% intervals."
    )


def group_rows(one: GroupTable) -> RowGroup:
    """The rows of one attribute."""
    title = capitalized(title_of(one.of))
    if not one.groups:
        return RowGroup((), title, f"too small to be told apart: {', '.join(one.untold)}")
    return RowGroup(tuple(group_cells(one, group) for group in one.groups), title)


def group_cells(one: GroupTable, group: GroupFigures) -> TableRow:
    """The cells of one group."""
    rates = [rate_cell(group.figures.get(name), name) for name in SHOWN]
    auc, lead = group.figures.get("roc_auc"), group.figures.get("lead_weeks")
    technical = [f"{auc.estimate:.3f}" if auc else "not enough", f"{lead.estimate:.0f}" if lead else "not enough"]
    gap = "reference" if group.name == one.reference else gap_cell(group.against.get("recall"))
    return (group.name, f"{group.n:,}", *rates, *technical, gap)


def rate_cell(one: Interval | None, name: str) -> str:
    """A rate of 100, signed where it is a difference; `not enough` where too few students stand behind it."""
    if one is None:
        return "not enough"
    return signed_of_100(one.estimate) if name == "calibration_gap" else of_100(one.estimate)


def gap_cell(one: GroupComparison | None) -> str:
    """A difference with its interval."""
    return people_interval(one.difference) if one else "not enough"


def pairs_section(audit: ListAudit) -> ReportSection:
    """The figures of groups of two attributes crossed."""
    title, pairs = "Where two groups meet", [one for one in audit.tables if one.crossed and one.groups]
    if not pairs:
        says = "No groups where two attributes meet are large enough to be told without telling of a small one."
        return ReportSection(title, "prose.html", Prose(small_print=says))
    head = ("Group", "Students", *(SHOWN[name] for name in PAIRED), HEAD[-1])
    groups = [
        RowGroup(tuple(pair_cells(one, group) for group in one.groups), capitalized(title_of(one.of))) for one in pairs
    ]
    return prose_section(title, tables=[grouped_table("Pairs of groups", head, groups)])


PAIRED = ("share_off_track", "selection_rate", "recall", "false_positive_rate", "false_discovery_rate")


def pair_cells(one: GroupTable, group: GroupFigures) -> TableRow:
    """The cells of one pair of groups."""
    rates = [rate_cell(group.figures.get(name), name) for name in PAIRED]
    gap = "reference" if group.name == one.reference else gap_cell(group.against.get("recall"))
    return (group.name, f"{group.n:,}", *rates, gap)


def gap_sources_section(audited: AuditResult) -> ReportSection:
    """Each gap in recall beside those of other lists, and what the records say of the group."""
    found = groups_with_gaps(audited.model)
    if not found:
        says = "No group is found less often than the largest one beyond chance."
        return prose_section("Why is there a gap?", says)
    lists = [f"Without {name}" if name != RULE else "By the published rule, as many listed" for name in audited.others]
    sources = ("This model", *lists, "Off track, more of 100", "Incidents on record", "Values missing, more of 100")
    columns = [gap_sources(audited, one, group) for one, group in found]
    head = (
        "Found, of 100 off track, beside the largest group",
        *(capitalized(people(one.of, g.name)) for one, g in found),
    )
    caption = "Each gap by other lists, and what records say of the group"
    table = plain_table(caption, head, zip(sources, *columns, strict=True))
    return prose_section("Why is there a gap?", CANNOT, tables=[table])


def groups_with_gaps(audit: ListAudit) -> list[tuple[GroupTable, GroupFigures]]:
    """The groups whose difference in recall to the reference is beyond chance."""
    found = [(one, group) for one in audit.tables if not one.crossed for group in one.groups]
    return [
        (one, group) for one, group in found if "recall" in group.against and is_beyond_chance(group.against["recall"])
    ]


def gap_sources(audited: AuditResult, one: GroupTable, group: GroupFigures) -> list[str]:
    """One group's gap in recall by each list, and what the records say of it."""
    lists = [gap_on_list(audit, one.of, group.name) for audit in audited.others.values()]
    more = group.against.get("share_off_track")
    incidents = [r for r in audited.incidents if (r.of, r.group) == (one.of, group.name)]
    lacking = [m.share - m.beside for m in audited.lacking if (m.of, m.group) == (one.of, group.name)]
    return [
        gap_cell(group.against.get("recall")),
        *lists,
        signed_of_100(more.difference.estimate) if more else "not enough",
        f"{incidents[0].ratio.estimate:.1f} times ({incidents[0].ratio.low:.1f} to {incidents[0].ratio.high:.1f})"
        if incidents
        else "not enough",
        signed_of_100(max(lacking)) if lacking else "none",
    ]


def gap_on_list(audit: ListAudit, of: str, name: str) -> str:
    """A group's gap in recall on another list."""
    found = audit.table(of)
    group = next((group for group in found.groups if group.name == name), None) if found else None
    return gap_cell(group.against.get("recall")) if group else "not enough"


def group_thresholds_section(audited: AuditResult) -> ReportSection | None:
    """What a threshold of its own for each group would change; None where recall is alike."""
    if not audited.cuts:
        return None
    says = (
        "What would change if each group had its own cut, set so that each is found about as often, with as many "
        "students listed in all. It is shown so that a board can see the price, seen afterwards; it is not used, and "
        "would need a policy decision with a name under it."
    )
    head = (
        "Group",
        "Listed of 100, now",
        "then",
        "Found of 100 off track, now",
        "then",
        "Wrong flags of 100 listed, now",
        "then",
    )
    tables = [
        plain_table(f"By {title_of(of)}", head, [threshold_cells(group, after.tables[0]) for group in before.groups])
        for of, after in audited.cuts.items()
        if (before := audited.model.table(of))
    ]
    return prose_section("What group cuts would change", says, tables=tables)


def threshold_cells(group: GroupFigures, after: GroupTable) -> list[str]:
    """One group's figures with the common threshold and with its own."""
    then = after.group(group.name).figures
    names = ("selection_rate", "recall", "false_discovery_rate")
    return [group.name, *(rate_cell(figures.get(name), name) for name in names for figures in (group.figures, then))]


def check_questions_section(checks: Sequence[AuditCheck]) -> ReportSection:
    """What each check asks, by code."""
    questions = {check.code: CODES[check.code] for check in checks}
    return ReportSection("What the audit’s checks ask", "report/check_questions.html", tuple(questions.items()))

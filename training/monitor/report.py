"""The report of monitoring: one page that fetches and runs nothing and holds no student, for whoever answers for it."""

from collections.abc import Mapping, Sequence

from models.fairness.audit import GroupTable
from models.fairness.group_metrics import GroupFigures
from models.metrics.intervals import Interval
from presentation.numbers import capitalized, long_date, of_100, school_year, share_interval
from training.audit.checks import VERDICT_WORDS as AUDIT_WORDS
from training.audit.group_names import title_of
from training.monitor.charts import hit_rate, hits_chart
from training.monitor.checks import CODES, VERDICT_WORDS, MonitorCheck
from training.monitor.drift import Drift
from training.monitor.list_checks import ONLY_LISTED
from training.monitor.live_audit import LiveAudit
from training.monitor.run import MonitorResult
from training.report.charts import Series, reliability_chart
from training.report.html import (
    Html,
    bullets,
    element,
    figure,
    framed,
    head_of,
    joined,
    page,
    paragraph,
    row_of,
    section,
    table,
)

SIGNS = {"ok": "✓", "breach": "✕", "not_enough_evidence": "?"}
STYLES = {"ok": "pass", "breach": "fail", "not_enough_evidence": "not_enough_evidence"}
"""Rows are drawn like those of a training report."""
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
WORST = 10
"""Features that the report shows."""


def render_monitor(found: MonitorResult, *, district: str, outcome: str) -> str:
    """The report as one HTML document; `district` and `outcome` are what people call them."""
    title = f"Monitoring: {outcome}"
    about = f"{district} · as known on {long_date(found.on)} · release {found.release_id}"
    header = element("header", element("h1", title), paragraph(about, class_="soft"))
    live = [groups_part(found, found.live_audit), audit_part(found.live_audit)] if found.live_audit else []
    parts = (verdict_part(found), checks_part(found.checks), calibration_part(found), *live, drift_part(found.drifts))
    footer = element("footer", "Made by OnTrack from totals only: no student’s record is on this page.")
    return page(f"{title}, {district}, {found.on}", header, *parts, meaning_part(), footer)


def verdict_part(found: MonitorResult) -> Html:
    """What to do first."""
    breaches = [check for check in found.checks if check.verdict == "breach"]
    open_ones = [check.title for check in found.checks if check.verdict == "not_enough_evidence"]
    some = f"{len(breaches)} of {len(found.checks)} checks {'is' if len(breaches) == 1 else 'are'} in breach."
    first = some if breaches else "No check is in breach."
    lines = [with_code(f"{capitalized(check.title)}? {check.says} To do: {check.do}") for check in breaches]
    rest = [paragraph(f"Not enough evidence to say: {'; '.join(open_ones)}.", class_="soft")] if open_ones else []
    parts = [paragraph(first, class_="first"), *([bullets(lines)] if lines else []), *rest]
    return element("section", *parts, class_="verdict unproven" if breaches else "verdict")


def checks_part(checks: Sequence[MonitorCheck]) -> Html:
    """Every check with its verdict, figure, threshold and sentence."""
    head = head_of(("Verdict", "Check", "What was found"))
    body = element("tbody", *(check_row(check) for check in checks))
    return section("Live beside promised", framed("The checks", head, body, class_="text"))


def check_row(check: MonitorCheck) -> Html:
    """A verdict in a sign and in words, the check, and its sentence."""
    sign = element("span", SIGNS[check.verdict], aria_hidden="true")
    verdict = element(
        "th", element("span", sign, capitalized(VERDICT_WORDS[check.verdict]), class_="word"), scope="row"
    )
    code = element("a", check.code, href=f"#{check.code}", class_="code")
    named = element("td", code, " ", capitalized(check.title))
    return element("tr", verdict, named, element("td", with_code(check.says)), class_=STYLES[check.verdict])


def with_code(words: str) -> Html:
    """The words, those between backticks as code."""
    parts = words.split("`")
    return joined(*(element("code", part) if at % 2 else part for at, part in enumerate(parts)))


def calibration_part(found: MonitorResult) -> Html:
    """Risks of first flags beside what happened; nothing where too few were listed."""
    bins = found.calibration
    if not bins or found.live_audit is None:
        return Html("")
    kind = "model" if found.scorer == "model" else "rule"
    chart = reliability_chart([Series(kind, "those listed", [(one.mean_risk, one.share) for one in bins])])
    head = ("Risk given, of 100", "Students", "Ended off track, of 100")
    data = table("By risk of the first flag", head, [(of_100(b.mean_risk), f"{b.n:,}", of_100(b.share)) for b in bins])
    year = school_year(found.live_audit.school_year)
    return section("Did risks mean what they said?", figure(chart, f"Those listed in {year}. {ONLY_LISTED}", data))


def groups_part(found: MonitorResult, live: LiveAudit) -> Html:
    """What the lists of the told year did, group by group."""
    alone = [one for one in live.audit.tables if not one.crossed]
    audit, year = live.audit, school_year(live.school_year)
    says = (
        f"The lists that were made in {year}, of {audit.n:,} students of whom it is told how they ended (of "
        f"{live.unsaid:,} more it is not): {audit.listed:,} were ever listed, {audit.off_track:,} ended off track. "
        "Not the held-out lists of the training report: what counselors really had before them."
    )
    title = f"Group by group, {year}"
    if not any(one.groups for one in alone):
        return section(title, paragraph(says), paragraph("No group is large enough to be told apart."))
    chart = hits_chart(alone, found.promised_hits)
    caption = "Of 100 students listed, how many ended off track, with 95% intervals"
    bodies = [body_of(one, live.acted.shares.get(one.of, {})) for one in alone]
    data = framed("The live lists, group by group", head_of(HEAD), *bodies, class_="figures")
    small = (
        f"A group is shown by itself where at least {audit.least} of its students ended off track and as many on "
        f"track; others are counted together. Not enough: a figure over fewer than {audit.least} students. In "
        "brackets: 95% intervals."
    )
    drawn = element("figure", chart, element("figcaption", caption))
    return section(title, paragraph(says), drawn, data, paragraph(small, class_="soft"))


def body_of(one: GroupTable, acted: Mapping[str, Interval | None]) -> Html:
    """One attribute with its groups."""
    named = element("th", capitalized(title_of(one.of)), colspan=len(HEAD), scope="rowgroup")
    title = element("tr", named, class_="group")
    if not one.groups:
        none = element("th", "too small to be told apart", colspan=len(HEAD), scope="row")
        return element("tbody", title, element("tr", none))
    return element("tbody", title, *(row_of(cells_of(group, acted.get(group.name))) for group in one.groups))


def cells_of(group: GroupFigures, acted: Interval | None) -> list[str]:
    """One group as cells."""
    figures, found = group.figures, group.figures.get("recall")
    missed = None if found is None else Interval(1 - found.estimate, 1 - found.high, 1 - found.low)
    lead = figures.get("lead_weeks")
    return [
        group.name,
        f"{group.n:,}",
        share_interval(figures.get("share_off_track")),
        share_interval(figures.get("selection_rate")),
        share_interval(hit_rate(group)),
        share_interval(missed),
        share_interval(figures.get("false_positive_rate")),
        f"{lead.estimate:.0f}" if lead else "not enough",
        share_interval(acted),
    ]


def audit_part(live: LiveAudit) -> Html:
    """The checks of the training audit, asked of the lists that were made."""
    lines = [
        joined(element("span", check.code, class_="code"), f" {capitalized(AUDIT_WORDS[check.verdict])}. {check.says}")
        for check in live.checks
    ]
    return section("The audit, asked of live lists", bullets(lines))


def drift_part(drifts: Sequence[Drift]) -> Html:
    """The features that stand out most; nothing where none could be compared."""
    if not drifts:
        return Html("")
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
    return section("Are the records as they were?", paragraph(says), table("Features that stand out most", head, rows))


def meaning_part() -> Html:
    """What each check asks, and what to do."""
    lines = [
        joined(element("span", code, id=code, class_="code"), " ", with_code(f"{asked.asks} On a breach: {asked.do}"))
        for code, asked in CODES.items()
    ]
    return section("What the checks ask", bullets(lines))

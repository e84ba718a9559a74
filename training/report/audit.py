"""The audit in a report: what is named, every group's figures, why there may be a gap, and what cuts would change."""

from collections.abc import Mapping, Sequence

from models.fairness.audit import Audit, GroupTable
from models.fairness.group_metrics import GroupComparison, GroupFigures
from models.metrics.intervals import Interval
from presentation.numbers import capacity_of_100, capitalized, of_100, people_interval, signed_of_100
from training.audit.checks import CODES, VERDICT_WORDS, AuditCheck
from training.audit.group_names import people, title_of
from training.audit.run import RULE, AuditResult
from training.report.audit_charts import curve_chart, gap_chart, has_curve
from training.report.html import Html, bullets, element, framed, head_of, joined, paragraph, row_of, section, table
from training.training_result import TrainingResult

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


def audit_section(result: TrainingResult) -> Html:
    """Everything the audit found; nothing where none was made."""
    return audit_parts(result.audited) if result.audited else Html("")


def audit_parts(audited: AuditResult) -> Html:
    """Everything an audit found."""
    why = (why_part(audited), cuts_part(audited))
    return joined(*list_parts(audited.model, audited.checks), *why, meaning_part(audited.checks))


def list_parts(audit: Audit, checks: Sequence[AuditCheck]) -> tuple[Html, ...]:
    """What an audit says of one list."""
    return checks_part(audit, checks), groups_part(audit), pairs_part(audit)


def checks_part(audit: Audit, checks: Sequence[AuditCheck]) -> Html:
    """What the audit names, check by check, and the picture of who is found."""
    rows = element("tbody", *(check_row(check) for check in checks))
    says = (
        "Protected attributes are used here, to check, and never to give a risk. Each student counts once, on the "
        f"first scoring date, where {capacity_of_100(audit.capacity)} of 100 are listed. In a district where groups do "
        "not differ, at most 5 of 100 audits name a difference."
    )
    alone = [one for one in audit.tables if not one.crossed]
    parts = [
        paragraph(says),
        framed("The audit’s checks", head_of(("Verdict", "Check", "What was found")), rows, class_="text"),
    ]
    if any("recall" in group.against for one in alone for group in one.groups):
        chart = gap_chart(alone, "recall", "Students found, group by group, beside the largest group of each kind")
        caption = (
            "Of 100 students who ended off track, how many more or fewer were listed than in the largest group, with "
            "95% intervals"
        )
        parts.append(element("figure", chart, element("figcaption", caption)))
    return section("Is it as good for every group?", *parts)


def check_row(check: AuditCheck) -> Html:
    """A verdict in a sign and in words, the check's code and title, and its sentence."""
    sign = element("span", SIGNS[check.verdict], aria_hidden="true")
    verdict = element("span", sign, capitalized(VERDICT_WORDS[check.verdict]), class_="word")
    code = element("a", check.code, href=f"#{check.code}", class_="code")
    kind = {"warn": "not_enough_evidence", "not_applicable": "pass"}.get(check.verdict, check.verdict)
    cells = (element("th", verdict, scope="row"), element("td", code, " ", capitalized(check.title)))
    return element("tr", *cells, element("td", check.says), class_=kind)


def groups_part(audit: Audit) -> Html:
    """Every attribute's groups, and their rates over the capacity."""
    alone = [one for one in audit.tables if not one.crossed]
    if not alone:
        return section("Groups", paragraph("No groups are on record: whether it serves some worse is not known."))
    body = framed("The list, group by group", head_of(HEAD), *(body_of(one) for one in alone), class_="figures")
    curves = [
        element("details", element("summary", f"By {title_of(one.of)}, over the length of the list"), chart)
        for one in alone
        if has_curve(one, "recall")
        for chart in [curve_chart(audit, one, "recall", "found, of 100 who ended off track")]
    ]
    return section("Group by group", body, small_print(audit), *curves)


def small_print(audit: Audit) -> Html:
    """What is not shown, and why."""
    return paragraph(
        f"A group is shown by itself where at least {audit.least} of its students ended off track and as many on "
        "track; others are counted together, so that nobody can work them out from the totals. Not enough: a figure "
        f"over fewer than {audit.least} students. The reference is the largest group of each kind. Beyond the risks: "
        "how many more ended off track than the risks said. In brackets: 95% intervals.",
        class_="soft",
    )


def body_of(one: GroupTable) -> Html:
    """One attribute with its groups."""
    title = element(
        "tr", element("th", capitalized(title_of(one.of)), colspan=len(HEAD), scope="rowgroup"), class_="group"
    )
    if not one.groups:
        none = f"too small to be told apart: {', '.join(one.untold)}"
        return element("tbody", title, element("tr", element("th", none, colspan=len(HEAD), scope="row")))
    return element("tbody", title, *(row_of(group_cells(one, group)) for group in one.groups))


def group_cells(one: GroupTable, group: GroupFigures) -> list[str]:
    """One group as cells."""
    rates = [share(group.figures.get(name), name) for name in SHOWN]
    auc, lead = group.figures.get("roc_auc"), group.figures.get("lead_weeks")
    technical = [f"{auc.estimate:.3f}" if auc else "not enough", f"{lead.estimate:.0f}" if lead else "not enough"]
    gap = "reference" if group.name == one.reference else gap_words(group.against.get("recall"))
    return [group.name, f"{group.n:,}", *rates, *technical, gap]


def share(one: Interval | None, name: str) -> str:
    """A share of 100, signed where it is a difference; or that too few students stand behind it."""
    if one is None:
        return "not enough"
    return signed_of_100(one.estimate) if name == "calibration_gap" else of_100(one.estimate)


def gap_words(one: GroupComparison | None) -> str:
    """A difference with its interval."""
    return people_interval(one.difference) if one else "not enough"


def pairs_part(audit: Audit) -> Html:
    """Groups where two attributes meet; nothing where none may be told."""
    pairs = [one for one in audit.tables if one.crossed and one.groups]
    if not pairs:
        says = "No groups where two attributes meet are large enough to be told without telling of a small one."
        return section("Where two groups meet", paragraph(says, class_="soft"))
    head = ("Group", "Students", *(SHOWN[name] for name in PAIRED), HEAD[-1])
    bodies = [
        element(
            "tbody",
            element(
                "tr", element("th", capitalized(title_of(one.of)), colspan=len(head), scope="rowgroup"), class_="group"
            ),
            *(row_of(pair_cells(one, group)) for group in one.groups),
        )
        for one in pairs
    ]
    return section("Where two groups meet", framed("Pairs of groups", head_of(head), *bodies, class_="figures"))


PAIRED = ("share_off_track", "selection_rate", "recall", "false_positive_rate", "false_discovery_rate")


def pair_cells(one: GroupTable, group: GroupFigures) -> list[str]:
    """One pair as cells."""
    rates = [share(group.figures.get(name), name) for name in PAIRED]
    gap = "reference" if group.name == one.reference else gap_words(group.against.get("recall"))
    return [group.name, f"{group.n:,}", *rates, gap]


def why_part(audited: AuditResult) -> Html:
    """The gaps in who is found, beside those of other lists and what records say."""
    found = uneven(audited.model)
    if not found:
        says = "No group is found less often than the largest one beyond chance."
        return section("Why is there a gap?", paragraph(says))
    lists = [f"Without {name}" if name != RULE else "By the published rule, as many listed" for name in audited.others]
    sources = ("This model", *lists, "Off track, more of 100", "Incidents on record", "Values missing, more of 100")
    columns = [why_column(audited, one, group) for one, group in found]
    head = (
        "Found, of 100 off track, beside the largest group",
        *(capitalized(people(one.of, g.name)) for one, g in found),
    )
    caption = "Each gap by other lists, and what records say of the group"
    return section(
        "Why is there a gap?", paragraph(CANNOT), table(caption, head, list(zip(sources, *columns, strict=True)))
    )


def uneven(audit: Audit) -> list[tuple[GroupTable, GroupFigures]]:
    """The groups that are found more or less often than the reference, by an interval of their own."""
    found = [(one, group) for one in audit.tables if not one.crossed for group in one.groups]
    return [
        (one, group) for one, group in found if "recall" in group.against and apart(group.against["recall"].difference)
    ]


def apart(one: Interval) -> bool:
    """Whether an interval leaves out no difference."""
    return one.low > 0 or one.high < 0


def why_column(audited: AuditResult, one: GroupTable, group: GroupFigures) -> list[str]:
    """One group's gap by each list, and what records say of it."""
    lists = [gap_in(audit, one.of, group.name) for audit in audited.others.values()]
    more = group.against.get("share_off_track")
    incidents = [r for r in audited.incidents if (r.of, r.group) == (one.of, group.name)]
    lacking = [m.share - m.beside for m in audited.lacking if (m.of, m.group) == (one.of, group.name)]
    return [
        gap_words(group.against.get("recall")),
        *lists,
        signed_of_100(more.difference.estimate) if more else "not enough",
        f"{incidents[0].ratio.estimate:.1f} times ({incidents[0].ratio.low:.1f} to {incidents[0].ratio.high:.1f})"
        if incidents
        else "not enough",
        signed_of_100(max(lacking)) if lacking else "none",
    ]


def gap_in(audit: Audit, of: str, name: str) -> str:
    """A group's gap by another list."""
    found = audit.table(of)
    group = next((group for group in found.groups if group.name == name), None) if found else None
    return gap_words(group.against.get("recall")) if group else "not enough"


def cuts_part(audited: AuditResult) -> Html:
    """What a cut of its own for each group would change; nothing where groups are found alike."""
    if not audited.cuts:
        return Html("")
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
        table(f"By {title_of(of)}", head, [cut_cells(group, after.tables[0]) for group in before.groups])
        for of, after in audited.cuts.items()
        if (before := audited.model.table(of))
    ]
    return section("What group cuts would change", paragraph(says), *tables)


def cut_cells(group: GroupFigures, after: GroupTable) -> list[str]:
    """One group before and after."""
    then = after.group(group.name).figures
    names = ("selection_rate", "recall", "false_discovery_rate")
    return [group.name, *(share(figures.get(name), name) for name in names for figures in (group.figures, then))]


def meaning_part(checks: Sequence[AuditCheck]) -> Html:
    """What each check asks."""
    asked: Mapping[str, str] = {check.code: CODES[check.code] for check in checks}
    lines = [joined(element("span", code, id=code, class_="code"), " ", means) for code, means in asked.items()]
    return section("What the audit’s checks ask", bullets(lines))

"""Checks on lists: the model's recall against every other scorer's, over all judged years together."""

from dataclasses import replace

from features.settings import Gate
from models.metrics.bound_verdict import bound_verdict
from models.metrics.intervals import Interval
from models.verdict import Verdict
from training.gate.comparison import GateComparison
from training.gate.support import SupportBounds
from training.gate.verdict import GateCheck, more_or_fewer, signed

COMPARISONS = (
    ("GATE02", "rule", "the published rule"),
    ("GATE03", "school_only", "knowing only the school"),
)
"""What the model must be better than."""
CHAMPION = ("GATE04", "champion", "the model that serves now")
"""What it must be about as good as, where another model serves."""


def check_enough_students(off_track: int, least: int) -> GateCheck:
    """Whether the judged years have enough students off track to judge anything by."""
    verdict: Verdict = "pass" if off_track >= least else "not_enough_evidence"
    says = f"{off_track} students ended off track in the judged years; {least} are needed to judge by."
    return GateCheck("GATE01", "enough students", verdict, says)


def check_lists(compared: GateComparison, bounds: Gate) -> list[GateCheck]:
    """Every comparison that could be made, the rule first.

    Where outcomes of supported students are estimated, a lead over the rule must exceed `support_margin`.
    """
    asked = {"rule": bounds.support_margin if compared.support else 0.0}
    called = {"rule": compared.rule.called} if compared.rule else {}
    better = [
        check_lead(code, name, called.get(name, title), compared.leads[name], above=asked.get(name, 0.0))
        for code, name, title in COMPARISONS
        if name in compared.leads
    ]
    champion = [
        check_champion(lead, bounds.champion_margin) for name, lead in compared.leads.items() if name == CHAMPION[1]
    ]
    return [*(with_power(check, compared, bounds.support_margin) for check in better), *champion]


def check_lead(code: str, name: str, title: str, lead: Interval, *, above: float = 0.0) -> GateCheck:
    """Whether more of the students who ended off track are listed than by another scorer, beyond chance."""
    verdict = bound_verdict(lead, above=above)
    return GateCheck(code, f"better than {name.replace('_', ' ')}", verdict, lead_in_words(title, lead))


def lead_in_words(other: str, lead: Interval, where: str = "") -> str:
    """How many more of 100 off track the model lists than another scorer."""
    return (
        f"Of 100 students who ended off track, {more_or_fewer(lead.estimate)} are listed than by {other}{where} "
        f"(95% interval {signed(lead.low)} to {signed(lead.high)})."
    )


def with_power(check: GateCheck, compared: GateComparison, margin: float) -> GateCheck:
    """The check against the rule with sentences added: why this rule, the power, and what it owes to support on record.

    Other checks are unchanged.
    """
    power = compared.power
    if check.code != COMPARISONS[0][0] or compared.rule is None or power is None:
        return check
    support = f" {support_in_words(compared.support, check.verdict, margin)}" if compared.support else ""
    return replace(check, says=f"{check.says} {compared.rule.says} {power.says}{support}")


def support_in_words(support: SupportBounds, verdict: Verdict, margin: float) -> str:
    """How many were supported first, what was taken for granted of them, and whether the verdict hangs on it."""
    known = (
        f"In the judged years lists were served: of {support.supported:,} students supported after being listed, "
        f"{support.first:,} ended on track (supported first). How those would have ended without support is estimated "
        f"from students with such records who were not supported, so a lead counts as shown from "
        f"{margin * 100:.2g} of 100 on. "
    )
    bounds = (
        f"If none of them would have ended off track, the difference is {signed(support.none.estimate)} "
        f"({signed(support.none.low)} to {signed(support.none.high)}); if all, {signed(support.every.estimate)} "
        f"({signed(support.every.low)} to {signed(support.every.high)})"
    )
    if {bound_verdict(one, above=margin) for one in (support.none, support.every)} == {verdict}:
        return f"{known}{bounds}: the verdict is the same."
    return f"{known}{bounds}: the verdict hangs on this assumption."


def check_champion(lead: Interval, margin: float) -> GateCheck:
    """Whether about as many of the students off track are listed as by the model that serves, within a margin."""
    code, name, title = CHAMPION
    return GateCheck(code, f"keeps up with {name}", bound_verdict(lead, above=-margin), keeps_up(title, lead, margin))


def check_logistic(lead: Interval, margin: float) -> GateCheck:
    """Whether about as many of the students off track are listed as by plain logistic regression, within a margin."""
    title = "logistic regression"
    return GateCheck(
        "GATE05", f"keeps up with {title}", bound_verdict(lead, above=-margin), keeps_up(title, lead, margin)
    )


def keeps_up(other: str, lead: Interval, margin: float) -> str:
    """How many more of 100 off track the model lists than another scorer, and how many fewer are allowed."""
    return f"{lead_in_words(other, lead).removesuffix(').')}; allowed is {signed(-margin)})."


def check_at_own_count(lead: Interval, rule: str, flagged: float) -> GateCheck:
    """Whether the model is shown to be better, or worse, than the rule where both list as many as the rule flags."""
    where = f", where both list the {flagged * 100:.0f} of 100 whom it flags"
    says = lead_in_words(rule, lead, where)
    return GateCheck("GATE11", "better at the rule's own count", bound_verdict(lead, above=0), says, required=False)


def check_last_year(lead: Interval, rule: str, year: int) -> GateCheck:
    """Whether the model is shown to be better, or worse, than the rule in the last judged year alone."""
    says = lead_in_words(rule, lead, f" in the school year ending {year} alone")
    return GateCheck("GATE12", "better in the last year", bound_verdict(lead, above=0), says, required=False)

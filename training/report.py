"""The report of a training run: one page that a principal can read and a data team can check, aggregates only."""

from collections.abc import Callable, Mapping
from datetime import date

from models.card import INTENDED, REFUSED_USES
from models.metrics import Interval, places
from training.card import SCORER_WORDS, limits_of
from training.gate import COMPARISONS, VERDICT_WORDS, Check, Verdict
from training.judgement import Judgement
from training.report_charts import Series, merged, precision_chart, reliability_chart
from training.report_groups import groups_section
from training.report_html import (
    Html,
    bullets,
    capitalized,
    element,
    figure,
    framed,
    head_of,
    joined,
    of_100,
    page,
    paragraph,
    people_interval,
    school_year,
    section,
    table,
    technical_interval,
)

SIGNS: Mapping[Verdict, str] = {"pass": "✓", "fail": "✕", "not_enough_evidence": "?"}
ORDER = ("model", "rule", "logistic", "school_only", "champion")
"""The scorers in the order in which a reader meets them."""
COMPARED = {code: name for code, name, _ in COMPARISONS}
AGAINST: Mapping[tuple[str, Verdict], str] = {
    ("GATE05", "fail"): "plain logistic regression orders students better",
    ("GATE06", "fail"): "its risks are further from what happened than is allowed",
    ("GATE06", "not_enough_evidence"): "it is not settled that its risks mean what they say",
    ("GATE07", "fail"): "it finds students of one group less often than is allowed",
    ("GATE07", "not_enough_evidence"): "no group has enough students off track to be compared",
}
"""What speaks against a model, by check and verdict, to follow the word because."""


def render_report(judgement: Judgement, *, made_on: date) -> str:
    """The report as one HTML document that fetches and runs nothing.

    The verdict stands first in a plain sentence; then checks, figures, calibration, groups, data and limits. It holds
    no student: figures of fewer than `audit.smallest_group` students are said to be missing. A judgement without
    figures (nothing could be judged) says why.
    """
    outcome, _, _ = judgement.trial.outcome.says.partition(":")
    year = school_year(judgement.basis.split.test)
    title = f"{capitalized(outcome)}: {judgement.trial.district.name}, {year}"
    about = f"{judgement.trial.district.name} · judged on school year {year} · made on {written(made_on)}"
    header = element("header", element("h1", capitalized(outcome)), paragraph(about, class_="soft"))
    found = (figures_section, reliability_section, groups_section) if judgement.figures else ()
    parts = [verdict_section, checks_section, *found, data_section, limits_section, reproduce_section]
    return page(title, header, *(part(judgement) for part in parts), footer())


def written(day: date) -> str:
    """A date in words."""
    return f"{day:%B} {day.day}, {day.year}"


def footer() -> Html:
    """What kind of page this is."""
    return element("footer", "Made by OnTrack from totals only: no student’s record is on this page.")


# --- the verdict


def verdict_section(judgement: Judgement) -> Html:
    """What serves and why, and how often the list would have been right."""
    first = paragraph(verdict_sentence(judgement), class_="first")
    rest = [paragraph(headline(judgement), class_="headline"), counts(judgement)] if judgement.figures else []
    kind = "verdict" if judgement.gate.verdict == "pass" else "verdict unproven"
    outcome = paragraph(f"The outcome: {judgement.trial.outcome.says}.", class_="soft")
    return element("section", first, *rest, outcome, class_=kind)


def verdict_sentence(judgement: Judgement) -> str:
    """What may serve and why, in one sentence."""
    if not judgement.figures:
        why = " ".join(check.says for check in judgement.gate.checks)
        return f"The published rule serves, because {why[:1].lower()}{why[1:]}"
    verdict = judgement.gate.verdict
    if verdict == "pass":
        return f"The model may serve: {reason_for(judgement)}."
    fallen = "did not pass its checks" if verdict == "fail" else "could not be proven better yet"
    reasons = "; and ".join(reasons_against(judgement))
    return f"The published rule serves: the model {fallen}, because {reasons}."


def reason_for(judgement: Judgement) -> str:
    """Why a model that passed may serve."""
    year = school_year(judgement.basis.split.test)
    passed = f"it passed every check on {year}, a school year that it had not seen"
    if "rule" not in judgement.differences:
        return passed
    gain = judgement.differences["rule"]["precision"].estimate
    return f"{passed}, and of 100 students listed, {of_100(gain)} more ended off track than by the published rule"


def reasons_against(judgement: Judgement) -> list[str]:
    """The checks that decided, in words; a rule that was not beaten always comes first."""
    gate = judgement.gate
    speaking = [c for c in gate.checks if c.verdict == gate.verdict or (c.code == "GATE02" and c.verdict != "pass")]
    return [reason_against(check, judgement) for check in sorted(speaking, key=lambda c: c.code != "GATE02")]


def reason_against(check: Check, judgement: Judgement) -> str:
    """One check that a model did not pass, to follow the word because."""
    if check.code in COMPARED:
        name = COMPARED[check.code]
        return not_beaten(SCORER_WORDS[name], judgement.differences[name]["precision"])
    if check.code == "GATE01":
        needed = judgement.trial.settings.gate.minimum_off_track
        return f"{judgement.figures['model'].positives} students ended off track and {needed} are needed to judge by"
    return AGAINST.get((check.code, check.verdict), f"{VERDICT_WORDS[check.verdict]} on whether it is {check.title}")


def not_beaten(other: str, lead: Interval) -> str:
    """How another scorer held its ground."""
    more = round(abs(lead.estimate) * 100)
    if more == 0:
        return f"{other} did just as well"
    if lead.estimate < 0:
        return f"{other} did better, with {more} more of 100 listed students who ended off track"
    return f"its lead over {other}, {more} of 100 listed students, may be chance"


def headline(judgement: Judgement) -> str:
    """Of 100 students listed, how many ended off track, by the model and by the rule."""
    if judgement.listed < smallest_group(judgement):
        return f"Fewer than {smallest_group(judgement)} students would have been listed: not shown."
    year, found = school_year(judgement.basis.split.test), judgement.headline
    model = f"Of 100 students the model would have listed in {year}, {between(found['model'])}"
    return f"{model}; by the published rule, {short(found['rule'])}." if "rule" in found else f"{model}."


def between(one: Interval) -> str:
    """How many ended off track, with the interval in words."""
    return f"{of_100(one.estimate)} ended off track (between {of_100(one.low)} and {of_100(one.high)})"


def short(one: Interval) -> str:
    """A share of 100 with its interval."""
    return f"{of_100(one.estimate)} (between {of_100(one.low)} and {of_100(one.high)})"


def counts(judgement: Judgement) -> Html:
    """How many students stand behind the headline."""
    figures, capacity = judgement.figures["model"], judgement.trial.settings.gate.capacity
    reach = f"{judgement.listed:,}" if judgement.listed >= smallest_group(judgement) else "few"
    return paragraph(
        f"Of {figures.n:,} students with a known outcome, {figures.positives:,} ended off track. The list holds {reach} "
        f"of them all: counselors can reach {percent(capacity)} of 100. “Between” is a 95% interval.",
        class_="soft",
    )


def smallest_group(judgement: Judgement) -> int:
    """The fewest students that a figure may be of."""
    return judgement.trial.settings.audit.smallest_group


def percent(share: float) -> str:
    """A capacity as a number of 100, with a decimal only where it has one."""
    return f"{share * 100:.3g}"


# --- the checks


def checks_section(judgement: Judgement) -> Html:
    """Every check of the gate."""
    head = ("Verdict", "Check", "What was found")
    rows = element("tbody", *(check_row(check) for check in judgement.gate.checks))
    says = "A model serves only where every check passes. Short of that, the published rule serves."
    whole = framed("The gate’s checks", head_of(head), rows, class_="text")
    return section("What was checked", paragraph(says), whole)


def check_row(check: Check) -> Html:
    """A verdict in a sign and in words, the check's code and title, and its sentence."""
    sign = element("span", SIGNS[check.verdict], aria_hidden="true")
    word = element("th", element("span", sign, VERDICT_WORDS[check.verdict], class_="word"), scope="row")
    title = element("td", element("span", check.code, class_="code"), Html("<br>"), capitalized(check.title))
    return element("tr", word, title, element("td", check.says), class_=check.verdict)


# --- figures beside the baselines


def figures_section(judgement: Judgement) -> Html:
    """The model beside every baseline, at the capacities and in order."""
    parts = [technical_table(judgement), *difference_table(judgement)]
    if shown_capacities(judgement):
        data = at_capacities(judgement, "Precision at capacity", lambda f: f.precision_at, "{:.3f}".format)
        ...
    return section("How good is the list?", *parts)

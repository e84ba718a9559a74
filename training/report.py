"""The report of a training run: one page that a principal can read and a data team can check, aggregates only."""

from collections.abc import Mapping, Sequence
from datetime import date

from features.reconcile.check import by_code
from features.reconcile.codes import CHECKS, Finding
from models.card import INTENDED, REFUSED_USES
from models.metrics import Interval
from training.card import limits_of
from training.gate import COMPARISONS, VERDICT_WORDS, Check, Verdict
from training.judgement import Judgement
from training.report_figures import figures_section, reliability_section
from training.report_groups import groups_section
from training.report_html import (
    Html,
    bullets,
    capacity_of_100,
    capitalized,
    element,
    framed,
    head_of,
    joined,
    of_100,
    page,
    paragraph,
    school_year,
    section,
)
from training.report_years import following_section, slices_section, years_section
from training.scorers import is_rule, words_of

SIGNS: Mapping[Verdict, str] = {"pass": "✓", "fail": "✕", "not_enough_evidence": "?"}
COMPARED = {code: name for code, name, _ in COMPARISONS}
AGAINST: Mapping[tuple[str, Verdict], str] = {
    ("GATE05", "fail"): "plain logistic regression orders students better",
    ("GATE05", "not_enough_evidence"): "it is not settled that it orders students as well as plain logistic regression",
    ("GATE06", "fail"): "its risks are further from what happened than is allowed",
    ("GATE06", "not_enough_evidence"): "it is not settled that its risks mean what they say",
    ("GATE07", "fail"): "it finds students of one group less often than is allowed",
    ("GATE07", "not_enough_evidence"): "no group has enough students off track to be compared",
}
"""What speaks against a model, by check and verdict, to follow the word because; another check speaks for itself."""


def render_report(judgement: Judgement, *, made_on: date, warnings: Sequence[Finding] = ()) -> str:
    """The report as one HTML document that fetches and runs nothing.

    The verdict stands first in a plain sentence; then checks, figures, calibration, groups, data and limits. It holds
    no student, and no figure over fewer than `audit.smallest_group` students. A judgement without figures (nothing
    could be judged) says why.
    """
    outcome, _, _ = judgement.trial.outcome.says.partition(":")
    district, year = judgement.trial.district.name, school_year(judgement.basis.split.test)
    about = f"{district} · test year {year} · made on {written(made_on)}"
    header = element("header", element("h1", capitalized(outcome)), paragraph(about, class_="soft"))
    figures = (figures_section, reliability_section, slices_section, years_section, following_section, groups_section)
    found = figures if judgement.figures else ()
    sections = (verdict_section, checks_section, *found, data_section)
    last = (limits_section, reproduce_section)
    doubts = (warnings_section(warnings),) if warnings else ()
    footer = element("footer", "Made by OnTrack from totals only: no student’s record is on this page.")
    title = f"{capitalized(outcome)}: {district}, {year}"
    parts = (*(part(judgement) for part in sections), *doubts, *(part(judgement) for part in last))
    return page(title, header, *parts, footer)


def written(day: date) -> str:
    """A date in words."""
    return f"{day:%B} {day.day}, {day.year}"


def verdict_section(judgement: Judgement) -> Html:
    """What serves and why, and how often the list would have been right; where a rule wins, that comes first."""
    words = [rule_that_won(judgement), verdict_sentence(judgement)]
    first = paragraph(" ".join(filter(None, words)), class_="first")
    rest = [paragraph(headline(judgement), class_="headline"), counts(judgement)] if judgement.figures else []
    outcome = paragraph(f"The outcome: {judgement.trial.outcome.says}.", class_="soft")
    kind = "verdict" if judgement.gate.verdict == "pass" else "verdict unproven"
    return element("section", first, *rest, outcome, class_=kind)


def rule_that_won(judgement: Judgement) -> str:
    """The published rule whose list held more students off track than the model's; empty where none did."""
    at = judgement.trial.settings.gate.capacity
    rules = {name: one.precision_at[at] for name, one in judgement.figures.items() if is_rule(name)}
    best = max(rules, key=lambda name: rules[name], default="")
    if not best or rules[best] <= judgement.figures["model"].precision_at[at]:
        return ""
    more = of_100(rules[best] - judgement.figures["model"].precision_at[at])
    return (
        f"A simple rule did better than the model: of 100 students listed by {words_of(best)}, {more} more ended off "
        f"track."
    )


def verdict_sentence(judgement: Judgement) -> str:
    """What may serve and why, in one sentence."""
    if not judgement.figures:
        why = " ".join(check.says for check in judgement.gate.checks)
        return f"The published rule serves, because {why[:1].lower()}{why[1:]}"
    verdict = judgement.gate.verdict
    if verdict == "pass":
        return f"The model may serve: {reason_for(judgement)}."
    short_of = "did not pass its checks" if verdict == "fail" else "could not be proven better yet"
    return f"The published rule serves: the model {short_of}, because {'; and '.join(reasons_against(judgement))}."


def reason_for(judgement: Judgement) -> str:
    """Why a model that passed may serve."""
    year = school_year(judgement.basis.split.test)
    passed = f"it passed every check on {year}, a school year that it had not seen"
    if "rule" not in judgement.differences:
        return passed
    lead = judgement.differences["rule"]["precision"].estimate
    return f"{passed}, and of 100 students listed, {of_100(lead)} more ended off track than by the published rule"


def reasons_against(judgement: Judgement) -> list[str]:
    """The checks that decided, in words; a rule that was not beaten always comes first."""
    gate = judgement.gate
    decided = [c for c in gate.checks if c.verdict == gate.verdict or (c.code == "GATE02" and c.verdict != "pass")]
    return [reason_against(check, judgement) for check in sorted(decided, key=lambda check: check.code != "GATE02")]


def reason_against(check: Check, judgement: Judgement) -> str:
    """One check that a model did not pass, to follow the word because."""
    if check.code in COMPARED:
        name = COMPARED[check.code]
        return not_beaten(words_of(name), judgement.differences[name]["precision"])
    if check.code == "GATE01":
        needed = judgement.trial.settings.gate.minimum_off_track
        return f"{judgement.figures['model'].positives} students ended off track and {needed} are needed to judge by"
    return AGAINST.get((check.code, check.verdict), f"{check.title}: {check.says.removesuffix('.')}")


def not_beaten(other: str, lead: Interval) -> str:
    """How another scorer held its ground."""
    more = round(abs(lead.estimate) * 100)
    if more == 0:
        return f"{other} did just as well"
    if lead.estimate < 0:
        chance = ", which may be chance" if lead.high > 0 else ""
        return f"{other} did better: of 100 students it listed, {more} more ended off track{chance}"
    return f"its lead over {other} ({more} more of 100 listed students ended off track) may be chance"


def headline(judgement: Judgement) -> str:
    """Of 100 students listed, how many ended off track, by the model and by the rule."""
    smallest = judgement.trial.settings.audit.smallest_group
    if judgement.listed < smallest:
        return f"Fewer than {smallest} students would have been listed: how many ended off track is not shown."
    year, found = school_year(judgement.basis.split.test), judgement.headline
    rule = f"; by the published rule, {off_track(found['rule'])}" if "rule" in found else ""
    return (
        f"Of 100 students the model would have listed in {year}, {off_track(found['model'], ' ended off track')}{rule}."
    )


def off_track(one: Interval, words: str = "") -> str:
    """How many of 100, with the interval."""
    return f"{of_100(one.estimate)}{words} (between {of_100(one.low)} and {of_100(one.high)})"


def counts(judgement: Judgement) -> Html:
    """How many students stand behind the headline."""
    figures, capacity = judgement.figures["model"], judgement.trial.settings.gate.capacity
    return paragraph(
        f"Of {figures.n:,} students with a known outcome, {figures.positives:,} ended off track. Counselors can reach "
        f"{capacity_of_100(capacity)} of 100 students, so the list holds {judgement.listed:,}. "
        "“Between” is a 95% interval.",
        class_="soft",
    )


def checks_section(judgement: Judgement) -> Html:
    """Every check of the gate."""
    rows = element("tbody", *(check_row(check) for check in judgement.gate.checks))
    head = head_of(("Verdict", "Check", "What was found"))
    says = "A model may serve only where every check passes. Short of that, the published rule serves."
    return section("What was checked", paragraph(says), framed("The gate’s checks", head, rows, class_="text"))


def check_row(check: Check) -> Html:
    """A verdict in a sign and in words, the check's code and title, and its sentence."""
    sign = element("span", SIGNS[check.verdict], aria_hidden="true")
    verdict = element("span", sign, capitalized(VERDICT_WORDS[check.verdict]), class_="word")
    title = element("td", element("span", check.code, class_="code"), " ", capitalized(check.title))
    return element("tr", element("th", verdict, scope="row"), title, element("td", check.says), class_=check.verdict)


def data_section(judgement: Judgement) -> Html:
    """What the figures rest on."""
    basis, settings = judgement.basis, judgement.trial.settings
    facts = {
        "Training years": f"{basis.trained:,} rows of {', '.join(map(school_year, basis.split.train))}",
        "Test year": f"{basis.tested:,} rows of {school_year(basis.split.test)}, which no training label was seen from",
        "Left out": left_out(judgement),
        "A row": f"one student as seen on one scoring date ({', '.join(map(month_day, settings.training.as_of))})",
        "Capacity": f"{capacity_of_100(settings.gate.capacity)} of 100 students",
        "Data version": basis.data_version[:12],
        "Seed": f"{settings.training.seed}, of the fit and of {settings.gate.replicates:,} bootstrap draws of students",
        "Outcome": f"{judgement.trial.outcome.name}, known on {written(judgement.trial.today)}",
    }
    pairs = [joined(element("dt", key), element("dd", value)) for key, value in facts.items()]
    return section("The data", element("dl", *pairs))


def month_day(text: str) -> str:
    """A month-day of the settings in words."""
    month, day = map(int, text.split("-"))
    return f"{date(2000, month, day):%B} {day}"


def left_out(judgement: Judgement) -> str:
    """How many rows had no known outcome, year by year; a small number is not told."""
    smallest = judgement.trial.settings.audit.smallest_group
    by_year = [
        f"{count if count == 0 or count >= smallest else f'fewer than {smallest}'} in {school_year(year)}"
        for year, count in sorted(judgement.basis.unlabelled.items())
    ]
    return f"{', '.join(by_year)}: the outcome is not known (moved elsewhere, or no final marks)"


def warnings_section(warnings: Sequence[Finding]) -> Html:
    """What does not quite add up in the records: each kind and how often, without its figures, which may be small."""
    found = by_code(warnings)
    lines = [f"{code}: {CHECKS[code].means} Found {len(those):,} times." for code, those in found.items()]
    says = "The records were used, though not everything in them adds up. Where: ontrack check."
    return section("What does not add up in the records", paragraph(says), bullets(lines))


def limits_section(judgement: Judgement) -> Html:
    """What the list is for, what it is not for, and what the figures cannot say."""
    return section(
        "Limits",
        paragraph(INTENDED),
        element("h3", "What it is not for"),
        bullets([use.replace("**", "") for use in REFUSED_USES]),
        element("h3", "What the figures cannot say"),
        bullets(limits_of(judgement, "model" if judgement.figures else "rule")),
    )


def reproduce_section(judgement: Judgement) -> Html:
    """How to come to the same figures."""
    command = element("pre", element("code", f"ontrack train --district {judgement.trial.district.id}"))
    says = (
        f"On data version {judgement.basis.data_version[:12]}, with the settings of this run and on the date "
        f"{judgement.trial.today}, the same code gives the same figures:"
    )
    return section("How to reproduce this", paragraph(says), command)

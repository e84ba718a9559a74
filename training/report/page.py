"""The report of a training run: one page that a principal can read and a data team can check, aggregates only."""

from collections.abc import Mapping, Sequence
from datetime import date

from features.quality.check import by_code
from features.quality.check_codes import CHECKS, Finding
from features.settings import Gate
from models.bundle.model_card import INTENDED, REFUSED_USES
from presentation.numbers import capacity_of_100, capitalized, long_date, school_year
from training.district_card import left_out_of, limits_of
from training.gate.bounds import loosened_bounds, primary_of
from training.gate.verdict import VERDICT_WORDS, GateCheck, Verdict
from training.report.audit import audit_section
from training.report.figures import figures_section, reliability_section
from training.report.html import Html, bullets, element, framed, head_of, joined, page, paragraph, section
from training.report.other_years import following_section, slices_section, years_section
from training.report.verdict import refusal_section, verdict_section
from training.training_result import TrainingResult

SIGNS: Mapping[Verdict, str] = {"pass": "✓", "fail": "✕", "not_enough_evidence": "?"}


def render_report(result: TrainingResult, *, made_on: date, warnings: Sequence[Finding] = ()) -> str:
    """The report as one HTML document that fetches and runs nothing.

    The verdict stands first in a plain sentence; then checks, figures, calibration, groups, data and limits. It holds
    no student, and no figure over fewer than `audit.smallest_group` students. A result without figures (nothing
    could be judged) says why.
    """
    outcome, _, _ = result.request.outcome.says.partition(":")
    district, year = result.request.district.name, school_year(result.basis.split.test)
    about = f"{district} · test year {year} · made on {long_date(made_on)}"
    header = element("header", element("h1", capitalized(outcome)), paragraph(about, class_="soft"))
    figures = (figures_section, reliability_section, slices_section, years_section, following_section, audit_section)
    found = figures if result.figures else ()
    sections = (verdict_section, refusal_section, checks_section, *found, data_section)
    last = (limits_section, reproduce_section)
    doubts = (warnings_section(warnings),) if warnings else ()
    footer = element("footer", "Made by OnTrack from totals only: no student’s record is on this page.")
    title = f"{capitalized(outcome)}: {district}, {year}"
    parts = (*(part(result) for part in sections), *doubts, *(part(result) for part in last))
    return page(title, header, *parts, footer)


def checks_section(result: TrainingResult) -> Html:
    """Every check of the gate."""
    rows = element("tbody", *(check_row(check) for check in result.gate.checks))
    head = head_of(("Verdict", "GateCheck", "What was found"))
    bounds = result.request.settings.gate
    says = (
        "A model may serve only where every check passes. Short of that, the published rule serves. Declared before "
        f"the run: the figure that decides is {primary_of(bounds)}."
    )
    return section(
        "What was checked",
        paragraph(says),
        *loosened_parts(bounds),
        framed("The gate’s checks", head, rows, class_="text"),
    )


def loosened_parts(bounds: Gate) -> list[Html]:
    """The bounds that the district has loosened; nothing where it has none."""
    found = loosened_bounds(bounds)
    return [paragraph("Looser than the defaults, by the district’s settings:"), bullets(found)] if found else []


def check_row(check: GateCheck) -> Html:
    """A verdict in a sign and in words, the check's code and title, and its sentence."""
    sign = element("span", SIGNS[check.verdict], aria_hidden="true")
    verdict = element("span", sign, capitalized(VERDICT_WORDS[check.verdict]), class_="word")
    title = element("td", element("span", check.code, class_="code"), " ", capitalized(check.title))
    return element("tr", element("th", verdict, scope="row"), title, element("td", check.says), class_=check.verdict)


def data_section(result: TrainingResult) -> Html:
    """What the figures rest on."""
    basis, settings = result.basis, result.request.settings
    facts = {
        "Training years": f"{basis.trained:,} rows of {', '.join(map(school_year, basis.split.train))}",
        "Test year": f"{basis.tested:,} rows of {school_year(basis.split.test)}, which no training label was seen from",
        "Left out": left_out(result),
        "A row": f"one student as seen on one scoring date ({', '.join(map(month_day, settings.training.as_of))})",
        "Capacity": f"{capacity_of_100(settings.gate.capacity)} of 100 students",
        "Data version": basis.data_version[:12],
        "Seed": f"{settings.training.seed}, of the fit and of {settings.gate.replicates:,} bootstrap draws of students",
        "Outcome": f"{result.request.outcome.name}, known on {long_date(result.request.today)}",
    }
    pairs = [joined(element("dt", key), element("dd", value)) for key, value in facts.items()]
    return section("The data", element("dl", *pairs))


def month_day(text: str) -> str:
    """A month-day of the settings in words."""
    month, day = map(int, text.split("-"))
    return f"{date(2000, month, day):%B} {day}"


def left_out(result: TrainingResult) -> str:
    """How many rows had no known outcome, year by year; a small number is not told."""
    smallest = result.request.settings.audit.smallest_group
    by_year = [
        f"{count if count == 0 or count >= smallest else f'fewer than {smallest}'} in {school_year(year)}"
        for year, count in sorted(result.basis.unlabelled.items())
    ]
    return f"{', '.join(by_year)}: the outcome is not known (moved elsewhere, or no final marks)"


def warnings_section(warnings: Sequence[Finding]) -> Html:
    """What does not quite add up in the records: each kind and how often, without its figures, which may be small."""
    found = by_code(warnings)
    lines = [f"{code}: {CHECKS[code].means} Found {len(those):,} times." for code, those in found.items()]
    says = "The records were used, though not everything in them adds up. Where: ontrack check."
    return section("What does not add up in the records", paragraph(says), bullets(lines))


def limits_section(result: TrainingResult) -> Html:
    """What the list is for, what it is not for, and what the figures cannot say."""
    return section(
        "Limits",
        paragraph(INTENDED),
        element("h3", "What it is not for"),
        bullets([use.replace("**", "") for use in REFUSED_USES]),
        element("h3", "What the figures cannot say"),
        bullets([*limits_of(result, "model" if result.figures else "rule"), *left_out_of(result)]),
    )


def reproduce_section(result: TrainingResult) -> Html:
    """How to come to the same figures."""
    command = element("pre", element("code", f"ontrack train --district {result.request.district.id}"))
    says = (
        f"On data version {result.basis.data_version[:12]}, with the settings of this run and on the date "
        f"{result.request.today}, the same code gives the same figures:"
    )
    return section("How to reproduce this", paragraph(says), command)

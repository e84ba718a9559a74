"""The report of a training run: one page that a principal can read and a data team can check, aggregates only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.quality.check import by_code
from features.quality.check_codes import CHECKS, Finding
from models.verdict import Verdict
from presentation.numbers import capacity_of_100, capitalized, long_date, school_year
from presentation.report import Report, ReportSection, prose_section, render
from presentation.tables import CheckLine, grouped_table
from training.audit.checks import VERDICT_WORDS as AUDIT_WORDS
from training.district_card import checks_of, kind_that_serves, left_out_of, limits_of, pooled_limits
from training.evaluation.scorers import words_of
from training.gate.bounds import loosened_bounds, primary_of
from training.gate.verdict import VERDICT_WORDS, GateCheck
from training.report.at_a_glance import glance_section
from training.report.audit import HEAD, audit_sections, group_rows
from training.report.comparison import calibration_section, comparison_of, comparison_section
from training.report.other_years import weekly_lists_section, years_section
from training.report.pool import pool_section
from training.report.rule_shares import share_sections
from training.report.sections import TEMPLATES, facts_section, limits_section, reproduce_section
from training.report.verdict import refusal_section, verdict_section
from training.report.year_parts import parts_section, serves_when, titled, weeks_section
from training.training_result import TrainingResult

SIGNS: Mapping[Verdict, str] = {"pass": "✓", "fail": "✕", "not_enough_evidence": "?"}


@dataclass(frozen=True)
class GateChecksView:
    """What the gate's checks decide, the bounds that a district loosened, and every check."""

    says: str
    loosened: tuple[str, ...]
    checks: tuple[CheckLine, ...]


def render_technical_report(
    result: TrainingResult,
    *,
    made_on: date,
    warnings: Sequence[Finding] = (),
    parts: Sequence[TrainingResult] = (),
) -> str:
    """The report as one HTML document that fetches and runs nothing.

    `parts` are the results of every part of the year, where there are several; `result` is then the main one.

    The verdict stands first in a plain sentence, then three figures and a picture, then the contents and all the rest.
    It holds no student, and no figure over fewer than `audit.smallest_group` students. A result without figures
    (nothing could be judged) says why.
    """
    outcome, _, _ = result.request.outcome.says.partition(":")
    district, year = result.request.district.name, school_year(result.basis.split.test)
    opening = (
        verdict_section(result, serves_when(parts)),
        glance_section(comparison_of(result), beside_the_model(result)),
    )
    report = Report(
        title=f"{capitalized(outcome)}: {district}, {year}",
        heading=capitalized(outcome),
        about=f"{district} · test year {year} · made on {long_date(made_on)}",
        opening=[one for one in opening if one],
        sections=[one for one in sections_of(result, warnings, parts or (result,)) if one],
        contents=True,
    )
    return render(report, TEMPLATES)


def beside_the_model(result: TrainingResult) -> str:
    """The rule that the model's figures stand beside: the one that serves, or that it had to beat."""
    return result.beside if result.serves == "model" else result.serves


def sections_of(
    result: TrainingResult, warnings: Sequence[Finding], parts: Sequence[TrainingResult]
) -> Iterator[ReportSection | None]:
    """What follows the contents; None for a section that has nothing to say."""
    yield pool_section(result.basis)
    yield parts_section(parts)
    yield weeks_section(parts)
    for one in sorted(parts, key=lambda one: one is not result):
        yield from part_sections(one) if len(parts) == 1 else titled(part_sections(one), one)
    if result.figures:
        yield years_section(result)
        yield weekly_lists_section(result)
    yield data_section(result)
    yield warnings_section(warnings) if warnings else None
    yield limits_section(
        [*pooled_limits(result.basis), *limits_of(result, kind_that_serves(result)), *left_out_of(result)]
    )
    yield reproduction_section(result)


def part_sections(result: TrainingResult) -> Iterator[ReportSection | None]:
    """One part of the year: why the model does not serve, the checks, comparison, calibration and audit."""
    yield refusal_section(result)
    yield checks_section(result) if result.gate.checks else None
    yield from share_sections(result)
    if not result.figures:
        yield from rule_sections(result)
        return
    found = comparison_of(result)
    yield comparison_section(found)
    yield calibration_section(found)
    if result.audited:
        yield from audit_sections(result.audited)
        yield from rule_sections(result) if result.serves != "model" else ()


def rule_sections(result: TrainingResult) -> Iterator[ReportSection]:
    """What the checks say of the list by the rule that serves, and its groups."""
    if audit := result.audit_of("rule"):
        alone = [one for one in audit.tables if not one.crossed]
        table = grouped_table(f"The list by {words_of(result.serves)}, group by group", HEAD, map(group_rows, alone))
        checks = checks_of(result, "rule")
        says = [f"{capitalized(check.title)}: {AUDIT_WORDS[check.verdict]}. {check.says}" for check in checks]
        yield prose_section("Is the rule that serves as good for every group?", points=says, tables=[table])


def checks_section(result: TrainingResult) -> ReportSection:
    """Every check of the gate."""
    bounds = result.request.settings.gate
    says = (
        "A model may serve only where no check fails and every required one passes; the others can only speak against "
        "it. Short of that, the published rule serves. Declared before "
        f"the run: the figure that decides is {primary_of(bounds)}."
    )
    view = GateChecksView(says, tuple(loosened_bounds(bounds)), tuple(map(check_line, result.gate.checks)))
    return ReportSection("What was checked", "report/gate_checks.html", view)


def check_line(check: GateCheck) -> CheckLine:
    """One check."""
    words = capitalized(VERDICT_WORDS[check.verdict])
    return CheckLine(
        SIGNS[check.verdict], words, check.verdict, check.code, capitalized(check.title), check.says, linked=False
    )


def data_section(result: TrainingResult) -> ReportSection:
    """The years, rows, data version and seed behind the figures."""
    basis, settings = result.basis, result.request.settings
    facts = {
        "Training years": f"{basis.trained:,} rows of {', '.join(map(school_year, basis.split.train))}",
        "Test year": f"{basis.tested:,} rows of {school_year(basis.split.test)}, which no training label was seen from",
        "Left out": left_out(result),
        "A row": f"one student as seen on one scoring date ({', '.join(map(entry_words, settings.training.as_of))})",
        "Capacity": f"{capacity_of_100(settings.gate.capacity)} of 100 students",
        "Data version": basis.data_version[:12],
        "Seed": f"{settings.training.seed}, of the fit and of {settings.gate.replicates:,} bootstrap draws of students",
        "Outcome": f"{result.request.outcome.name}, known on {long_date(result.request.today)}",
    }
    return facts_section("The data", facts)


def entry_words(entry: str) -> str:
    """An entry of the schedule in words: a month-day, or a school week."""
    if entry.startswith("week"):
        return f"school {entry}"
    month, day = map(int, entry.split("-"))
    return f"{date(2000, month, day):%B} {day}"


def left_out(result: TrainingResult) -> str:
    """How many rows had no known outcome in each year; a small number is not shown."""
    smallest = result.request.settings.audit.smallest_group
    by_year = [
        f"{count if count == 0 or count >= smallest else f'fewer than {smallest}'} in {school_year(year)}"
        for year, count in sorted(result.basis.unlabelled.items())
    ]
    return f"{', '.join(by_year)}: the outcome is not known (moved elsewhere, or no final marks)"


def warnings_section(warnings: Sequence[Finding]) -> ReportSection:
    """The warnings of the record checks: each code and how often, without its figures, which may be small."""
    found = by_code(warnings)
    lines = [f"{code}: {CHECKS[code].means} Found {len(those):,} times." for code, those in found.items()]
    says = "The records were used, though not everything in them adds up. Where: ontrack check."
    return prose_section("What does not add up in the records", says, points=lines)


def reproduction_section(result: TrainingResult) -> ReportSection:
    """How to come to the same figures."""
    says = (
        f"On data version {result.basis.data_version[:12]}, with the settings of this run and on the date "
        f"{result.request.today}, the same code gives the same figures:"
    )
    pooled, alone = result.basis.pooled, f"ontrack train --district {result.request.district.id}"
    return reproduce_section(says, f"ontrack train-pool {pooled.pool}" if pooled else alone)

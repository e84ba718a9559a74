"""The report of a rule that serves before any list could be judged."""

from datetime import date

from presentation.numbers import capitalized, long_date
from presentation.report import Report, prose_section, render
from training.report.pool import pool_section
from training.report.rule_shares import share_sections
from training.report.sections import TEMPLATES, limits_section
from training.report.verdict import CHOSEN
from training.run_result import RunResult

NOT_JUDGED = "The published rule may serve: no model could be judged."


def render_first_day_rule(found: RunResult, made_on: date) -> str:
    """What serves and why, what can be told of it so far, and what it is not for."""
    result = found.main
    outcome, _, _ = result.request.outcome.says.partition(":")
    indicator = result.ruled_set.indicator
    told = (
        f"Its shares are those of {result.basis.trained:,} rows of past students; no other year has judged its lists."
        if result.basis.split.train
        else "Nothing is on record yet to say how such students fared here: it tells no risk, only its reasons."
    )
    report = Report(
        title=f"{capitalized(outcome)}: {result.request.district.name}",
        heading=capitalized(outcome),
        about=f"{result.request.district.name} · not judged yet · made on {long_date(made_on)}",
        opening=[
            prose_section(
                "",
                CHOSEN
                if result.gate.verdict == "no_model"
                else "The published rule may serve: no model could be judged.",
                f"It lists students with {indicator.says}." if indicator else "",
                told,
                points=[check.says for check in result.gate.checks],
            )
        ],
        sections=[
            *([section] if (section := pool_section(result.basis)) else []),
            *[section for part in found.parts for section in share_sections(part)],
            limits_section(["It is about the records so far alone. Train again after the next final marks."]),
        ],
    )
    return render(report, TEMPLATES)

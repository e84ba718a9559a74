"""The reference of the gate: its checks, what each asks, and its bounds."""

from typing import get_args

from docs.reference_settings import default_of
from docs.reference_text import code, heading, table
from features.settings import Gate
from models.metrics.intervals import Interval
from models.metrics.paired_comparison import RecallLead
from models.verdict import Verdict
from training.evaluation.calibration_by_date import DateCalibration
from training.evaluation.level_by_year import LevelGap
from training.gate.band_check import band_check, check_bands
from training.gate.bound_checks import (
    check_calibration,
    check_group_calibration,
    check_leakage,
    check_recall_gaps,
    check_records,
)
from training.gate.bounds import LOOSER
from training.gate.checks import GateEvidence, check_evidence
from training.gate.comparison import GateComparison
from training.gate.date_checks import check_calibration_by_date, check_weeks
from training.gate.level_check import check_level
from training.gate.list_checks import (
    CHAMPION,
    COMPARISONS,
    check_at_own_count,
    check_champion,
    check_enough_students,
    check_last_year,
    check_lead,
    check_logistic,
)
from training.gate.rule_selection import RuleSelection, RuleToBeat
from training.gate.verdict import VERDICT_WORDS, GateCheck


def gate_checks() -> list[str]:
    """The checks of the gate with the question of each, its verdicts, and the settings that bound it."""
    verdicts = ", ".join(VERDICT_WORDS[verdict] for verdict in get_args(Verdict))
    bounds = [
        (code(f"gate.{name}"), default_of(Gate, name), field.description or "–", LOOSER.get(name, "–"))
        for name, field in Gate.model_fields.items()
    ]
    return [
        heading(2, "Checks of the gate"),
        f"Each check ends in one of three verdicts: {verdicts}. A failed one fails the model; one that cannot be "
        "judged leaves it unproven. Why it is so: [the gate](../explanation/the-gate.md).",
        table(("Code", "Title", "Asks"), [(code(check.code), check.title, asked) for check, asked in questions()]),
        heading(2, "Bounds"),
        table(("Setting", "Default", "Meaning", "Looser if"), bounds),
    ]


def questions() -> list[tuple[GateCheck, str]]:
    """Every check of the gate on made-up evidence, and the question it asks."""
    even, lead = Interval(0.0, 0.0, 0.0), RecallLead(0.0, 0.0, 0.0, error=0.0)
    leads = {name: lead for _, name, _ in (*COMPARISONS, CHAMPION)}
    compared = GateComparison(
        (2025, 2026),
        0,
        0,
        leads,
        rule=RuleToBeat("rule", RuleSelection(("rule",))),
        own_count=lead,
        last_year=lead,
        by_week={5: lead},
    )
    made_up = GateEvidence(
        compared,
        even,
        even,
        even,
        {},
        group_calibration={"a group": even},
        bands=band_check("pass", ""),
        week_calibration={3: even},
        dates=(DateCalibration("scoring date", "2025-09-01", 1, week=3, gap=even),),
        level=(LevelGap(2026, 3, even),),
    )
    others = [f"{check_lead.__doc__} The other scorer: {title}." for _, _, title in COMPARISONS]
    last = [
        check_champion, check_logistic, check_calibration, check_recall_gaps, check_leakage,
        check_group_calibration, check_records, check_at_own_count, check_last_year,
        check_bands, check_calibration_by_date, check_weeks, check_level,
    ]  # fmt: skip
    asked = [check_enough_students.__doc__ or "", *others, *(function.__doc__ or "" for function in last)]
    return list(zip(check_evidence(made_up, Gate()), asked, strict=True))

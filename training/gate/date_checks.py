"""Checks on every scoring date of a part of the year: a model right on the whole may be wrong on one."""

from collections.abc import Mapping, Sequence

from models.metrics.bound_verdict import bound_verdict
from models.metrics.intervals import Interval
from training.evaluation.calibration_by_date import DateCalibration
from training.gate.bound_checks import off_by
from training.gate.list_checks import lead_in_words
from training.gate.verdict import GateCheck, Verdict


def check_calibration_by_date(dates: Sequence[DateCalibration], bound: float) -> GateCheck:
    """Whether the model is calibrated on each scoring date."""
    judged = [(one, one.gap) for one in dates if one.gap is not None]
    if not judged:
        says = "No scoring date has enough students off track to be judged."
        return GateCheck("GATE14", "calibrated on every date", "not_enough_evidence", says)
    worst, furthest = max(judged, key=lambda one: abs(one[1].estimate))
    verdict = worst_verdict([bound_verdict(gap, above=-bound, below=bound) for _, gap in judged])
    says = (
        f"Furthest off on {worst.value}, in school week {worst.week}: of 100 students, {off_by(furthest, bound)}. "
        f"{len(judged)} scoring dates judged."
    )
    return GateCheck("GATE14", "calibrated on every date", verdict, says)


def check_weeks(leads: Mapping[int, Interval], rule: str) -> GateCheck:
    """Whether more are listed than by the rule in every school week of scoring dates."""
    worst = min(leads, key=lambda week: leads[week].estimate)
    verdict = worst_verdict([bound_verdict(lead, above=0) for lead in leads.values()])
    says = lead_in_words(rule, leads[worst], f" in school week {worst}, where its lead is least")
    return GateCheck("GATE15", "in every week", verdict, says, required=False)


def worst_verdict(found: Sequence[Verdict]) -> Verdict:
    """The worst of several verdicts: a failure, else one without enough evidence."""
    return "fail" if "fail" in found else "not_enough_evidence" if "not_enough_evidence" in found else "pass"

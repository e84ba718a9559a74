"""Checks on every scoring date of a part of the year: a model right on the whole may be wrong on one."""

from collections.abc import Mapping, Sequence

from models.metrics.bound_verdict import bound_verdict
from models.metrics.intervals import Interval
from models.verdict import Verdict
from presentation.numbers import people_interval
from training.evaluation.calibration_by_date import DateCalibration
from training.gate.bound_checks import off_by
from training.gate.list_checks import lead_in_words
from training.gate.verdict import GateCheck


def check_calibration_by_date(
    gaps: Mapping[int, Interval], dates: Sequence[DateCalibration], bound: float
) -> GateCheck:
    """Whether the model is calibrated in each school week of scoring dates over all judged years.

    A date of the last judged year (`dates`) whose gap is shown to be beyond the bound fails it too.
    """
    of_last = [one.gap for one in dates if one.gap is not None]
    if not gaps or not of_last:
        says = "No scoring date has enough students off track to be judged."
        return GateCheck("GATE14", "calibrated on every date", "not_enough_evidence", says)
    week = max(gaps, key=lambda one: abs(gaps[one].estimate))
    found = worst_verdict([bound_verdict(gap, above=-bound, below=bound) for gap in gaps.values()])
    last = worst_verdict([bound_verdict(gap, above=-bound, below=bound) for gap in of_last])
    furthest = max(of_last, key=lambda gap: abs(gap.estimate))
    says = (
        f"Furthest off in school week {week}: of 100 students, {off_by(gaps[week], bound)}; in the last judged year "
        f"alone, at most {people_interval(furthest)}. {len(gaps)} school weeks judged."
    )
    return GateCheck("GATE14", "calibrated on every date", "fail" if last == "fail" else found, says)


def check_weeks(leads: Mapping[int, Interval], rule: str) -> GateCheck:
    """Whether more are listed than by the rule in every school week of scoring dates."""
    worst = min(leads, key=lambda week: leads[week].estimate)
    verdict = worst_verdict([bound_verdict(lead, above=0) for lead in leads.values()])
    says = lead_in_words(rule, leads[worst], f" in school week {worst}, where its lead is least")
    return GateCheck("GATE15", "in every week", verdict, says, required=False)


def worst_verdict(found: Sequence[Verdict]) -> Verdict:
    """The worst of several verdicts: a failure, else one without enough evidence."""
    return "fail" if "fail" in found else "not_enough_evidence" if "not_enough_evidence" in found else "pass"

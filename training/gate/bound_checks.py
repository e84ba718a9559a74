"""Checks on what a district bounds: calibration, gaps between groups, features that know the end, and the records."""

from collections.abc import Mapping, Sequence
from datetime import date

from features.quality.check_codes import Finding, month_of
from models.metrics.bound_verdict import bound_verdict
from models.metrics.intervals import Interval
from models.verdict import Verdict
from presentation.numbers import people_interval
from training.audit.group_bounds import judge_groups
from training.audit.group_names import people
from training.evaluation.leakage import Leak
from training.gate.verdict import GateCheck, more_or_fewer, signed

Gaps = Mapping[str, Mapping[str, Interval | None]]
"""By attribute and group: recall less that of the largest group, None where too few students stand behind it."""
MEND = "Bring such records with the day on which they became known, or leave them out, and train again."
"""What to do about features that know the end."""
ABOUT_TODAY = frozenset({"CHECK02", "CHECK07", "CHECK08"})
"""Warnings on what has not come yet: they say nothing against the years that were learned from and judged."""


def check_calibration(gap: Interval, last: Interval, bound: float) -> GateCheck:
    """Whether the model is calibrated over all judged years, and not shown to be off in the last one."""
    both = [bound_verdict(one, above=-bound, below=bound) for one in (gap, last)]
    verdict: Verdict = "fail" if "fail" in both else both[0]
    says = f"Of 100 students, {off_by(gap, bound)}; in the last judged year alone, {people_interval(last)}."
    return GateCheck("GATE06", "calibrated", verdict, says)


def off_by(gap: Interval, bound: float) -> str:
    """The calibration gap in words."""
    return (
        f"{more_or_fewer(gap.estimate)} ended off track than the risks said "
        f"(95% interval {signed(gap.low)} to {signed(gap.high)}; allowed is {bound * 100:.0f})"
    )


def check_recall_gaps(gaps: Gaps, bound: float) -> GateCheck:
    """Whether recall is about equal in every group that can be judged.

    In either direction: where another group is found far more often, it is the largest one that is missed.
    """
    judged = {people(name, value): gap for name, values in gaps.items() for value, gap in values.items() if gap}
    unjudged = sum(gap is None for values in gaps.values() for gap in values.values())
    if not judged:
        says = "No group has enough students off track to be compared."
        return GateCheck("GATE07", "groups", "not_enough_evidence", says)
    found = judge_groups(judged, bound)
    gap, small = judged[found.decisive], f" {unjudged} more too small to compare." if unjudged else ""
    says = (
        f"Decided by: {found.decisive}. Of 100 of them who ended off track, "
        f"{more_or_fewer(gap.estimate)} would have been listed than in the largest group (95% interval "
        f"{signed(gap.low)} to {signed(gap.high)}; allowed is {bound * 100:.0f}). {found.says}{small}"
    )
    return GateCheck("GATE07", "groups", found.verdict, says, required=found.required)


def check_leakage(leaks: Sequence[Leak]) -> GateCheck:
    """Whether no feature leaks the outcome."""
    verdict: Verdict = "fail" if leaks else "pass"
    none = "No feature alone tells the end, by its value, by being filled in or by its category."
    says = " ".join([*(leak.says for leak in leaks), MEND]) if leaks else none
    return GateCheck("GATE08", "no feature knows the end", verdict, says)


def check_group_calibration(gaps: Mapping[str, Interval], bound: float) -> GateCheck:
    """Whether the model is calibrated in every group that can be judged."""
    found = judge_groups(gaps, bound)
    says = f"Decided by: {found.decisive}. Of 100 of them, {off_by(gaps[found.decisive], bound)}. {found.says}"
    return GateCheck("GATE09", "calibrated in every group", found.verdict, says, required=found.required)


def check_records(kinds: Sequence[str], most: int) -> GateCheck:
    """Whether the records of the training and test years have few kinds of warning."""
    verdict: Verdict = "pass" if len(kinds) <= most else "not_enough_evidence"
    which = f" ({', '.join(kinds)})" if kinds else ""
    says = f"Kinds of warning about past records: {len(kinds)}{which}; allowed are {most}. `ontrack check` says where."
    return GateCheck("GATE10", "records add up", verdict, says)


def kinds_of(warnings: Sequence[Finding], through: date) -> tuple[str, ...]:
    """The kinds of warning that bear on records up to a day's month, each once."""
    found = {one.code for one in warnings if one.month <= month_of(through)}
    return tuple(sorted(found - ABOUT_TODAY))

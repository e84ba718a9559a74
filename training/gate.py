"""The gate: may this model serve? Pass, fail, or not enough evidence, each check in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from features.settings import Gate
from models.metrics import Figures, Interval
from training.leaks import Leak

Verdict = Literal["pass", "fail", "not_enough_evidence"]
VERDICT_WORDS: Mapping[Verdict, str] = {"pass": "pass", "fail": "fail", "not_enough_evidence": "not enough evidence"}
Differences = Mapping[str, Mapping[str, Interval]]
"""By how much the model is better than each other scorer: precision and recall at the capacity, and ROC AUC."""
Gaps = Mapping[str, Mapping[str, Interval | None]]

LOGISTIC_MARGIN = 0.005
"""By how much ROC AUC may fall short of plain logistic regression before the trees are not worth having."""


@dataclass(frozen=True)
class Check:
    """One question the gate asks, and the answer in a sentence."""

    code: str
    title: str
    verdict: Verdict
    says: str


@dataclass(frozen=True)
class GateResult:
    """The verdict of all checks: a failed one fails the model, one that cannot be judged leaves it unproven."""

    district_id: str
    outcome: str
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        """Pass only where every check passes."""
        found = {check.verdict for check in self.checks}
        if "fail" in found:
            return "fail"
        return "not_enough_evidence" if "not_enough_evidence" in found else "pass"

    def as_json(self) -> dict[str, object]:
        """What is signed into the bundle as `gate.json`."""
        return {
            "district_id": self.district_id,
            "outcome": self.outcome,
            "verdict": self.verdict,
            "checks": [asdict(check) for check in self.checks],
        }


@dataclass(frozen=True)
class Evidence:
    """What the gate looks at: figures on a year that no training label was seen from.

    `calibration` is the share off track less the mean risk, with its interval; `leaks` are features that know the end.
    """

    figures: Mapping[str, Figures]
    differences: Differences
    calibration: Interval
    recall_gaps: Gaps
    leaks: tuple[Leak, ...] = ()


def judge_evidence(evidence: Evidence, bounds: Gate) -> tuple[Check, ...]:
    """Every check on a model that could be fitted."""
    others = [
        beats(code, name, title, evidence.differences[name]["precision"])
        for code, name, title in COMPARISONS
        if name in evidence.differences
    ]
    enough = enough_students(evidence.figures["model"].positives, bounds.minimum_off_track)
    checks = [
        *others,
        keeps_up_with_logistic(evidence.differences["logistic"]["roc_auc"]),
        is_calibrated(evidence.calibration, bounds.calibration_bound),
        treats_groups_alike(evidence.recall_gaps, bounds.recall_gap_bound),
    ]
    checks = [*checks, knows_no_end(evidence.leaks)]
    return (enough, *(checks if enough.verdict == "pass" else map(unproven, checks)))


def unproven(check: Check) -> Check:
    """The same check where there are too few students to judge by: a failure is then no proof either."""
    return replace(check, verdict="not_enough_evidence") if check.verdict == "fail" else check


COMPARISONS = (
    ("GATE02", "rule", "the published rule on what is known so far"),
    ("GATE03", "school_only", "knowing only the school"),
    ("GATE04", "champion", "the model that serves now"),
)


def unfitted(why: str) -> tuple[Check, ...]:
    """The one check on a district whose records do not allow a model at all."""
    return (Check("GATE01", "enough students", "not_enough_evidence", f"No model could be fitted: {why}."),)


def enough_students(off_track: int, least: int) -> Check:
    """Whether the test year has enough students off track to judge anything by."""
    verdict: Verdict = "pass" if off_track >= least else "not_enough_evidence"
    says = f"{off_track} students ended off track in the test year; {least} are needed to judge by."
    return Check("GATE01", "enough students", verdict, says)


def beats(code: str, name: str, title: str, precision: Interval) -> Check:
    """Whether more of the listed students ended off track than under another scorer, beyond chance."""
    verdict: Verdict = "pass" if precision.low > 0 else "fail" if precision.high <= 0 else "not_enough_evidence"
    says = (
        f"Of 100 students listed, {more_or_fewer(precision.estimate)} ended off track than when listed by {title} "
        f"(95% interval {signed(precision.low)} to {signed(precision.high)})."
    )
    return Check(code, f"better than {name.replace('_', ' ')}", verdict, says)


def more_or_fewer(share: float) -> str:
    """A difference in words, of 100."""
    return f"{abs(share) * 100:.0f} {'more' if share >= 0 else 'fewer'}"


def signed(share: float) -> str:
    """A share as a signed number of 100."""
    return f"{share * 100:+.0f}"


def keeps_up_with_logistic(roc_auc: Interval) -> Check:
    """Whether the model orders students about as well as plain logistic regression."""
    behind = roc_auc.high < -LOGISTIC_MARGIN
    verdict: Verdict = "fail" if behind else "pass" if roc_auc.estimate >= -LOGISTIC_MARGIN else "not_enough_evidence"
    says = (
        f"ROC AUC differs from logistic regression by {roc_auc.estimate:+.3f} "
        f"(95% interval {roc_auc.low:+.3f} to {roc_auc.high:+.3f}; allowed is {-LOGISTIC_MARGIN})."
    )
    return Check("GATE05", "keeps up with logistic regression", verdict, says)


def is_calibrated(gap: Interval, bound: float) -> Check:
    """Whether risks mean what they say, over the whole test year."""
    within = -bound <= gap.low and gap.high <= bound
    outside = gap.high < -bound or gap.low > bound
    verdict: Verdict = "pass" if within else "fail" if outside else "not_enough_evidence"
    says = (
        f"Of 100 students, {more_or_fewer(gap.estimate)} ended off track than the risks said "
        f"(95% interval {signed(gap.low)} to {signed(gap.high)}; allowed is {bound * 100:.0f})."
    )
    return Check("GATE06", "calibrated", verdict, says)


def treats_groups_alike(gaps: Gaps, bound: float) -> Check:
    """Whether students who end off track are found about as often in every group that can be judged."""
    judged = [(group_words(name, value), gap) for name, values in gaps.items() for value, gap in values.items() if gap]
    unjudged = sum(gap is None for values in gaps.values() for gap in values.values())
    if not judged:
        says = "No group has enough students off track to be compared."
        return Check("GATE07", "groups", "not_enough_evidence", says)
    missed = [name for name, gap in judged if gap.high < -bound]
    worst, gap = min(judged, key=lambda one: one[1].estimate)
    verdict: Verdict = "fail" if missed else "pass"
    compared = f"{len(judged)} groups compared, {unjudged} too small to judge."
    if gap.estimate >= 0:
        return Check("GATE07", "groups", verdict, f"No group is found less often than the largest one. {compared}")
    says = (
        f"Found least often: {worst}. Of 100 who ended off track, {-gap.estimate * 100:.0f} fewer would have been "
        f"listed than in the largest group (95% interval {signed(gap.low)} to {signed(gap.high)}; allowed is "
        f"{bound * 100:.0f}). {compared}"
    )
    return Check("GATE07", "groups", verdict, says)


def knows_no_end(leaks: Sequence[Leak]) -> Check:
    """Whether no feature tells the end before it can be known."""
    verdict: Verdict = "fail" if leaks else "pass"
    found = " ".join(leak.says for leak in leaks)
    says = found or "No feature alone tells the end in the training years and not in the test year."
    return Check("GATE08", "no feature knows the end", verdict, says)


def group_words(attribute: str, value: str) -> str:
    """A group as a person says it."""
    attribute = attribute.replace("_", " ")
    return f"{attribute}: {value}" if value in ("yes", "no") else f"{value} ({attribute})"


def sentences(checks: Sequence[Check]) -> list[str]:
    """The checks as lines for a terminal."""
    return [f"{VERDICT_WORDS[check.verdict]:>19}  {check.code}  {check.says}" for check in checks]

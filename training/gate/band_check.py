"""Whether students can reach every band of signals: by a model's risks, and by the shares of a rule.

Pages show the same three bands whatever serves, cut at `service.bands`. A band that nobody can reach says nothing: a
counselor waits for students with many signals who cannot come.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.estimators.published_rule import RuleModel
from models.examples import Floats, Integers, Texts
from models.metrics.bound_verdict import bound_verdict
from models.metrics.intervals import Interval, wilson_interval
from models.verdict import Verdict
from presentation.numbers import of_100
from training.gate.verdict import GateCheck

BANDS: Final = ("few", "some", "many")
LEAST_SHARE = 0.01
"""The share of students that a band must be shown to hold less of, before it is one that nobody reaches."""
Cuts = tuple[float, float]


def check_bands(risk: Floats, student: Texts, cuts: Cuts) -> GateCheck:
    """Whether students of the test year reach every band of signals, or so many were judged that nobody will."""
    held = np.bincount(bands_of(risk, cuts), minlength=len(BANDS)) / len(risk)
    empty = [band for band, share in enumerate(held) if not share]
    _, at_most = wilson_interval(0, len(np.unique(student)))
    verdict: Verdict = bound_verdict(Interval(0.0, 0.0, at_most / 100), above=LEAST_SHARE) if empty else "pass"
    few, some, many = map(of_100, held)
    says = f"Of 100 students of the test year, {few} show few signals, {some} some and {many} many."
    return band_check(verdict, f"{says}{unreached(empty, cuts)}")


def check_rule_bands(rule: RuleModel, cuts: Cuts) -> GateCheck:
    """Whether the shares of a rule reach every band of signals.

    A band without a share fails where no interval of a share reaches into it either.
    """
    reached = set(bands_of(np.array(rule.shares), cuts).tolist())
    lowest, highest = (bands_of(np.array(ends or rule.shares), cuts) for ends in (rule.low, rule.high))
    possible = {band for low, high in zip(lowest, highest, strict=True) for band in range(low, high + 1)}
    empty = [band for band in range(len(BANDS)) if band not in reached]
    verdict: Verdict = "pass" if not empty else "not_enough_evidence" if possible.issuperset(empty) else "fail"
    says = "By the rule's shares, students can show few, some and many signals."
    return band_check(verdict, says if not empty else f"By the rule's shares:{unreached(empty, cuts)}")


def band_check(verdict: Verdict, says: str) -> GateCheck:
    """The check in its words; it is not required, as a band that is only not seen yet keeps no model from serving."""
    return GateCheck("GATE13", "bands can be reached", verdict, says, required=False)


def bands_of(values: Floats, cuts: Cuts) -> Integers:
    """The band of each risk or share, from 0: the next one begins at its cut."""
    return np.searchsorted(cuts, values, side="right")


def unreached(empty: Sequence[int], cuts: Cuts) -> str:
    """Which bands nobody reaches and what to set, in words; empty where every band is reached."""
    ranges = (f"below {cuts[0]:.2f}", f"from {cuts[0]:.2f} to {cuts[1]:.2f}", f"from {cuts[1]:.2f} on")
    named = " and ".join(f"{BANDS[band]} signals ({ranges[band]})" for band in empty)
    return f" Nobody reaches {named}: set `service.bands` to what can be reached." if empty else ""

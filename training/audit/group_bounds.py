"""Gaps of groups beside a bound: which groups are shown to be within it, which beyond, and which are not settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from models.metrics.bound_verdict import bound_verdict, excludes_zero
from models.metrics.intervals import Interval
from models.verdict import Verdict
from presentation.numbers import people_interval

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True)
class JudgedGroups:
    """Gaps of groups beside a bound: the verdict on all, the group that decides, and the groups not settled.

    `is_seen` says whether one of those not settled differs from the reference beyond chance.
    """

    verdict: Verdict
    decisive: str
    compared: int
    beyond: int
    unsettled: Mapping[str, Interval]
    is_seen: bool

    @property
    def required(self) -> bool:
        """Whether a gate has to be satisfied first: not where too few students leave open a gap that nobody sees."""
        return self.is_seen or self.verdict != "not_enough_evidence"

    @property
    def says(self) -> str:
        """How many groups are shown to be within the bound, or beyond, and of how many neither can be said."""
        within = self.compared - self.beyond - len(self.unsettled)
        says = f"{self.compared} group{'s' * (self.compared != 1)} compared: {within} shown to be within"
        says += f", {self.beyond} beyond" if self.beyond else ""
        if not self.unsettled:
            return f"{says}."
        name = furthest(self.unsettled)
        which = f"{name}, {people_interval(self.unsettled[name])}"
        chance = "" if self.is_seen else "; none of these differs more than chance allows"
        return f"{says}; not enough evidence of {len(self.unsettled)} (furthest: {which}){chance}."


def judge_groups(gaps: Mapping[str, Interval], bound: float) -> JudgedGroups:
    """A pass where groups are shown to be within the bound and no other one is seen to differ, beyond chance, at all.

    One group shown to be beyond fails them all. A gap that is seen, and is not shown to be within, is not enough
    evidence; so are gaps of which none is shown to be within. A small group in which no gap is seen decides nothing,
    and is counted. Chance is that of as many comparisons as there are groups.
    """
    verdicts = {name: bound_verdict(gap, above=-bound, below=bound) for name, gap in gaps.items()}
    by = {kind: {name: gaps[name] for name in gaps if verdicts[name] == kind} for kind in VERDICTS}
    beyond, within, unsettled = by["fail"], by["pass"], by["not_enough_evidence"]
    seen = {name: gap for name, gap in unsettled.items() if excludes_zero(gap, comparisons=len(gaps))}
    verdict: Verdict = "fail" if beyond else "not_enough_evidence" if seen or not within else "pass"
    return JudgedGroups(
        verdict, furthest(beyond or seen or within or gaps), len(gaps), len(beyond), unsettled, bool(seen)
    )


def furthest(gaps: Mapping[str, Interval]) -> str:
    """The group with the widest gap."""
    return max(gaps, key=lambda name: abs(gaps[name].estimate))

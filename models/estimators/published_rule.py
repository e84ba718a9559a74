"""The published rule as a scorer: its count of signals becomes the share off track seen in past years."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from features.errors import Refused
from models.estimators.monotone_shares import count_levels, fit_monotone_shares
from models.examples import Booleans, Examples, Floats, Integers, Texts

Range = tuple[float, float]
"""Two shares, the lower first."""
EVIDENCE = ("off_track", "pooled_n", "low", "high")
"""What stands behind each share; a rule may have none of it, as earlier versions of OnTrack wrote none."""


@dataclass(frozen=True)
class SimilarStudents:
    """The past students with similar records: how many, and the interval of their share off track, in [0, 1].

    A student with rows on several dates may stand in several levels, each by a part: `n` is the sum, rounded down.
    Where they are too few to be told, `n` is 0 and the interval says nothing: from 0 to 1.
    """

    n: int
    low: float
    high: float

    @property
    def are_told(self) -> bool:
        """Whether there are enough of them for a figure."""
        return self.n > 0


TOO_FEW = SimilarStudents(0, 0.0, 1.0)


@dataclass(frozen=True)
class RuleModel:
    """The share of past students off track at each count of signals, which never falls with the count.

    `counts` rises; `n` is how many past students had each count, `off_track` how many of them ended off track;
    `overall` is the share among all of them. A share is of the `pooled_n` students of all counts pooled with its own,
    and lies in the interval from `low` to `high`. These are empty in a rule that has shares and `n` only.
    """

    counts: tuple[float, ...]
    shares: tuple[float, ...]
    n: tuple[float, ...]
    overall: float
    off_track: tuple[float, ...] = ()
    pooled_n: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        rising = all(np.diff(self.counts) > 0) and all(np.diff(self.shares) >= 0)
        within = all(0 <= share <= 1 for share in (*self.shares, self.overall))
        if not (self.counts and len(self.counts) == len(self.shares) == len(self.n) and rising and within):
            raise ValueError("a rule needs rising counts, each with its n and a share in [0, 1] that never falls")
        known = {len(getattr(self, name)) for name in EVIDENCE}
        if known not in ({0}, {len(self.counts)}):
            raise ValueError(f"a rule has all or none of {', '.join(EVIDENCE)}, each for every count")
        ranges = zip(self.low, self.shares if self.low else (), self.high, strict=True)
        if not all(0 <= low <= share <= high <= 1 for low, share, high in ranges):
            raise ValueError("a rule's shares lie within their intervals in [0, 1]")

    def risk(self, signals: Floats) -> Floats:
        """The share of each count; an unseen count has that of the nearest below, a missing one the overall share."""
        return np.where(np.isnan(signals), self.overall, np.asarray(self.shares)[self.level_of(signals)])

    def similar_students(self, signals: Floats, *, least: int) -> list[SimilarStudents | None]:
        """The students that stand behind each risk, None where the rule has no intervals.

        `TOO_FEW` below `least`, and where the count is missing: nobody is known to be similar.
        """
        if not self.pooled_n:
            return [None] * len(signals)
        levels = [
            SimilarStudents(int(n), low, high) if n >= least else TOO_FEW
            for n, low, high in zip(self.pooled_n, self.low, self.high, strict=True)
        ]
        return [
            TOO_FEW if missing else levels[level]
            for missing, level in zip(np.isnan(signals), self.level_of(signals), strict=True)
        ]

    def level_of(self, signals: Floats) -> Integers:
        """The place of each count among those known, that of the nearest below for an unseen one."""
        return np.clip(np.searchsorted(self.counts, signals, side="right") - 1, 0, len(self.counts) - 1)

    def without_evidence(self) -> "RuleModel":
        """The same rule for a date that nobody judged: it orders, and no student stands behind a share of it."""
        none, any_share = (0.0,) * len(self.counts), (1.0,) * len(self.counts)
        return replace(self, off_track=none, pooled_n=none, low=none, high=any_share)

    def within(self, ranges: Sequence[Range]) -> "RuleModel":
        """The same rule where its shares are told as ranges that hold in one more year, one for each count."""
        low, high = zip(*ranges, strict=True)
        return replace(self, low=low, high=high)

    def to_json(self) -> str:
        """The rule as JSON text; `from_json` gives the same one back."""
        return json.dumps({name: values for name, values in asdict(self).items() if values != ()}, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> "RuleModel":
        """The rule of a JSON text; ValueError where it is not one."""
        values = json.loads(text)
        before = {"counts", "shares", "n", "overall"}
        if not isinstance(values, dict) or set(values) not in (before, before | set(EVIDENCE)):
            raise ValueError(
                f"a rule has counts, shares, n, overall, all or none of {', '.join(EVIDENCE)}, and no more"
            )
        overall = float(values.pop("overall"))
        return RuleModel(overall=overall, **{name: tuple(map(float, found)) for name, found in values.items()})


def fit_rule(examples: Examples) -> RuleModel:
    """Fits the rule's shares on these examples; Refused where no row has a count."""
    if examples.rule is None or np.isnan(examples.rule).all():
        raise Refused("no published rule applies to these rows: there is no count of signals to learn shares from")
    known = ~np.isnan(examples.rule)
    return fit_shares(examples.rule[known], examples.label[known], examples.student[known])


def fit_shares(signals: Floats, label: Booleans, student: Texts) -> RuleModel:
    """Fits shares by count on rows of these students, each of whom counts 1 however many rows they have."""
    counts = count_levels(signals, label, student)
    fitted = fit_monotone_shares(counts)
    return RuleModel(
        counts=tuple(counts.levels.tolist()),
        shares=tuple(fitted.shares.tolist()),
        n=tuple(counts.n.tolist()),
        overall=float(counts.off_track.sum() / counts.n.sum()),
        off_track=tuple(counts.off_track.tolist()),
        pooled_n=tuple(fitted.pooled_n.tolist()),
        low=tuple(fitted.low.tolist()),
        high=tuple(fitted.high.tolist()),
    )

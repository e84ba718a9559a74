"""The published rule as a scorer: its count of signals becomes the share off track seen in past years."""

import json
from dataclasses import asdict, dataclass

import numpy as np

from features.errors import Refused
from models.examples import Booleans, Examples, Floats

PRIOR = 10.0
"""How many average students are added to each level, so that a level of few students is not 0 or 1."""


@dataclass(frozen=True)
class RuleModel:
    """The share of past students off track at each count of signals, which never falls with the count.

    `counts` rises; `n` is how many past students had each count; `overall` is the share among all of them.
    """

    counts: tuple[float, ...]
    shares: tuple[float, ...]
    n: tuple[int, ...]
    overall: float

    def __post_init__(self) -> None:
        rising = all(np.diff(self.counts) > 0) and all(np.diff(self.shares) >= 0)
        within = all(0 <= share <= 1 for share in (*self.shares, self.overall))
        if not (self.counts and len(self.counts) == len(self.shares) == len(self.n) and rising and within):
            raise ValueError("a rule needs rising counts, each with its n and a share in [0, 1] that never falls")

    def risk(self, signals: Floats) -> Floats:
        """The share of each count; an unseen count has that of the nearest below, a missing one the overall share."""
        level = np.searchsorted(self.counts, signals, side="right") - 1
        shares = np.asarray(self.shares)[np.clip(level, 0, len(self.shares) - 1)]
        return np.where(np.isnan(signals), self.overall, shares)

    def to_json(self) -> str:
        """The rule as JSON text; `from_json` gives the same one back."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> "RuleModel":
        """The rule of a JSON text; ValueError where it is not one."""
        values = json.loads(text)
        if not isinstance(values, dict) or set(values) != {"counts", "shares", "n", "overall"}:
            raise ValueError("a rule has exactly: counts, shares, n, overall")
        return RuleModel(
            counts=tuple(float(count) for count in values["counts"]),
            shares=tuple(float(share) for share in values["shares"]),
            n=tuple(int(n) for n in values["n"]),
            overall=float(values["overall"]),
        )


def fit_rule(examples: Examples) -> RuleModel:
    """Fits the rule's shares on these examples; Refused where no row has a count."""
    if examples.rule is None or np.isnan(examples.rule).all():
        raise Refused("no published rule applies to these rows: there is no count of signals to learn shares from")
    known = ~np.isnan(examples.rule)
    return fit_shares(examples.rule[known], examples.label[known])


def fit_shares(signals: Floats, label: Booleans) -> RuleModel:
    """Fits smoothed shares by count, made never to fall with it (isotonic regression)."""
    from sklearn.isotonic import isotonic_regression  # serving a rule fits nothing

    counts, level = np.unique(signals, return_inverse=True)
    n = np.bincount(level).astype(np.float64)
    off_track = np.bincount(level, weights=label)
    overall = float(label.mean())
    shares = isotonic_regression((off_track + PRIOR * overall) / (n + PRIOR), sample_weight=n + PRIOR)
    return RuleModel(
        counts=tuple(float(count) for count in counts),
        shares=tuple(float(share) for share in np.clip(shares, 0, 1)),
        n=tuple(int(rows) for rows in n),
        overall=overall,
    )

"""What MLflow shows of a fit beside a run's own figures, as columns by which runs are compared and as a table."""

import re
from collections.abc import Mapping

import pandas as pd

from models.estimators.fit_record import FitRecord, Parameter

MOST_COLUMNS = 20
"""Features whose importance is a column: more would bury a run's figures. The table has all."""
MOST_NAMED = 5
ROUNDS = "lightgbm_rounds"
REFUSED_IN_NAMES = re.compile(r"[^\w\- ]+")
"""What MLflow refuses in a metric's name, or takes for a folder."""


def fit_params(fit: FitRecord) -> dict[str, Parameter]:
    """LightGBM's parameters, and the features with the largest share of the gain in one line."""
    named = ", ".join(f"{name} {share:.0%}" for name, share in largest(fit.gain, MOST_NAMED).items())
    return {**{f"lightgbm_{name}": value for name, value in fit.parameters.items()}, "most_important": named}


def fit_metrics(fit: FitRecord) -> dict[str, float]:
    """The number of rounds, and the shares of gain and of splits of the features with the largest gain."""
    columns = {column_name(name): name for name in largest(fit.gain, MOST_COLUMNS)}
    gain = {f"gain_share_{column}": fit.gain[name] for column, name in columns.items()}
    return {ROUNDS: float(fit.rounds), **gain, **{f"split_share_{to}": fit.splits[of] for to, of in columns.items()}}


def importance_table(fit: FitRecord) -> pd.DataFrame:
    """Every feature with its shares of gain and of splits, the largest gain first."""
    gain = largest(fit.gain, len(fit.gain))
    splits = [fit.splits[name] for name in gain]
    return pd.DataFrame({"feature": list(gain), "gain_share": list(gain.values()), "split_share": splits})


def largest(shares: Mapping[str, float], most: int) -> dict[str, float]:
    """The largest shares, the largest first; of equal ones the first by name."""
    order = sorted(shares, key=lambda name: (-shares[name], name))
    return {name: shares[name] for name in order[:most]}


def column_name(feature: str) -> str:
    """A feature's name as part of a metric's name."""
    return REFUSED_IN_NAMES.sub("_", feature).strip()

"""The reference profile: what a bundle keeps of its test year, so that drift and lists can be compared with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import floor, log10

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, TypeAdapter

from features.settings import Settings
from models.examples import Examples, Floats
from models.feature_dictionary import encode_column
from models.metrics.intervals import Interval
from training.evaluation.scorers import is_rule

BINS = 10
CLOSE = 15
"""Quantiles that lie closer than this part of their range are as one; of a normal curve none do."""
SHARES = 4
"""Decimals of a share that is kept."""
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Spread:
    """The distribution of a column: the share of values in each bin, and the share missing.

    Bins lie between rising `edges`, a value on one in the bin below. Without edges and shares too few were on record.
    """

    edges: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    missing: float = 0.0


@dataclass(frozen=True)
class ReferenceProfile:
    """The distributions of features and of each scorer's risks in the test year.

    Not in the years learned from: the first of them know of no year before. `month_days` are those of the scoring
    dates, for only the same date of another year can be held against these; `rows` is how many there were.
    """

    month_days: tuple[str, ...] = ()
    rows: int = 0
    features: Mapping[str, Spread] = field(default_factory=dict)
    risks: Mapping[str, Spread] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """What stands in the bundle's `metrics.json`."""
        return TypeAdapter(dict[str, object]).validate_python(
            TypeAdapter(ReferenceProfile).dump_python(self, mode="json")
        )


def build_reference_profile(settings: Settings, test: Examples, risks: Mapping[str, Floats]) -> ReferenceProfile:
    """The profile of the test year's rows and risks; no bin is smaller than the smallest group."""
    least = settings.audit.smallest_group
    serving = {name: risk for name, risk in risks.items() if name == "model" or is_rule(name)}
    return ReferenceProfile(
        month_days=settings.training.as_of,
        rows=len(test),
        features={
            one.name: spread_of(encode_column(test.features[one.name], one), least) for one in test.dictionary.entries
        },
        risks={name: spread_of(risk, least) for name, risk in serving.items()},
    )


def profiles_by_week(settings: Settings, test: Examples, risks: Mapping[str, Floats]) -> Mapping[int, ReferenceProfile]:
    """The profile of each school week of scoring dates; none where the calendar is not known."""
    if test.week is None:
        return {}
    rows = {int(week): np.flatnonzero(test.week == week) for week in np.unique(test.week[test.week > 0])}
    return {
        week: build_reference_profile(settings, test.take(held), {name: risk[held] for name, risk in risks.items()})
        for week, held in rows.items()
    }


def spread_of(values: Floats, least: int) -> Spread:
    """The distribution of values over at most ten bins of at least `least` rows; fewer missing values count as none."""
    known = values[~np.isnan(values)]
    lacking = len(values) - len(known)
    if len(known) < least:
        return Spread(missing=1.0)
    edges = merge_small_bins(rounded_edges(known), known, least)
    shares = count_by_bin(known, edges) / len(known)
    missing = lacking / len(values) if lacking >= least else 0.0
    kept = tuple(max(round(float(share), SHARES), 10.0**-SHARES) for share in shares)  # none is 0: a bin has students
    return Spread(edges, kept, round(missing, SHARES))


def rounded_edges(known: Floats) -> tuple[float, ...]:
    """Edges halfway between the nine quantiles, those as coarse as they are apart: none tells a student's value.

    Halfway, and only between quantiles that are apart, as shares of 20 days are not those of 21: were the edges on
    values, one day more would move half a school. The last edge lies as far above the last quantile. Where all are one
    value, that is the edge.
    """
    tenths = np.quantile(known, np.arange(1, BINS) / BINS)
    width = float(tenths[-1] - tenths[0]) or abs(float(tenths[0])) or 1.0
    decimals = 1 - floor(log10(width))
    apart = sorted(
        {round(tenth, decimals) + 0.0 for tenth in distinct_edges(tenths, width / CLOSE)}
    )  # no negative nought
    if len(apart) == 1:
        return (apart[0],)
    halfway = [(low + high) / 2 for low, high in pairwise(apart)]
    return tuple(round(edge, decimals + 1) for edge in (*halfway, 2 * apart[-1] - halfway[-1]))


def distinct_edges(rising: Floats, least: float) -> list[float]:
    """Of rising values the first, and each that is more than `least` above the one taken before it."""
    taken: list[float] = []
    for value in rising.tolist():
        if not taken or value - taken[-1] > least:
            taken.append(value)
    return taken


def merge_small_bins(edges: tuple[float, ...], known: Floats, least: int) -> tuple[float, ...]:
    """The edges without those beside a bin of too few rows: the smallest one joins its smaller neighbor, and so on."""
    kept = list(edges)
    while kept:
        rows = count_by_bin(known, tuple(kept))
        smallest = int(np.argmin(rows))
        if rows[smallest] >= least:
            break
        beside = [at for at in (smallest - 1, smallest + 1) if 0 <= at < len(rows)]
        kept.pop(min(smallest, min(beside, key=lambda at: int(rows[at]))))
    return tuple(kept)


def count_by_bin(known: Floats, edges: tuple[float, ...]) -> Counts:
    """How many values lie in each bin."""
    places = np.searchsorted(np.asarray(edges, dtype=np.float64), known, side="left")
    return np.bincount(places, minlength=len(edges) + 1).astype(np.int64)


class PromisedFigures(BaseModel):
    """The promised recall of a scorer, by capacity."""

    recall_at: dict[str, float] = {}


class PromisedLists(BaseModel):
    """The promised figures of weekly lists."""

    scorer: str
    found_by_last: float | None = None
    lead_weeks: float | None = None
    stays: float | None = None


class PromisedMetrics(BaseModel):
    """The part of a bundle's `metrics.json` that is a promise."""

    capacity: float = 0.0
    test_year: int = 0
    serving_rule: str = "rule"
    headline: dict[str, Interval] = {}
    metrics: dict[str, PromisedFigures] = {}
    followed: tuple[PromisedLists, ...] = ()
    promised: ReferenceProfile | None = None


@dataclass(frozen=True)
class Promise:
    """What a bundle promised of one scorer's lists; None where its test year has no such figure.

    `hits` is the share of those listed who ended off track, `found` the share of those off track who are listed.
    """

    scorer: str
    test_year: int
    capacity: float
    hits: Interval | None = None
    found: float | None = None
    stays: float | None = None
    spreads: ReferenceProfile | None = None

    @property
    def risks(self) -> Spread | None:
        """How the scorer's risks were spread."""
        return self.spreads.risks.get(self.scorer) if self.spreads else None


def promise_from_metrics(metrics: Mapping[str, object], kind: str) -> Promise:
    """What a bundle of this kind promised of the lists it makes."""
    said = PromisedMetrics.model_validate(metrics)
    scorer = "model" if kind == "model" else said.serving_rule
    weeks = next((one for one in said.followed if one.scorer == scorer), None)
    at_once = said.metrics.get(scorer, PromisedFigures()).recall_at.get(f"{said.capacity:.2f}")
    return Promise(
        scorer=scorer,
        test_year=said.test_year,
        capacity=said.capacity,
        hits=said.headline.get(scorer),
        found=weeks.found_by_last if weeks and weeks.found_by_last is not None else at_once,
        stays=weeks.stays if weeks else None,
        spreads=said.promised,
    )

"""Risk change since the last run: how much comes from the records, and how much from a new release."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from features.language.feature_set import FeatureSet
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.examples import Booleans, Floats
from models.explanations.concepts import Concepts, concepts_of
from models.explanations.reasons import LEAST_CONTRIBUTION, SIDES, Side, decode_cell, may_be_said
from models.feature_dictionary import Entry, dictionary_of

MOST_CHANGES = 2
"""The most features that are kept for one change."""


@dataclass(frozen=True)
class FeatureChange:
    """A feature whose value changed since the run before, and with it the risk; `is_strength` is of the value now."""

    code: str
    before: float | bool | str | None
    now: float | bool | str | None
    is_strength: bool = False


@dataclass(frozen=True)
class RiskChange:
    """How far a risk moved since the run before, by the data and by a new release; the two add up.

    `by_release` is 0 while the same release scores; both are None where the release of then cannot be asked any more.
    `moved` are the features that moved it most, as the release of then sees them. With `across_parts` it is the same
    release, which has another scorer in another part of the year, and `by_release` is that scorer's part.
    """

    by_data: float | None
    by_release: float | None
    moved: tuple[FeatureChange, ...] = ()
    across_parts: bool = False


def split_change(before: float, now: float, by_the_old: float | None) -> tuple[float | None, float | None]:
    """Splits a change into the part of the data and the part of a new release.

    `by_the_old` is the risk that the release of then gives to the records of now: up to there the data moved it, and
    the rest of the way is the new release's. None where it cannot be asked.
    """
    if by_the_old is None:
        return None, None
    by_data = by_the_old - before
    return by_data, now - before - by_data


def largest_changes(
    scorer: RiskModel | RuleModel,
    feature_set: type[FeatureSet],
    before: pd.DataFrame,
    now: pd.DataFrame,
    *,
    never_said: Collection[tuple[str, Side]] = (),
    days: Floats | None = None,
) -> list[tuple[FeatureChange, ...]]:
    """Finds per student the features, of `before` and `now` (same rows), whose change moved the risk most: at most two.

    Only those are kept that moved it the way in which all of the records together moved it.
    One feature speaks for all of its concept: of those that can say their value of now, that which moved the same way
    as the concept, and most. `never_said` are the concepts that do not hold, each with its side; `days` the school days
    of each student so far.
    """
    dictionary = scorer.dictionary if isinstance(scorer, RiskModel) else dictionary_of(feature_set)
    entries = dictionary.entries
    was, cells = dictionary.encode(before), dictionary.encode(now)
    if isinstance(scorer, RiskModel):
        moves = scorer.contributions(now)[:, :-1] - scorer.contributions(before)[:, :-1]
    else:
        moves = signal_counts(feature_set, entries, cells) - signal_counts(feature_set, entries, was)
    strong, weak = (by_feature(entries, cells, partial(may_be_said, side, days=days)) for side in SIDES)
    changed = (was != cells) & (strong | weak)
    places = rank_changes(concepts_of(entries), moves, changed, never_said)
    return [
        tuple(feature_change(entries[i], float(was[row, i]), float(cells[row, i]), bool(strong[row, i])) for i in found)
        for row, found in enumerate(places)
    ]


def by_feature(entries: tuple[Entry, ...], cells: Floats, held: Callable[[Entry, Floats], Booleans]) -> Booleans:
    """Rows × features: for which values a condition holds."""
    return np.column_stack([held(entry, cells[:, place]) for place, entry in enumerate(entries)])


def feature_change(entry: Entry, before: float, now: float, is_strength: bool) -> FeatureChange:
    """A changed feature with its decoded values."""
    return FeatureChange(entry.name, decode_cell(before, entry), decode_cell(now, entry), is_strength)


def signal_counts(feature_set: type[FeatureSet], entries: tuple[Entry, ...], cells: Floats) -> Floats:
    """Rows × features: what each feature adds to the rule's count of signals."""
    found = np.zeros(cells.shape)
    places = {entry.name: place for place, entry in enumerate(entries)}
    for sign in feature_set.indicator.reasons if feature_set.indicator else ():
        if sign.feature in places:
            values = cells[:, places[sign.feature]]
            held = np.array([sign.met_by(value) for value in values])
            found[:, places[sign.feature]] = np.where(held, values if sign.each else 1.0, 0.0)
    return found


def rank_changes(
    concepts: Concepts, moves: Floats, changed: Booleans, never_said: Collection[tuple[str, Side]]
) -> list[list[int]]:
    """Ranks, per row, the columns that stand for the concepts that moved it most the way it went, the largest first."""
    totals = concepts.sums(moves)
    for place, name in enumerate(concepts.names):
        if (name, "raises") in never_said:
            totals[:, place] = np.minimum(totals[:, place], 0)
        if (name, "lowers") in never_said:
            totals[:, place] = np.maximum(totals[:, place], 0)
    totals = np.where(totals * np.sign(moves.sum(axis=1))[:, None] > 0, totals, 0.0)
    most = np.argsort(-np.abs(totals), axis=1, kind="stable")[:, :MOST_CHANGES]
    rows = np.arange(len(moves))
    found: list[list[int]] = [[] for _ in rows]
    for which in most.T:
        total = totals[rows, which]
        own = np.where((concepts.place == which[:, None]) & changed, moves * np.sign(total)[:, None], 0.0)
        column = own.argmax(axis=1)
        worth = (np.abs(total) >= LEAST_CONTRIBUTION) & (own[rows, column] > 0)
        for row in np.flatnonzero(worth):
            found[row].append(int(column[row]))
    return found

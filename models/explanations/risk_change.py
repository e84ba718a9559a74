"""Risk change since the last run: how much comes from the records, and how much from a new release."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from features.language.feature_set import FeatureSet
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.examples import Booleans, Floats, Places
from models.explanations.concepts import Concepts, concepts_of
from models.explanations.reason_columns import begins_of, chosen_slices
from models.explanations.reasons import COMPARISONS, LEAST_CONTRIBUTION, SIDES, Side, decode_cell, may_be_said
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


def split_change(before: Floats, now: Floats, by_the_old: Floats) -> tuple[Floats, Floats]:
    """Splits changes into the parts of the data and the parts of a new release.

    `by_the_old` are the risks that the release of then gives to the records of now: up to there the data moved them,
    and the rest of the way is the new release's. NaN where it cannot be asked.
    """
    by_data = by_the_old - before
    return by_data, now - before - by_data


@dataclass(frozen=True)
class ChangeColumns:
    """The changed features of many rows: those of row `i` stand from `begins[i]` to `begins[i + 1]`, the largest first.

    `feature` is a feature's place in `entries`; `before` and `now` are its values as the scorer sees them.
    """

    entries: tuple[Entry, ...]
    begins: Places
    feature: Places
    before: Floats
    now: Floats
    is_strength: Booleans

    def of(self, rows: Places) -> "ChangeColumns":
        """The changed features of some rows, in their order; none where a row is -1."""
        begins, chosen = chosen_slices(self.begins, rows)
        before, now, is_strength = self.before[chosen], self.now[chosen], self.is_strength[chosen]
        return ChangeColumns(self.entries, begins, self.feature[chosen], before, now, is_strength)

    def to_changes(self) -> list[tuple[FeatureChange, ...]]:
        """Each row's changes as objects: for few rows."""
        rows = zip(self.feature, self.before, self.now, self.is_strength.tolist(), strict=True)
        found = [
            FeatureChange(
                self.entries[i].name, decode_cell(was, self.entries[i]), decode_cell(now, self.entries[i]), strong
            )
            for i, was, now, strong in rows
        ]
        return [tuple(found[begin:end]) for begin, end in pairwise(self.begins.tolist())]


def largest_changes(
    scorer: RiskModel | RuleModel,
    feature_set: type[FeatureSet],
    before: pd.DataFrame,
    now: pd.DataFrame,
    *,
    never_said: Collection[tuple[str, Side]] = (),
    days: Floats | None = None,
) -> ChangeColumns:
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
    given, rows = places >= 0, np.arange(len(places))[:, None]
    then, since = (matrix[rows, places][given] for matrix in (was, cells))
    begins, is_strength = begins_of(given.sum(axis=1)), strong[rows, places][given]
    return ChangeColumns(entries, begins, places[given], then, since, is_strength)


def by_feature(entries: tuple[Entry, ...], cells: Floats, held: Callable[[Entry, Floats], Booleans]) -> Booleans:
    """Rows × features: for which values a condition holds."""
    return np.column_stack([held(entry, cells[:, place]) for place, entry in enumerate(entries)])


def signal_counts(feature_set: type[FeatureSet], entries: tuple[Entry, ...], cells: Floats) -> Floats:
    """Rows × features: what each feature adds to the rule's count of signals."""
    found = np.zeros(cells.shape)
    places = {entry.name: place for place, entry in enumerate(entries)}
    for sign in feature_set.indicator.reasons if feature_set.indicator else ():
        if sign.feature in places:
            values = cells[:, places[sign.feature]]
            held = COMPARISONS[sign.operator](values, sign.bound)
            found[:, places[sign.feature]] = np.where(held, values if sign.each else 1.0, 0.0)
    return found


def rank_changes(
    concepts: Concepts, moves: Floats, changed: Booleans, never_said: Collection[tuple[str, Side]]
) -> Places:
    """Ranks, per row, the columns that stand for the concepts that moved it most the way it went; -1 for none."""
    totals = concepts.sums(moves)
    for place, name in enumerate(concepts.names):
        if (name, "raises") in never_said:
            totals[:, place] = np.minimum(totals[:, place], 0)
        if (name, "lowers") in never_said:
            totals[:, place] = np.maximum(totals[:, place], 0)
    totals = np.where(totals * np.sign(moves.sum(axis=1))[:, None] > 0, totals, 0.0)
    most = np.argsort(-np.abs(totals), axis=1, kind="stable")[:, :MOST_CHANGES]
    rows, found = np.arange(len(moves)), np.full(most.shape, -1, dtype=np.int64)
    for rank, which in enumerate(most.T):
        total = totals[rows, which]
        own = np.where((concepts.place == which[:, None]) & changed, moves * np.sign(total)[:, None], 0.0)
        column = own.argmax(axis=1)
        worth = (np.abs(total) >= LEAST_CONTRIBUTION) & (own[rows, column] > 0)
        found[worth, rank] = column[worth]
    return found

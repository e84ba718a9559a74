"""Reasons of the published rule: its signs that are met, and those that are clearly not."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from features.language.feature_set import FeatureSet, Sign
from models.examples import Booleans, Floats
from models.explanations.reason_columns import ReasonTable, columns_of
from models.explanations.reasons import COMPARISONS, MOST_REASONS, is_strength
from models.feature_dictionary import Entry, dictionary_of


def rule_reason_table(
    features: pd.DataFrame, feature_set: type[FeatureSet], names: Collection[str] | None = None
) -> ReasonTable:
    """The reasons of each row: signs of the published rule that are met, and as strengths those clearly not met.

    A concept that stands out is not a strength too, and is one at most once. A contribution is what the feature adds to
    the count of signals, or would add. Only those of `names` are said: of the others the district sends no data.
    """
    signs = feature_set.indicator.reasons if feature_set.indicator else ()
    dictionary = dictionary_of(feature_set)
    known = [sign for sign in signs if names is None or sign.feature in names]
    known.sort(key=lambda sign: not dictionary.entry(sign.feature).can_change)
    entries = tuple(dictionary.entry(sign.feature) for sign in known)
    cells = features[[sign.feature for sign in known]].to_numpy(dtype=np.float64)
    met = stacked([COMPARISONS[sign.operator](cells[:, i], sign.bound) for i, sign in enumerate(known)], len(cells))
    clear = stacked([is_strength(entry, cells[:, i]) for i, entry in enumerate(entries)], len(cells))
    places = np.broadcast_to(np.arange(len(known)), cells.shape)
    adds = np.where([sign.each for sign in known], cells, 1.0)
    strong = first_of_concept(known, entries, met, clear & ~met)
    return ReasonTable(
        columns_of(entries, strong, feature=places, cell=cells, contribution=np.full(cells.shape, -1.0)),
        columns_of(entries, met, feature=places, cell=cells, contribution=adds),
    )


def stacked(columns: Sequence[Booleans], rows: int) -> Booleans:
    """Columns as a matrix, also where there are none."""
    return np.column_stack(columns) if columns else np.zeros((rows, 0), dtype=np.bool_)


def first_of_concept(known: Sequence[Sign], entries: Sequence[Entry], met: Booleans, clear: Booleans) -> Booleans:
    """Which clear signs are given as strengths: the first of each concept that does not stand out."""
    concepts = [entry.concept or entry.name for entry in entries]
    given = clear.copy()
    for place, concept in enumerate(concepts):
        alike = [i for i, other in enumerate(concepts) if other == concept]
        given[:, place] &= ~met[:, alike].any(axis=1) & ~clear[:, [i for i in alike if i < place]].any(axis=1)
    few: Floats = np.cumsum(given, axis=1)
    return given & (few <= MOST_REASONS)

"""Concepts: groups of features that mean the same, so that no reason is given twice."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.examples import Booleans, Floats, Places
from models.feature_dictionary import Entry


@dataclass(frozen=True)
class Concepts:
    """The concepts of a dictionary, in the order of their first feature; `place` has that of each feature."""

    names: tuple[str, ...]
    place: Places
    can_change: Booleans

    def sums(self, contributions: Floats) -> Floats:
        """Rows × concepts: the summed contributions of each concept's features, from rows × features."""
        belongs = (self.place[:, None] == np.arange(len(self.names))).astype(np.float64)
        return np.asarray(contributions @ belongs, dtype=np.float64)


def concepts_of(entries: tuple[Entry, ...]) -> Concepts:
    """The concepts of these features; one without a concept, or that is protected, is a concept of its own."""
    named = [entry.name if entry.protected or not entry.concept else entry.concept for entry in entries]
    place, names = pd.factorize(np.array(named, dtype=object))
    first = np.unique(place, return_index=True)[1]
    can_change = np.array([entries[i].can_change for i in first], dtype=np.bool_)
    return Concepts(tuple(map(str, names)), place, can_change)

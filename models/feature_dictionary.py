"""The feature dictionary: the names, kinds and meanings of a model's columns."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.language.feature_set import FeatureSet, Strength
from features.language.measures import measures_in
from features.language.quantities import Quantity

Direction = Literal["worse", "better", "none"]
ROWS_AT_ONCE = 4096
"""Rows that are encoded together, so that they fit into the processor's cache."""
FEW_ROWS = 512


@dataclass(frozen=True)
class Entry:
    """One feature: its kind, its direction, and the sentence a counselor reads.

    `categories` lists the known values of a text feature in order; a value not listed is missing.
    `because`, `one` and `strength` are as in `features.language.feature_set.Feature`; empty for a prepared table.
    `days` are the school days that its sentence names: it is not said of a student who had fewer. Entries of one
    `concept` are one reason together; one without is a reason of its own.
    `protected` marks an attribute meant for audits that was let in as a feature: never given as a reason.
    `fingerprint` is a digest of how the feature is computed, empty for a prepared table's column.
    """

    name: str
    kind: Literal["number", "boolean", "text"] = "number"
    categories: tuple[str, ...] = ()
    more_is: Direction = "none"
    domain: str = ""
    can_change: bool = False
    because: str = ""
    protected: bool = False
    fingerprint: str = ""
    concept: str = ""
    one: str = ""
    strength: Strength | None = None
    days: int = 0

    @property
    def monotone(self) -> int:
        """The constraint on the margin: 1 where more is worse, -1 where more is better, else 0."""
        return {"worse": 1, "better": -1, "none": 0}[self.more_is]


@dataclass(frozen=True)
class FeatureDictionary:
    """The features of a model, in the order of its columns; `rule` is a digest of the published rule beside them."""

    entries: tuple[Entry, ...]
    rule: str = ""

    @property
    def names(self) -> list[str]:
        """Feature names in column order."""
        return [entry.name for entry in self.entries]

    def entry(self, name: str) -> Entry:
        """The entry of that name; KeyError where there is none."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(name)

    def encode(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Rows × features as float64 in column order: text as category positions, missing as NaN."""
        if len(frame) <= FEW_ROWS and all(entry.kind != "text" for entry in self.entries):
            # choosing columns of the frame, or converting each by itself, takes longer than so few rows do
            column = {name: at for at, name in enumerate(frame.columns.tolist())}
            return frame.to_numpy(dtype=np.float64)[:, [column[name] for name in self.names]]
        matrix = np.empty((len(frame), len(self.entries)))
        for start in range(0, len(frame), ROWS_AT_ONCE):
            part, into = frame.iloc[start : start + ROWS_AT_ONCE], matrix[start : start + ROWS_AT_ONCE]
            for place, entry in enumerate(self.entries):
                into[:, place] = encode_column(part[entry.name], entry)
        return matrix


def encode_column(values: pd.Series, entry: Entry) -> npt.NDArray[np.float64]:
    """One column as float64; a text value that the dictionary does not list is NaN."""
    if entry.kind != "text":
        # converting what is a float already would copy it
        numbers = values if values.dtype == np.float64 else pd.to_numeric(values)
        return np.asarray(numbers, dtype=np.float64)
    positions = {category: float(i) for i, category in enumerate(entry.categories)}
    codes, distinct = pd.factorize(values.astype("str"))  # a missing value has code -1: the last place
    return np.array([*(positions.get(str(value), np.nan) for value in distinct), np.nan])[codes]


def dictionary_of(feature_set: type[FeatureSet], *, without: Collection[str] = ()) -> FeatureDictionary:
    """The dictionary of a district's feature set, without those for which it sends no data."""
    return FeatureDictionary(
        tuple(
            Entry(
                name=name,
                more_is=feature.more_is,
                domain=feature.domain,
                can_change=feature.can_change,
                because=feature.because,
                fingerprint=fingerprint_of(feature.quantity),
                concept=feature.concept,
                one=feature.one,
                strength=feature.strength,
                days=days_of(feature.quantity),
            )
            for name, feature in feature_set.features().items()
            if name not in without
        ),
        rule=fingerprint_of(feature_set.indicator),
    )


def days_of(quantity: Quantity) -> int:
    """The school days that the longest window of a quantity reaches back; 0 where none is counted in days."""
    return max((measure.records.window.to_days or 0 for measure in measures_in(quantity)), default=0)


def fingerprint_of(definition: object) -> str:
    """A digest of a definition's `repr`: two with the same one compute alike. Renaming a class of it changes it."""
    return sha256(repr(definition).encode()).hexdigest()[:16]


def changed_definitions(dictionary: FeatureDictionary, feature_set: type[FeatureSet], *, of_rule: bool) -> list[str]:
    """The features that are gone, or are computed in another way than when the dictionary was written."""
    here = dictionary_of(feature_set)
    known = {entry.name: entry.fingerprint for entry in here.entries}
    changed = [entry.name for entry in dictionary.entries if known.get(entry.name) != entry.fingerprint]
    return ["the published rule", *changed] if of_rule and dictionary.rule != here.rule else changed

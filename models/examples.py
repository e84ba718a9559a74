"""Examples: rows of features with their labels, students and groups, and their one fixed order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.feature_dictionary import ROWS_AT_ONCE, FeatureDictionary, encode_column

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]
Places = npt.NDArray[np.int64]
"""Positions of rows."""
NOT_SUPPORTED, SUPPORTED, SUPPORTED_FIRST = range(3)


@dataclass(frozen=True)
class Examples:
    """n labelled rows to fit or evaluate a model on.

    `features` has n rows and exactly the dictionary's columns. `label` is true where the student
    ended off track. `student` says whose row it is (several rows may be one student's).
    `time` is the school year, or whatever a split orders by. `groups` holds protected attributes as text
    (missing where unknown): for audits only, never features. `rule` is the published rule's
    count of signals, None where no rule applies; `peers` has a column of signals for each other published rule.
    `school` is None in a table without schools. `as_of` is the scoring date, where rows have one, `week` its school
    week (0 where the calendar is not known); `parts` holds other columns by which figures are split, such as the grade.
    `support` says, of years in which lists were served, whether a contact or a plan followed a flag before the outcome
    was known: `NOT_SUPPORTED`, `SUPPORTED` (and off track in the end), `SUPPORTED_FIRST` (and on track); None where no
    list was served.
    """

    dictionary: FeatureDictionary
    features: pd.DataFrame
    label: Booleans
    student: npt.NDArray[np.str_]
    time: npt.NDArray[np.int64]
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    school: npt.NDArray[np.str_] | None = None
    rule: Floats | None = None
    peers: pd.DataFrame = field(default_factory=pd.DataFrame)
    as_of: npt.NDArray[np.str_] | None = None
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    support: Integers | None = None
    week: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.label)

    @cached_property
    def weight(self) -> Floats:
        """What each row counts: a student's rows of one time together as much as one student."""
        rows = pd.DataFrame({"student": self.student, "time": self.time})
        return np.asarray(1 / rows.groupby(["student", "time"])["time"].transform("size"), dtype=np.float64)

    @cached_property
    def content_order(self) -> Places:
        """The rows in the order of their content: `fixed_order`."""
        return order_by_content(self)

    def take(self, rows: Places | Booleans) -> "Examples":
        """The same examples, these rows only."""
        picked = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Examples(
            dictionary=self.dictionary,
            features=self.features.iloc[picked].reset_index(drop=True),
            label=self.label[picked],
            student=self.student[picked],
            time=self.time[picked],
            groups=self.groups.iloc[picked].reset_index(drop=True) if self.groups.columns.size else self.groups,
            school=None if self.school is None else self.school[picked],
            rule=None if self.rule is None else self.rule[picked],
            peers=self.peers.iloc[picked].reset_index(drop=True) if self.peers.columns.size else self.peers,
            as_of=None if self.as_of is None else self.as_of[picked],
            parts=self.parts.iloc[picked].reset_index(drop=True) if self.parts.columns.size else self.parts,
            support=None if self.support is None else self.support[picked],
            week=None if self.week is None else self.week[picked],
        )

    @property
    def observed(self) -> Booleans:
        """The label as it was observed, also of students supported first."""
        return self.label if self.support is None else self.label & (self.support != SUPPORTED_FIRST)

    def lists(self) -> list[Places]:
        """The rows of each list, oldest first: those of one time and scoring date."""
        keys = [self.time] if self.as_of is None else [self.as_of, self.time]
        order = np.lexsort(keys)
        starts = np.any([one[order][1:] != one[order][:-1] for one in keys], axis=0)
        return np.split(order, np.flatnonzero(starts) + 1) if len(self) else []

    def matrix(self) -> Floats:
        """Rows × features as the estimator sees them."""
        return self.dictionary.encode(self.features)

    def matrix_of(self, rows: Places) -> Floats:
        """These rows × features as the estimator sees them, in this order."""
        matrix = np.empty((len(rows), len(self.dictionary.entries)))
        stored = np.argsort(rows)  # read in the order in which they lie in memory, which is much faster
        for start in range(0, len(rows), ROWS_AT_ONCE):
            places = stored[start : start + ROWS_AT_ONCE]
            matrix[places] = self.dictionary.encode(self.features.iloc[rows[places]])
        return matrix


def concatenate(parts: Sequence[Examples]) -> Examples:
    """The rows of all parts, one below the other, with what a regression reads: neither groups, schools nor dates.

    The rule's counts are missing where a part has none.
    """
    return Examples(
        dictionary=parts[0].dictionary,
        features=pd.concat([one.features for one in parts], ignore_index=True),
        label=np.concatenate([one.label for one in parts]),
        student=np.concatenate([one.student for one in parts]),
        time=np.concatenate([one.time for one in parts]),
        rule=None if any(one.rule is None for one in parts) else np.concatenate([one.rule for one in parts]),
        peers=pd.concat([one.peers for one in parts], ignore_index=True),
        support=np.concatenate([np.zeros(len(one), int) if one.support is None else one.support for one in parts]),
    )


def in_fixed_order(examples: Examples) -> Examples:
    """The same examples in their fixed order."""
    return examples.take(fixed_order(examples))


def fixed_order(examples: Examples) -> Places:
    """The rows ordered by their content, whatever order they came in and however students are named.

    Rows are hashed (64 bits): first what a model reads, and only in ties the audit columns, so that those do not
    change a model. Students are told apart by the rows they have; rows that still tie are interchangeable.
    """
    return examples.content_order


def order_by_content(examples: Examples) -> Places:
    """The same, found anew."""
    known = row_hashes(model_columns(examples))
    order = np.argsort(known, kind="stable")
    if (known[order][1:] != known[order][:-1]).all():
        return order
    full = row_hashes(audit_columns(examples)) ^ known
    who = student_rank(examples.student, known, full)
    return np.lexsort((full, who, known))


def model_columns(examples: Examples) -> pd.DataFrame:
    """Features, label and time."""
    entries = enumerate(examples.dictionary.entries)
    columns = {place: encode_column(examples.features[entry.name], entry) for place, entry in entries}
    own = {"label": examples.label, "time": examples.time}
    # side by side, not in one block: nothing is copied
    return pd.concat([pd.DataFrame(columns, range(len(examples)), copy=False), pd.DataFrame(own)], axis=1)


def audit_columns(examples: Examples) -> pd.DataFrame:
    """The scoring date, the rules' signals, the school, support and the groups."""
    given = {"rule": examples.rule, "school": examples.school, "as of": examples.as_of, "support": examples.support}
    own = pd.DataFrame({name: values for name, values in given.items() if values is not None}, range(len(examples)))
    groups, peers = (part.reset_index(drop=True) for part in (examples.groups, examples.peers))
    return pd.concat([own, groups.astype("object").add_prefix("group "), peers.add_prefix("peer ")], axis=1)


def row_hashes(rows: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of each row's content."""
    if not rows.columns.size:
        return np.zeros(len(rows), dtype=np.uint64)
    as_text = rows.apply(lambda column: column if is_numeric(column) else column.astype("str"))
    return np.asarray(pd.util.hash_pandas_object(as_text, index=False, categorize=False), dtype=np.uint64)


def is_numeric(column: pd.Series) -> bool:
    """Whether a column is hashed without conversion to text."""
    return bool(pd.api.types.is_numeric_dtype(column))


def student_rank(
    student: npt.NDArray[np.str_], known: npt.NDArray[np.uint64], full: npt.NDArray[np.uint64]
) -> npt.NDArray[np.int64]:
    """For each row, the place of its student when students are sorted by the rows they have."""
    codes, distinct = pd.factorize(student)
    together = np.zeros((2, len(distinct)), dtype=np.uint64)
    for held, hashes in zip(together, (known, full), strict=True):
        np.add.at(held, codes, hashes)  # a sum does not depend on order; it wraps around
    place = np.empty(len(distinct), dtype=np.int64)
    place[np.lexsort((together[1], together[0]))] = np.arange(len(distinct))
    return place[codes]


def folds_by(units: npt.NDArray[np.str_], k: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """A fold from 0 to k-1 for every row, all rows of a unit (a student, a school) in the same one.

    Units are dealt in a random order of their first appearance, so folds differ by one unit at most.
    """
    codes, distinct = pd.factorize(units)
    dealt = rng.permutation(np.arange(len(distinct)) % k)
    return np.asarray(dealt[codes], dtype=np.int64)

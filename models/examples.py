"""Examples: rows of features with their labels, students and groups, in one fixed order."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.dictionary import FeatureDictionary

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Examples:
    """n labelled rows that a model may learn from or be judged on.

    `features` has n rows and exactly the dictionary's columns. `label` is true where the student
    ended off track. `student` says whose row it is (several rows may be one student's).
    `time` is the school year, or whatever a split orders by. `groups` holds protected attributes as text
    (missing where unknown): for audits only, never features. `rule` is the published rule's
    count of signals, None where no rule applies; `school` is None in a table without schools.
    """

    dictionary: FeatureDictionary
    features: pd.DataFrame
    label: Booleans
    student: npt.NDArray[np.str_]
    time: npt.NDArray[np.int64]
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    school: npt.NDArray[np.str_] | None = None
    rule: Floats | None = None

    def __len__(self) -> int:
        return len(self.label)

    def take(self, rows: npt.NDArray[np.int64] | Booleans) -> "Examples":
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
        )

    def matrix(self) -> Floats:
        """Rows × features as the estimator sees them."""
        return self.dictionary.encode(self.features)


def in_fixed_order(examples: Examples) -> Examples:
    """The same examples in their fixed order."""
    return examples.take(fixed_order(examples))


def fixed_order(examples: Examples) -> npt.NDArray[np.int64]:
    """The rows ordered by what they hold: features, label and time first, audit columns only in ties.

    Neither the order they came in nor how students are named changes the answer: rows that still tie
    are interchangeable, and students are told apart by the rows they have.
    """
    content = [*examples.matrix().T, examples.label.astype(np.float64), examples.time.astype(np.float64)]
    known = dense_rank(content)
    full = dense_rank([known.astype(np.float64), *audit_columns(examples)])
    who = student_rank(examples.student, known, full)
    return np.lexsort((full, who, known))


def audit_columns(examples: Examples) -> list[Floats]:
    """The columns that no model reads, as numbers: the rule's signals, the school and the groups."""
    texts = [examples.groups[name].astype("object") for name in examples.groups]
    if examples.school is not None:
        texts.append(pd.Series(examples.school, dtype="object"))
    codes = [np.asarray(pd.factorize(text, sort=True)[0], dtype=np.float64) for text in texts]
    return codes if examples.rule is None else [examples.rule, *codes]


def dense_rank(columns: list[Floats]) -> npt.NDArray[np.int64]:
    """The position of each row among the distinct rows, sorted by the columns in turn; NaN sorts last."""
    table = np.column_stack(columns)
    order = np.lexsort(table.T[::-1])
    above, below = table[order][1:], table[order][:-1]
    same = (above == below) | (np.isnan(above) & np.isnan(below))
    rank = np.empty(len(table), dtype=np.int64)
    rank[order] = np.concatenate([[0], np.cumsum(~same.all(axis=1))]) if len(table) else 0
    return rank


def student_rank(
    student: npt.NDArray[np.str_], known: npt.NDArray[np.int64], full: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """For each row, the position of its student when students are sorted by the rows they have."""
    rows = pd.DataFrame({"student": student, "known": known, "full": full}).sort_values(["known", "full"])
    grouped = rows.groupby("student", sort=False)
    held = pd.DataFrame({"known": grouped["known"].agg(tuple), "full": grouped["full"].agg(tuple)})
    ordered = sorted(zip(held["known"], held["full"], held.index, strict=True), key=lambda one: one[:2])
    position = {name: i for i, (_, _, name) in enumerate(ordered)}
    return np.array([position[name] for name in student], dtype=np.int64)


def folds_by(units: npt.NDArray[np.str_], k: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """A fold from 0 to k-1 for every row, all rows of a unit (a student, a school) in the same one.

    Units are dealt in a random order of their first appearance, so folds differ by one unit at most.
    """
    codes, distinct = pd.factorize(units)
    dealt = rng.permutation(np.arange(len(distinct)) % k)
    return np.asarray(dealt[codes], dtype=np.int64)

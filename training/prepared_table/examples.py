"""From a prepared table and its spec to examples: every column has one role, and only features are learned from."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import Refused
from models.examples import Booleans, Examples, Floats
from models.feature_dictionary import Entry, FeatureDictionary
from training.prepared_table.spec import Subgroup, TableSpec, Time, canonical
from training.prepared_table.students import refuse_two_rows_a_date, refuse_undeclared_id

RAREST_CATEGORY = 10
MOST_CATEGORIES = 255
VALUES_SHOWN = 10
NUMERIC = {"boolean", "integer", "floating", "mixed-integer-float", "decimal", "string", "empty"}
"""What pandas may find in a column whose values can be numbers."""


@dataclass(frozen=True)
class Prepared:
    """The labelled rows of a table, what each is split by (student or split column), and how many had no label.

    `split_by_date` says that the split column is the scoring date, so that a student's rows stand on both sides of it.
    """

    examples: Examples
    split_by: npt.NDArray[np.str_]
    unlabelled: int
    split_by_date: bool = False


def prepare(frame: pd.DataFrame, spec: TableSpec) -> Prepared:
    """The examples of a table; Refused names the column and what was expected of it."""
    check_columns(frame, spec)
    refuse_undeclared_id(frame, spec)
    labels = text_of(frame[spec.label.column])
    labelled = labels.notna()
    kept = frame[labelled].reset_index(drop=True)
    label = label_of(labels[labelled], spec)
    entries, features = features_of(kept, spec)
    student = whole(kept, spec.id) if spec.id is not None else np.arange(len(kept)).astype(np.str_)
    split_by = student if spec.split_column is None else whole(kept, spec.split_column)
    by_date = spec.as_of is not None and spec.as_of == spec.split_column
    in_periods = spec.as_of is not None and isinstance(spec.split, Time) and not by_date
    examples = Examples(
        dictionary=FeatureDictionary(tuple(entries)),
        features=features,
        label=label,
        student=student,
        time=in_time(split_by) if in_periods else np.zeros(len(kept), dtype=np.int64),
        groups=pd.DataFrame({name: group_of(kept, one) for name, one in spec.subgroups.items()}),
        school=None if spec.school is None else whole(kept, spec.school),
        as_of=None if spec.as_of is None else whole(kept, spec.as_of),
    )
    refuse_two_rows_a_date(examples, spec)
    return Prepared(examples, split_by, int((~labelled).sum()), by_date)


def check_columns(frame: pd.DataFrame, spec: TableSpec) -> None:
    """Raise Refused where the spec names a column or a pattern that the table does not have."""
    subgroups = {f"subgroups.{name}": one.column for name, one in spec.subgroups.items()}
    plain = {
        "id": spec.id,
        "as_of": spec.as_of,
        "school": spec.school,
        "label": spec.label.column,
        "split": spec.split_column,
    }
    named = {**plain, **subgroups}
    for place, column in named.items():
        if column is not None and column not in frame.columns:
            raise Refused(f"{place}: no column {column!r} in the table{nearest(column, frame.columns.to_list())}")
    for pattern in (*spec.exclude, *(spec.features or ())):
        if not any(matches(name, [pattern]) for name in frame.columns):
            raise Refused(f"no column matches {pattern!r}{nearest(pattern, frame.columns.to_list())}")


def nearest(name: str, columns: Sequence[str]) -> str:
    """A hint at the columns that are called almost the same."""
    close = difflib.get_close_matches(name, columns, n=3)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else f"; it has: {', '.join(columns)}"


def text_of(column: pd.Series) -> "pd.Series[str]":
    """A column as canonical text, missing where there is no value."""
    return column.map(lambda value: canonical(str(value)), na_action="ignore").astype("object")


def whole(frame: pd.DataFrame, name: str) -> npt.NDArray[np.str_]:
    """A column as text; Refused where a row has no value."""
    values = text_of(frame[name])
    if values.isna().any():
        raise Refused(f"column {name!r} is empty in {values.isna().sum()} rows; it needs a value in each")
    return np.asarray(values, dtype=np.str_)


def label_of(labels: "pd.Series[str]", spec: TableSpec) -> Booleans:
    """True where the label has a positive value; Refused where none or all do."""
    label = np.asarray(labels.isin(spec.label.positive), dtype=np.bool_)
    column, positive = spec.label.column, ", ".join(spec.label.positive)
    if not label.any():
        seen = [str(value) for value in labels.unique()]
        shown = ", ".join(seen[:VALUES_SHOWN]) + (", …" if len(seen) > VALUES_SHOWN else "")
        raise Refused(f"label: no row of column {column!r} is {positive}; it holds: {shown or 'nothing'}")
    if label.all():
        raise Refused(f"label: every row of column {column!r} is {positive}; the label has one class")
    return label


def group_of(frame: pd.DataFrame, subgroup: Subgroup) -> pd.Series:
    """A subgroup's value in each row as text, ranges in their order, missing where it is not recorded."""
    if not subgroup.cuts:
        return text_of(frame[subgroup.column])
    numbers = numbers_of(frame[subgroup.column])
    if numbers is None:
        raise Refused(f"subgroups: column {subgroup.column!r} has cuts, but its values are not numbers")
    names = range_names(subgroup.cuts)
    ranges = pd.Series(np.array(names, dtype=object)[np.digitize(numbers, subgroup.cuts)])
    return ranges.where(~np.isnan(numbers)).astype(pd.CategoricalDtype(names, ordered=True))


def range_names(cuts: Sequence[float]) -> list[str]:
    """The ranges between cuts; a cut belongs to the range above it."""
    between = [f"{low:g} to < {high:g}" for low, high in pairwise(cuts)]
    return [f"< {cuts[0]:g}", *between, f">= {cuts[-1]:g}"]


def feature_names(frame: pd.DataFrame, spec: TableSpec) -> list[str]:
    """The columns to learn from; Refused where the spec names one that has another role, or none is left."""
    protected = {one.column for one in spec.subgroups.values()}
    roles = {spec.id, spec.as_of, spec.label.column, spec.split_column} | (
        set() if spec.protected_features else protected
    )
    wanted = spec.features if spec.features is not None else ("*",)
    for name in set(wanted) & roles:
        hint = "; set protected_features = true to let it be one" if name in protected else ""
        raise Refused(
            f"features: column {name!r} is the id, the label, a subgroup, the split or a date, not a feature{hint}"
        )
    chosen = [name for name in frame.columns if matches(name, wanted) and not matches(name, spec.exclude)]
    left = [name for name in chosen if name not in roles]
    if not left:
        raise Refused(
            "no feature is left: every column is excluded, or is the id, the label, a subgroup, the split or a date"
        )
    return left


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a column's name fits one of the patterns."""
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)


def features_of(frame: pd.DataFrame, spec: TableSpec) -> tuple[list[Entry], pd.DataFrame]:
    """The features' entries and values."""
    protected = {one.column for one in spec.subgroups.values()}
    typed = {name: typed_column(frame[name], name, protected=name in protected) for name in feature_names(frame, spec)}
    return [entry for entry, _ in typed.values()], pd.DataFrame({name: values for name, (_, values) in typed.items()})


def typed_column(column: pd.Series, name: str, *, protected: bool) -> "tuple[Entry, pd.Series]":
    """A column as numbers, booleans or text with its entry; Refused where it holds anything else."""
    held = pd.api.types.infer_dtype(column, skipna=True)
    if held == "boolean" or (held == "string" and holds_only_true_and_false(column)):
        return Entry(name, kind="boolean", protected=protected), text_of(column).map({"true": 1.0, "false": 0.0})
    numbers = numbers_of(column)
    if numbers is not None:
        return Entry(name, protected=protected), finite(numbers, name)
    if held not in {"string", "categorical"}:
        raise Refused(f"column {name!r} holds neither numbers, true and false, nor text; exclude it or convert it")
    texts = column.astype("object")
    return Entry(name, kind="text", categories=categories_of(texts), protected=protected), texts


def holds_only_true_and_false(column: pd.Series) -> bool:
    """Whether every value of a text column is the word true or false."""
    return bool(column.dropna().str.strip().str.lower().isin({"true", "false"}).all())


def numbers_of(column: pd.Series) -> Floats | None:
    """A column as floats, NaN where missing; None where a value is no number."""
    if pd.api.types.infer_dtype(column, skipna=True) not in NUMERIC:
        return None
    try:
        return np.asarray(pd.to_numeric(column), dtype=np.float64)
    except (ValueError, TypeError):
        return None


def finite(numbers: Floats, name: str) -> "pd.Series[float]":
    """The numbers; Refused where one is infinite."""
    if np.isinf(numbers).any():
        raise Refused(f"column {name!r} has an infinite value; leave it empty where there is no number")
    return pd.Series(numbers)


def categories_of(texts: pd.Series) -> tuple[str, ...]:
    """The values that enough rows have, most frequent first; the others count as missing."""
    times = texts.value_counts()
    order = sorted((-int(n), str(value)) for value, n in times.items() if n >= RAREST_CATEGORY)
    return tuple(value for _, value in order[:MOST_CATEGORIES])


def before_and_tested(prepared: Prepared, split: Time) -> tuple[Booleans, Booleans]:
    """Which rows a time split learns from, and which it judges: those before the earliest test value, and the tested.

    Both are empty where no row has a test value. Where values are scoring dates, nothing is learned from a student who
    is judged: an earlier row of one ended the same way.
    """
    tested = np.isin(prepared.split_by, split.test)
    if not tested.any():
        return tested, tested
    when, student = in_time(prepared.split_by), prepared.examples.student
    before = when < when[tested].min()
    return before & ~np.isin(student, student[tested]) if prepared.split_by_date else before, tested


def in_time(values: npt.NDArray[np.str_]) -> npt.NDArray[np.int64]:
    """The place of each value when they are sorted as numbers, or as text (ISO dates) where they are not."""
    try:
        return np.unique(values.astype(np.float64), return_inverse=True)[1].astype(np.int64)
    except ValueError:
        return np.unique(values, return_inverse=True)[1].astype(np.int64)

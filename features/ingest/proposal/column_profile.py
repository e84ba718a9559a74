"""What a column's values look like: how many, how many different, dates, numbers, codes. Values stay in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from features.ingest.proposal.file_sample import FileSample

MOST_CODES = 50
"""The most different values that a column of codes has."""

PROBED = 300
"""How many of a column's different values are looked at one by one."""

FITS = 0.97
"""The share of values that must have a form."""

NULL_WORDS = ("NULL", "null", "(null)", "N/A", "n/a", "#N/A", "\\N", "NaN", "nan", "././.", "00/00/0000", "0000-00-00")
"""Words that stand for an empty cell wherever they are."""

NULL_SIGNS = (".", "-", "--", "NA", "None", "none", "0/0/0000")
"""Words that stand for an empty cell among dates and numbers; elsewhere they may be codes."""

NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?|-?[.][0-9]+")
WHOLE = re.compile(r"-?[0-9]{1,18}")

DATE_FORMS = (
    "%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y", "%d-%b-%y",
    "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%m/%d/%y", "%d/%m/%y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
)  # fmt: skip
"""Forms of a date, in the order in which they are tried: where two fit, the first is meant in US exports."""


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """A column of a sample: `values` are its different ones without null words, the most frequent first."""

    file: str
    name: str
    place: int
    rows: int
    values: pa.StringArray
    counts: tuple[int, ...]
    null_words: tuple[str, ...]

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(self.values)

    @cached_property
    def filled(self) -> int:
        """How many rows have a value."""
        return sum(self.counts)

    @cached_property
    def probe(self) -> tuple[str, ...]:
        """Some of the values, from all over them."""
        step = max(1, self.distinct // PROBED)
        return tuple(self.values[::step].to_pylist())

    @cached_property
    def date_form(self) -> str:
        """The form of its dates; empty where they are none."""
        return form_of(self.probe)

    @cached_property
    def is_ambiguous(self) -> bool:
        """Whether its dates could be read with day and month the other way round."""
        other = self.date_form.replace("%m/%d", "%d/%m")
        return other != self.date_form and fits(self.probe, other)

    @cached_property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return share(self.probe, NUMBER) >= FITS

    @cached_property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return share(self.probe, WHOLE) >= FITS

    @cached_property
    def range(self) -> tuple[float, float]:
        """Its least and greatest number; (0, 0) without one."""
        numbers = [float(value) for value in self.probe if NUMBER.fullmatch(value)]
        return (min(numbers), max(numbers)) if numbers else (0, 0)

    @cached_property
    def codes(self) -> tuple[tuple[str, int], ...]:
        """Its values with their counts where they are few; else nothing."""
        return tuple(zip(self.values.to_pylist(), self.counts, strict=True)) if self.distinct <= MOST_CODES else ()

    def share_in(self, other: "ColumnProfile") -> float:
        """The share of its different values that another column has too."""
        return share_in(self.values, other.values)


def share_in(values: pa.StringArray, others: pa.StringArray) -> float:
    """The share of some values that are among others."""
    return pc.is_in(values, value_set=others).true_count / len(values) if len(values) else 0.0


def profiles_of(sample: FileSample) -> tuple[ColumnProfile, ...]:
    """A profile of every column with a name."""
    return tuple(profile_of(sample, place) for place, name in enumerate(sample.names) if name)


def profile_of(sample: FileSample, place: int) -> ColumnProfile:
    """The profile of one column."""
    column = sample.cells.column(f"c{place}").combine_chunks().drop_null()
    counted = pc.value_counts(column)
    values, counts = counted.field("values"), counted.field("counts")
    order = pc.array_sort_indices(counts, order="descending")
    values, counts = values.take(order), counts.take(order)
    nulls = null_words_of(values)
    if nulls:
        kept = pc.invert(pc.is_in(values, value_set=pa.array(nulls, pa.string())))
        values, counts = values.filter(kept), counts.filter(kept)
    return ColumnProfile(
        sample.file, sample.names[place], place, sample.cells.num_rows, values, tuple(counts.to_pylist()), nulls
    )


def null_words_of(values: pa.StringArray) -> tuple[str, ...]:
    """The words among the values that stand for an empty cell."""
    held = set(values.filter(pc.is_in(values, value_set=pa.array([*NULL_WORDS, *NULL_SIGNS]))).to_pylist())
    words = [word for word in NULL_WORDS if word in held]
    signs = [sign for sign in NULL_SIGNS if sign in held]
    if signs:
        rest = values.filter(pc.invert(pc.is_in(values, value_set=pa.array([*words, *signs]))))
        probe = tuple(rest[:: max(1, len(rest) // PROBED)].to_pylist())
        if probe and (form_of(probe) or share(probe, NUMBER) >= FITS):
            words += signs
    return tuple(words)


def share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    """The share of values that a pattern fits."""
    return sum(bool(pattern.fullmatch(value)) for value in values) / len(values) if values else 0.0


def form_of(values: Sequence[str]) -> str:
    """The first form of a date that nearly all of the values have; empty where none is."""
    if not values or not any(char.isdigit() for char in values[0]):
        return ""
    if share(values, WHOLE) >= FITS and any(len(value) != len("20261120") for value in values):
        return ""
    return next((form for form in DATE_FORMS if fits(values[:12], form) and fits(values, form)), "")


def fits(values: Sequence[str], form: str) -> bool:
    """Whether nearly all values are dates of a form."""
    return sum(is_date(value, form) for value in values) >= FITS * len(values)


def is_date(value: str, form: str) -> bool:
    """Whether a value is a date of a form, from 1900 to 2100."""
    try:
        return 1900 <= datetime.strptime(value, form).year <= 2100
    except ValueError:
        return False

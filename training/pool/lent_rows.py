"""Lent rows: what of a district's examples a pool may learn from, by declared consent for each table and year.

A row is lent where the records that say who is in the cohort and how each student ended are. A feature of a lent row
is missing where a table that it is read from is not lent for each school year that it reaches back to.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from features.language.feature_set import Feature, FeatureSet
from features.language.measures import measures_in
from features.language.outcome import Outcome
from features.language.quantities import OfSchool, Quantity, Schoolmates
from features.pool_settings import LENT_TABLES, LendableYear
from features.snapshots.feature_requirements import READ_AS, source_tables
from models.examples import Examples, Integers

COHORT = "enrollments"
"""The table that says who is in a cohort, and who left it."""
SUPPORTS = "supports"


@dataclass(frozen=True)
class LentRows:
    """A district's rows that a pool may learn from, and by school year the records that they are made of.

    `missing` are features that no lent row has.
    """

    district_id: str
    examples: Examples
    records: Mapping[int, frozenset[LendableYear]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def of(self, years: tuple[int, ...]) -> "LentRows":
        """The same of some school years."""
        held = {year: found for year, found in self.records.items() if year in years}
        return replace(self, examples=self.examples.take(np.isin(self.examples.time, years)), records=held)


def lent_rows(
    examples: Examples,
    feature_set: type[FeatureSet],
    outcome: Outcome,
    lent: Set[LendableYear],
    *,
    district_id: str,
    first_year: int,
) -> LentRows:
    """The rows of a district that `lent` records allow; `first_year` is its first school year on record."""
    years = {int(year): needed_for_row(outcome, int(year)) for year in np.unique(examples.time)}
    teaching = {year: needed for year, needed in years.items() if needed <= lent}
    rows = examples.take(np.isin(examples.time, list(teaching)))
    features = feature_set.features()
    needs = {
        name: {year: needed_for_feature(features[name], year, first_year) for year in teaching}
        for name in examples.dictionary.names
    }
    withheld = {name: [year for year, found in needed.items() if not found <= lent] for name, needed in needs.items()}
    records = {
        year: needed.union(*(found[year] for name, found in needs.items() if year not in withheld[name]))
        for year, needed in teaching.items()
    }
    shown = replace(
        rows, features=without(rows.features, rows.time, withheld), groups=pd.DataFrame(), peers=pd.DataFrame()
    )
    missing = tuple(name for name, gone in withheld.items() if len(gone) == len(teaching))
    return LentRows(district_id, as_observed(shown, lent), records, missing)


def without(features: pd.DataFrame, time: Integers, withheld: Mapping[str, list[int]]) -> pd.DataFrame:
    """The features, missing in the years in which each is withheld."""
    shown = {
        name: features[name].astype(np.float64).mask(np.isin(time, gone)) if gone else features[name]
        for name, gone in withheld.items()
    }
    return pd.DataFrame(shown, features.index)


def as_observed(examples: Examples, lent: Set[LendableYear]) -> Examples:
    """The rows as students ended, where their district does not lend who was supported in every year of them."""
    told = all((SUPPORTS, int(year)) in lent for year in np.unique(examples.time))
    return examples if told else replace(examples, label=examples.observed, support=None)


def needed_for_row(outcome: Outcome, year: int) -> frozenset[LendableYear]:
    """The records that say who was in the cohort of a school year, and how they ended.

    Not those of earlier years by which a repeated grade is told: nothing is learned of whom they leave out.
    """
    conditions = [outcome.off_track, *([outcome.judged_if] if outcome.judged_if else [])]
    tables = {table_of(measure.records.table) for one in conditions for measure in measures_in(one)}
    ahead = range(year, year + years_ahead(outcome) + 1)
    return lendable({(table, one) for table in {COHORT, *tables, *outcome.needs} for one in ahead})


def years_ahead(outcome: Outcome) -> int:
    """How many school years after that of the as-of date the outcome is decided in, at most."""
    horizon = outcome.horizon
    if horizon.kind == "months":
        return 1 + horizon.later // 12
    return horizon.later if horizon.kind == "year" else 0


def needed_for_feature(feature: Feature, year: int, first_year: int) -> frozenset[LendableYear]:
    """The records that a feature of a row of a school year is read from."""
    tables = set(source_tables(feature)) | ({COHORT} if schoolmates_in(feature.quantity) else set())
    return lendable({(table, one) for table in tables for one in reached(feature.quantity, year, first_year)})


def reached(quantity: Quantity, year: int, first_year: int) -> range:
    """The school years that a quantity reaches back to; all on record where it does not say how far."""
    back = [measure.records.window.years_ago for measure in measures_in(quantity)]
    back += [1] if schoolmates_in(quantity) else []
    if None in back:
        return range(min(first_year, year), year + 1)
    return range(year - max((one for one in back if one is not None), default=0), year + 1)


def schoolmates_in(quantity: Quantity) -> bool:
    """Whether it counts the students of a school."""
    return isinstance(quantity, Schoolmates) or (isinstance(quantity, OfSchool) and schoolmates_in(quantity.quantity))


def table_of(name: str) -> str:
    """The table that a word of the language is a part of."""
    return READ_AS.get(name, name)


def lendable(records: Set[tuple[str, int]]) -> frozenset[LendableYear]:
    """Those of some records that are a student's: calendars, terms and schools are nobody's."""
    return frozenset((table, year) for table, year in records if table in LENT_TABLES)


def records_by_table(records: Iterator[LendableYear]) -> dict[str, tuple[int, ...]]:
    """Records by table: the school years of each."""
    found = sorted(set(records))
    return {table: tuple(year for one, year in found if one == table) for table in sorted({one for one, _ in found})}

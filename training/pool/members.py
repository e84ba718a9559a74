"""The districts of a pool in one training run: each one's own run, and the rows that it lends."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.definitions.catalog import feature_set_of
from features.snapshots.label_years import LabelYear, years_to_learn_from
from features.warehouse.reader import Reader
from models.examples import Examples, Texts
from models.feature_dictionary import FeatureDictionary
from training.cohort_examples import Cohorts
from training.pool.lent_rows import LentRows, lent_rows
from training.train import OwnRun
from training.training_data import TrainingData
from training.training_request import TrainingRequest


@dataclass(frozen=True)
class Lender:
    """A district that lends rows: its school years with a known outcome, and the digest of its data."""

    district_id: str
    lent: LentRows
    years: Mapping[int, LabelYear]
    version: str

    def before(self, test: LabelYear) -> LentRows | None:
        """Its lent rows whose outcome was known before the first score of another district's test year."""
        found = self.lent.of(years_to_learn_from(self.years, test))
        return found if len(found.examples) else None


@dataclass(frozen=True)
class Member:
    """A district of the pool: its open records, its own run, and what it lends, where it has a known outcome yet.

    `judged_data` is that of its own run, or of its first year while no model of its own can be judged.
    """

    request: TrainingRequest
    reader: Reader
    own: OwnRun
    lender: Lender | None
    judged_data: TrainingData | None = None

    @property
    def district_id(self) -> str:
        """The district."""
        return self.request.district.id

    @property
    def data(self) -> TrainingData | None:
        """The data of its own run; None where no year can be judged yet."""
        return self.own.data


@dataclass(frozen=True)
class PooledRows:
    """Rows of several districts over the features of one of them, and whose each row is."""

    examples: Examples
    district: Texts
    lent: tuple[LentRows, ...]


def lender_of(request: TrainingRequest, reader: Reader, cohorts: Cohorts, pool: str) -> Lender:
    """What a district lends to the pool of its labelled rows."""
    rows = lent_rows(
        cohorts.examples,
        feature_set_of(request.outcome),
        request.outcome,
        request.district.lends_to(pool),
        district_id=request.district.id,
        first_year=min(reader.school_year_spans),
    )
    return Lender(request.district.id, rows, cohorts.years, reader.data_version())


def pool_rows(lent: tuple[LentRows, ...], dictionary: FeatureDictionary) -> PooledRows:
    """The rows of several districts, one below the other; a feature that a district does not have is missing.

    A student's name begins with the district's, as two districts may know different students by the same one.
    """
    parts = [one.examples for one in lent]
    names = [one.district_id for one in lent]
    features = pd.concat([one.features.reindex(columns=dictionary.names) for one in parts], ignore_index=True)
    examples = Examples(
        dictionary=dictionary,
        features=features,
        label=np.concatenate([one.label for one in parts]),
        student=np.concatenate([prefixed(name, one.student) for name, one in zip(names, parts, strict=True)]),
        time=np.concatenate([one.time for one in parts]),
        school=np.concatenate([one.school for one in parts if one.school is not None]),
        week=np.concatenate([one.week for one in parts if one.week is not None]),
    )
    district = np.repeat(np.array(names, dtype=np.str_), [len(one) for one in parts])
    return PooledRows(examples, district, lent)


def prefixed(district_id: str, student: Texts) -> Texts:
    """Students by names that no other district has."""
    return np.array([f"{district_id}/{one}" for one in student], dtype=np.str_)

"""What a training run reads of a warehouse, in one opening of it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features.definitions.catalog import feature_set_of
from features.errors import Refused
from features.language.outcome import Outcome
from features.progress import Progress
from features.quality.check import check_district, refuse_errors
from features.quality.check_codes import Finding
from features.snapshots.label_years import LabelYear
from features.warehouse.reader import Reader
from models.examples import Examples, in_fixed_order
from training.cohort_examples import Cohorts, NotJudgeable, labelled_cohorts, refuse_unjudgeable
from training.evaluation.temporal_split import Split, rolling_splits
from training.evaluation.year_parts import YearPart, split_year
from training.support_on_record import with_support
from training.training_request import Basis, TrainingRequest


@dataclass(frozen=True)
class TrainingData:
    """The labelled cohorts of a district, how they are split, and the version of the data that they come from.

    `splits` are the years that can be judged, oldest first; the last is the test year. `warnings` are findings about
    the records that do not stop a run; `policies` are those declared under which the records were read.
    """

    cohorts: Cohorts
    splits: tuple[Split, ...]
    version: str
    warnings: tuple[Finding, ...]
    part_starts: tuple[int, int]
    policies: str | None = None

    @property
    def split(self) -> Split:
        """The split of the test year."""
        return self.splits[-1]

    @property
    def test_year(self) -> LabelYear:
        """The school year on which the run is judged."""
        return self.cohorts.years[self.split.test]

    @cached_property
    def learn(self) -> Examples:
        """The rows that the run learns from."""
        return self.cohorts.examples.take(np.isin(self.cohorts.examples.time, self.split.train))

    @property
    def seen(self) -> Examples:
        """The rows of the district that a look at leaks and a rule's shares begin from: the test year's if no other."""
        return self.learn if len(self.learn) else self.test

    @cached_property
    def test(self) -> Examples:
        """The rows of the test year."""
        return in_fixed_order(self.cohorts.examples.take(self.cohorts.examples.time == self.split.test))

    @cached_property
    def parts(self) -> tuple[YearPart, ...]:
        """The parts of the year in which the scoring dates of the test year lie."""
        week = self.test.week
        return split_year(() if week is None else week[week > 0].tolist(), self.part_starts)

    @property
    def basis(self) -> Basis:
        """What a result says of its data."""
        cohorts = self.cohorts
        return Basis(self.split, len(self.learn), len(self.test), cohorts.unlabelled, self.version, cohorts.left_out)


def read_training_data(reader: Reader, request: TrainingRequest, progress: Progress) -> TrainingData:
    """The data of a run; Refused where the records have errors, or no two years can be told apart in time."""
    progress(f"{request.district.name}: checking records")
    found = check_district(reader, request.district, request.today)
    refuse_errors(found)
    progress(f"{request.district.name}: reading cohorts")
    training, outcome, feature_set = request.settings.training, request.outcome, feature_set_of(request.outcome)
    refuse_unjudgeable(reader, outcome, training.as_of, observed_on=request.today)
    cohorts = labelled_cohorts(
        reader,
        feature_set if training.model else feature_set.rule_alone(),
        outcome,
        training.as_of,
        observed_on=request.today,
        with_peers=training.model,
    )
    examples = with_support(reader, outcome, cohorts.examples, request.today, seed=training.seed)
    cohorts = replace(cohorts, examples=examples)
    try:
        splits = rolling_splits(cohorts.years, training.years)
    except Refused as alone:  # the first year in which somebody was of the cohort, as of students who repeat a grade
        raise NotJudgeable(f"{outcome.name} cannot be judged yet: {alone}") from None
    data = TrainingData(
        cohorts, splits, reader.data_version(), found.warnings, training.parts, reader.declared_policies()
    )
    refuse_unknown(outcome, data)
    return data


def refuse_unknown(outcome: Outcome, data: TrainingData) -> None:
    """Raise NotJudgeable where the outcome is known of nobody in the test year, as where no mark has a subject."""
    if not len(data.test):
        whom = f"of none of the {outcome.cohort.words} in school year {data.split.test}"
        raise NotJudgeable(f"{outcome.name} cannot be judged: {whom} do the records tell how it ended")

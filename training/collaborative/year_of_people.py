"""The students whom shared figures are about: one cohort, how each ended, early signals, who was listed."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.definitions.catalog import feature_set_of
from features.errors import NothingKnown
from features.language.feature_set import Outcome
from features.ledger.ledger import build_ledger
from features.snapshots.label_years import LabelYear, label_years
from features.snapshots.labels import label_outcome
from features.snapshots.snapshot import build_snapshot
from features.warehouse.protected_groups import groups_on
from features.warehouse.reader import Reader
from models.examples import Booleans, Floats
from training.monitor.finished_year import FinishedYear, last_finished_year


@dataclass(frozen=True)
class YearOfPeople:
    """The students of a school year whose end is known, in one order.

    `early` says who showed a signal of the published rule on the year's first scoring date; who came later showed none.
    `told` is the ledger's view of the same students, None where no lists were made in that year; `groups` are their
    protected attributes.
    """

    school_year: int
    on: date
    students: "pd.Index[str]"
    off_track: Booleans
    early: Booleans
    groups: pd.DataFrame
    told: FinishedYear | None

    def __len__(self) -> int:
        return len(self.students)

    @property
    def listed(self) -> Booleans:
        """Who was ever listed."""
        return np.zeros(len(self), dtype=np.bool_) if self.told is None else self.told.listed

    @property
    def risk(self) -> Floats:
        """The risk of each student's first flag, NaN without one."""
        return np.full(len(self), np.nan) if self.told is None else self.told.risk


def year_of_people(reader: Reader, outcome: Outcome, schedule: tuple[str, ...], on: date) -> YearOfPeople:
    """The latest school year of which most ends are known; the ledger's where lists were made, else the cohort's.

    Raises NothingKnown where there is no such year yet.
    """
    years = label_years(reader, outcome, schedule, observed_on=on)
    told = last_finished_year(build_ledger(reader, outcome, on))
    if told is not None and told.school_year in years:
        students = pd.Index(told.students["student_key"].astype("str"))
        return people_of(reader, outcome, years[told.school_year], students, told.off_track, told)
    if not years:
        raise NothingKnown(
            f"nothing to share of {outcome.name} on {on}: no school year is over whose outcome is known; share again "
            "when the first one is"
        )
    last = years[max(years)]
    labels = label_outcome(reader, outcome, last.first_scored_on, observed_on=on).off_track.dropna()
    students, off_track = pd.Index(labels.index.astype("str")), labels.to_numpy(dtype=np.bool_)
    return people_of(reader, outcome, last, students, off_track, None)


def people_of(
    reader: Reader,
    outcome: Outcome,
    year: LabelYear,
    students: "pd.Index[str]",
    off_track: Booleans,
    told: FinishedYear | None,
) -> YearOfPeople:
    """The students with their early signals and groups."""
    first = year.first_scored_on
    early = build_snapshot(reader, feature_set_of(outcome).rule_alone(), first, cohort=outcome.cohort).features
    signals = early["rule_signals"].rename(index=str).reindex(students).fillna(0.0).to_numpy(dtype=np.float64)
    seen_on = told.last_list if told else first
    groups = groups_on(reader, reader.view(seen_on)).rename(index=str).reindex(students).reset_index(drop=True)
    return YearOfPeople(year.school_year, seen_on, students, off_track, signals > 0, groups, told)

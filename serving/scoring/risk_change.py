"""Each student's change in risk since the run before, split into the records' part and a new scorer's part.

Another scorer comes with a new release, or with another part of the year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from features.settings import Settings
from features.snapshots.snapshot import Snapshot, build_snapshot
from features.warehouse.reader import Reader
from models.explanations.reason_stability import stability_in
from models.explanations.risk_change import FeatureChange, RiskChange, largest_changes, split_change
from serving.scoring.decoding import may_be_told
from serving.scoring.district_release import DistrictRelease, load_earlier_release
from serving.scoring.ranking import predict_risks
from serving.store.database import read_session
from serving.store.run_queries import listed_before, previous_run, run_scores

LATELY = timedelta(days=21)
"""How old a list may be whose students still go before others: a week's, and those of a holiday."""


@dataclass(frozen=True)
class PreviousRun:
    """The run before: its date, how its data version begins, risks that may be told, and its release if that opens.

    `listed` are the students whom it listed by their order.
    """

    as_of: date
    data_version: str
    risks: Mapping[str, float]
    release: DistrictRelease | None
    listed: frozenset[str] = frozenset()

    def listed_lately(self, now: date) -> frozenset[str]:
        """Those whom it listed, unless it is older than the list before can be."""
        return self.listed if now - self.as_of <= LATELY else frozenset()


def load_previous_run(settings: Settings, engine: Engine, release: DistrictRelease, as_of: date) -> PreviousRun | None:
    """The newest run of the same outcome with an earlier as-of date; None before the first."""
    with read_session(engine, release.district_id) as session:
        run = previous_run(session, release.district_id, release.outcome.name, as_of)
        if run is None:
            return None
        scores = run_scores(session, run).items()
        risks = {key: row.risk for key, row in scores if row.risk is not None and may_be_told(row)}
        data_version = run.run_id.rpartition("-")[2]
        earlier = load_earlier_release(settings, release, run.release_id)
        served = earlier.as_recorded(run.part, run.scorer) if earlier else None
        return PreviousRun(run.as_of, data_version, risks, served, listed_before(session, run))


def explain_changes(
    release: DistrictRelease, before: PreviousRun, reader: Reader, snapshot: Snapshot, risks: "pd.Series[float]"
) -> dict[str, RiskChange]:
    """The change of each student who has a risk in the run before and in this one (`risks`)."""
    now = risks.dropna()
    students = [key for key in now.index if key in before.risks]
    old = before.release
    if old is None or not students:
        return dict.fromkeys(students, RiskChange(None, None))
    records = snapshot_for_release(old, reader, snapshot)
    risk_by_old = now if old.bundle.scorer is release.bundle.scorer else predict_risks(old.bundle, records)
    moved = find_moved_features(old, before, reader, records)
    across_parts = old.release_id == release.release_id and old.bundle.scorer is not release.bundle.scorer
    return {
        key: RiskChange(
            *split_change(before.risks[key], float(now[key]), float(risk_by_old[key])), moved.get(key, ()), across_parts
        )
        for key in students
    }


def snapshot_for_release(old: DistrictRelease, reader: Reader, snapshot: Snapshot) -> Snapshot:
    """The snapshot of now, by the feature set of the old release."""
    if old.bundle.feature_set == snapshot.feature_set:
        return snapshot
    return build_snapshot(reader, old.feature_set, snapshot.as_of, cohort=old.outcome.cohort)


def find_moved_features(
    old: DistrictRelease, before: PreviousRun, reader: Reader, now: Snapshot
) -> dict[str, tuple[FeatureChange, ...]]:
    """Per student, the features that moved the risk most since the run before, on the records visible to that run."""
    load = find_load(reader, before.data_version)
    then = build_snapshot(reader, old.feature_set, before.as_of, cohort=old.outcome.cohort, loads_through=load)
    both = now.features.index.intersection(then.features.index)
    holds = stability_in(old.bundle.metrics)
    moved = largest_changes(
        old.bundle.scorer,
        old.feature_set,
        then.features.loc[both],
        now.features.loc[both],
        never_said=holds.never_said if holds else (),
        days=np.asarray(now.school_days.loc[both], dtype=np.float64),
    )
    return dict(zip(both, moved, strict=True))


def find_load(reader: Reader, data_version: str) -> int | None:
    """The load whose data version begins like this; None where it is the latest, or is not on record any more."""
    loads = reader.current("loads")
    found = loads.loc[loads["digest"].str.startswith(data_version), "load_id"]
    return int(found.max()) if len(found) and found.max() < loads["load_id"].max() else None

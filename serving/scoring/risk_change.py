"""Since last time: each student's change in risk, split into what the records and what a new release changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from features.settings import Settings
from features.snapshots.snapshot import Snapshot, build_snapshot
from features.warehouse.reader import Reader
from models.explanations.reason_stability import stability_in
from models.explanations.risk_change import FeatureChange, RiskChange, largest_changes, split_change
from serving.scoring.district_release import DistrictRelease, load_earlier_release
from serving.scoring.ranking import predict_risks
from serving.store.database import reading
from serving.store.run_queries import previous_run, run_scores


@dataclass(frozen=True)
class PreviousRun:
    """The run before: its date, how its data version begins, its risks by student, and what served it if that opens."""

    as_of: date
    data_version: str
    risks: Mapping[str, float]
    served: DistrictRelease | None


def load_previous_run(settings: Settings, engine: Engine, served: DistrictRelease, as_of: date) -> PreviousRun | None:
    """The newest run of the same outcome that looked from an earlier date; None before the first."""
    with reading(engine) as session:
        run = previous_run(session, served.district.id, served.outcome.name, as_of)
        if run is None:
            return None
        risks = {key: row.risk for key, row in run_scores(session, run).items() if row.risk is not None}
        data_version = run.run_id.rpartition("-")[2]
        return PreviousRun(run.as_of, data_version, risks, load_earlier_release(settings, served, run.release_id))


def explain_changes(
    served: DistrictRelease, before: PreviousRun, reader: Reader, snapshot: Snapshot, risks: "pd.Series[float]"
) -> dict[str, RiskChange]:
    """By student with a risk then and now (`risks`): how far it moved, and by what."""
    now = risks.dropna()
    students = [key for key in now.index if key in before.risks]
    old = before.served
    if old is None or not students:
        return dict.fromkeys(students, RiskChange(None, None))
    asked = snapshot_for_release(old, reader, snapshot)
    by_the_old = now if old is served else predict_risks(old.bundle, asked)
    moved = find_moved_features(old, before, reader, asked)
    return {
        key: RiskChange(*split_change(before.risks[key], float(now[key]), float(by_the_old[key])), moved.get(key, ()))
        for key in students
    }


def snapshot_for_release(old: DistrictRelease, reader: Reader, snapshot: Snapshot) -> Snapshot:
    """The records of now as the feature set of then has them."""
    if old.bundle.feature_set == snapshot.feature_set:
        return snapshot
    return build_snapshot(reader, old.feature_set, snapshot.as_of, cohort=old.outcome.cohort)


def find_moved_features(
    old: DistrictRelease, before: PreviousRun, reader: Reader, now: Snapshot
) -> dict[str, tuple[FeatureChange, ...]]:
    """By student, the features that moved the risk most since the records of then, as they were visible then."""
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
    """The load whose data version begins like this; None where none came since, or it is not on record any more."""
    loads = reader.current("loads")
    found = loads.loc[loads["digest"].str.startswith(data_version), "load_id"]
    return int(found.max()) if len(found) and found.max() < loads["load_id"].max() else None

"""Each student's change in risk since the run before, split into the records' part and a new scorer's part.

Another scorer comes with a new release, or with another part of the year.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from features.engine.view import KeyRange
from features.settings import Settings
from features.snapshots.snapshot import Snapshot, build_snapshot
from features.warehouse.reader import Reader
from models.examples import Floats, Places
from models.explanations.reason_stability import stability_in
from models.explanations.risk_change import ChangeColumns, largest_changes, split_change
from serving.scoring.district_release import DistrictRelease, load_earlier_release
from serving.scoring.kept_features import kept_features
from serving.scoring.ranking import predict_risks
from serving.store.database import read_session
from serving.store.district_scope import enter_district
from serving.store.run_queries import listed_before, previous_run, run_scores

LATELY = timedelta(days=21)
"""How old a list may be whose students still go before others: a week's, and those of a holiday."""


@dataclass(frozen=True)
class PreviousRun:
    """The run before: its date, how its data version begins, risks that may be told, and its release if that opens.

    `risks` are by student, NaN where there is none to be told; `listed` are the students whom it listed by their order.
    `features` are what it saw of each student, where that is kept. `part` says whose, where it is not everyone.
    `shown` has the `risk` (NaN where nobody was told one) and the `band` that it showed of each student.
    """

    as_of: date
    data_version: str
    risks: "pd.Series[float]"
    release: DistrictRelease | None
    listed: frozenset[str] = frozenset()
    features: pd.DataFrame | None = None
    part: KeyRange | None = None
    shown: pd.DataFrame | None = None

    def shown_of(self, students: pd.Index) -> dict[str, object]:
        """What it showed of some students, in the columns in which a score has it."""
        if self.shown is None:
            return {}
        then = self.shown.reindex(students)
        days = then["band"].notna().map({True: self.as_of, False: None}).to_numpy()
        return {
            "previous_risk": then["risk"].to_numpy(),
            "previous_band": then["band"].to_numpy(dtype=object),
            "previous_as_of": days,
        }

    def listed_lately(self, now: date) -> frozenset[str]:
        """Those whom it listed, unless it is older than the list before can be."""
        return self.listed if now - self.as_of <= LATELY else frozenset()

    def of(self, students: pd.Index, part: KeyRange | None) -> "PreviousRun":
        """The same of the students of a part alone; those whom it listed are all there still."""
        if part is None:
            return self
        risks = self.risks.iloc[places_of(students, self.risks.index)]
        kept = None if self.features is None else self.features.iloc[places_of(students, self.features.index)]
        return replace(self, risks=risks, features=kept, part=part)


def places_of(students: pd.Index, among: pd.Index) -> Places:
    """Where those of some students stand who are among others."""
    found: Places = among.get_indexer(students)
    return found[found >= 0]


@dataclass(frozen=True)
class ChangeTable:
    """How the risks of some students moved since the run before, as in RiskChange; NaN for a part that is not known.

    `moved` has their changed features, and is None where the release of then cannot be asked any more.
    """

    students: pd.Index
    by_data: Floats
    by_release: Floats
    moved: ChangeColumns | None
    across_parts: bool = False


def load_previous_run(settings: Settings, engine: Engine, release: DistrictRelease, as_of: date) -> PreviousRun | None:
    """The newest run of the same outcome with an earlier as-of date; None before the first."""
    with read_session(engine) as session:
        enter_district(session, release.district_id)
        run = previous_run(session, release.district_id, release.outcome.name, as_of)
        if run is None:
            return None
        scores = run_scores(session, run)
        risks = told_risks(scores)
        shown = scores[["risk", "band"]].assign(**({"risk": np.nan} if run.not_judged else {}))
        data_version = run.run_id.rpartition("-")[2]
        earlier = load_earlier_release(settings, release, run.release_id)
        served = earlier.as_recorded(run.part, run.scorer) if earlier else None
        kept = kept_features(settings, served).read(run.run_id) if served else None
        listed = listed_before(session, run)
        return PreviousRun(run.as_of, data_version, risks, served, listed, kept, shown=shown)


def told_risks(scores: pd.DataFrame) -> "pd.Series[float]":
    """The risks of a run, NaN where too few past students stand behind one for it to be told."""
    alike = scores["similar_students"].fillna("")  # none of a run may have any
    told = {text: (json.loads(text or "null") or {"n": 1})["n"] > 0 for text in alike.unique()}
    risks: pd.Series[float] = scores["risk"].where(alike.map(told).astype(bool))
    return risks


def explain_changes(
    release: DistrictRelease, before: PreviousRun, reader: Reader, snapshot: Snapshot, risks: "pd.Series[float]"
) -> ChangeTable:
    """The changes of the students who have a risk in the run before and in this one (`risks`)."""
    now = risks.dropna()
    now = now.iloc[np.flatnonzero(before.risks.dropna().index.get_indexer(now.index) >= 0)]
    old, unknown = before.release, np.full(len(now), np.nan)
    if old is None or now.empty:
        return ChangeTable(now.index, unknown, unknown, None)
    records = snapshot_for_release(old, before, reader, snapshot)
    same = old.bundle.scorer is release.bundle.scorer
    by_old = now if same else predict_risks(old.bundle, records).reindex(now.index)
    then = before.risks.reindex(now.index)
    by_data, by_release = split_change(*(np.asarray(one, dtype=np.float64) for one in (then, now, by_old)))
    both, moved = find_moved_features(old, before, reader, records)
    across_parts = old.release_id == release.release_id and not same
    return ChangeTable(now.index, by_data, by_release, moved.of(both.get_indexer(now.index)), across_parts)


def snapshot_for_release(old: DistrictRelease, before: PreviousRun, reader: Reader, snapshot: Snapshot) -> Snapshot:
    """The snapshot of now, by the feature set of the old release: as it is where it has all that this one needs."""
    if old.bundle.feature_set == snapshot.feature_set and set(old.feature_set.features()) <= set(snapshot.features):
        return snapshot
    cohort, part = old.outcome.cohort, before.part
    return build_snapshot(reader, old.feature_set, snapshot.as_of, cohort=cohort, part=part, with_transfers=True)


def find_moved_features(
    old: DistrictRelease, before: PreviousRun, reader: Reader, now: Snapshot
) -> tuple[pd.Index, ChangeColumns]:
    """Students of both runs, and the features that moved their risk most, on the records visible to each run."""
    then = before.features if before.features is not None else features_seen(old, before, reader)
    both = now.features.index.intersection(then.index)
    holds = stability_in(old.bundle.metrics)
    moved = largest_changes(
        old.bundle.scorer,
        old.feature_set,
        then.loc[both],
        now.features.loc[both],
        never_said=holds.never_said if holds else (),
        days=np.asarray(now.school_days.loc[both], dtype=np.float64),
    )
    return both, moved


def features_seen(old: DistrictRelease, before: PreviousRun, reader: Reader) -> pd.DataFrame:
    """The features of the students of an earlier run, on the records that it saw."""
    load = find_load(reader, before.data_version)
    cohort, part = old.outcome.cohort, before.part
    return build_snapshot(
        reader, old.feature_set, before.as_of, cohort=cohort, loads_through=load, part=part, with_transfers=True
    ).features


def find_load(reader: Reader, data_version: str) -> int | None:
    """The load whose data version begins like this; None where it is the latest, or is not on record any more."""
    loads = reader.current("loads")
    found = loads.loc[loads["digest"].str.startswith(data_version), "load_id"]
    return int(found.max()) if len(found) and found.max() < loads["load_id"].max() else None

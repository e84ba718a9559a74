"""One outcome's students before places are given: their order, and all that is written of them but their places."""

from dataclasses import dataclass

from sqlalchemy import Engine

from features.engine.view import View
from features.errors import NothingKnown
from features.settings import Settings
from features.snapshots.snapshot import Snapshot, snapshot_of_view
from features.warehouse.reader import Reader
from serving.scoring.district_release import DistrictRelease
from serving.scoring.ranking import Ordered, Places, order_cohort
from serving.scoring.risk_change import PreviousRun, load_previous_run
from serving.scoring.student_scores import CohortTexts, RunInputs, cohort_texts
from serving.store.student_records import WrittenRecords


@dataclass(frozen=True)
class ScoredCohort:
    """One outcome's part of a list: its release on the date, its students and their order, and what is said of them."""

    settings: Settings
    release: DistrictRelease
    snapshot: Snapshot
    ordered: Ordered
    texts: CohortTexts
    run_id: str


@dataclass(frozen=True)
class ListInputs:
    """What the cohorts of a list share: the warehouse, the date, and the service database.

    Without an `engine` there is no run before.
    """

    reader: Reader
    view: View
    written: WrittenRecords
    engine: Engine | None


def scored_cohort(
    inputs: ListInputs, settings: Settings, release: DistrictRelease, *, run_id: str
) -> ScoredCohort | None:
    """The students of an outcome in its order; None where nobody of its grades is enrolled, and others are served.

    What the cohort's scripts share stands for as long as it takes, so that a list needs no more memory than its
    largest cohort.
    """
    view = inputs.view
    now = release.on(view.school_week, view.as_of)
    with inputs.reader.sharing_more_steps() as reader:
        try:
            snapshot = snapshot_of_view(reader, now.feature_set, view, cohort=now.outcome.cohort)
        except NothingKnown:
            if not serves_several(settings, release.district_id):
                raise
            return None
        before = load_previous_run(settings, inputs.engine, release, view.as_of) if inputs.engine else None
        ordered = ordered_cohort(settings, now, snapshot, before)
        risks = ordered.table["risk"].reindex(snapshot.features.index)
        texts = cohort_texts(RunInputs(settings, now, reader, view, snapshot, risks, inputs.written), before)
    return ScoredCohort(settings, now, snapshot, ordered, texts, run_id)


def ordered_cohort(
    settings: Settings, release: DistrictRelease, snapshot: Snapshot, before: PreviousRun | None
) -> Ordered:
    """A cohort in the order of its outcome."""
    service = settings.service
    return order_cohort(
        release.bundle,
        snapshot,
        Places(settings.gate.capacity, service.random_share, service.list_margin),
        seed=settings.training.seed,
        salt=release.outcome.name if serves_several(settings, release.district_id) else "",
        listed_before=before.listed_lately(snapshot.as_of) if before else (),
    )


def serves_several(settings: Settings, district_id: str) -> bool:
    """Whether a district serves more than one outcome."""
    return len(settings.district(district_id).outcomes) > 1

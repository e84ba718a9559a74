"""The run of one outcome of a list, from what its list shares, its release, and its students' scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from features.engine.view import View
from features.settings import Settings
from features.warehouse.roster import DistrictRoster
from models.bundle.manifest import Kind
from models.bundle.year_parts import ServedPart
from models.feature_dictionary import FeatureDictionary
from models.metrics.track_record import ListRecord
from models.served_scorer import NotJudged
from models.verdict import GateVerdict
from serving.scoring.district_release import DistrictRelease
from serving.scoring.headline import Headline, gate_verdict, headline_of_bundle
from serving.scoring.scoring_run import SchoolCalendar, ScoringRun, ServedWeeks
from serving.scoring.student_scores import CohortScores


@dataclass(frozen=True)
class ListParts:
    """What the runs of one list share; only the first of them holds the schools' calendars."""

    settings: Settings
    view: View
    roster: DistrictRoster
    calendars: tuple[SchoolCalendar, ...]
    data_through: date
    list_id: str
    now: datetime


def outcome_run(
    shared: ListParts,
    run_id: str,
    release: DistrictRelease,
    capacity: int,
    scores: CohortScores,
    last_lists: ListRecord | None = None,
) -> ScoringRun:
    """The run of the outcome of a release, whose students have their places."""
    settings, view = shared.settings, shared.view
    return ScoringRun(
        run_id=run_id,
        district_id=release.district_id,
        district_name=settings.district(release.district_id).name,
        as_of=view.as_of,
        created_at=shared.now,
        capacity=capacity,
        data_through=shared.data_through,
        roster=shared.roster,
        school_year=view.school_year,
        calendars=shared.calendars,
        last_lists=last_lists,
        list_seed=settings.training.seed,
        list_id=shared.list_id,
        **vars(scores),
        **vars(release_facts(release, view.school_week)),
    )


@dataclass(frozen=True)
class ReleaseFacts:
    """What a run says of the release that serves on its date: the same fields as `ScoringRun` has."""

    outcome: str
    ended: str
    release_id: str
    scorer: Kind
    verdict: GateVerdict
    bundle_digest: str
    model_version: str
    feature_set: str
    dictionary: FeatureDictionary
    headline: Headline | None
    school_week: int | None
    part: str | None
    not_judged: NotJudged | None
    parts: tuple[ServedWeeks, ...]


def release_facts(release: DistrictRelease, school_week: int | None) -> ReleaseFacts:
    """The facts of a release as it serves on a date of a school week."""
    bundle = release.bundle
    return ReleaseFacts(
        outcome=bundle.name,
        ended=release.outcome.ended,
        release_id=release.release_id,
        scorer=bundle.kind,
        verdict=gate_verdict(bundle),
        bundle_digest=bundle.digest,
        model_version=release.model_version,
        feature_set=bundle.feature_set,
        dictionary=bundle.dictionary,
        headline=headline_of_bundle(bundle) if release.not_judged in (None, "level") else None,
        school_week=school_week,
        part=release.part.name if release.part else None,
        not_judged=release.not_judged,
        parts=served_weeks(bundle.parts),
    )


def served_weeks(parts: Sequence[ServedPart]) -> tuple[ServedWeeks, ...]:
    """What serves in which school weeks, as a run keeps it."""
    return tuple(
        ServedWeeks(part.name, part.from_week, part.through_week, part.serves, part.numbers, ranges=bool(part.ranges))
        for part in parts
    )

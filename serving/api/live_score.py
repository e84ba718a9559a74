"""A live score: one student's records, through the same features and scorer as everyone's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.exceptions import HTTPException

from features.engine.view_policies import AS_BEFORE, ViewPolicies
from features.errors import Refused
from features.policies.enrollment_policies import AS_FILES_SAY, EnrollmentPolicies
from features.snapshots.live_features import snapshot_of_records
from features.snapshots.sent_enrollments import enrollments_as_loaded
from features.snapshots.snapshot import MIN_SCHOOL_DAYS
from models.explanations.reasons import Reason
from models.scoring import is_told, reasons_by, risk_of, similar_students_of
from serving.api.messages import SentRecords
from serving.api.presenters import interval_of, links_of, present_reasons, present_similar_students
from serving.api.score_messages import InsufficientData, LiveScore
from serving.scoring.bands import band_of
from serving.scoring.district_release import DistrictRelease
from serving.store.cell_types import JsonRow
from serving.wording.locale import Language
from serving.wording.reasons import bundle_lexicon, reason_sentences, strength_sentences
from serving.wording.scores import not_scored_here, too_few_days


@dataclass(frozen=True)
class LiveScoreInputs:
    """What a live score needs besides the records; fewer past students than `least` are never told."""

    release: DistrictRelease
    as_of: date
    data_as_of: date
    calendar_days: Sequence[JsonRow]
    terms: Sequence[JsonRow]
    cuts: tuple[float, float]
    least: int
    language: Language
    first_day: date | None = None
    """A day of the district's first school week, which the calendar of the student's schools may not tell."""
    policies: ViewPolicies = AS_BEFORE
    """Those of the district, by which its own records are read too."""
    enrollment: EnrollmentPolicies = AS_FILES_SAY
    """What the district's enrollments mean, and so those that are sent."""
    told: bool = True
    """Whether the reasons are given."""


def score_records(inputs: LiveScoreInputs, records: SentRecords) -> LiveScore | InsufficientData:
    """Risk, band and reasons of the student of these records; why not, where there is no score. 422 for bad rows."""
    bundle = inputs.release.bundle
    try:
        snapshot = snapshot_of_records(
            bundle.feature_set,
            inputs.as_of,
            build_tables(inputs, records),
            cohort=inputs.release.outcome.cohort,
            first_day=inputs.first_day,
            policies=inputs.policies,
        )
    except Refused as refused:
        raise HTTPException(422, str(refused)) from None
    if snapshot.features.empty:
        return InsufficientData(detail=not_scored_here(inputs.language, inputs.as_of))
    if not (snapshot.is_scorable & is_told(bundle.scorer, snapshot)).iloc[0]:
        return InsufficientData(detail=too_few_days(inputs.language, MIN_SCHOOL_DAYS))
    risk = float(risk_of(bundle.scorer, snapshot.features, snapshot.school)[0])
    (similar,) = similar_students_of(bundle.scorer, snapshot.features, least=inputs.least)
    found = reasons_by(bundle, snapshot)[0]
    needs, strengths = to_rows(found.needs), to_rows(found.strengths)
    lexicon, told = bundle_lexicon(bundle.dictionary.entries), inputs.told
    return LiveScore(
        outcome=inputs.release.outcome.name,
        risk=None if inputs.release.not_judged else risk,
        band=band_of(risk, inputs.cuts),
        reasons=present_reasons(needs, reason_sentences(inputs.language, lexicon, needs), lexicon) if told else None,
        strengths=present_reasons(strengths, strength_sentences(inputs.language, lexicon, strengths), lexicon)
        if told
        else None,
        similar_students=present_similar_students(inputs.language, similar),
        scorer=bundle.kind,
        part=inputs.release.part.name if inputs.release.part else None,
        not_judged=inputs.release.not_judged,
        interval=None if inputs.release.not_judged else interval_of(similar, None),
        model_version=inputs.release.model_version,
        release=inputs.release.release_id,
        links=links_of(bundle.digest),
        as_of=inputs.as_of,
        data_as_of=inputs.data_as_of,
    )


def to_rows(reasons: Sequence[Reason]) -> list[JsonRow]:
    """Reasons as a run would store them."""
    return [reason._asdict() for reason in reasons]


def build_tables(inputs: LiveScoreInputs, records: SentRecords) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """The canonical tables of this student; a row without `known_on` counts as known on the as-of date.

    Enrollments are those that a load of these rows would keep.
    """
    sent = {
        name: [{"student_key": "live", **row.model_dump(exclude_none=True)} for row in getattr(records, name)]
        for name in SentRecords.model_fields
    }
    sent["enrollments"] = enrollments_as_loaded(sent["enrollments"], inputs.calendar_days, inputs.enrollment)
    known = {"known_on": inputs.as_of}
    context = {"calendar_days": inputs.calendar_days, "terms": inputs.terms}
    return {name: [{**known, **row} for row in rows] for name, rows in {**context, **sent}.items()}

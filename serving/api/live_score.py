"""Live scores: the records of a few students, through the same features and scorer as everyone's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat

import numpy as np
from starlette.exceptions import HTTPException

from features.engine.view_policies import AS_BEFORE, ViewPolicies
from features.errors import Refused
from features.policies.enrollment_policies import AS_FILES_SAY, EnrollmentPolicies
from features.snapshots.live_features import LiveCalendar, SentByTable, snapshot_of_records
from features.snapshots.live_rows import RecordColumns
from features.snapshots.sent_enrollments import kept_rows
from features.snapshots.snapshot import MIN_SCHOOL_DAYS, Snapshot
from models.estimators.published_rule import SimilarStudents
from models.explanations.reasons import Reason, Reasons
from models.scoring import is_told, reasons_by, risk_of, similar_students_of
from serving.api.messages import SENT_ROWS, SentRecords, SentRow
from serving.api.presenters import interval_of, links_of, present_reasons, present_similar_students
from serving.api.score_messages import GivenReason, InsufficientData, LiveScore
from serving.scoring.bands import band_of
from serving.scoring.district_release import DistrictRelease
from serving.store.cell_types import JsonRow
from serving.wording.locale import Language
from serving.wording.reasons import Lexicon, bundle_lexicon, reason_sentences, strength_sentences
from serving.wording.scores import not_scored_here, too_few_days


@dataclass(frozen=True)
class LiveScoreInputs:
    """What a live score needs besides the records; fewer past students than `least` are never told."""

    release: DistrictRelease
    as_of: date
    data_as_of: date
    calendar: LiveCalendar
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


@dataclass(frozen=True)
class Found:
    """What a scorer says of one student."""

    risk: float
    similar: SimilarStudents | None
    reasons: Reasons


def score_students(inputs: LiveScoreInputs, students: Sequence[SentRecords]) -> list[LiveScore | InsufficientData]:
    """Risk, band and reasons of each student; why not, where there is no score. 422 for bad rows."""
    bundle = inputs.release.bundle
    try:
        snapshot = snapshot_of_records(
            inputs.release.feature_set.name,
            inputs.as_of,
            build_tables(inputs, students),
            cohort=inputs.release.outcome.cohort,
            first_day=inputs.first_day,
            policies=inputs.policies,
            calendar=inputs.calendar,
        )
    except Refused as refused:
        raise HTTPException(422, str(refused)) from None
    lexicon = bundle_lexicon(bundle.dictionary.entries)
    scored = dict(found_in(inputs, snapshot))
    return [
        answer_of(inputs, lexicon, scored[key])
        if key in scored
        else InsufficientData(detail=why_not(inputs, there=key in snapshot.features.index))
        for key in map(key_of, range(len(students)))
    ]


def found_in(inputs: LiveScoreInputs, snapshot: Snapshot) -> Iterator[tuple[str, Found]]:
    """By key, what the scorer says of those of a snapshot about whom enough is known."""
    scorer, features = inputs.release.bundle.scorer, snapshot.features
    if features.empty:
        return
    known = np.asarray(snapshot.is_scorable & is_told(scorer, snapshot), dtype=np.bool_)
    risks, reasons = risk_of(scorer, features, snapshot.school), reasons_by(inputs.release.bundle, snapshot)
    similar = similar_students_of(scorer, features, least=inputs.least, told=inputs.release.not_judged is None)
    for place, key in enumerate(features.index):
        if known[place]:
            yield str(key), Found(float(risks[place]), similar[place], reasons[place])


def why_not(inputs: LiveScoreInputs, *, there: bool) -> str:
    """Why a student has no score."""
    if there:
        return too_few_days(inputs.language, MIN_SCHOOL_DAYS)
    return not_scored_here(inputs.language, inputs.as_of)


def answer_of(inputs: LiveScoreInputs, lexicon: Lexicon, found: Found) -> LiveScore:
    """A score as an API message."""
    release, language = inputs.release, inputs.language
    needs, strengths = to_rows(found.reasons.needs), to_rows(found.reasons.strengths)
    said = reason_sentences(language, lexicon, needs), strength_sentences(language, lexicon, strengths)
    return LiveScore(
        outcome=release.outcome.name,
        risk=None if release.not_judged else found.risk,
        band=band_of(found.risk, inputs.cuts),
        reasons=told(inputs, present_reasons(needs, said[0], lexicon)),
        strengths=told(inputs, present_reasons(strengths, said[1], lexicon)),
        similar_students=present_similar_students(language, found.similar),
        scorer=release.bundle.kind,
        part=release.part.name if release.part else None,
        not_judged=release.not_judged,
        interval=None if release.not_judged else interval_of(found.similar, None),
        model_version=release.model_version,
        release=release.release_id,
        links=links_of(release.bundle.digest),
        as_of=inputs.as_of,
        data_as_of=inputs.data_as_of,
    )


def told(inputs: LiveScoreInputs, reasons: list[GivenReason]) -> list[GivenReason] | None:
    """The reasons, where they may be given."""
    return reasons if inputs.told else None


def to_rows(reasons: Sequence[Reason]) -> list[JsonRow]:
    """Reasons as a run would store them."""
    return [reason._asdict() for reason in reasons]


def key_of(place: int) -> str:
    """What the student of that place among those sent is called in the tables."""
    return f"{place:04}"


def build_tables(inputs: LiveScoreInputs, students: Sequence[SentRecords]) -> SentByTable:
    """The canonical tables of these students, by column; a row without `known_on` counts as known on the as-of date.

    Enrollments are those that a load of these rows would keep.
    """
    sent = {name: columns_of(name, row, students) for name, row in SENT_ROWS.items()}
    return {
        **sent,
        "enrollments": list(kept_rows(in_rows(sent["enrollments"]), inputs.calendar.days, inputs.enrollment)),
    }


def columns_of(name: str, row: type[SentRow], students: Sequence[SentRecords]) -> RecordColumns:
    """The rows of a table that these students sent, by column."""
    tables: list[Sequence[SentRow]] = [getattr(records, name) for records in students]
    rows = [one.__dict__ for sent in tables for one in sent]
    keys = [key for place, sent in enumerate(tables) for key in repeat(key_of(place), len(sent))]
    return RecordColumns(
        len(rows), {"student_key": keys, **{column: [r[column] for r in rows] for column in row.model_fields}}
    )


def in_rows(columns: RecordColumns) -> list[dict[str, object]]:
    """The same row by row; what a row leaves out is not in it."""
    rows = zip(*columns.values.values(), strict=True)
    return [{name: one for name, one in zip(columns.values, row, strict=True) if one is not None} for row in rows]

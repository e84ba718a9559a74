"""A live score: one student's records, through the same features and scorer as everyone's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from starlette.exceptions import HTTPException

from features.live import snapshot_of_records
from features.settings import Refused
from models.reasons import Reason, top_reasons
from models.risk import RiskModel
from serving.api.messages import GivenReason, InsufficientData, LiveScore, SentRecords
from serving.bands import band_of
from serving.rows import Cells
from serving.served import Release
from serving.wording import reason_sentence

RULE_SIGNALS = "rule_signals"


@dataclass(frozen=True)
class Scoring:
    """What a live score needs besides the records: a release, a date, a calendar, the band cuts."""

    release: Release
    as_of: date
    calendar_days: Sequence[Cells]
    terms: Sequence[Cells]
    cuts: tuple[float, float]


def score_records(scoring: Scoring, records: SentRecords) -> LiveScore | InsufficientData:
    """Risk, band and reasons of the student of these records; why not, where there is no score. 422 for bad rows."""
    bundle = scoring.release.bundle
    try:
        frame = snapshot_of_records(bundle.feature_set, scoring.as_of, tables_of(scoring, records))
    except Refused:
        raise HTTPException(422) from None
    if frame.empty:
        return InsufficientData(
            detail=f"On {scoring.as_of.isoformat()} the student of these records is not one this release scores."
        )
    risk, reasons = judged(scoring.release, frame.iloc[:1])
    return LiveScore(
        risk=risk,
        band=band_of(risk, scoring.cuts),
        reasons=[given(scoring.release, reason) for reason in reasons],
        scorer=bundle.kind,
        model_version=scoring.release.model_version,
        release=scoring.release.release_id,
        as_of=scoring.as_of,
    )


def judged(release: Release, frame: pd.DataFrame) -> tuple[float, tuple[Reason, ...]]:
    """The risk of a frame's only row, and the reasons for it."""
    scorer = release.bundle.scorer
    if isinstance(scorer, RiskModel):
        return float(scorer.risk(frame)[0]), top_reasons(scorer, frame)[0]
    signals = frame[RULE_SIGNALS].to_numpy(dtype=float)
    risk, count = float(scorer.risk(signals)[0]), float(signals[0])
    reason = Reason(RULE_SIGNALS, count, risk - scorer.overall, "grades")
    return risk, (reason,) if count > 0 else ()


def given(release: Release, reason: Reason) -> GivenReason:
    """A reason in words."""
    entries = {entry.name: entry for entry in release.bundle.dictionary.entries}
    sentence = reason_sentence(entries.get(reason.code), reason.code, reason.value)
    return GivenReason(code=reason.code, value=reason.value, sentence=sentence, domain=reason.domain)


def tables_of(scoring: Scoring, records: SentRecords) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """The canonical tables of this one student, a row known on the as-of date where it does not say when."""
    sent = {
        name: [{"student_key": "live", **row.model_dump(exclude_none=True)} for row in getattr(records, name)]
        for name in SentRecords.model_fields
    }
    known = {"known_on": scoring.as_of}
    context = {"calendar_days": scoring.calendar_days, "terms": scoring.terms}
    return {name: [{**known, **row} for row in rows] for name, rows in {**context, **sent}.items()}

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
from serving.bands import LEAST_SCHOOL_DAYS, band_of
from serving.rows import Cells
from serving.served import Serving
from serving.wording import entry_of, reason_sentence

RULE_SIGNALS = "rule_signals"


@dataclass(frozen=True)
class Scoring:
    """What a live score needs besides the records: a release, a date, a calendar, the band cuts."""

    serving: Serving
    as_of: date
    calendar_days: Sequence[Cells]
    terms: Sequence[Cells]
    dictionary: Sequence[Cells]
    cuts: tuple[float, float]


def score_records(scoring: Scoring, records: SentRecords) -> LiveScore | InsufficientData:
    """Risk, band and reasons of the student of these records; why not, where there is no score. 422 for bad rows."""
    bundle = scoring.serving.bundle
    if school_days(scoring, records) < LEAST_SCHOOL_DAYS:
        return InsufficientData(detail=f"Fewer than {LEAST_SCHOOL_DAYS} school days of enrollment are on record.")
    try:
        frame = snapshot_of_records(bundle.feature_set, scoring.as_of, tables_of(scoring, records))
    except Refused:
        raise HTTPException(422) from None
    if frame.empty:
        return InsufficientData(
            detail=f"On {scoring.as_of.isoformat()} the student of these records is not one this release scores."
        )
    risk, reasons = judged(scoring.serving, frame.iloc[:1])
    return LiveScore(
        risk=risk,
        band=band_of(risk, scoring.cuts),
        reasons=[given(scoring, reason) for reason in reasons],
        scorer=bundle.kind,
        model_version=scoring.serving.model_version,
        release=scoring.serving.release_id,
        as_of=scoring.as_of,
    )


def school_days(scoring: Scoring, records: SentRecords) -> int:
    """How many days with attendance taken the student was enrolled for, as far as the calendar is known."""
    taken = [
        (day["school_id"], day["track"], date.fromisoformat(str(day["date"])))
        for day in scoring.calendar_days
        if day["in_session"] and day["attendance_taken"]
    ]
    spells = [(s.school_id, s.track, s.entry_date, s.exit_date or scoring.as_of) for s in records.enrollments]
    return len(
        {
            day
            for school, track, day in taken
            for s, t, first, last in spells
            if (s, t) == (school, track) and first <= day <= min(last, scoring.as_of)
        }
    )


def judged(serving: Serving, frame: pd.DataFrame) -> tuple[float, tuple[Reason, ...]]:
    """The risk of a frame's only row, and the reasons for it."""
    scorer = serving.bundle.scorer
    if isinstance(scorer, RiskModel):
        return float(scorer.risk(frame)[0]), top_reasons(scorer, frame)[0]
    signals = frame[RULE_SIGNALS].to_numpy(dtype=float)
    risk, count = float(scorer.risk(signals)[0]), float(signals[0])
    reason = Reason(RULE_SIGNALS, count, risk - scorer.overall, "grades")
    return risk, (reason,) if count > 0 else ()


def given(scoring: Scoring, reason: Reason) -> GivenReason:
    """A reason in words: the bundle's, or else those of the last run, which knows the rule's."""
    words = {str(entry["name"]): entry_of(entry) for entry in scoring.dictionary}
    words |= {entry.name: entry for entry in scoring.serving.bundle.dictionary.entries}
    sentence = reason_sentence(words.get(reason.code), reason.code, reason.value)
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

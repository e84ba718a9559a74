"""What pages and API are given of a run's scores, part by part, as plain values and as digests."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.scoring.decoding import decode_change, decode_similar_students, decode_track_record, decode_way_back
from serving.store.cell_types import JsonRow
from serving.store.rows import RunRow, ScoreRow
from serving.store.student_records import score_records
from serving.wording.reasons import Lexicon, run_lexicon

DIGITS = 9
PLAIN = (
    "school_id", "risk", "band", "previous_risk", "previous_band", "previous_as_of",
    "list_position", "flagged", "list_probability", "at_random",
)  # fmt: skip


def seen_scores(session: Session, district_id: str, run_id: str) -> dict[str, dict[str, object]]:
    """By part of a score, what is seen of every student of a run."""
    run = session.get_one(RunRow, (district_id, run_id))
    rows = session.scalars(select(ScoreRow).where(ScoreRow.district_id == district_id, ScoreRow.run_id == run_id)).all()
    found: dict[str, dict[str, object]] = {}
    for row in sorted(rows, key=lambda one: one.student_key):
        for part, seen in seen_parts(session, row, run).items():
            found.setdefault(part, {})[row.student_key] = seen
    return found


def seen_parts(session: Session, row: ScoreRow, run: RunRow) -> dict[str, object]:
    """The parts of one score as they are read."""
    way, track, change, similar = (
        asdict(one) if one else None
        for one in (decode_way_back(row), decode_track_record(row), decode_change(row), decode_similar_students(row))
    )
    records, lexicon = score_records(session, [(row, run)])[0], run_lexicon(run.dictionary)
    return {
        **{name: getattr(row, name) for name in PLAIN},
        "reasons": seen_reasons(row.reasons, lexicon),
        "strengths": seen_reasons(row.strengths, lexicon),
        "evidence": {str(one["code"]): records.evidence(str(one["code"])) for one in row.reasons},
        "attendance": records.history()["attendance"],
        "marks": sorted(records.history()["marks"], key=as_text),
        "way_back": way,
        "track_record": track,
        "change": change,
        "similar_students": similar,
    }


def seen_reasons(reasons: Sequence[JsonRow], lexicon: Lexicon) -> list[JsonRow]:
    """Reasons with what they are of, without the size of their contribution, by which they are ordered only."""
    own = [(one, lexicon[str(one["code"])]) for one in reasons]
    return [
        {"code": one["code"], "value": one["value"], "domain": words.domain, "concept": words.concept}
        for one, words in own
    ]


def digests(parts: Mapping[str, object]) -> dict[str, str]:
    """A short digest of each part; numbers to nine digits."""
    return {part: sha256(as_text(values).encode()).hexdigest()[:12] for part, values in parts.items()}


def as_text(value: object) -> str:
    """A value as one text."""
    return json.dumps(plain(value), sort_keys=True, default=str)


def plain(value: object) -> object:
    """The value with its numbers to nine digits."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return f"{value:.{DIGITS}g}"
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value

"""Decodes the parts of runs and scores that the service database holds as JSON."""

from typing import TypeVar

from pydantic import TypeAdapter

from features.way_back.steps import WayBack
from models.estimators.published_rule import SimilarStudents
from models.explanations.risk_change import RiskChange
from models.metrics.track_record import ListRecord, TrackRecord
from serving.scoring.headline import Headline
from serving.store.rows import RunRow, ScoreRow

Part = TypeVar("Part")
HEADLINE = TypeAdapter(Headline)
LIST_RECORD = TypeAdapter(ListRecord)
CHANGE = TypeAdapter(RiskChange)
TRACK_RECORD = TypeAdapter(TrackRecord)
WAY_BACK = TypeAdapter(WayBack)
SIMILAR_STUDENTS = TypeAdapter(SimilarStudents)


def decode_way_back(score: ScoreRow) -> WayBack | None:
    """The student's way back on track; None where the outcome has none."""
    return decode(WAY_BACK, score.way_back)


def decode_track_record(score: ScoreRow) -> TrackRecord | None:
    """How flags like the student's turned out; None without enough evidence."""
    return decode(TRACK_RECORD, score.track_record)


def decode_change(score: ScoreRow) -> RiskChange | None:
    """What changed the student's risk since the run before; None for the first score."""
    return decode(CHANGE, score.change)


def decode_similar_students(score: ScoreRow) -> SimilarStudents | None:
    """The past students whose share the risk is; None where a model gave it, and in runs that did not keep them."""
    return decode(SIMILAR_STUDENTS, score.similar_students)


def may_be_told(score: ScoreRow) -> bool:
    """Whether a score has a risk, and no rule gave it for which too few past students stand."""
    similar = decode_similar_students(score)
    return score.risk is not None and (similar is None or similar.are_told)


def decode_last_lists(run: RunRow) -> ListRecord | None:
    """How last year's lists turned out; None before the first."""
    return decode(LIST_RECORD, run.last_lists)


def decode_headline(run: RunRow) -> Headline | None:
    """How the list of the test year turned out; None without enough evidence."""
    return decode(HEADLINE, run.headline)


def decode(kind: TypeAdapter[Part], stored: object) -> Part | None:
    """A part from its JSON; None for NULL."""
    return None if stored is None else kind.validate_python(stored)

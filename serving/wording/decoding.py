"""Parts of a run as the service database keeps them, given back as what they were."""

from typing import TypeVar

from pydantic import TypeAdapter

from features.way_back.way_back import WayBack
from models.explanations.risk_change import RiskChange
from models.metrics.track_record import ListRecord, TrackRecord
from serving.scoring.scoring_run import Headline
from serving.store.rows import RunRow, ScoreRow

Part = TypeVar("Part")
HEADLINE = TypeAdapter(Headline)
LIST_RECORD = TypeAdapter(ListRecord)
CHANGE = TypeAdapter(RiskChange)
TRACK_RECORD = TypeAdapter(TrackRecord)
WAY_BACK = TypeAdapter(WayBack)


def decode_way_back(score: ScoreRow) -> WayBack | None:
    """The student's way back on track; None where the outcome has none."""
    return decode(WAY_BACK, score.way_back)


def decode_track_record(score: ScoreRow) -> TrackRecord | None:
    """How flags like the student's turned out; None without enough evidence."""
    return decode(TRACK_RECORD, score.track_record)


def decode_change(score: ScoreRow) -> RiskChange | None:
    """What changed the student's risk since the run before."""
    return decode(CHANGE, score.change)


def decode_last_lists(run: RunRow) -> ListRecord | None:
    """How last year's lists turned out."""
    return decode(LIST_RECORD, run.last_lists)


def decode_headline(run: RunRow) -> Headline | None:
    """How the list of the test year turned out."""
    return decode(HEADLINE, run.headline)


def decode(kind: TypeAdapter[Part], kept: object) -> Part | None:
    """A part from its JSON; None for none."""
    return None if kept is None else kind.validate_python(kept)

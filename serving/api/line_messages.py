"""A line of all scores of a run: what each score says, without sentences."""

from datetime import date
from typing import Literal

from pydantic import Field

from serving.api.messages import Message
from serving.api.score_messages import (
    INTERVAL,
    UNTOLD,
    WITHOUT_SCOPE,
    GivenEvidence,
    GivenInterval,
    NotJudgedWhy,
    ScoreLinks,
)
from serving.scoring.bands import Band


class LineReason(Message):
    """What stands out in the records, without its sentence. Not what caused anything."""

    code: str = Field(description="the feature")
    value: float | bool | str | None = Field(description="the student's value of it")
    evidence: GivenEvidence | None = Field(description="null where none is kept")


class RunLine(Message):
    """A score of a run, as a line of NDJSON. What is said from `run_id` on is the same in each line of a run."""

    student_key: str
    student_id: str = Field(description="the district's own number")
    school_id: str = Field(description="the student's school now")
    grade_level: int
    band: Band
    flagged: bool = Field(description="within the district's capacity")
    list_position: int | None = Field(description="the place among those with this outcome")
    risk: float | None = Field(
        description="calibrated probability of ending off track; null without enough data, or where none is told"
    )
    reasons: list[LineReason] | None = Field(description=f"what stands out; {WITHOUT_SCOPE}")
    interval: GivenInterval | None = Field(description=INTERVAL)
    run_id: str
    outcome: str
    as_of: date
    data_as_of: date = Field(description="the newest record the run could see was known on this date")
    scorer: Literal["model", "rule"] = Field(description="what gave it; rule where the published rule serves")
    part: str | None = Field(description="the part of the school year; null where one serves all year")
    not_judged: NotJudgedWhy | None = Field(description=UNTOLD)
    model_version: str
    release: str
    links: ScoreLinks


OF_RUN = tuple(name for name in RunLine.model_fields if name not in list(RunLine.model_fields)[:10])
"""The fields that are the same in each line of a run."""

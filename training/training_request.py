"""The request of a training run, and the data that its result rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from features.language.feature_set import Outcome
from features.settings import District, Settings
from models.pool.learned_from import LearnedFrom
from training.evaluation.temporal_split import Split


@dataclass(frozen=True)
class TrainingRequest:
    """The request of a training run: the district, the outcome, and the day on which it is made."""

    settings: Settings
    district: District
    outcome: Outcome
    today: date


@dataclass(frozen=True)
class Basis:
    """What a result rests on: the split, the rows on each side, labels that are missing, and the data's digest.

    `left_out` names the features for which the district sends no data, each with what it lacks. `pooled` says whose
    records a model of several districts learned from, `why_pooled` why it was chosen, or not.
    """

    split: Split
    trained: int
    tested: int
    unlabelled: Mapping[int, int]
    data_version: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    pooled: LearnedFrom | None = None
    why_pooled: str = ""

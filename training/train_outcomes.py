"""Trains every outcome that a district serves, and tells their verdicts side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from rich.table import Table

from features.definitions.served_outcomes import Served, served_outcomes
from features.errors import Refused
from features.progress import Progress
from features.settings import Settings
from models.bundle.golden_process import one_process
from training.gate.verdict import VERDICT_WORDS
from training.train import TrainedBundles
from training.train_and_record import answer_of, train_and_record


@dataclass(frozen=True)
class TrainedOutcome:
    """One outcome's run with its report, or why there is none."""

    served: Served
    trained: TrainedBundles | None = None
    report: Path | None = None
    refused: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table of verdicts."""
        outcome = self.served.outcome
        if self.trained is None:
            return outcome.name, outcome.grade_band, "refused", "", self.refused
        best, verdict = self.trained.best, VERDICT_WORDS[self.trained.result.verdict]
        return outcome.name, outcome.grade_band, verdict, best.kind, best.path.name

    def as_json(self) -> dict[str, object]:
        """What `ontrack train --all --json` prints of it."""
        if self.trained is None or self.report is None:
            return {"outcome": self.served.outcome.name, "refused": self.refused}
        return answer_of(self.trained, self.report)


def train_outcomes(
    settings: Settings, district_id: str, today: date, progress: Progress, *, now: datetime
) -> tuple[TrainedOutcome, ...]:
    """A run of every outcome that the district serves, in the order of `ontrack.toml`.

    An outcome that is refused keeps no other one from being trained; Refused where all are, or the records have errors.
    """
    served = served_outcomes(settings, district_id)
    with one_process():
        found = [train_one(one, district_id, today, progress, now=now) for one in served]
    if all(one.trained is None for one in found):
        raise Refused("; ".join(dict.fromkeys(one.refused for one in found)))
    return tuple(found)


def train_one(served: Served, district_id: str, today: date, progress: Progress, *, now: datetime) -> TrainedOutcome:
    """The run of one outcome, or why it was refused."""
    progress(f"{served.outcome.name}")
    try:
        trained, report, _ = train_and_record(served.settings, district_id, today, progress, now=now)
    except Refused as refused:
        return TrainedOutcome(served, refused=str(refused))
    return TrainedOutcome(served, trained, report)


def verdict_table(found: Sequence[TrainedOutcome]) -> Table:
    """The verdicts of several outcomes, one in a row."""
    table = Table("outcome", "grades", "verdict", "serves", "bundle")
    for one in found:
        table.add_row(*one.cells)
    return table

"""The result of a training run over the school year: a verdict for each of its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.verdict import GateVerdict
from training.evaluation.year_parts import middle_part
from training.reference_profile import ReferenceProfile
from training.training_result import GROWN_BY, TrainingResult

TOLD_ONCE = (
    "audit", "stability", "search", "followed", "promised", "years", "definition", "left_out", "data_version", "pooled",
    "why_pooled", GROWN_BY,
)  # fmt: skip
"""Parts of a result that stand once in a file: the audit is the only one of them that differs by part of the year."""


@dataclass(frozen=True)
class RunResult:
    """Everything a training run found out: one result for each part of the year, in its order.

    `profiles` are the distributions of features and risks by school week.
    """

    parts: tuple[TrainingResult, ...]
    profiles: Mapping[int, ReferenceProfile] = field(default_factory=dict)

    @property
    def main(self) -> TrainingResult:
        """The part that a reader who asks for one verdict means: the first that passes, else the middle one.

        One that passes and tells numbers comes before one whose list is only in order.
        """
        passed = sorted((one for one in self.parts if one.gate.verdict == "pass"), key=lambda one: not one.numbers)
        return passed[0] if passed else middle_part(self.parts)

    @property
    def verdict(self) -> GateVerdict:
        """A pass where the model may serve in a part of the year or more, else the main part's verdict."""
        return self.main.gate.verdict

    def as_json(self) -> dict[str, object]:
        """What stands in the bundle as `metrics.json`: the main part, and beside it every part by name."""
        main = self.main.as_json()
        return {
            **main,
            "parts": {one.part.name: self.part_json(one) for one in self.parts},
            "by_date": [date.as_json() for one in self.parts for date in one.slices],
            "promised_by_week": {str(week): one.as_json() for week, one in self.profiles.items()},
        }

    def part_json(self, one: TrainingResult) -> dict[str, object]:
        """A part's own figures; its audit only where that does not stand at the top already."""
        once = [name for name in TOLD_ONCE if name != "audit" or one is self.main]
        return {name: value for name, value in one.as_json().items() if name not in once}

    def gate_json(self) -> dict[str, object]:
        """What is signed into the bundle as `gate.json`: the main part's checks, and the verdict of every part."""
        return {**self.main.gate.as_json(), "parts": {one.part.name: one.gate.verdict for one in self.parts}}

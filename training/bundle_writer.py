"""The bundles of a training run: the model's and the rule's, each with the result beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from features.definitions.catalog import feature_set_of
from models.bundle.bundle import Bundle, BundleParts, write_bundle
from models.bundle.manifest import Kind
from models.bundle.record_policies import POLICIES
from models.bundle.signing import KeyPair
from models.bundle.year_parts import JudgedWeek, ServedPart
from models.estimators.risk_model import RiskModel
from models.feature_dictionary import dictionary_of
from training.district_card import card_of
from training.run_result import RunResult
from training.training_request import TrainingRequest
from training.training_result import TrainingResult

FIRST_MONTH = 7
"""The month with which school years are counted: none begins before."""


@dataclass(frozen=True)
class BundleWriter:
    """Where the bundles of one run are written, and what they all say."""

    request: TrainingRequest
    result: RunResult
    keys: KeyPair
    provenance: dict[str, str]

    def write(self, model: RiskModel | None) -> Bundle:
        """The bundle of a model, or of the rules where there is none, with the result beside it."""
        main = self.result.main
        feature_set = feature_set_of(self.request.outcome) if model else main.ruled_set
        parts = BundleParts(
            kind="model" if model else "rule",
            model=model,
            rule=None if model else main.serving_shares,
            dictionary=dictionary_of(feature_set, without=main.basis.left_out),
            metrics=self.result.as_json(),
            card=card_of(main, "model" if model else "rule"),
            gate=self.result.gate_json(),
            name=self.request.outcome.name,
            grade_band=self.request.outcome.grade_band,
            feature_set=feature_set.name,
            parts=self.served_parts(with_model=model is not None),
        )
        return write_bundle(self.request.settings.home / "bundles", parts, self.keys, self.provenance)

    def served_parts(self, *, with_model: bool) -> tuple[ServedPart, ...]:
        """What serves in each part; none for a model without a pass, whose bundle is to look at and never serves."""
        if with_model and self.result.verdict != "pass":
            return ()
        return tuple(self.served_part(one, with_model=with_model) for one in self.result.parts)

    def served_part(self, one: TrainingResult, *, with_model: bool) -> ServedPart:
        """What serves in a part of the year, and on which weeks that was judged."""
        serves: Kind = "model" if with_model and one.gate.verdict == "pass" else "rule"
        numbers = one.tells_numbers(serves)
        return ServedPart(
            name=one.part.name,
            from_week=one.part.from_week,
            through_week=one.part.through_week,
            serves=serves,
            verdict=one.gate.verdict,
            feature_set=one.ruled_set.name,
            rule=one.serving_shares,
            numbers=numbers,
            ranges=() if numbers or serves == "model" else one.rule_ranges,
            weeks=tuple(judged_week(week, days) for week, days in one.judged_weeks.items()),
        )


def judged_week(week: int, days: Sequence[str]) -> JudgedWeek:
    """A school week that was judged, with the earliest and latest month-day of its scoring dates."""
    month_days = sorted((day[5:] for day in days), key=lambda one: ((int(one[:2]) - FIRST_MONTH) % 12, one))
    return JudgedWeek(week, month_days[0], month_days[-1])


def provenance_of(
    now: datetime, code_version: str, trained_by: str, *, data_version: str, policies: str | None
) -> dict[str, str]:
    """When a bundle was made, with which code, from which data, read by which policies where known, and by whom."""
    made = {"created_at": now.isoformat(timespec="seconds"), "code": code_version, "data": data_version}
    read_by = {} if policies is None else {POLICIES: policies}
    return {**made, **read_by, "trained_by": trained_by}

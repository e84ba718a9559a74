"""The result of a training run: what it found out on a year that no training label was seen from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from features.definitions.catalog import feature_set_of, ruled_set
from features.language.feature_set import FeatureSet
from features.language.outcome import Outcome
from models.bundle.manifest import Kind
from models.bundle.model_card import subgroups_json
from models.estimators.parameter_search import SearchResult
from models.estimators.published_rule import Range, RuleModel
from models.explanations.reason_stability import ReasonStability
from models.fairness.audit import ListAudit
from models.metrics.calibration_error import ReliabilityBin
from models.metrics.classification_metrics import ClassificationMetrics
from models.metrics.intervals import Interval, intervals_json
from models.pool.learned_from import KEY
from training.audit.rule_audit import RuleAudit
from training.audit.run import RULE, AuditResult
from training.evaluation.calibration_by_date import DateCalibration
from training.evaluation.intervals import Differences
from training.evaluation.level_by_year import LevelGap
from training.evaluation.rolling_evaluation import YearEvaluation
from training.evaluation.scorers import OWN_RULE, PEER
from training.evaluation.weekly_lists import WeeklyLists
from training.evaluation.year_parts import WHOLE_YEAR, YearPart
from training.gate.band_check import check_rule_bands
from training.gate.comparison import GateComparison
from training.gate.level_check import CODE, check_level
from training.gate.verdict import GateCheck, GateResult
from training.reference_profile import ReferenceProfile
from training.training_request import Basis, TrainingRequest

GROWN_BY = "grown_by_workers"
"""Where it stands how many processes grew the model's trees together."""


@dataclass(frozen=True)
class TrainingResult:
    """What a training run found out about one part of the year.

    `compared` is what decides: recall at the capacity over all judged years, None where no model could be fitted.
    `figures` and `reliability` are by scorer: model, logistic, rule, school_only, champion. `headline` is, by
    scorer, the share of those it would have listed in the test year who ended off track. `audited` is about the groups
    of the model's list, None where nothing could be judged, and `rule_audited` about those of the rule's where there is
    no model. `intervals` has every figure of the scorers that may serve or must be beaten; `slices` are the model's
    scoring dates, `years` the judged years, oldest first, the test year last. `stability` is how the model's reasons
    hold in refits. `judged_weeks` are the scoring dates of all judged years by school week; figures, intervals and the
    audit are of the list of `reviewed_on`. `serving_rules` are the shares of the rule that serves short of a pass, by
    part of the year, `rule_level` the level of that rule's shares on the scoring dates of the judged years,
    `rule_ranges` what is told in the place of shares whose level missed: one for each count of the rule, or none.
    """

    request: TrainingRequest
    basis: Basis
    gate: GateResult
    figures: Mapping[str, ClassificationMetrics] = field(default_factory=dict)
    differences: Differences = field(default_factory=dict)
    reliability: Mapping[str, tuple[ReliabilityBin, ...]] = field(default_factory=dict)
    headline: Mapping[str, Interval] = field(default_factory=dict)
    listed: int = 0
    audited: AuditResult | None = None
    rule_audited: RuleAudit | None = None
    intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    part: YearPart = WHOLE_YEAR
    judged_weeks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    reviewed_on: str = ""
    slices: tuple[DateCalibration, ...] = ()
    years: tuple[YearEvaluation, ...] = ()
    search: SearchResult | None = None
    followed: tuple[WeeklyLists, ...] = ()
    compared: GateComparison | None = None
    promised: ReferenceProfile | None = None
    stability: ReasonStability | None = None
    serving_rules: Mapping[str, RuleModel] = field(default_factory=dict)
    rule_level: tuple[LevelGap, ...] = ()
    rule_ranges: tuple[Range, ...] = ()

    @property
    def serving_rule(self) -> str:
        """The scorer that serves short of a pass: the feature set's own rule, where no better one can give reasons.

        Another is better where the own one was shown to find less on the years before the judged ones.
        """
        return serving_rule_of(self.request.outcome, self.compared)

    @property
    def serves(self) -> str:
        """The scorer that serves: the model after a pass, else the rule."""
        return "model" if self.figures and self.gate.verdict == "pass" else self.serving_rule

    @property
    def beside(self) -> str:
        """The scorer that what serves is compared with: the rule that is the hardest to beat, or the model."""
        if self.serves != "model":
            return "model"
        return self.compared.rule.scorer if self.compared and self.compared.rule else self.serving_rule

    @property
    def ruled_set(self) -> type[FeatureSet]:
        """The feature set with the rule that serves short of a pass."""
        own = feature_set_of(self.request.outcome)
        if self.serving_rule == OWN_RULE:
            return own
        return ruled_set(own, self.serving_rule.removeprefix(PEER)) or own

    @property
    def serving_shares(self) -> RuleModel:
        """The shares of that rule in this part of the year; KeyError where nobody fitted them."""
        return self.serving_rules[self.part.name]

    def audit_of(self, kind: Kind) -> ListAudit | None:
        """The groups of the model's list, or of the list by the rule that serves; None where nobody judged it."""
        if self.rule_audited:
            return self.rule_audited.listed if kind == "rule" else None
        if self.audited is None:
            return None
        return self.audited.model if kind == "model" else self.audited.others.get(RULE)

    def level_of(self, kind: Kind) -> GateCheck | None:
        """Whether the level of the model, or of the rule, held in every judged year; None where no date can be judged.

        The rule is the one that serves short of a pass.
        """
        if kind == "rule":
            return check_level(self.rule_level, self.request.settings.gate.level_bound)
        return next((check for check in self.gate.checks if check.code == CODE), None)

    def tells_numbers(self, kind: Kind) -> bool:
        """Whether pages tell numbers of it in this part of the year: where the judged years bear them out."""
        found = self.level_of(kind)
        return found is None or found.verdict == "pass"

    @property
    def numbers(self) -> bool:
        """Whether pages tell numbers of what serves."""
        return self.tells_numbers("model" if self.serves == "model" else "rule")

    @property
    def told_ranges(self) -> tuple[Range, ...]:
        """The ranges that pages tell in the place of numbers; none where they tell those, or a model serves."""
        return () if self.numbers or self.serves == "model" else self.rule_ranges

    @property
    def rule_bands(self) -> Mapping[str, GateCheck]:
        """Whether the rule that serves short of a pass reaches every band, by part of the year."""
        cuts = self.request.settings.service.bands
        return {part: check_rule_bands(rule, cuts) for part, rule in self.serving_rules.items()}

    @property
    def workers(self) -> int:
        """How many processes grew the trees of the model together."""
        return self.years[-1].judged.model.workers if self.years else 1

    def as_json(self) -> dict[str, object]:
        """What stands in the bundle as `metrics.json` and what `ontrack train --json` prints."""
        return {
            "district_id": self.request.district.id,
            "outcome": self.request.outcome.name,
            "definition": self.request.outcome.definition,
            "train_years": list(self.basis.split.train),
            "test_year": self.basis.split.test,
            "part": self.part.name,
            "judged_weeks": {str(week): list(days) for week, days in self.judged_weeks.items()},
            "reviewed_on": self.reviewed_on,
            "trained": self.basis.trained,
            "tested": self.basis.tested,
            "data_version": self.basis.data_version,
            "left_out": dict(self.basis.left_out),
            "capacity": self.request.settings.gate.capacity,
            "listed": self.listed,
            "verdict": self.gate.verdict,
            "numbers": self.numbers,
            "rule_level": None if (level := self.level_of("rule")) is None else asdict(level),
            "serving_rule": self.serving_rule,
            "rule_ranges": [list(one) for one in self.rule_ranges],
            "compared": self.compared.as_json() if self.compared else None,
            "metrics": {name: figures.as_json() for name, figures in self.figures.items()},
            "headline": {name: interval_json(one) for name, one in self.headline.items()},
            "differences": {
                name: {what: interval_json(one) for what, one in own.items()} for name, own in self.differences.items()
            },
            "subgroups": subgroups_json(self.audited.model) if self.audited else {},
            "audit": next((one.as_json() for one in (self.audited, self.rule_audited) if one), None),
            "intervals": {name: intervals_json(found) for name, found in self.intervals.items()},
            "slices": [one.as_json() for one in self.slices],
            "years": [one.as_json() for one in self.years],
            "followed": [one.as_json() for one in self.followed],
            "promised": self.promised.as_json() if self.promised else None,
            "search": None if self.search is None else vars(self.search),
            "rule_bands": {part: asdict(check) for part, check in self.rule_bands.items()},
            "stability": self.stability.as_json() if self.stability else None,
            **pooled_json(self.basis),
            **({GROWN_BY: self.workers} if self.workers > 1 else {}),
        }


def pooled_json(basis: Basis) -> dict[str, object]:
    """Whose records a model of several districts learned from; nothing of a district's own."""
    return {} if basis.pooled is None else {KEY: basis.pooled.model_dump(mode="json"), "why_pooled": basis.why_pooled}


def serving_rule_of(outcome: Outcome, compared: GateComparison | None) -> str:
    """The rule that serves short of a pass, as `TrainingResult.serving_rule` says."""
    contenders = list(compared.contenders) if compared else []
    if not contenders or OWN_RULE in contenders:
        return OWN_RULE
    own = feature_set_of(outcome)
    able = [one for one in contenders if ruled_set(own, one.removeprefix(PEER))]
    return able[0] if able else OWN_RULE


def interval_json(one: Interval) -> dict[str, float]:
    """An interval as JSON values."""
    return {"estimate": one.estimate, "low": one.low, "high": one.high}

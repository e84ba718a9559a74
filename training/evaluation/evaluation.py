"""Fit a model and its baselines, and score test rows that none of them saw: the core of every training run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.estimators.baselines import fit_logistic, fit_school_only
from models.estimators.fitting import DEFAULT_PARAMETERS, GrowOnSplit, ParameterValue, fit_risk_model
from models.estimators.published_rule import RuleModel, fit_rule, fit_shares
from models.estimators.risk_model import RiskModel
from models.examples import Booleans, Examples, Floats, Places
from models.feature_dictionary import Entry, FeatureDictionary
from models.metrics.classification_metrics import ClassificationMetrics, evaluate, refuse_one_class
from training.evaluation.scorers import OWN_RULE, PEER
from training.evaluation.year_parts import WHOLE_YEAR, YearPart

GROUP = "group "
Risks = Mapping[str, Floats]
"""Risk of each test row by scorer: "model", "logistic" and, where the rows allow it, "school_only" and rules."""


@dataclass(frozen=True)
class Evaluation:
    """A model fitted on some rows, and every scorer's risk of test rows that none of them saw.

    `rule` is the published rule with the shares of the training rows, None where no rule applies. `own` is what the
    model lists the rows by: the risk by a student's own records, without the offset of the school; None where it has
    none.
    """

    test: Examples
    model: RiskModel
    rule: RuleModel | None
    risks: Risks
    own: Floats | None = None

    def take(self, rows: Places | Booleans) -> "Evaluation":
        """The same of some of the test rows."""
        risks, own = (
            {name: risk[rows] for name, risk in self.risks.items()},
            None if self.own is None else self.own[rows],
        )
        return replace(self, test=self.test.take(rows), risks=risks, own=own)

    def figures(self, capacities: Sequence[float]) -> dict[str, ClassificationMetrics]:
        """Each scorer's figures, the mean over the lists of all scoring dates; Refused where one has one class."""
        if self.test.as_of is None:
            return figures_of(self.test, self.risks, capacities, self.own)
        lists = [self.take(rows) for rows in self.test.lists()]
        found = [figures_of(one.test, one.risks, capacities, one.own) for one in lists]
        return {name: mean_figures([one[name] for one in found]) for name in self.risks}

    def refuse_one_end(self) -> None:
        """Raise Refused where all students of one list ended alike: there are no figures of it."""
        for rows in self.test.lists() if self.test.as_of is not None else [np.arange(len(self.test))]:
            refuse_one_class(self.test.label[rows])

    @property
    def listed_by(self) -> Risks:
        """What every scorer but a rule lists by, the highest first."""
        return self.risks if self.own is None else {**self.risks, "model": self.own}

    def order(self, scorer: str) -> Floats:
        """What a scorer lists students by, the highest first: a rule its own count of signals, any other its risk."""
        return order_of(scorer, self.test, self.listed_by)


@dataclass(frozen=True)
class CrossEvaluation:
    """The risks of all test rows from models that saw neither the row nor its student or group, once for each seed."""

    examples: Examples
    risks: tuple[Risks, ...]

    def figures(self, capacities: Sequence[float]) -> dict[str, ClassificationMetrics]:
        """Each scorer's figures over all rows, the mean over the seeds."""
        found = [figures_of(self.examples, risks, capacities) for risks in self.risks]
        return {name: mean_figures([one[name] for one in found]) for name in found[0]}


def counts_of(examples: Examples) -> dict[str, Floats]:
    """The signals that every published rule counts in each row, by scorer; the feature set's own rule first."""
    own = {} if examples.rule is None else {"rule": examples.rule}
    return {**own, **{f"{PEER}{name}": signals_of(examples, name) for name in map(str, examples.peers.columns)}}


def order_of(scorer: str, test: Examples, risks: Risks) -> Floats:
    """What a scorer lists the rows by, the highest first: a rule its own count of signals, any other these risks."""
    return counts_of(test).get(scorer, risks[scorer])


def figures_of(
    test: Examples, risks: Risks, capacities: Sequence[float], own: Floats | None = None
) -> dict[str, ClassificationMetrics]:
    """Each scorer's figures; a rule lists by its count of signals, and its risk is the share seen with as many.

    `own` is what the model lists by, where that is not its risk.
    """
    counts = {**counts_of(test), **({} if own is None else {"model": own})}
    return {name: evaluate(test.label, risk, capacities, listed_by=counts.get(name)) for name, risk in risks.items()}


def fit_and_evaluate(
    train: Examples,
    test: Examples,
    *,
    seed: int,
    threads: int,
    tuned: Mapping[str, ParameterValue] = DEFAULT_PARAMETERS,
    parts: Sequence[YearPart] = (WHOLE_YEAR,),
    on_split: GrowOnSplit | None = None,
) -> Evaluation:
    """The model fitted on the training rows, and its and the baselines' risks of the test rows.

    The shares of published rules are of each part of the year: few signals mean less in June than in September.
    Raises Refused where the training label has one class or there are too few students.
    """
    begins = tuple(part.from_week for part in parts[1:])
    model = fit_risk_model(train, seed=seed, threads=threads, tuned=tuned, begins=begins, on_split=on_split)
    rule = fit_rule(train) if train.rule is not None else None
    margin = model.margin(test.features)
    risks = {"model": model.risk_of(margin, test.features, test.school), "logistic": fit_logistic(train).risk(test)}
    if train.school is not None:
        risks["school_only"] = fit_school_only(train).risk(test)
    return Evaluation(test, model, rule, {**risks, **rule_risks(train, test, parts)}, model.calibrator.risk_of(margin))


def rule_risks(train: Examples, test: Examples, parts: Sequence[YearPart]) -> Risks:
    """The risks of every published rule on the test rows, from the shares of the training rows of the same part."""
    found = {name: np.full(len(test), np.nan) for name in counts_of(test) if name in counts_of(train)}
    for part in parts:
        taught, asked = train.take(part.teaches(train)), part.holds(test)
        if not asked.any():
            continue
        for name, risk in found.items():
            risk[asked] = shares_of_rule(taught, name).risk(counts_of(test)[name][asked])
    return found


def shares_of_rule(examples: Examples, scorer: str) -> RuleModel:
    """The shares off track by the count of signals of one published rule; Refused where no row has a count."""
    if scorer == OWN_RULE:
        return fit_rule(examples)
    return fit_shares(counts_of(examples)[scorer], examples.label, examples.student)


def signals_of(examples: Examples, peer: str) -> Floats:
    """One rule's count of signals in each row."""
    return np.asarray(examples.peers[peer], dtype=np.float64)


def risks_with_protected(train: Examples, test: Examples, *, seed: int, threads: int) -> Floats:
    """The test rows' risks from a model that also has the protected attributes: to compare, never to serve."""
    together = FeatureDictionary((*train.dictionary.entries, *map(protected_entry(train), train.groups.columns)))
    taught, tested = (replace(one, dictionary=together, features=features_with_groups(one)) for one in (train, test))
    return fit_risk_model(taught, seed=seed, threads=threads).risk(tested.features)


def features_with_groups(examples: Examples) -> pd.DataFrame:
    """Features and groups side by side."""
    return pd.concat([examples.features.reset_index(drop=True), examples.groups.add_prefix(GROUP)], axis=1)


def protected_entry(train: Examples) -> Callable[[str], Entry]:
    """The entry of a group's column, with the values that the training rows hold."""

    def entry(name: str) -> Entry:
        values = sorted({str(value) for value in train.groups[name].dropna()})
        return Entry(f"{GROUP}{name}", kind="text", categories=tuple(values), protected=True)

    return entry


def mean_figures(figures: Sequence[ClassificationMetrics]) -> ClassificationMetrics:
    """The mean of figures of the same rows, or of several lists, whose rows are then those of a list on average."""
    return ClassificationMetrics(
        n=round(np.mean([one.n for one in figures])),
        positives=round(np.mean([one.positives for one in figures])),
        roc_auc=float(np.mean([one.roc_auc for one in figures])),
        pr_auc=float(np.mean([one.pr_auc for one in figures])),
        brier=float(np.mean([one.brier for one in figures])),
        calibration_error=float(np.mean([one.calibration_error for one in figures])),
        precision_at=mean_by_key([one.precision_at for one in figures]),
        recall_at=mean_by_key([one.recall_at for one in figures]),
    )


def mean_by_key(values: Sequence[Mapping[float, float]]) -> dict[float, float]:
    """The mean of each key's values."""
    return {key: float(np.mean([one[key] for one in values])) for key in values[0]}

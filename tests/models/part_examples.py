"""Drawn parts of a school year and signed bundles that have them: the rule before the first marks, then the model."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from features.definitions.grade9 import NinthGrade
from features.language.feature_set import served_name
from models.bundle.bundle import BundleParts
from models.bundle.year_parts import JudgedWeek, ServedPart
from models.estimators.fitting import fit_risk_model
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.examples import Examples
from models.feature_dictionary import dictionary_of, fingerprint_of
from tests.models.bundle_examples import PASS, model_parts

GRADE9 = dictionary_of(NinthGrade)
INCOMING = served_name("grade9", "sfusd_incoming_grade9")
EARLY_RULE = RuleModel(counts=(0.0, 1.0, 2.0), shares=(0.15, 0.4, 0.55), n=(300, 80, 20), overall=0.2)
LATE_RULE = RuleModel(counts=(0.0, 1.0, 3.0), shares=(0.05, 0.45, 0.9), n=(320, 50, 30), overall=0.2)
WEEKS = {2: ("08-24", "08-28"), 6: ("09-21", "09-25"), 11: ("10-26", "10-30"), 15: ("11-23", "11-27")} | {
    20: ("12-29", "01-04"), 24: ("01-26", "01-31"), 30: ("03-09", "03-13"), 36: ("04-20", "04-24")
}  # fmt: skip
"""Judged weeks of drawn years that begin on August 17 to 21."""


def judged_weeks(first: int, last: int) -> tuple[JudgedWeek, ...]:
    """The judged weeks from one week through another."""
    return tuple(JudgedWeek(week, *span) for week, span in WEEKS.items() if first <= week <= last)


FIRST_WEEKS = ServedPart(
    "first_weeks", 1, 10, "rule", "not_enough_evidence", INCOMING, EARLY_RULE, judged_weeks(1, 10)
)  # fmt: skip
AUTUMN = ServedPart("autumn", 11, 20, "model", "pass", "grade9", LATE_RULE, judged_weeks(11, 20))
SPRING = ServedPart("spring", 21, 40, "model", "pass", "grade9", LATE_RULE, judged_weeks(21, 40))
PARTS = (FIRST_WEEKS, AUTUMN, SPRING)
VERDICTS: Mapping[str, object] = {part.name: part.verdict for part in PARTS}


def all_rule(parts: tuple[ServedPart, ...] = PARTS) -> tuple[ServedPart, ...]:
    """The parts with the rule in each."""
    serves: Literal["rule"] = "rule"
    return tuple(replace(part, serves=serves) for part in parts)


@cache
def grade9_model() -> RiskModel:
    """A small model of the grade 9 features in which absence and failing marks count, the same each time."""
    rng = np.random.default_rng(0)
    features = pd.DataFrame({name: rng.random(600) for name in GRADE9.names})
    odds = 6 * features["absence_rate_20d"] + 4 * features["core_failing_now"] - 6
    examples = Examples(
        dictionary=GRADE9,
        features=features,
        label=rng.random(600) < 1 / (1 + np.exp(-odds.to_numpy())),
        student=np.array([f"student {i}" for i in range(600)]),
        time=np.full(600, 2026, dtype=np.int64),
    )
    return fit_risk_model(examples, seed=1, threads=1)


def model_by_part(parts: tuple[ServedPart, ...] = PARTS) -> BundleParts:
    """A bundle whose model serves from week 11 on."""
    gate = {**PASS, "features": fingerprint_of(GRADE9), "parts": VERDICTS}
    return replace(
        model_parts(gate), model=grade9_model(), dictionary=GRADE9, feature_set="grade9", metrics={}, parts=parts
    )


def rule_by_part(parts: tuple[ServedPart, ...] = all_rule()) -> BundleParts:
    """A bundle whose rules serve all year, each in its part."""
    return replace(model_by_part(parts), kind="rule", model=None, rule=LATE_RULE)

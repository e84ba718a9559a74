"""A district to monitor, put together from a drawn ledger and made rows: what serves it, and this year's cohort."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ledger.ledger import Ledger
from features.settings import District, Gate, Settings
from features.snapshots.snapshot import Snapshot
from features.warehouse.freshness import Freshness
from models.bundle.bundle import Bundle
from models.estimators.published_rule import RuleModel
from models.examples import Examples, Floats
from models.feature_dictionary import Entry, FeatureDictionary
from models.releases import Release, ReleaseKey
from training.monitor.finished_year import last_finished_year, list_like_judged
from training.monitor.inputs import CurrentInputs, FinishedYearInputs, MonitorInputs, Serving
from training.monitor.risk_by_date import DatedRisk
from training.reference_profile import build_reference_profile, promise_from_metrics

ON = date(2026, 11, 20)
SETTINGS = Settings(
    districts=(District(id="north", name="North & South <b>Unified</b>"),),
    gate=Gate(replicates=200),
)
RULE = RuleModel(counts=(0.0, 1.0, 2.0), shares=(0.1, 0.3, 0.6), n=(400, 100, 100), overall=0.2)
FEATURES = FeatureDictionary((Entry("absence_rate", more_is="worse"), Entry("gpa", more_is="better"), Entry("tardies")))


def made_features(rows: int, seed: int) -> pd.DataFrame:
    """A cohort's features: some values missing, counts with many noughts, and the rule's signals."""
    rng = np.random.default_rng(seed)
    gpa = rng.normal(2.6, 0.7, rows)
    return pd.DataFrame(
        {
            "absence_rate": rng.beta(1, 12, rows),
            "gpa": np.where(rng.random(rows) < 0.15, np.nan, gpa),
            "tardies": rng.poisson(0.7, rows).astype(np.float64),
            "rule_signals": rng.choice([0.0, 1.0, 2.0], rows, p=[0.7, 0.2, 0.1]),
        },
        index=pd.Index([f"key{at:05d}" for at in range(rows)], name="student_key"),
    )


def as_examples(features: pd.DataFrame) -> Examples:
    """The rows of a test year."""
    keys = features.index.to_numpy(dtype=np.str_)
    label = np.arange(len(features)) % 5 == 0
    return Examples(FEATURES, features[FEATURES.names], label, keys, np.full(len(features), 2026))


def serving(settings: Settings = SETTINGS, rows: int = 600) -> Serving:
    """The rule, released once, with what it promised on a made test year."""
    key = ReleaseKey("north", OFF_TRACK_CHICAGO.name, "9")
    made = made_features(rows, seed=1)
    risk: Floats = RULE.risk(made["rule_signals"].to_numpy(dtype=np.float64))
    metrics: dict[str, object] = {
        "capacity": 0.15,
        "test_year": 2026,
        "headline": {"rule": {"estimate": 0.6, "low": 0.5, "high": 0.7}},
        "metrics": {"rule": {"recall_at": {"0.15": 0.6}}},
        "by_date": [{"week": 14, "n": 1190, "share": 0.19}],
        "promised": build_reference_profile(settings, as_examples(made), {"rule": risk}).as_json(),
    }
    bundle = Bundle(
        "rule", "d" * 64, Path("bundle"), RULE, FEATURES, metrics, None, "", key.outcome, "9", "grade9",
        {"policies": ""},
    )  # fmt: skip
    now = datetime(2026, 8, 1, tzinfo=UTC)
    release = Release(
        1, "promoted", "north-0001", bundle.digest, None, "Ana", now, "", key=key, bundle_path=bundle.path
    )
    return Serving(key, release, bundle, promise_from_metrics(metrics, "rule"))


def cohort_of(features: pd.DataFrame) -> Snapshot:
    """This year's cohort on the date like those judged."""
    nothing = pd.DataFrame(index=features.index)
    same = pd.Series("10", features.index)
    ninth, days = pd.Series(9, features.index), pd.Series(60, features.index)
    return Snapshot("grade9", ON, 2027, features, nothing, nothing, same, ninth, days, 3 * days)


def fresh_on(day: date) -> Freshness:
    """Records that came in until the day before."""
    days = tuple(stamp.date() for stamp in pd.bdate_range("2026-08-17", day))
    schools = pd.DataFrame({"silent": [1], "expected": [9.0]}, index=pd.Index(["10"], name="school_id"))
    return Freshness(days, days[-2], days[-2], schools)


def inputs_over(ledger: Ledger, groups: pd.DataFrame, features: pd.DataFrame | None = None) -> MonitorInputs:
    """All that monitoring looks at, over a ledger, its students' groups, and this year's features."""
    now, told = serving(), last_finished_year(ledger)
    cohort = cohort_of(made_features(300, seed=2) if features is None else features)
    like = list_like_judged(told, [date(2025, 11, 20)]) if told else ledger.flags
    then = FinishedYearInputs(told, like, now.promise, groups, {"10": "high"}) if told else None
    live = CurrentInputs(fresh_on(ON), cohort, len(cohort.features), (DatedRisk(14, ON, 300, 0.2),))
    return MonitorInputs(SETTINGS, SETTINGS.district("north"), OFF_TRACK_CHICAGO, ON, now, ledger, live, then, "")

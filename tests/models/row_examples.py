"""Made-up examples for the model tests: a few students whose absences and grades drive who ends off track."""

import numpy as np
import pandas as pd

from models.examples import Examples
from models.feature_dictionary import Entry, FeatureDictionary

DICTIONARY = FeatureDictionary(
    (
        Entry("grade_points", more_is="better", domain="grades"),
        Entry("absence_rate", more_is="worse", domain="attendance", can_change=True),
        Entry("noise"),
        Entry("moved", kind="boolean"),
        Entry("program", kind="text", categories=("arts", "crafts", "music")),
    )
)


def made_examples(rows: int = 600, *, seed: int = 0, rows_per_student: int = 1) -> Examples:
    """Labelled rows with missing values and every kind of feature, schools, groups and a rule."""
    rng = np.random.default_rng(seed)
    absence, points = rng.beta(1.2, 8, rows), np.round(rng.normal(2.5, 0.8, rows), 1)
    program = rng.choice(np.array(["arts", "crafts", "music", None], dtype=object), rows)
    odds = 12 * absence - 1.2 * points + 0.8 * (program == "arts") + 0.5
    features = pd.DataFrame(
        {
            "grade_points": np.where(rng.random(rows) < 0.1, np.nan, points),
            "absence_rate": absence,
            "noise": rng.normal(size=rows),
            "moved": pd.Series(rng.choice(np.array([True, False, None], dtype=object), rows), dtype="object"),
            "program": pd.Series(program, dtype="object"),
        }
    )
    return Examples(
        dictionary=DICTIONARY,
        features=features,
        label=rng.random(rows) < 1 / (1 + np.exp(-odds)),
        student=np.array([f"student {i // rows_per_student}" for i in range(rows)]),
        time=np.full(rows, 2026, dtype=np.int64),
        groups=pd.DataFrame({"language": rng.choice(["English", "Spanish", "Hmong"], rows, p=[0.6, 0.35, 0.05])}),
        school=rng.choice(["10", "20", "30"], rows),
        rule=(absence > 0.1).astype(np.float64) + (points < 2),
    )

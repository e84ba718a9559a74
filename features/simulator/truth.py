"""What no district could know: who would have done how, what help did, and the biases planted in the records.

Written apart from the records, and read by tests only.
"""

import json
from pathlib import Path

import pandas as pd

from features.simulator.behavior import MINOR_RECORDED, MINOR_RECORDED_BLACK
from features.simulator.help import EFFECT, PLAN_SHARE, RESPONDING_SHARE, Help
from features.simulator.people import ABILITY_SHIFT, ENGAGEMENT_SHIFT, PROGRAMS, RACES, student_ids
from features.simulator.plan import Floats, Plan
from features.simulator.schools import Schools


class Truth:
    """The truth about one district, in `<folder>/<district>.csv` and `<folder>/<district>.json`."""

    def __init__(self, folder: Path, plan: Plan, schools: Schools) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{plan.district_id}.csv"
        self.path.unlink(missing_ok=True)
        planted = {
            "minor_behavior_recorded": {"Black": MINOR_RECORDED_BLACK, "others": MINOR_RECORDED},
            "engagement_shift": dict(zip(PROGRAMS, ENGAGEMENT_SHIFT.tolist(), strict=True)),
            "ability_shift": dict(zip(PROGRAMS, ABILITY_SHIFT.tolist(), strict=True)),
            "school_that_records_late": schools.ids[schools.late],
            "school_effects": dict(zip(schools.ids, schools.effect.round(4).tolist(), strict=True)),
            "help": {"plans": PLAN_SHARE, "responding": RESPONDING_SHARE, "effect": EFFECT},
        }
        text = json.dumps(planted, indent=2)
        (folder / f"{plan.district_id}.json").write_text(text + "\n", encoding="utf-8")

    def add(self, school_year: int, roster: pd.DataFrame, weekly: Floats, given: Help) -> None:
        """A row a student of the year; `engagement` is what it would have been without help."""
        rows = pd.DataFrame(
            {
                "student_id": student_ids(roster["person"].to_numpy()),
                "school_year": school_year,
                "grade_level": roster["grade"],
                "race": [RACES[race] for race in roster["race"]],
                "engagement": weekly.mean(axis=1).round(4),
                "ability": roster["ability"].round(4),
                "help_week": given.week,
                "plan": given.plan,
                "effect": given.effect,
            }
        )
        rows.to_csv(self.path, mode="a", header=not self.path.exists(), index=False)

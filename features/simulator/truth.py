"""What no district could know: who would have done how, what help did, and the biases planted in the records.

Written apart from the records, and read by tests only.
"""

import json
from pathlib import Path

import pandas as pd

from features.simulator.attendance import LOST_PERIOD
from features.simulator.behavior import MINOR_RECORDED, minor_recorded_black
from features.simulator.help import EFFECT, PLAN_SHARE, RESPONDING_SHARE, Help
from features.simulator.people import PROGRAMS, RACES, ability_shift, engagement_shift, student_ids
from features.simulator.plan import Floats, Plan
from features.simulator.planted import Planted
from features.simulator.schools import Schools


class Truth:
    """The truth about one district, in `<folder>/<district>.csv` and `<folder>/<district>.json`."""

    def __init__(self, folder: Path, plan: Plan, schools: Schools) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{plan.district_id}.csv"
        self.path.unlink(missing_ok=True)
        text = json.dumps(said_of(plan.planted, schools), indent=2)
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


def said_of(planted: Planted, schools: Schools) -> dict[str, object]:
    """What is planted in a district, and how strongly, as its truth says it."""
    recorded = {"Black": round(minor_recorded_black(planted), 4), "others": MINOR_RECORDED}
    return {
        "minor_behavior_recorded": recorded,
        "engagement_shift": dict(zip(PROGRAMS, engagement_shift(planted).tolist(), strict=True)),
        "ability_shift": dict(zip(PROGRAMS, ability_shift(planted).tolist(), strict=True)),
        "school_that_records_late": schools.ids[schools.late] if planted.a_school_is_odd else None,
        "days_it_forgets_at_most": planted.forgotten_days,
        "share_it_records_late": planted.late_share,
        "school_effects": dict(zip(schools.ids, schools.effect.round(4).tolist(), strict=True)),
        "program_whose_signal_comes_later": planted.later,
        "period_lost": LOST_PERIOD if planted.a_period_is_lost else None,
        "help": {"plans": PLAN_SHARE, "responding": RESPONDING_SHARE, "effect": EFFECT},
    }

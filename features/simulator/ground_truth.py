"""The ground truth of a simulation: outcomes without help, true effects of help, and planted biases.

Written apart from the records, and read by tests only.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from features.simulator.attendance import LOST_PERIOD
from features.simulator.behavior import MINOR_RECORDED, minor_recorded_black
from features.simulator.enrollment import LEFT, TRANSFERRED, UNKNOWN
from features.simulator.interventions import EFFECT, PLAN_SHARE, RESPONDING_SHARE, Interventions
from features.simulator.marks import Finals
from features.simulator.people import PROGRAMS, RACES, ability_shift, engagement_shift, student_ids
from features.simulator.plan import Floats, Plan
from features.simulator.planted_bias import Planted
from features.simulator.schools import FIRST_HIGH_GRADE, Schools

STAYED = -1
ON_TRACK_CREDITS, MOST_CORE_FS = 500, 1
"""The Chicago rule: hundredths of credits of a year, and Fs in core at the end of a semester."""


class GroundTruth:
    """The truth about one district, in `<folder>/<district>.csv` and `<folder>/<district>.json`."""

    def __init__(self, folder: Path, plan: Plan, schools: Schools) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{plan.district_id}.csv"
        self.path.unlink(missing_ok=True)
        text = json.dumps(planted_truth(plan.planted, schools), indent=2)
        (folder / f"{plan.district_id}.json").write_text(text + "\n", encoding="utf-8")

    def add(
        self, school_year: int, roster: pd.DataFrame, weekly: Floats, *, given: Interventions, ended: pd.DataFrame
    ) -> None:  # fmt: skip
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
        rows = rows.assign(**ended)
        rows.to_csv(self.path, mode="a", header=not self.path.exists(), index=False)


def ended_as(roster: pd.DataFrame, spells: pd.DataFrame, finals: Finals | None) -> pd.DataFrame:
    """How the year ended per roster row, from what was drawn: empty while it has not.

    `core_fs` are Fs in core at the end of a semester and `credits` hundredths of credits, both after make-ups.
    `off_track_grade9` is true of ninth graders who left school, of those with fewer than 5 credits, and of those with
    more than one F in core; empty of those who went elsewhere, or who came too late for a final mark.
    """
    n = len(roster)
    if finals is None:
        return pd.DataFrame({name: [""] * n for name in ("core_fs", "credits", "off_track_grade9")})
    last = np.full(n, STAYED)
    last[spells["row"]] = spells["exit_kind"]  # a second spell stands behind the first
    left, elsewhere = last == LEFT, np.isin(last, (TRANSFERRED, UNKNOWN))
    short = (finals.credits < ON_TRACK_CREDITS) | (finals.core_fs > MOST_CORE_FS)
    told = (roster["grade"].to_numpy() == FIRST_HIGH_GRADE) & (left | ~elsewhere & (finals.given > 0))
    off_track = np.where(told, np.where(left | short, "True", "False"), "")
    return pd.DataFrame({"core_fs": finals.core_fs, "credits": finals.credits, "off_track_grade9": off_track})


def planted_truth(planted: Planted, schools: Schools) -> dict[str, object]:
    """What is planted in a district, and how strongly, as written to its truth file."""
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
        "late_written_as_absent": planted.late_is_absent,
        "help": {"plans": PLAN_SHARE, "responding": RESPONDING_SHARE, "effect": EFFECT},
    }

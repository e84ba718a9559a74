"""How many students of a week's list are on the next one, with and without a margin at its cut.

`python -m benchmarks.list_turnover ontrack.toml DISTRICT` draws the weekly lists of each outcome that a district
serves, by what serves it now, over the weeks before today.
"""

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from features.settings import Settings
from features.settings_file import load_settings
from features.snapshots.snapshot import Snapshot, snapshot_of_view
from features.warehouse.file import open_warehouse
from models.bundle.bundle import Bundle
from serving.scoring.district_release import load_served_releases
from serving.scoring.ranking import Places, order_cohort, rank_together

WEEKS = 12
MARGINS = (0.0, 0.05, 0.10, 0.20)


def stays(snapshots: Sequence[tuple[Bundle, Snapshot]], share: float, margin: float, seed: int) -> tuple[float, float]:
    """The mean share of a list that is on the next one, and the share of places that margins give to others."""
    before: frozenset[str] = frozenset()
    stay, kept = [], []
    for bundle, snapshot in snapshots:
        ordered = order_cohort(bundle, snapshot, Places(share, margin=margin), seed=seed, listed_before=before)
        table = rank_together([ordered])[0].table
        listed = frozenset(table.index[table["flagged"]])
        if before:
            stay.append(len(before & listed) / max(1, len(before)))
            kept.append(table["kept"].sum() / max(1, len(listed)))
        before = listed
    return float(np.mean(stay)), float(np.mean(kept))


def print_turnover(settings: Settings, district_id: str, today: date) -> None:
    """Prints how many stay on the weekly lists of each outcome."""
    with open_warehouse(settings.warehouse(district_id)) as reader:
        for served, release in load_served_releases(settings, district_id):
            taken = []
            for week in reversed(range(WEEKS)):
                view = reader.view(today - timedelta(weeks=week))
                now = release.on(view.school_week, view.as_of)
                taken.append((now.bundle, snapshot_of_view(reader, now.feature_set, view, cohort=now.outcome.cohort)))
            share = served.settings.gate.capacity
            found = [stays(taken, share, margin, settings.training.seed) for margin in MARGINS]
            figures = "  ".join(
                f"{margin:.0%}: {stay:.0%} stay, {kept:.0%} kept"
                for margin, (stay, kept) in zip(MARGINS, found, strict=True)
            )
            size = f"{len(taken[-1][1].features):,} students, {share:.1%} listed, {taken[-1][0].kind}"
            print(f"{release.outcome.name} ({size}): {figures}")


if __name__ == "__main__":
    given = load_settings(Path(sys.argv[1]))
    if given.today is None:
        raise SystemExit("say `today` in ontrack.toml: the weeks are those before it")
    print_turnover(given, sys.argv[2], given.today)

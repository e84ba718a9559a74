"""Where a list goes: flags to the warehouse, all else to the service database; what follows from it is found beside."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pandas as pd
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from features.settings import Settings
from serving.scoring.flags import write_flags
from serving.scoring.list_writer import write_list
from serving.scoring.roster_writer import RosterChanges
from serving.scoring.scoring_run import ScoringRun
from serving.scoring.typical_ranges import ListTotals, list_totals
from serving.store.database import read_session


def write_runs(
    settings: Settings,
    engine: Engine,
    runs: Sequence[ScoringRun],
    courses: pd.DataFrame,
    today: date,
    roster: RosterChanges | None = None,
) -> None:
    """Writes a list's flags to the warehouse, then all of it to the database; totals are found meanwhile."""
    district_id, least = runs[0].district_id, settings.audit.smallest_group

    def totals_found() -> ListTotals:
        with read_session(engine, district_id) as session:
            return list_totals(session, runs, courses, least)

    with ThreadPoolExecutor() as beside:
        flags = beside.submit(write_flags, settings.warehouse(district_id), runs, today)
        found = beside.submit(totals_found)

        def write_totals(session: Session) -> None:
            found.result().write(session, runs)

        write_list(engine, runs, settings.service.keep_runs, totals=write_totals, before=flags.result, roster=roster)

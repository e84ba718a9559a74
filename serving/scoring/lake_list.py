"""A list that was made on a lake, as rows of the service database: names come from the district's own file.

Left out is what needs a student's records here: the records behind reasons, weeks of attendance, ways back, what
changed since the list before, and how earlier flags turned out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd

from features.engine.dialect import compiling_for
from features.engine.view import View
from features.errors import Refused
from features.settings import Settings
from features.warehouse.file import open_warehouse
from features.warehouse.reader_pool import reader_pool
from serving.scoring.district_facts import district_facts
from serving.scoring.district_release import DistrictRelease
from serving.scoring.list_storage import write_runs
from serving.scoring.outcome_run import ListParts, outcome_run
from serving.scoring.ranking import Ordered, Ranking
from serving.scoring.scoring_run import ScoringRun
from serving.scoring.student_scores import CohortScores, place_columns
from serving.store.database import engine_of
from serving.store.student_records import NOTHING_CHANGED

NOT_HERE = {"evidence": "{}", "history": '""', "way_back": None, "change": None, "track_record": None}
"""What a score has where nobody read its student's records here."""


@dataclass(frozen=True)
class LakeRun:
    """One outcome's students in order, by the release as it serves on the date."""

    run_id: str
    release: DistrictRelease
    ordered: Ordered


@dataclass(frozen=True)
class PlacedRun:
    """Where a run's students are on the list, of which flags are made."""

    run_id: str
    district_id: str
    outcome: str
    as_of: date
    release_id: str
    scorer: str
    capacity: int
    scores: pd.DataFrame


@dataclass(frozen=True)
class LakeList:
    """A run with its places, and all that was written of its students (`scores`, in the order of their keys)."""

    run: LakeRun
    ranking: Ranking
    scores: pd.DataFrame


def listed_run(run: LakeRun, ranking: Ranking, view: View) -> PlacedRun:
    """The places of a run's students."""
    release, table = run.release, ranking.table
    scores = {"student_key": table.index.to_numpy(), "risk": table["risk"].to_numpy(), **place_columns(ranking)}
    return PlacedRun(
        run.run_id, release.district_id, release.bundle.name, view.as_of, release.release_id, release.bundle.kind,
        ranking.capacity, pd.DataFrame({name: pd.Series(cells) for name, cells in scores.items()}),
    )  # fmt: skip


def refuse_other_records(settings: Settings, district_id: str, data_version: str) -> None:
    """Raise Refused where the district's own file, which has the names, is not there or has other records."""
    with compiling_for("duckdb"), open_warehouse(settings.warehouse(district_id)) as reader:
        own = reader.data_version()
    if own != data_version:
        raise Refused(
            f"spark.pages: the lake has the records of load {data_version[:8]}, the district's own file those of "
            f"{own[:8]}; run `ontrack export --district {district_id}`, or set spark.pages to false"
        )


def write_lake_list(
    settings: Settings, lists: Sequence[LakeList], view: View, *, list_id: str, today: date, now: datetime
) -> None:
    """Writes a list's flags to the district's own file, and all of the list to the service database."""
    district_id, engine = lists[0].run.release.district_id, engine_of(settings)
    with open_warehouse(settings.warehouse(district_id)) as reader, reader_pool(reader) as pool:
        facts = district_facts(pool, view.own, district_id, engine)
        through = min(view.as_of, reader.data_through())
        shared = ListParts(settings, view, facts.roster.result(), facts.calendars.result(), through, list_id, now)
        courses, roster = facts.courses.result(), facts.changes.result()
    runs = [run_of_list(one, shared if one is lists[0] else replace(shared, calendars=())) for one in lists]
    write_runs(settings, engine, runs, courses, today, roster)


def run_of_list(made: LakeList, shared: ListParts) -> ScoringRun:
    """The run of one outcome."""
    scores = CohortScores(placed(made.scores, made.ranking), NOTHING_CHANGED, {}, ())
    return outcome_run(shared, made.run.run_id, made.run.release, made.ranking.capacity, scores)


def placed(scores: pd.DataFrame, ranking: Ranking) -> pd.DataFrame:
    """The scores of a run in the order of its list, with each student's place and without what is not kept of them."""
    order = pd.Index(scores["student_key"]).get_indexer(ranking.table.index)
    told = scores.drop(columns=["grade_level", "list_order"]).take(order).reset_index(drop=True)
    return told.assign(**{name: pd.Series(cells) for name, cells in place_columns(ranking).items()}, **NOT_HERE)

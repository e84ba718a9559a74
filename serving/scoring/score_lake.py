"""Scores a district whose tables lie in a lake: students where they lie, and the list from their order alone."""

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd
import pyarrow as pa

from features.engine.snapshot_query import SnapshotQuery, snapshot_script
from features.engine.view import View
from features.errors import NothingKnown
from features.lake.records import open_lake
from features.lake.results import read_written, send_folder, write_computed, write_rows
from features.lake.spark_reader import SparkReader
from features.progress import Progress
from features.quality.check import check_district, refuse_errors
from features.settings import Settings
from models.bundle.signing import PUBLIC
from models.bundle.year_parts import describe_parts
from models.pool.learned_from import withdrawn
from models.served_scorer import judged_elsewhere
from serving.scoring.district_release import DistrictRelease, load_served_releases
from serving.scoring.lake_flags import write_lake_flags
from serving.scoring.lake_list import LakeList, LakeRun, listed_run, refuse_other_records, write_lake_list
from serving.scoring.list_cohorts import Releases
from serving.scoring.partition_scores import SCHEMA, PartitionScores
from serving.scoring.ranking import Ordered, Places, Ranking, order_scored, rank_together
from serving.scoring.run_summary import ListSummary, RunSummary
from serving.scoring.score_district import list_ids, policy_findings
from serving.scoring.scored_cohort import serves_several

SCORES, LISTS = "scores", "lists"
"""The tables that a run leaves, in folders for each district and run."""
ORDER = ("student_key", "risk", "list_order")
"""What comes back of each student, to put a list in order."""
LISTED = ("position", "flagged", "list_probability", "at_random", "place")


def score_lake(
    settings: Settings, district_id: str, *, as_of: date, today: date, now: datetime, progress: Progress
) -> ListSummary:
    """Scores every outcome that is served; scores with reasons, flags and the list go to `spark.results` as Parquet.

    Nothing of a student but key, risk and order comes to this machine, unless `spark.pages` asks for the list in the
    service database. The same run takes the place of an earlier one. Refused where the records do not add up.
    """
    releases, district = load_served_releases(settings, district_id), settings.district(district_id)
    with open_lake(settings.spark, district_id) as reader:
        if settings.spark.pages:
            refuse_other_records(settings, district_id, reader.data_version())
        ids = list_ids(settings, releases, as_of, reader.data_version())
        progress(f"{district.name}: checking records")
        found = check_district(reader, district, today)
        refuse_errors(found)
        view, declared = reader.view(as_of), reader.declared_policies()
        progress(f"{district.name}: scoring as of {as_of}")
        runs = scored_runs(settings, reader, releases, view, ids.runs)
        if not runs:
            raise NothingKnown(f"nobody of the served grades was enrolled on {as_of}; choose a date in session")
        rankings = rank_together([one.ordered for one in runs])
        places = [listed_run(*one, view) for one in zip(runs, rankings, strict=True)]
        write_lake_flags(settings, reader, places, today)
        for run, ranking in zip(runs, rankings, strict=True):
            write_rows(reader.scripts, list_rows(ranking), results(settings, LISTS, district_id, run.run_id))
        told = told_scores(settings, reader, runs) if settings.spark.pages else []
    if settings.spark.pages:
        lists = [LakeList(*one) for one in zip(runs, rankings, told, strict=True)]
        write_lake_list(settings, lists, view, list_id=ids.list_id, today=today, now=now)
    tables = pd.concat([one.table for one in rankings])
    students, listed = tables.index.nunique(), tables.index[tables["flagged"]].nunique()
    summaries = tuple(summary(*one, view) for one in zip(runs, rankings, strict=True))
    warnings = (*found.warnings, *policy_findings(releases, declared))
    return ListSummary(ids.list_id, summaries, warnings, students, listed)


def told_scores(settings: Settings, reader: SparkReader, runs: Sequence[LakeRun]) -> list[pd.DataFrame]:
    """All that was written of the students of each run, in the order of their keys."""
    places = [results(settings, SCORES, one.release.district_id, one.run_id) for one in runs]
    return [read_written(reader.scripts, place, SCHEMA.names) for place in places]


def scored_runs(
    settings: Settings, reader: SparkReader, releases: Releases, view: View, run_ids: tuple[str, ...]
) -> list[LakeRun]:
    """The runs of the outcomes of whose grades somebody is enrolled, their scores written."""
    runs = []
    for (served, release), run_id in zip(releases, run_ids, strict=True):
        place = results(settings, SCORES, release.district_id, run_id)
        now = release.on(view.school_week, view.as_of)
        write_scores(served.settings, reader, now, view, place)
        scored = read_written(reader.scripts, place, ORDER).set_index("student_key")
        if len(scored):
            runs.append(LakeRun(run_id, now, in_order(served.settings, now, scored, view)))
    return runs


def write_scores(settings: Settings, reader: SparkReader, release: DistrictRelease, view: View, place: str) -> None:
    """Writes the scores of a cohort, each computed on the executor that has the student."""
    query = SnapshotQuery(release.feature_set, view.shape, release.outcome.cohort)
    bundle, key = release.entry.bundle_path, (settings.home / "keys" / PUBLIC).read_bytes()
    send_folder(reader.scripts, bundle)
    ruled = bool(withdrawn(release.bundle.metrics, settings))
    least, told = settings.audit.smallest_group, release.not_judged is None
    work = PartitionScores(bundle.name, key, view, settings.service.bands, ruled, least, told)
    write_computed(reader.scripts, snapshot_script(query), view.values, work, place)


def in_order(settings: Settings, release: DistrictRelease, scored: pd.DataFrame, view: View) -> Ordered:
    """A cohort in the order of its outcome."""
    service = settings.service
    return order_scored(
        scored.rename(columns={"list_order": "order"}),
        view.as_of,
        Places(settings.gate.capacity, service.random_share),
        seed=settings.training.seed,
        salt=release.outcome.name if serves_several(settings, release.district_id) else "",
        by_count=release.bundle.kind == "rule",
    )


def list_rows(ranking: Ranking) -> pa.Table:
    """A cohort's places as rows; without a risk there is no place on the list."""
    table = ranking.table.assign(place=ranking.table["place"].astype("Int64"))
    scored = table["risk"].notna()
    own = table[[*LISTED, "risk"]].assign(flagged=table["flagged"].astype("bool") & scored)
    return pa.Table.from_pandas(own.rename_axis("student_key").reset_index(), preserve_index=False)


def results(settings: Settings, table: str, district_id: str, run_id: str) -> str:
    """Where a table of a run lies."""
    return f"{settings.spark.results}/{table}/district_id={district_id}/run_id={run_id}"


def summary(run: LakeRun, ranking: Ranking, view: View) -> RunSummary:
    """A run in numbers."""
    release, table = run.release, ranking.table
    return RunSummary(
        run_id=run.run_id,
        outcome=release.bundle.name,
        scorer=release.bundle.kind,
        students=len(table),
        listed=int((table["flagged"] & table["risk"].notna()).sum()),
        written=True,
        part=release.part.name if release.part else None,
        school_week=view.school_week,
        not_judged=release.not_judged,
        serves=describe_parts(release.bundle.parts) if release.bundle.parts else "",
        judged_on=judged_elsewhere(release.bundle, view.as_of),
    )

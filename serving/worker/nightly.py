"""Runs the nights of districts now: hands them over, works them off where no worker runs, and waits for their end."""

import time
from collections.abc import Sequence

from dbos import DBOSClient

from features.progress import Progress
from features.settings import Settings
from features.terminal import today_in
from serving.worker.health import worker_runs
from serving.worker.import_workflow import DEFAULT_TIMEOUTS, Timeouts
from serving.worker.night_queue import begin_night, ended_nights
from serving.worker.night_results import NightResult
from serving.worker.process import run_worker
from serving.worker.queue import POLL_SECONDS, open_queue


def run_nights(
    settings: Settings, district_ids: Sequence[str], *, progress: Progress, timeouts: Timeouts = DEFAULT_TIMEOUTS
) -> list[NightResult]:
    """What became of tonight in each district. A night that was cut off earlier is finished first."""
    results: dict[str, NightResult] = {}
    for _ in ("a night that was cut off", "tonight"):
        missing = [one for one in district_ids if not is_tonight(settings, one, results.get(one))]
        with open_queue(settings) as client:
            begun = {one: begin_night(client, one, today_in(settings, one)) for one in missing}
            results |= wait_for(settings, client, begun, progress, timeouts)
    return [results[one] for one in district_ids]


def is_tonight(settings: Settings, district_id: str, result: NightResult | None) -> bool:
    """Whether a result is of the district's present date."""
    return result is not None and result["night"] >= today_in(settings, district_id).isoformat()


def wait_for(
    settings: Settings, client: DBOSClient, begun: dict[str, str], progress: Progress, timeouts: Timeouts
) -> dict[str, NightResult]:
    """The results of nights, by district. A worker does the work; where none runs, this process is one for so long."""
    while len(ended := ended_nights(client, begun.values())) < len(begun):
        if not worker_runs(settings.home):
            run_worker(settings, once=True, progress=progress, timeouts=timeouts)
            ended = ended_nights(client, begun.values())
            break  # where it was stopped, nights are left
        time.sleep(POLL_SECONDS)
    return {one: ended.get(night_id, unfinished(one, night_id)) for one, night_id in begun.items()}


def unfinished(district_id: str, night_id: str) -> NightResult:
    """The result of a night that could not be worked off."""
    return NightResult(district=district_id, night_id=night_id, night=night_id[-17:-7], outcome="running", steps=[])

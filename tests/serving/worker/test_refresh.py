"""A refresh by day: what is pulled of a district, and where it ends."""

from pathlib import Path

from features.progress import quietly
from features.settings import District, Settings
from features.sources.aeries_api import AeriesApi
from features.sources.csv import CsvFiles
from serving.store.database import engine_of
from serving.worker.night_log import read_nights
from serving.worker.night_results import StepResult, step_result
from serving.worker.night_steps import Night
from serving.worker.refresh_workflow import note_refresh, run_steps
from tests.serving.example_service import TODAY


def refreshed(home: Path, api: int, files: int) -> list[StepResult]:
    """What became of a refresh of a district whose API and folder are read every so many hours."""
    aeries = AeriesApi(url="http://127.0.0.1:9/aeries", folder="aeries", refresh_hours=api, certificate_variable="NONE")
    sources = (aeries, CsvFiles(folder="rest", refresh_hours=files))
    district = District(id="north", name="North", records=home / "records", sources=sources)
    (home / "records" / "rest").mkdir(parents=True)
    settings = Settings(home=home, today=TODAY, districts=(district,))
    return run_steps(Night(settings, "north", TODAY, "north-refresh", quietly), lambda _, do: do())


def test_a_source_that_cannot_be_read_ends_a_refresh_and_the_log_shows_the_latest_of_the_day(tmp_path: Path) -> None:
    """Nothing is loaded after it."""
    (pull,) = steps = refreshed(tmp_path, 1, 0)
    assert (pull["outcome"], "set NONE in the environment" in pull["says"]) == ("refused", True)
    settings = Settings(home=tmp_path, today=TODAY, districts=(District(id="north", name="North"),))
    for hour, found in (("05", [step_result("pull", "nothing to pull")]), ("06", steps)):
        note_refresh(Night(settings, "north", TODAY, f"north-refresh-{TODAY}-{hour}", quietly), found)
    (noted,) = read_nights(engine_of(settings), ["north"], newest=5)
    assert (noted["night_id"], noted["outcome"], noted["steps"]) == (f"north-refresh-{TODAY}", "refused", steps)


def test_a_source_that_declares_no_refresh_is_not_pulled_by_day(tmp_path: Path) -> None:
    """The folder beside it is looked at, and is loaded with what the night left of the other."""
    pull, load = refreshed(tmp_path, 0, 1)
    assert (pull["outcome"], pull["says"]) == ("done", "nothing to pull")
    assert (load["step"], load["outcome"]) == ("ingest", "refused")

"""A refresh by day: what is pulled of a district, and where it ends."""

from pathlib import Path

from features.progress import quietly
from features.settings import District, Settings
from features.sources.aeries_api import AeriesApi
from features.sources.csv import CsvFiles
from serving.worker.night_results import StepResult
from serving.worker.night_steps import Night
from serving.worker.refresh_workflow import run_steps
from tests.serving.example_service import TODAY


def refreshed(home: Path, api: int, files: int) -> list[StepResult]:
    """What became of a refresh of a district whose API and folder are read every so many hours."""
    aeries = AeriesApi(url="http://127.0.0.1:9/aeries", folder="aeries", refresh_hours=api, certificate_variable="NONE")
    sources = (aeries, CsvFiles(folder="rest", refresh_hours=files))
    district = District(id="north", name="North", records=home / "records", sources=sources)
    (home / "records" / "rest").mkdir(parents=True)
    settings = Settings(home=home, today=TODAY, districts=(district,))
    return run_steps(Night(settings, "north", TODAY, "north-refresh", quietly), lambda _, do: do())


def test_a_source_that_cannot_be_read_ends_a_refresh_before_anything_is_loaded(tmp_path: Path) -> None:
    (pull,) = refreshed(tmp_path, 1, 0)
    assert (pull["outcome"], "set NONE in the environment" in pull["says"]) == ("refused", True)


def test_a_source_that_declares_no_refresh_is_not_pulled_by_day(tmp_path: Path) -> None:
    """The folder beside it is looked at, and is loaded with what the night left of the other."""
    pull, load = refreshed(tmp_path, 0, 1)
    assert (pull["outcome"], pull["says"]) == ("done", "nothing to pull")
    assert (load["step"], load["outcome"]) == ("ingest", "refused")

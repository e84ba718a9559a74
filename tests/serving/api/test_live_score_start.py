"""What a server does once when it starts, so that no request waits for it; and what is told of models without it."""

import io
import shutil

import pytest

from features.snapshots.live_features import live_script_of
from serving.api.live_score_start import prepare_live_scores
from serving.store.rows import AccessRow
from serving.web.logs import open_log
from tests.serving.api.test_live_scores import enrollment
from tests.serving.browser import ApiClient
from tests.serving.example_releases import release_model
from tests.serving.example_service import ExampleService


def test_the_first_live_score_after_a_start_finds_everything_prepared(service: ExampleService) -> None:
    release_model(service, "harbor")
    assert prepare_live_scores(service.context) == 1
    before = live_script_of.cache_info().misses
    answer = ApiClient(service, "harbor").ask("POST", "/v1/scores", {"enrollments": [enrollment()]})
    assert (answer.status_code, live_script_of.cache_info().misses) == (200, before)
    assert len(service.rows(AccessRow)) == 1


def test_a_district_that_cannot_be_prepared_does_not_end_the_start(
    service: ExampleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_model(service, "mesa")
    written = io.StringIO()
    object.__setattr__(service.context, "log", open_log("info", written))
    releases = service.context.releases
    current = releases.current

    def failing(district_id: str, outcome: str) -> object:
        if district_id == "harbor":
            raise OSError("Zzcanary")
        return current(district_id, outcome)

    monkeypatch.setattr(releases, "current", failing)
    assert prepare_live_scores(service.context) == 1
    assert "live scores not prepared" in written.getvalue()
    assert "Zzcanary" not in written.getvalue()


def test_models_are_told_without_opening_their_files_until_one_changes(service: ExampleService) -> None:
    release = release_model(service, "harbor")
    program = ApiClient(service, "harbor", "models.read")
    service.context.releases.current("harbor", release.key.outcome)
    told = program.ask("GET", "/v1/models").json()
    assert [one["kind"] for one in told["models"]] == ["model"]
    opened = dict(service.context.bundles.kept)
    assert program.ask("GET", "/v1/models").json() == told
    assert service.context.bundles.kept == opened
    shutil.copy(release.bundle_path / "manifest.json", release.bundle_path / "other.json")
    program.ask("GET", "/v1/models")
    assert len(service.context.bundles.kept) == 2

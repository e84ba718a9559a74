"""Models, cards, audits and track records over the API."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.releases import Release
from tests.serving.browser import ApiClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_releases import OUTCOME, release_model, release_rule
from tests.serving.example_service import ExampleService

SCOPES = ("models.read", "audits.read")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[tuple[ExampleService, Release]]:
    """A service in which harbor's rule was followed by a model, and the model's release."""
    folder = tmp_path_factory.mktemp("released")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        release_rule(service, "harbor")
        yield service, release_model(service, "harbor")


def test_models_are_told_with_what_serves_first(released: tuple[ExampleService, Release]) -> None:
    service, release = released
    models = ApiClient(service, "harbor", *SCOPES).ask("GET", "/v1/models").json()["models"]
    assert [(one["outcome"], one["kind"], one["serves"], one["verdict"]) for one in models] == [
        (OUTCOME, "model", True, "pass"), (OUTCOME, "rule", False, None),
    ]  # fmt: skip
    assert models[0]["model_id"] == release.digest[:16]
    assert ApiClient(service, "mesa", *SCOPES).ask("GET", "/v1/models").json() == {"models": []}


def test_a_model_has_a_card_and_an_audit_and_is_nothing_to_another_district(
    released: tuple[ExampleService, Release],
) -> None:
    service, release = released
    program, other = (ApiClient(service, one, *SCOPES) for one in ("harbor", "mesa"))
    address = f"/v1/models/{release.digest[:16]}"
    found = program.ask("GET", address).json()
    card = program.ask("GET", found["links"]["card"])
    assert (card.headers["content-type"], card.text) == ("text/markdown; charset=utf-8", "# A card\n")
    audit = program.ask("GET", found["links"]["audit"]).json()
    assert (audit["outcome"], audit["verdict"], audit["audit"]) == (OUTCOME, "pass", None)
    for part in ("", "/card", "/audit"):
        hidden, unknown = other.ask("GET", address + part), other.ask("GET", f"/v1/models/nothing{part}")
        assert (hidden.status_code, hidden.json()) == (404, unknown.json())


def test_the_track_record_says_how_last_years_lists_turned_out(read_service: ExampleService) -> None:
    (record,) = ApiClient(read_service, "harbor", *SCOPES).ask("GET", "/v1/track-record").json()["outcomes"]
    assert (record["last_lists"]["listed"], record["test_year"]["per_hundred"]) == (212, 61.2)
    (record,) = ApiClient(read_service, "mesa", *SCOPES).ask("GET", "/v1/track-record").json()["outcomes"]
    assert (record["last_lists"], record["test_year"]) == (None, None)

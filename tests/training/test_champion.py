"""The champion of a training run: the model of what serves, also where it serves in parts of the year only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.settings import District, Settings
from models.bundle.bundle import BundleParts, write_bundle
from models.bundle.signing import ensure_keys
from models.releases import Approval, promote
from tests.models.part_examples import grade9_model, model_by_part, rule_by_part
from training.champion import champion_of, release_key
from training.training_request import TrainingRequest

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(("parts", "has_model"), [(model_by_part, True), (rule_by_part, False)])
def test_the_model_of_a_bundle_by_part_is_the_champion_and_a_rule_is_none(
    tmp_path: Path, parts: Callable[[], BundleParts], has_model: bool
) -> None:
    harbor = District(id="harbor", name="Harbor")
    request = TrainingRequest(Settings(home=tmp_path, districts=(harbor,)), harbor, OFF_TRACK_CHICAGO, date(2026, 8, 1))
    keys = ensure_keys(tmp_path / "keys")
    bundle = write_bundle(tmp_path / "bundles", replace(parts(), metrics={"train_years": [2022, 2023]}), keys, {})
    promote(tmp_path, release_key(request), bundle.path, public_key=keys.public_key, approval=Approval("ana"), now=NOW)
    champion = champion_of(request)
    assert (champion is not None) == has_model
    if champion:
        assert (champion.model.booster_text, champion.learned_through) == (grade9_model().booster_text, 2023)

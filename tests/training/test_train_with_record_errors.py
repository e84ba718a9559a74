"""Training looks at the records first: it refuses an error, and says a warning."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.errors import Refused
from features.progress import quietly
from features.quality.check_codes import CHECKS, Finding
from features.settings import District, Settings, Training
from features.simulator.plan import Plan
from tests.districts import simulated_warehouse
from tests.training.report.example_results import MADE_ON, made_result
from training.report.technical_report import render_technical_report
from training.train import TrainedBundles, train
from training.train_and_record import answer_of
from training.training_request import TrainingRequest

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def asked(tmp_path: Path) -> TrainingRequest:
    """A small district whose staff was never sent."""
    district = District(id="north", name="North Unified")
    settings = Settings(home=tmp_path, districts=(district,), training=Training(as_of=("11-20",)))
    simulated_warehouse(Plan("north", 400, TODAY, years=4), settings.warehouse("north"))
    spoil(settings, "DELETE FROM staff")
    return TrainingRequest(settings, district, OFF_TRACK_CHICAGO, TODAY)


def spoil(settings: Settings, statement: str) -> None:
    """The warehouse after a statement."""
    with duckdb.connect(str(settings.warehouse("north"))) as connection:
        connection.execute(statement)


def trained_on(asked: TrainingRequest) -> TrainedBundles:
    """A training run."""
    return train(asked, now=NOW, code_version="here", progress=quietly)


def test_an_error_in_the_records_is_refused_before_anything_is_fitted(asked: TrainingRequest) -> None:
    spoil(asked.settings, "DELETE FROM attendance WHERE date > '2026-09-30'")
    with pytest.raises(Refused, match="CHECK06 no school has sent attendance since 2026-09-30"):
        trained_on(asked)
    assert not (asked.settings.home / "bundles").exists()


def test_a_warning_is_kept_beside_the_bundle_and_not_in_it(asked: TrainingRequest) -> None:
    """The digest of a bundle must not depend on the day."""
    trained = trained_on(asked)
    assert [finding.code for finding in trained.warnings] == ["CHECK02"]
    warnings = answer_of(trained, Path("report.html"))["warnings"]
    assert warnings == [finding.as_json() for finding in trained.warnings]
    assert not [file.name for file in trained.rule.path.iterdir() if b"CHECK02" in file.read_bytes()]


def test_the_report_tells_the_kind_of_a_warning_and_how_often_but_no_figure_of_it() -> None:
    warnings = [Finding("CHECK14", f"school 10: {n} incidents", "10") for n in (3, 4)]
    page = render_technical_report(made_result(), made_on=MADE_ON, warnings=warnings)
    assert f"CHECK14: {CHECKS['CHECK14'].means} Found 2 times." in page
    assert "school 10" not in page


def test_a_report_without_warnings_has_no_word_of_them() -> None:
    assert "does not add up" not in render_technical_report(made_result(), made_on=MADE_ON)

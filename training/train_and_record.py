"""Trains for a district, and leaves a report, a page for the board and a record in MLflow."""

from datetime import date, datetime
from getpass import getuser
from pathlib import Path

from features.progress import Progress
from features.settings import Settings
from models.code_version import code_version
from models.registry import RunRecord
from models.trained_bundles import note_trained
from training.champion import release_key
from training.mlflow_record import record_run
from training.report.board import render_board
from training.report.first_day_rule import render_first_day_rule
from training.report.technical_report import render_technical_report
from training.train import TrainedBundles, train, training_request_of
from training.training_request import TrainingRequest


def train_and_record(
    settings: Settings, district_id: str, today: date, progress: Progress, *, now: datetime
) -> tuple[TrainedBundles, Path, RunRecord | None]:
    """A judged run, its report and the page for the board in `home/reports`, and its record in MLflow.

    Where no year could judge it, there is a report alone.
    """
    request = training_request_of(settings, district_id, today)
    trained = train(request, now=now, code_version=code_version(), progress=progress, trained_by=getuser())
    return trained, *record(request, trained, progress)


def record(request: TrainingRequest, trained: TrainedBundles, progress: Progress) -> tuple[Path, RunRecord | None]:
    """The report of a judged run, with the page for the board beside it, and its record in MLflow."""
    settings, district_id, today = request.settings, request.district.id, request.today
    note_trained(settings.home, release_key(request), trained.best.digest)
    report = settings.home / "reports" / f"{district_id}-{request.outcome.name}-{trained.best.digest[:8]}.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    main, parts = trained.result.main, trained.result.parts
    if not main.basis.split.test:
        report.write_text(render_first_day_rule(trained.result, today), encoding="utf-8")
        return report, None
    technical = render_technical_report(main, made_on=today, warnings=trained.warnings, parts=parts)
    report.write_text(technical, encoding="utf-8")
    board_beside(report).write_text(render_board(main, made_on=today, parts=parts), encoding="utf-8")
    progress(f"{request.district.name}: recording the run in MLflow")
    return report, record_run(settings, trained, (report, board_beside(report)))


def board_beside(report: Path) -> Path:
    """Where the page for the board is, beside a report."""
    return report.with_name(f"{report.stem}-board.html")


def answer_of(trained: TrainedBundles, report: Path) -> dict[str, object]:
    """What `ontrack train --json` prints."""
    warnings = [finding.as_json() for finding in trained.warnings]
    paths = {"bundle": str(trained.best.path), "report": str(report)}
    if board_beside(report).exists():
        paths["board"] = str(board_beside(report))
    return {**trained.result.as_json(), "warnings": warnings, **paths}

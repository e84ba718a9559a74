"""Commands over models: train, train-table, audit, monitor."""

import json
import subprocess
from datetime import UTC, date, datetime
from getpass import getuser
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console

from features.commands_check import say_warnings
from features.errors import Refused
from features.progress import Progress
from features.settings import Settings
from features.terminal import Context, DistrictOption, JsonOption, settings_of, terminal_progress, today_in
from models.bundle.bundle import open_bundle
from models.bundle.signing import load_public_key
from models.registry import RunRecord, registry_in
from models.releases import GateRefused
from training.audit.checks import VERDICT_WORDS as WORDS
from training.audit.checks import AuditCheck
from training.audit.run import AuditResult
from training.district_card import NAMED
from training.gate.bounds import primary_of
from training.gate.verdict import VERDICT_WORDS, sentences
from training.monitor.inputs import read_inputs
from training.monitor.report import render_monitor
from training.monitor.run import result_in_words, run_monitor
from training.report.board import render_board
from training.report.page import render_report
from training.table.console import print_answer
from training.table.mlflow_record import record_table
from training.table.run import Terms
from training.table.train import train_table
from training.train import TrainedBundles, train, training_request_of
from training.training_result import TrainingResult

app = typer.Typer(no_args_is_help=True)


@app.command("train")
def train_command(
    context: Context,
    district: DistrictOption,
    outcome: Annotated[str, typer.Option(help="Which outcome; that of the settings otherwise.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Train, judge and bundle a model for a district; promotes nothing."""
    settings = settings_of(context)
    if outcome:
        training = settings.training.model_copy(update={"outcome": outcome})
        settings = settings.model_copy(update={"training": training})
    today = today_in(settings, district)
    trained, report, _ = train_and_record(settings, district, today, terminal_progress(), now=datetime.now(UTC))
    say_warnings(trained.warnings, district)
    if json_output:
        typer.echo(json.dumps(answer_of(trained, report)))
        return
    gate = trained.result.gate
    typer.echo("\n".join([*sentences(gate.checks), "", f"verdict  {VERDICT_WORDS[gate.verdict]}"]))
    typer.echo(f"report   {report}")
    typer.echo(f"board    {board_beside(report)}")
    typer.echo(f"next     ontrack promote --district {district} {trained.best.path} --approved-by NAME")


def answer_of(trained: TrainedBundles, report: Path) -> dict[str, object]:
    """What `ontrack train --json` prints."""
    warnings = [finding.as_json() for finding in trained.warnings]
    paths = {"bundle": str(trained.best.path), "report": str(report), "board": str(board_beside(report))}
    return {**trained.result.as_json(), "warnings": warnings, **paths}


def train_and_record(
    settings: Settings, district_id: str, today: date, progress: Progress, *, now: datetime
) -> tuple[TrainedBundles, Path, RunRecord]:
    """A judged run, its report and the page for the board in `home/reports`, and its record in MLflow."""
    request = training_request_of(settings, district_id, today)
    trained = train(request, now=now, code_version=code_version(), progress=progress, trained_by=getuser())
    report = settings.home / "reports" / f"{district_id}-{request.outcome.name}-{trained.best.digest[:8]}.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(render_report(trained.result, made_on=today, warnings=trained.warnings), encoding="utf-8")
    board_beside(report).write_text(render_board(trained.result, made_on=today), encoding="utf-8")
    progress(f"{request.district.name}: recording the run in MLflow")
    return trained, report, record_run(settings, trained, report)


def board_beside(report: Path) -> Path:
    """Where the page for the board is, beside a report."""
    return report.with_name(f"{report.stem}-board.html")


def record_run(settings: Settings, trained: TrainedBundles, report: Path) -> RunRecord:
    """The run in MLflow, one experiment per district and outcome: numbers, files and digests, never a student."""
    result = trained.result
    training, gate = settings.training, settings.gate
    registry = registry_in(settings.home, training.experiment_tracking)
    bundle = trained.model or trained.rule
    return registry.log_training(
        f"{result.basis.split.test}-{bundle.digest[:8]}",
        experiment_of(result.request.district.id, result.request.outcome.name),
        params={
            "seed": training.seed,
            "as_of": " ".join(training.as_of),
            "train_years": " ".join(map(str, result.basis.split.train)),
            "test_year": result.basis.split.test,
            "primary_figure": primary_of(gate),
            **{f"gate_{name}": value for name, value in gate.model_dump().items()},
            "feature_set": bundle.feature_set,
        },
        metrics=numbers(result),
        bundle=bundle,
        reports=(report, board_beside(report)),
        tags={
            "data_version": result.basis.data_version,
            "code_version": code_version(),
            "gate": result.gate.verdict,
        },
    )


def experiment_of(district_id: str, outcome: str) -> str:
    """What a district's experiment, and its registered model, is called."""
    return f"{district_id}-{outcome}"


def numbers(result: TrainingResult) -> dict[str, float]:
    """The figures that MLflow keeps, by scorer and name."""
    kept = ("roc_auc", "pr_auc", "brier", "calibration_error")
    found = {
        f"{scorer}_{name}": float(getattr(figures, name)) for scorer, figures in result.figures.items() for name in kept
    }
    at = result.request.settings.gate.capacity
    for scorer, figures in result.figures.items():
        found[f"{scorer}_precision_at_capacity"] = figures.precision_at[at]
        found[f"{scorer}_recall_at_capacity"] = figures.recall_at[at]
    return {**found, **audit_numbers(result.audited)}


def audit_numbers(audited: AuditResult | None) -> dict[str, float]:
    """What MLflow keeps of an audit: how many checks name something, and each attribute's widest gap in recall."""
    if audited is None:
        return {}
    gaps = {of: [gap.estimate for gap in found.values() if gap] for of, found in audited.recall_gaps().items()}
    widest = {f"audit_widest_recall_gap_{of.replace(' ', '_')}": min(those) for of, those in gaps.items() if those}
    return {"audit_named": float(sum(check.verdict in NAMED for check in audited.checks)), **widest}


@app.command("audit")
def audit_command(
    context: Context,
    bundle: Annotated[Path, typer.Argument(help="The bundle's folder, as `ontrack train` printed it.")],
    json_output: JsonOption = False,
) -> None:
    """What the fairness audit in a signed bundle found; everything it published with --json."""
    opened = open_bundle(bundle, load_public_key(settings_of(context).home / "keys"))
    found = opened.metrics.get("audit")
    if not isinstance(found, dict):
        raise Refused(f"{bundle}: no audit in it, as nothing could be judged; train again with more years")
    if json_output:
        typer.echo(json.dumps(found))
        return
    checks = TypeAdapter(list[AuditCheck]).validate_python(found["checks"])
    typer.echo("\n".join(f"{WORDS[check.verdict]:>19}  {check.code}  {check.says}" for check in checks))


@app.command("monitor")
def monitor_command(
    context: Context,
    district: DistrictOption,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As known on this day; today's else.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the report goes; a file of `home/reports` else.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Hold what is live against what was promised: records, risks, lists and groups; exit code 4 on a breach."""
    settings = settings_of(context)
    day = on.date() if on else today_in(settings, district)
    watched = read_inputs(settings, district, day)
    found = run_monitor(watched)
    report = out or settings.home / "reports" / f"{district}-{found.outcome}-monitor-{day}.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    says, _, _ = watched.outcome.says.partition(":")
    report.write_text(render_monitor(found, district=watched.district.name, outcome=says), encoding="utf-8")
    typer.echo(
        json.dumps({**found.as_json(), "report": str(report)}) if json_output else result_in_words(found, report)
    )
    if found.verdict == "breach":
        raise typer.Exit(GateRefused.exit_code)


def code_version() -> str:
    """The commit of the checkout, or the version of the package."""
    here = Path(__file__).parent
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=False)  # noqa: S607
    return found.stdout.strip() if found.returncode == 0 else version("ontrack")


@app.command("train-table")
def train_table_command(
    context: Context,
    table: Annotated[Path, typer.Argument(help="CSV, CSV.gz or Parquet, one row per student and date.")],
    spec: Annotated[Path, typer.Argument(help="TOML that names the label, groups and split.")],
    json_output: JsonOption = False,
) -> None:
    """Train, judge and bundle a model from a prepared feature table."""
    settings, progress = settings_of(context), terminal_progress()
    terms = Terms(settings.gate.replicates, settings.audit.smallest_group)
    today = settings.today or datetime.now(UTC).astimezone().date()
    answer = train_table(table, spec, settings.home, made_on=today, progress=progress, terms=terms)
    progress("recording the run in MLflow")
    registry = registry_in(settings.home, settings.training.experiment_tracking)
    record = record_table(answer, registry, code_version())
    if json_output:
        typer.echo(json.dumps({**answer.as_json(), "mlflow_run": record.run_id}))
    else:
        print_answer(answer, Console())

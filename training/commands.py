"""Commands over models: train, train-table, audit, monitor. Each imports its work when it runs."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console

from features.errors import Refused, SettingsRefused
from features.terminal import (
    Context,
    DistrictOption,
    JsonOption,
    settings_of,
    terminal_progress,
    today_everywhere,
    today_in,
)

app = typer.Typer(no_args_is_help=True)


@app.command("train")
def train_command(
    context: Context,
    district: DistrictOption,
    outcome: Annotated[str, typer.Option(help="Which outcome; the first one that the district serves otherwise.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every outcome that the district serves.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Train, judge and bundle a model for a district; promotes nothing."""
    from features.definitions.served_outcomes import served_outcome, served_outcomes
    from features.quality.check_report import say_warnings
    from training.console import print_outcomes, print_trained
    from training.train_and_record import answer_of, train_and_record
    from training.train_outcomes import train_outcomes

    settings = settings_of(context)
    today = today_in(settings, district)
    if every and outcome:
        raise SettingsRefused("say --all or one --outcome, not both")
    if every:
        found = train_outcomes(settings, district, today, terminal_progress(), now=datetime.now(UTC))
        print_outcomes(found, district, as_json=json_output)
        return
    served = served_outcome(settings, district, outcome) if outcome else served_outcomes(settings, district)[0]
    trained, report, _ = train_and_record(served.settings, district, today, terminal_progress(), now=datetime.now(UTC))
    say_warnings(trained.warnings, district)
    if json_output:
        typer.echo(json.dumps(answer_of(trained, report)))
    else:
        print_trained(trained, report, district)


@app.command("train-pool")
def train_pool_command(
    context: Context,
    pool: Annotated[str, typer.Argument(help="The pool, as districts name it in [[districts.lends]].")],
    outcome: Annotated[str, typer.Option(help="Which outcome; the first one that the districts serve otherwise.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Train one model of the records that districts lend, and judge it in each beside its own; promotes nothing."""
    from training.pool.train_and_record import print_pool, train_and_record_pool

    settings, now = settings_of(context), datetime.now(UTC)
    today = today_everywhere(settings, now)
    found = train_and_record_pool(settings, pool, outcome, today, terminal_progress(), now=now)
    print_pool(found, pool, as_json=json_output)


@app.command("audit")
def audit_command(
    context: Context,
    bundle: Annotated[Path, typer.Argument(help="The bundle's folder, as `ontrack train` printed it.")],
    json_output: JsonOption = False,
) -> None:
    """What the fairness audit in a signed bundle found; everything it published with --json."""
    from models.bundle.bundle import open_bundle
    from models.bundle.signing import load_public_key
    from training.audit.checks import VERDICT_WORDS, AuditCheck

    opened = open_bundle(bundle, load_public_key(settings_of(context).home / "keys"))
    found = opened.metrics.get("audit")
    if not isinstance(found, dict):
        raise Refused(f"{bundle}: no audit in it, as nothing could be judged; train again with more years")
    if json_output:
        typer.echo(json.dumps(found))
        return
    checks = TypeAdapter(list[AuditCheck]).validate_python(found["checks"])
    typer.echo("\n".join(f"{VERDICT_WORDS[check.verdict]:>19}  {check.code}  {check.says}" for check in checks))


@app.command("monitor")
def monitor_command(
    context: Context,
    district: DistrictOption,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As known on this day; today's else.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the report goes; a file of `home/reports` else.")] = None,
    outcome: Annotated[str, typer.Option(help="Which outcome; the first one that the district serves otherwise.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Hold what is live against what was promised: records, risks, lists and groups; exit code 4 on a breach."""
    from features.definitions.served_outcomes import served_outcome, served_outcomes
    from models.release_checks import GateRefused
    from training.monitor.district import monitor_district
    from training.monitor.run import result_in_words

    settings = settings_of(context)
    day = on.date() if on else today_in(settings, district)
    served = served_outcome(settings, district, outcome) if outcome else served_outcomes(settings, district)[0]
    found, report = monitor_district(served.settings, district, day, out)
    typer.echo(
        json.dumps({**found.as_json(), "report": str(report)}) if json_output else result_in_words(found, report)
    )
    if found.verdict == "breach":
        raise typer.Exit(GateRefused.exit_code)


@app.command("train-table")
def train_table_command(
    context: Context,
    table: Annotated[Path, typer.Argument(help="CSV, CSV.gz or Parquet, one row per student and date.")],
    spec: Annotated[Path, typer.Argument(help="TOML that names the label, groups and split.")],
    json_output: JsonOption = False,
) -> None:
    """Train, judge and bundle a model from a prepared feature table."""
    from models.code_version import code_version
    from models.registry import registry_in
    from training.prepared_table.console import print_answer
    from training.prepared_table.mlflow_record import record_table
    from training.prepared_table.run import Terms
    from training.prepared_table.train import train_table

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

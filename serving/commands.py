"""Commands over the service: score, serve, worker."""

import json
import socket
from datetime import UTC, datetime
from typing import Annotated

import typer
import uvicorn

from features.commands_check import say_warnings
from features.settings import Settings
from features.terminal import Context, DistrictOption, JsonOption, settings_of, terminal_progress, today_in
from serving.app import create_app
from serving.scoring.score_district import score_district
from serving.store.database import engine_of
from serving.worker.commands import workers

app = typer.Typer(no_args_is_help=True)
app.add_typer(workers, name="worker")

PORTS_TRIED = 20


@app.command("score")
def score_command(
    context: Context,
    district: DistrictOption,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The date to look from.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Score a district's cohort with what serves it, and list those to reach."""
    settings = settings_of(context)
    day = as_of.date() if as_of else today_in(settings, district)
    run = score_district(
        settings, engine_of(settings), district, as_of=day, now=datetime.now(UTC), progress=terminal_progress()
    )
    say_warnings(run.warnings, district)
    if json_output:
        typer.echo(json.dumps(run.as_json()))
    else:
        said = "" if run.written else " (this run was there already)"
        typer.echo(f"{run.run_id}: {run.students:,} students scored by the {run.scorer}, {run.listed} listed{said}")


@app.command("serve")
def serve_command(
    context: Context,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Instead of the port in ontrack.toml.")] = None,
) -> None:
    """Serve the pages and the API until stopped."""
    settings = settings_of(context)
    serve(settings, free_port(settings.service.host, settings.service.port if port is None else port))


def serve(settings: Settings, port: int) -> None:
    """Serves until stopped."""
    typer.echo(f"OnTrack on http://{settings.service.host}:{port} (stop with Ctrl-C)")
    uvicorn.run(
        create_app(settings),
        host=settings.service.host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next free one where it is taken, which is said."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            if port != wanted and wanted != 0:
                typer.echo(f"port {wanted} is taken; using {port}", err=True)
            return int(probe.getsockname()[1])
    typer.echo(f"ports {wanted} to {wanted + PORTS_TRIED - 1} are taken; choose one with --port", err=True)
    raise typer.Exit(5)

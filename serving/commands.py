"""Commands over the service: score, serve, worker. Each imports its work when it runs."""

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

import serving.feeds.commands
import serving.movers.commands
import serving.store.commands
import serving.worker.commands
from features.settings import Settings
from features.terminal import Context, DistrictOption, JsonOption, settings_of, terminal_progress, today_in

if TYPE_CHECKING:
    from serving.scoring.run_summary import ListSummary

app = typer.Typer(no_args_is_help=True)
app.add_typer(serving.feeds.commands.app)
app.add_typer(serving.movers.commands.app)
app.add_typer(serving.store.commands.app)
app.add_typer(serving.worker.commands.app)


@app.command("score")
def score_command(
    context: Context,
    district: DistrictOption,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The date to look from.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Score a district's students for every outcome that it serves, and list those to reach."""
    from features.quality.check_report import say_warnings
    from serving.scoring.run_summary import served_lines

    settings = settings_of(context)
    day = as_of.date() if as_of else today_in(settings, district)
    made = list_of_district(settings, district, day)
    say_warnings(made.warnings, district)
    if json_output:
        typer.echo(json.dumps(made.as_json()))
        return
    said = "" if made.written else " (this run was there already)"
    for run in made.runs:
        what = f" for {run.outcome}" if len(made.runs) > 1 else ""
        typer.echo(
            f"{run.run_id}: {run.students:,} students scored by the {run.scorer}, {run.listed} listed{what}{said}"
        )
        for line in served_lines(run):
            typer.echo(line)
    if len(made.runs) > 1:
        typer.echo(f"{made.list_id}: {made.listed:,} students on one list, each once")


def list_of_district(settings: Settings, district: str, day: date) -> "ListSummary":
    """The list of a day, made by the engine of the settings."""
    if settings.engine == "spark":
        from serving.scoring.score_lake import score_lake

        today, now = today_in(settings, district), datetime.now(UTC)
        return score_lake(settings, district, as_of=day, today=today, now=now, progress=terminal_progress())
    from serving.scoring.score_district import score_district
    from serving.store.database import engine_of

    now = datetime.now(UTC)
    return score_district(settings, engine_of(settings), district, as_of=day, now=now, progress=terminal_progress())


@app.command("export-supports")
def export_supports_command(context: Context, district: DistrictOption) -> None:
    """Bring the contacts and plans that people wrote into the warehouse; `score` does so too."""
    from serving.store.database import engine_of
    from serving.support.warehouse_export import export_supports

    settings = settings_of(context)
    done = export_supports(settings, engine_of(settings), district)
    typer.echo(f"{district}: {done.added:,} added, {done.closed:,} replaced")


@app.command("serve")
def serve_command(
    context: Context,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Instead of the port in ontrack.toml.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer, on one port.")] = 1,
) -> None:
    """Serve the pages and the API until stopped. Requests under way are finished first."""
    from serving.server import serve

    settings = settings_of(context)
    serve(settings, port, workers)


@app.command("purge")
def purge_command(
    context: Context,
    district: DistrictOption,
    by: Annotated[str, typer.Option(help="Your name, for the certificate; without it, only counts are shown.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Remove what a district's policy no longer keeps, and make a certificate; without `--by`, say what would go."""
    from serving.store.database import engine_of, write_session
    from serving.support.purge import Purger, due_rows, policy_of, purge

    settings, today = settings_of(context), today_in(settings_of(context), district)
    support = settings.district(district).support
    with write_session(engine_of(settings), district) as session:
        due = {name: count for name, count in due_rows(session, district, policy_of(support, today)).items() if count}
        purger = Purger("command line", by)
        row = purge(session, district, support, purger, at=datetime.now(UTC), today=today) if by else None
        made = (row.purge_id, row.digest) if row else ("", "")
    if json_output:
        typer.echo(json.dumps({"rows": due, "certificate": made[0], "digest": made[1]}))
        return
    for name, count in due.items():
        typer.echo(f"{name:<20}{count:>12,} rows")
    said = f"removed; certificate {made[0]}, {made[1]}" if made[0] else "nothing was removed; name yourself with --by"
    typer.echo(said if due else "nothing is due: everything that is stored is kept by the policy")

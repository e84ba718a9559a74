"""The command that brings the history of students who came from other districts. It imports its work when it runs."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import typer

from features.terminal import Context, DistrictOption, JsonOption, settings_of, terminal_progress, today_in

app = typer.Typer(no_args_is_help=True)


@app.command("movers")
def movers_command(context: Context, district: DistrictOption, json_output: JsonOption = False) -> None:
    """Bring the history of students who came from other districts, where both agree; `score` and `nightly` do so too.

    What is no longer agreed on is deleted.
    """
    from serving.movers.movers import bring_history
    from serving.store.database import engine_of

    settings = settings_of(context)
    engine, today = engine_of(settings), today_in(settings, district)
    done = bring_history(settings, engine, district, today=today, now=datetime.now(UTC), progress=terminal_progress())
    typer.echo(json.dumps(asdict(done)) if json_output else f"{district}: {done.words}")

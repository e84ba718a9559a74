"""Commands over the service database: upgrade it, move it. Each imports its work when it runs."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from features.terminal import Context, JsonOption, settings_of, terminal_progress

app = typer.Typer(no_args_is_help=True)
DatabaseOption = Annotated[
    str, typer.Option(envvar="ONTRACK_DATABASE", help="Its address; `service.database` else. No password in it.")
]


@app.command("upgrade-database")
def upgrade_command(
    context: Context,
    database: DatabaseOption = "",
    grant_to: Annotated[str, typer.Option(help="PostgreSQL: the role of the service, which owns no table.")] = "",
) -> None:
    """Bring the service database to the newest revision; on PostgreSQL as its owner, and let the service use it."""
    from features.errors import Refused
    from serving.store.database import database_address, migrate, open_engine
    from serving.store.row_security import grant_service

    engine = open_engine(database or database_address(settings_of(context)))
    migrate(engine)
    if grant_to:
        if engine.dialect.name != "postgresql":
            raise Refused("--grant-to is for PostgreSQL; SQLite has no roles")
        with engine.begin() as connection:
            grant_service(connection, grant_to)
    typer.echo("the service database is at the newest revision")


@app.command("move-database")
def move_command(
    context: Context,
    to: Annotated[str, typer.Option(help="SQLAlchemy address of an empty database. No password in it.")],
    database: DatabaseOption = "",
    json_output: JsonOption = False,
) -> None:
    """Copy every row of the service database to an empty one, compare them, and keep all of it or nothing."""
    from serving.store.database import database_address, open_engine
    from serving.store.move import move_database

    source = database or database_address(settings_of(context))
    moved = move_database(open_engine(source), open_engine(to), terminal_progress())
    if json_output:
        typer.echo(json.dumps([asdict(one) for one in moved]))
        return
    for one in moved:
        typer.echo(f"{one.table:<20}{one.rows:>12,} rows  {one.digest[:12]}")
    typer.echo("every row arrived; now set `service.database` to the new address, and start the service again")

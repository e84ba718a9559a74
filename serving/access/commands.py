"""Commands over those who may sign in and call: users, keys. Each imports its work when it runs."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from features.terminal import Context, DistrictOption, settings_of
from serving.access.scopes import SCOPES

app = typer.Typer(no_args_is_help=True)
users = typer.Typer(no_args_is_help=True, help="People who may sign in.")
keys = typer.Typer(no_args_is_help=True, help="Programs that may call the API.")
app.add_typer(users, name="users")
app.add_typer(keys, name="keys")


@users.command("password")
def password_command(
    context: Context, district: DistrictOption, staff_id: Annotated[str, typer.Argument(help="As in staff.csv.")]
) -> None:
    """Print a new generated password for a person, once; what they had before stops working."""
    from serving.access.accounts import create_password
    from serving.store.database import engine_of, write_session

    settings = settings_of(context)
    with write_session(engine_of(settings)) as session:
        typer.echo(create_password(session, district, staff_id))


@users.command("permit")
def permit_command(
    context: Context,
    district: DistrictOption,
    staff_id: Annotated[str, typer.Argument(help="As in staff.csv.")],
    permission: Annotated[str, typer.Argument(help="restricted_notes: write restricted notes, and read them.")],
    take: Annotated[bool, typer.Option("--take", help="Take it back instead.")] = False,
) -> None:
    """Give a person a permission beyond their role, or take it back; no record of another system gives one."""
    from serving.access.permissions import give_permission, take_permission
    from serving.store.database import engine_of, write_session

    settings = settings_of(context)
    with write_session(engine_of(settings)) as session:
        if take:
            take_permission(session, district, staff_id, permission)
        else:
            give_permission(session, district, staff_id, permission, datetime.now(UTC))
    typer.echo(f"{staff_id}: {permission} {'taken back' if take else 'given'}")


@users.command("role")
def role_command(
    context: Context,
    district: DistrictOption,
    staff_id: Annotated[str, typer.Argument(help="As in staff.csv.")],
    role: Annotated[str, typer.Argument(help="counselor, principal, district, data_team or privacy_officer.")],
    school: Annotated[str, typer.Option(help="The school of a principal, as in schools.csv.")] = "",
    take: Annotated[bool, typer.Option("--take", help="Take it back instead.")] = False,
) -> None:
    """Give a person a role besides that of the district's records, or take it back; who has several chooses one."""
    from serving.access.role_assignments import give_role, take_role
    from serving.store.database import engine_of, write_session

    settings = settings_of(context)
    with write_session(engine_of(settings)) as session:
        if take:
            take_role(session, district, staff_id, role, school)
        else:
            give_role(session, district, staff_id, role, school, datetime.now(UTC))
    typer.echo(f"{staff_id}: {role} {'taken back' if take else 'given'}")


@keys.command("create")
def key_command(
    context: Context,
    district: DistrictOption,
    name: Annotated[str, typer.Argument(help="Which program it is for.")],
    scope: Annotated[list[str] | None, typer.Option(help=", ".join(SCOPES))] = None,
) -> None:
    """Print a new API key of a district, once; only its digest is kept."""
    from serving.access.accounts import create_api_key
    from serving.store.database import engine_of, write_session

    settings = settings_of(context)
    with write_session(engine_of(settings)) as session:
        typer.echo(create_api_key(session, district, name, tuple(scope or SCOPES)))

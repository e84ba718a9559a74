"""Commands over those who may sign in and call: users, keys. Each imports its work when it runs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from features.terminal import Context, DistrictOption, settings_of
from serving.access.scopes import DEFAULT_SCOPES, SCOPES

app = typer.Typer(no_args_is_help=True)
users = typer.Typer(no_args_is_help=True, help="People who may sign in.")
keys = typer.Typer(no_args_is_help=True, help="Programs that may call the API.")
ScopeOption = Annotated[list[str] | None, typer.Option(help=", ".join(SCOPES))]
SchoolOption = Annotated[list[str] | None, typer.Option(help="Only students of this school; several may be named.")]
PERMISSION_HELP = (
    "restricted_notes: write restricted notes, and read them. administration: the page of people and what they may do."
)
ROLE_HELP = (
    "counselor, principal, district, data_team, privacy_officer, observer (totals alone), records_clerk or "
    "collaborative_member (what districts share alone)."
)
ADDED_HELP = (
    "data_team, privacy_officer, observer, records_clerk or collaborative_member; in the office of a collaborative "
    "(--district collaborative) collaborative_office."
)
app.add_typer(users, name="users")
app.add_typer(keys, name="keys")
clients = typer.Typer(no_args_is_help=True, help="Programs that get access tokens for a client secret.")
app.add_typer(clients, name="clients")


@users.command("password")
def password_command(
    context: Context, district: DistrictOption, staff_id: Annotated[str, typer.Argument(help="As in staff.csv.")]
) -> None:
    """Print a new generated password for a person, once; what they had before stops working.

    The password alone is the output; the address to sign in with is told beside it, on standard error.
    """
    from serving.access.accounts import create_password, email_of
    from serving.store.database import engine_of, write_session

    settings = settings_of(context)
    with write_session(engine_of(settings)) as session:
        password = create_password(session, district, staff_id)
        typer.echo(f"{email_of(session, district, staff_id)} of '{district}' signs in with:", err=True)
    typer.echo(password)


@users.command("add")
def add_command(
    context: Context,
    district: DistrictOption,
    staff_id: Annotated[str, typer.Argument(help="A new id, which no file of the district has.")],
    first_name: Annotated[str, typer.Option(help="Given name.")],
    last_name: Annotated[str, typer.Option(help="Family name.")],
    email: Annotated[str, typer.Option(help="How they sign in.")],
    role: Annotated[str, typer.Option(help=ADDED_HELP)] = "observer",
) -> None:
    """Add somebody who is not in the district's records, and print their password, once."""
    from serving.access.accounts import create_password
    from serving.access.people import NewPerson, add_guest, add_person
    from serving.store.database import engine_of, write_session

    settings, new = settings_of(context), NewPerson(staff_id, first_name, last_name, email, role)
    with write_session(engine_of(settings)) as session:
        if district in settings.guests:
            add_guest(session, settings.guests, district, new)
        else:
            add_person(session, district, new)
        typer.echo(create_password(session, district, staff_id))


@users.command("end")
def end_command(
    context: Context, district: DistrictOption, staff_id: Annotated[str, typer.Argument(help="As in staff.csv.")]
) -> None:
    """End what a person may do: sessions, password, roles given by hand, permissions. A new password begins again."""
    from serving.access.people import end_access
    from serving.store.database import engine_of, write_session

    settings = settings_of(context)
    with write_session(engine_of(settings)) as session:
        end_access(session, district, staff_id, datetime.now(UTC))
    typer.echo(f"{staff_id}: access ended")


@users.command("sign-out")
def sign_out_command(
    context: Context, district: DistrictOption, staff_id: Annotated[str, typer.Argument(help="As in staff.csv.")]
) -> None:
    """End all sessions of a person, from their next request on; they may sign in again."""
    from serving.access.accounts import end_sessions
    from serving.store.database import engine_of, write_session

    with write_session(engine_of(settings_of(context))) as session:
        end_sessions(session, district, staff_id)
    typer.echo(f"{staff_id}: signed out")


@users.command("forget-app")
def forget_app_command(
    context: Context, district: DistrictOption, staff_id: Annotated[str, typer.Argument(help="As in staff.csv.")]
) -> None:
    """Take a person's code app and recovery codes away, as where a phone was lost; the next sign-in sets one up."""
    from serving.access.accounts import end_sessions
    from serving.access.second_factor import remove_second_factor
    from serving.store.database import engine_of, write_session

    with write_session(engine_of(settings_of(context))) as session:
        remove_second_factor(session, district, staff_id)
        end_sessions(session, district, staff_id)
    typer.echo(f"{staff_id}: no code app; sessions ended")


@users.command("permit")
def permit_command(
    context: Context,
    district: DistrictOption,
    staff_id: Annotated[str, typer.Argument(help="As in staff.csv.")],
    permission: Annotated[str, typer.Argument(help=PERMISSION_HELP)],
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
    role: Annotated[str, typer.Argument(help=ROLE_HELP)],
    school: Annotated[str, typer.Option(help="The school of a principal, as in schools.csv.")] = "",
    take: Annotated[bool, typer.Option("--take", help="Take it back instead.")] = False,
) -> None:
    """Give a person a role besides that of the district's records, or take it back; who has several chooses one."""
    from serving.access.role_assignments import RoleRefused, give_role, take_role
    from serving.store.database import engine_of, write_session

    settings = settings_of(context)
    if district in settings.guests:
        raise RoleRefused(f"'{district}' has no records here, so its people hold one role alone; see `users add`")
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
    scope: ScopeOption = None,
    school: SchoolOption = None,
    days: Annotated[int | None, typer.Option(min=1, help="How long it holds; without end if left out.")] = None,
) -> None:
    """Print a new API key of a district, once; only its digest is kept."""
    from serving.access.api_keys import Grant, create_api_key
    from serving.store.database import engine_of, write_session

    now, grant = datetime.now(UTC), Grant(scope or DEFAULT_SCOPES, school or ())
    ends = now + timedelta(days=days) if days else None
    with write_session(engine_of(settings_of(context))) as session:
        typer.echo(create_api_key(session, district, name, grant, now=now, expires_at=ends))


@keys.command("replace")
def replace_command(
    context: Context,
    district: DistrictOption,
    key_id: Annotated[str, typer.Argument(help="The id of the old key, as `keys list` has it.")],
    days: Annotated[int, typer.Option(min=0, help="How long the old key still holds.")] = 7,
) -> None:
    """Print a new API key in place of an old one, which still holds for some days."""
    from serving.access.api_keys import replace_api_key
    from serving.store.database import engine_of, write_session

    with write_session(engine_of(settings_of(context))) as session:
        overlap = timedelta(days=days)
        typer.echo(replace_api_key(session, district, key_id, now=datetime.now(UTC), overlap=overlap))


@keys.command("revoke")
def revoke_command(
    context: Context,
    district: DistrictOption,
    key_id: Annotated[str, typer.Argument(help="As `keys list` has it.")],
) -> None:
    """End an API key: it holds no longer from the next request on."""
    from serving.access.api_keys import revoke_api_key
    from serving.store.database import engine_of, write_session

    with write_session(engine_of(settings_of(context))) as session:
        revoke_api_key(session, district, key_id, datetime.now(UTC))
    typer.echo(f"{key_id}: revoked")


@keys.command("list")
def list_command(context: Context, district: DistrictOption) -> None:
    """Print the API keys of a district: what each may do, and until when."""
    from serving.access.api_keys import api_keys_of
    from serving.store.database import engine_of, read_session

    with read_session(engine_of(settings_of(context))) as session:
        for row in api_keys_of(session, district):
            ended = f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else ""
            until = f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "without end"
            schools = f"; schools {', '.join(row.schools)}" if row.schools else ""
            typer.echo(f"{row.key_id}  {row.name}: {', '.join(row.scopes)}{schools}; {ended or until}")


@clients.command("create")
def create_client_command(
    context: Context,
    district: DistrictOption,
    name: Annotated[str, typer.Argument(help="Which program it is for.")],
    scope: ScopeOption = None,
    school: SchoolOption = None,
) -> None:
    """Print the id and secret of a new client of a district, once; only the secret's digest is kept."""
    from serving.access.api_keys import Grant
    from serving.access.clients import create_client
    from serving.store.database import engine_of, write_session

    grant = Grant(scope or DEFAULT_SCOPES, school or ())
    with write_session(engine_of(settings_of(context))) as session:
        client_id, secret = create_client(session, district, name, grant, datetime.now(UTC))
    typer.echo(f"client_id     {client_id}\nclient_secret {secret}")


@clients.command("secret")
def secret_command(
    context: Context,
    district: DistrictOption,
    client_id: Annotated[str, typer.Argument(help="As `clients list` has it.")],
    days: Annotated[int, typer.Option(min=0, help="How long the secrets of before still hold.")] = 7,
) -> None:
    """Print a new secret of a client, once; those of before still hold for some days."""
    from serving.access.clients import replace_secret
    from serving.store.database import engine_of, write_session

    with write_session(engine_of(settings_of(context))) as session:
        overlap = timedelta(days=days)
        typer.echo(replace_secret(session, district, client_id, now=datetime.now(UTC), overlap=overlap))


@clients.command("revoke")
def revoke_client_command(
    context: Context,
    district: DistrictOption,
    client_id: Annotated[str, typer.Argument(help="As `clients list` has it.")],
) -> None:
    """End a client: neither its secrets nor its tokens hold from the next request on."""
    from serving.access.clients import revoke_client
    from serving.store.database import engine_of, write_session

    with write_session(engine_of(settings_of(context))) as session:
        revoke_client(session, district, client_id, datetime.now(UTC))
    typer.echo(f"{client_id}: revoked")


@clients.command("list")
def list_clients_command(context: Context, district: DistrictOption) -> None:
    """Print the clients of a district: what each may do."""
    from serving.access.clients import clients_of
    from serving.store.database import engine_of, read_session

    with read_session(engine_of(settings_of(context))) as session:
        for row in clients_of(session, district):
            ended = f"; revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else ""
            schools = f"; schools {', '.join(row.schools)}" if row.schools else ""
            typer.echo(f"{row.client_id}  {row.name}: {', '.join(row.scopes)}{schools}{ended}")


@clients.command("new-signing-key")
def new_signing_key_command(context: Context) -> None:
    """Sign access tokens with a new key from now on; tokens that are out there hold until they end."""
    from serving.access.token_keys import TokenKeys

    keys = TokenKeys(settings_of(context).home / "keys" / "tokens")
    typer.echo(f"{keys.replace(datetime.now(UTC))}: signs from now on")

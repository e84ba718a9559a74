"""Programs that get access tokens for a client secret, and the secrets themselves, of which only digests are kept."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.access.accounts import sha256
from serving.access.api_keys import Grant, UnknownKey, check_grant, schools_of
from serving.access.authorize import Client
from serving.access.tokens import TokenGrant
from serving.store.access_rows import ClientRow, ClientSecretRow
from serving.store.district_scope import enter_district, present_key


def create_client(session: Session, district_id: str, name: str, grant: Grant, now: datetime) -> tuple[str, str]:
    """A district's new client: its id and its first secret."""
    check_grant(session, district_id, grant)
    client_id = f"client-{secrets.token_hex(8)}"
    session.add(
        ClientRow(
            client_id=client_id,
            district_id=district_id,
            name=name,
            scopes=list(grant.scopes),
            schools=grant.stored_schools,
            created_at=now,
        )
    )
    session.flush()
    return client_id, add_secret(session, district_id, client_id, now)


def add_secret(session: Session, district_id: str, client_id: str, now: datetime) -> str:
    """A new secret of a client; those that it has still hold."""
    secret = secrets.token_urlsafe(32)
    session.add(ClientSecretRow(digest=sha256(secret), client_id=client_id, district_id=district_id, created_at=now))
    session.flush()
    return secret


def replace_secret(session: Session, district_id: str, client_id: str, *, now: datetime, overlap: timedelta) -> str:
    """A new secret of a client; those that it has hold for the overlap and no longer."""
    find_own_client(session, district_id, client_id)
    ends = now + overlap
    for old in session.scalars(select(ClientSecretRow).where(ClientSecretRow.client_id == client_id)):
        old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
    return add_secret(session, district_id, client_id, now)


def revoke_client(session: Session, district_id: str, client_id: str, now: datetime) -> None:
    """Ends a client: neither its secrets nor its tokens hold from the next request on."""
    row = find_own_client(session, district_id, client_id)
    row.revoked_at = row.revoked_at or now


def find_own_client(session: Session, district_id: str, client_id: str) -> ClientRow:
    """A client of the district; UnknownKey where it has none of that id."""
    enter_district(session, district_id)
    row = session.get(ClientRow, client_id)
    if row is None or row.district_id != district_id:
        raise UnknownKey(f"district '{district_id}' has no client '{client_id}'; `ontrack clients list` has its own")
    return row


def clients_of(session: Session, district_id: str) -> Collection[ClientRow]:
    """The clients of a district, newest first."""
    enter_district(session, district_id)
    own = select(ClientRow).where(ClientRow.district_id == district_id)
    return session.scalars(own.order_by(ClientRow.created_at.desc(), ClientRow.client_id)).all()


def verify_secret(session: Session, client_id: str, secret: str, now: datetime) -> ClientRow | None:
    """The client whose secret this is; None where either is unknown, revoked or expired."""
    present_key(session, client_id)
    known = session.get(ClientSecretRow, sha256(secret))
    row = session.get(ClientRow, client_id)
    if row is None or row.revoked_at or known is None or known.client_id != client_id:
        return None
    return None if known.expires_at and known.expires_at <= now else row


def find_token_client(session: Session, grant: TokenGrant) -> Client | None:
    """The program that a token is of, with the token's scopes that it still has; None where it was revoked."""
    present_key(session, grant.client_id)
    row = session.get(ClientRow, grant.client_id)
    if row is None or row.revoked_at:
        return None
    scopes = grant.scopes & set(row.scopes)
    return Client(row.district_id, row.client_id, scopes, schools_of(row.schools), kind="client")

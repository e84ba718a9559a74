"""API keys: how a program of a district signs in without a token. Several may hold at a time."""

import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from features.errors import Refused
from serving.access.accounts import sha256
from serving.access.authorize import Client
from serving.access.scopes import SCOPES
from serving.store.district_scope import enter_district, present_key
from serving.store.rows import ApiKeyRow, DistrictRow, SchoolRow
from serving.store.statements import rows_of, statement

KEY_PREFIX = "ontrack"


class UnknownDistrict(Refused):
    """A district without a scoring run, or a school that it does not have. Exit code 3."""


class UnknownKey(Refused):
    """A key or client that the district does not have. Exit code 3."""


class ScopeRefused(Refused):
    """A scope that does not exist. Exit code 2."""

    exit_code = 2


@dataclass(frozen=True)
class Grant:
    """What a program is allowed: its scopes, and the schools it is limited to where any are named."""

    scopes: Sequence[str]
    schools: Sequence[str] = ()

    @property
    def stored_schools(self) -> list[str] | None:
        """The schools as a row holds them; None for all."""
        return sorted(set(self.schools)) or None


def create_api_key(
    session: Session,
    district_id: str,
    name: str,
    grant: Grant,
    *,
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Creates and returns a district's new API key, `ontrack_<id>_<secret>`; only its digest is stored."""
    check_grant(session, district_id, grant)
    key_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    session.add(
        ApiKeyRow(
            key_id=key_id,
            digest=sha256(secret),
            district_id=district_id,
            name=name,
            scopes=list(grant.scopes),
            schools=grant.stored_schools,
            created_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()
    return f"{KEY_PREFIX}_{key_id}_{secret}"


def replace_api_key(session: Session, district_id: str, key_id: str, *, now: datetime, overlap: timedelta) -> str:
    """A new key with the name, scopes and schools of an old one, which holds for the overlap and no longer."""
    old = find_key(session, district_id, key_id)
    if old.revoked_at:
        raise UnknownKey(f"key {key_id} was revoked; create a new one with `ontrack keys create`")
    grant = Grant(old.scopes, old.schools or ())
    ends = now + overlap
    old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
    return create_api_key(session, district_id, old.name, grant, now=now)


def revoke_api_key(session: Session, district_id: str, key_id: str, now: datetime) -> None:
    """Ends a key: it holds no longer from the next request on."""
    row = find_key(session, district_id, key_id)
    row.revoked_at = row.revoked_at or now


def find_key(session: Session, district_id: str, key_id: str) -> ApiKeyRow:
    """A key of the district; UnknownKey where it has none of that id."""
    enter_district(session, district_id)
    row = session.get(ApiKeyRow, key_id)
    if row is None or row.district_id != district_id:
        raise UnknownKey(f"district '{district_id}' has no key '{key_id}'; `ontrack keys list` has those it has")
    return row


def api_keys_of(session: Session, district_id: str) -> Collection[ApiKeyRow]:
    """The keys of a district, newest first."""
    enter_district(session, district_id)
    own = select(ApiKeyRow).where(ApiKeyRow.district_id == district_id)
    return session.scalars(own.order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.key_id)).all()


def check_grant(session: Session, district_id: str, grant: Grant) -> None:
    """Enters the district; ScopeRefused or UnknownDistrict where a grant names what is not there."""
    enter_district(session, district_id)
    unknown = sorted(set(grant.scopes) - set(SCOPES))
    if unknown:
        raise ScopeRefused(f"unknown scope {', '.join(unknown)}; expected one or more of {', '.join(SCOPES)}")
    if session.get(DistrictRow, district_id) is None:
        raise UnknownDistrict(f"district '{district_id}' is not in the service yet; score it first")
    there = set(session.scalars(select(SchoolRow.school_id).where(SchoolRow.district_id == district_id)))
    absent = sorted(set(grant.schools) - there)
    if absent:
        said = f"district '{district_id}' has no school {', '.join(absent)}"
        raise UnknownDistrict(f"{said}; it has: {', '.join(sorted(there)) or 'none'}")


def find_client(session: Session, token: str, now: datetime) -> Client | None:
    """The program that holds this key; None where the key is unknown, revoked or expired."""
    prefix, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    present_key(session, key_id)
    row = next(iter(rows_of(session, select_key(key_id))), None) if prefix == KEY_PREFIX else None
    known = hmac.compare_digest(row[0] if row else "", sha256(secret))
    if row is None or not known:
        return None
    _, district_id, name, scopes, schools, revoked_at, expires_at = row
    if revoked_at or (expires_at and expires_at <= now):
        return None
    return Client(district_id, name, frozenset(scopes), schools_of(schools))


@statement
def select_key(key_id: str) -> Select[str, str, str, list[str], list[str] | None, datetime | None, datetime | None]:
    """What a key's holder may do, and whether it holds."""
    key = ApiKeyRow
    return select(
        key.digest, key.district_id, key.key_id, key.scopes, key.schools, key.revoked_at, key.expires_at
    ).where(key.key_id == key_id)


def schools_of(stored: Sequence[str] | None) -> frozenset[str] | None:
    """The schools that a program is limited to; None for all."""
    return None if stored is None else frozenset(stored)

"""Accounts of people: passwords and sessions. There is no default account."""

import hashlib
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from features.errors import Refused
from features.service_settings import Service
from serving.access.authorize import Educator
from serving.access.covers import covered_by
from serving.access.new_passwords import NewPassword, new_password
from serving.access.permissions import permissions_of
from serving.access.role_assignments import chosen_role, roles_of
from serving.store.district_scope import enter_district, present_token
from serving.store.rows import SessionRow, SignInAttemptRow, StaffRow
from serving.store.statements import statement

MAX_ATTEMPTS = 3
ATTEMPT_WINDOW = timedelta(minutes=10)
TOUCH_INTERVAL = timedelta(minutes=1)
Stage = Literal["code", "enrollment"]
"""What a session waits for after the password: a code of the app, or that an app is set up."""


class UnknownStaff(Refused):
    """A person who is not in the district's staff, or has no e-mail address of their own. Exit code 3."""


def create_password(
    session: Session, district_id: str, staff_id: str, drawn: Callable[[], NewPassword] = new_password
) -> str:
    """Creates and returns a person's new password, of which only the hash is stored; signs them out everywhere."""
    enter_district(session, district_id)
    staff = session.get(StaffRow, (district_id, staff_id))
    if staff is None:
        raise UnknownStaff(f"district '{district_id}' has no staff '{staff_id}'; score the district first")
    if staff.email is None:
        raise UnknownStaff(
            f"staff '{staff_id}' of district '{district_id}' has no e-mail address of their own: somebody who came "
            "later has the same one. Mend it in the staff records, then load and score again"
        )
    new = drawn()
    staff.password_hash, staff.ended_at = new.password_hash, None
    end_sessions(session, district_id, staff_id)
    return new.password


def email_of(session: Session, district_id: str, staff_id: str) -> str:
    """The address with which a person of a district signs in; empty where they have none of their own."""
    enter_district(session, district_id)
    staff = session.get(StaffRow, (district_id, staff_id))
    return (staff.email or "") if staff else ""


@dataclass(frozen=True)
class Credentials:
    """What a person typed to sign in."""

    district_id: str
    email: str
    password: str

    @property
    def account(self) -> str:
        """A digest that stands for the account, whether or not it exists."""
        return sha256(f"{self.district_id}|{self.email.strip().casefold()}")


def count_attempt(session: Session, account: str, now: datetime) -> int | None:
    """Counts an attempt on an account before it is checked; the seconds to wait from the fourth in ten minutes on."""
    session.execute(delete(SignInAttemptRow).where(SignInAttemptRow.at <= now - ATTEMPT_WINDOW))
    tries = select(SignInAttemptRow.at).where(SignInAttemptRow.account_digest == account).order_by(SignInAttemptRow.at)
    times = session.scalars(tries).all()
    if len(times) >= MAX_ATTEMPTS:
        return math.ceil((times[0] + ATTEMPT_WINDOW - now).total_seconds())
    session.add(SignInAttemptRow(account_digest=account, at=now))
    return None


def forget_attempts(session: Session, account: str) -> None:
    """Lets an account be tried anew, after an attempt that was right."""
    session.execute(delete(SignInAttemptRow).where(SignInAttemptRow.account_digest == account))


def find_person(session: Session, credentials: Credentials) -> StaffRow | None:
    """Whose credentials these are; None where person or password is wrong, after the same work in both cases."""
    enter_district(session, credentials.district_id)
    staff = session.scalars(
        select(StaffRow).where(
            StaffRow.district_id == credentials.district_id,
            func.lower(StaffRow.email) == credentials.email.strip().lower(),
        )
    ).first()
    known = staff.password_hash if staff and staff.ended_at is None else None
    if not verify_password(known, credentials.password) or staff is None:
        return None
    forget_attempts(session, credentials.account)
    return staff


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits the hash; False after the same work where there is no hash."""
    hasher = PasswordHasher()
    if password_hash is None:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(password_hash, password)
    except VerificationError:
        return False


def open_session(session: Session, district_id: str, staff_id: str, now: datetime, stage: Stage | None = None) -> str:
    """Opens a session and returns its token; only its digest is stored. One with a stage opens no page yet."""
    enter_district(session, district_id)
    token = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            token_digest=sha256(token),
            district_id=district_id,
            staff_id=staff_id,
            created_at=now,
            last_seen_at=now,
            stage=stage,
        )
    )
    return token


def end_sessions(session: Session, district_id: str, staff_id: str) -> None:
    """Ends all sessions of a person, from their next request on."""
    enter_district(session, district_id)
    session.execute(delete(SessionRow).where(SessionRow.district_id == district_id, SessionRow.staff_id == staff_id))


def end_session(session: Session, token: str, now: datetime) -> None:
    """Ends a session on the server."""
    present_token(session, sha256(token))
    session.execute(update(SessionRow).where(SessionRow.token_digest == sha256(token)).values(revoked_at=now))


@dataclass(frozen=True)
class SessionUser:
    """Somebody signed in; `stale` where the session's last use should be noted again.

    `roles` is how many they hold; `undecided` says that they have not chosen among several.
    """

    educator: Educator
    display_name: str
    stale: bool
    roles: int
    undecided: bool


def find_session_user(
    session: Session, token: str, now: datetime, *, today_of: Callable[[str], date], service: Service
) -> SessionUser | None:
    """Who holds this session; None where it is unknown, ended, too old or idle for too long."""
    present_token(session, sha256(token))
    row = session.scalars(*select_session(sha256(token))).first()
    if row is None or row.stage or row.revoked_at or is_expired(row, now, service):
        return None
    enter_district(session, row.district_id)
    staff = session.scalars(*select_person(row.district_id, row.staff_id)).first()
    if staff is None or staff.ended_at is not None:
        return None
    today = today_of(staff.district_id)
    held, given = roles_of(session, staff), permissions_of(session, staff.district_id, staff.staff_id)
    chosen = chosen_role(session, staff, held)
    away = covered_by(session, staff.district_id, staff.staff_id, today)
    one = chosen or held[0]
    educator = Educator(staff.district_id, staff.staff_id, one.role, one.school_id, today, given, away)
    stale = now - row.last_seen_at >= TOUCH_INTERVAL
    return SessionUser(educator, f"{staff.first_name} {staff.last_name}", stale, len(held), undecided=chosen is None)


@statement
def select_session(token_digest: str) -> Select[SessionRow]:
    """The session of a token."""
    return select(SessionRow).where(SessionRow.token_digest == token_digest)


@statement
def select_person(district_id: str, staff_id: str) -> Select[StaffRow]:
    """A person of a district."""
    return select(StaffRow).where(StaffRow.district_id == district_id, StaffRow.staff_id == staff_id)


def is_expired(row: SessionRow, now: datetime, service: Service) -> bool:
    """Whether a session is too old, or was idle for too long."""
    return now >= row.created_at + timedelta(hours=service.session_hours) or now >= row.last_seen_at + timedelta(
        minutes=service.idle_minutes
    )


def touch_session(session: Session, token: str, now: datetime) -> None:
    """Notes that a session was used."""
    present_token(session, sha256(token))
    session.execute(update(SessionRow).where(SessionRow.token_digest == sha256(token)).values(last_seen_at=now))


def sha256(text: str) -> str:
    """The digest that is stored in place of a secret."""
    return hashlib.sha256(text.encode()).hexdigest()

"""Codes of an authenticator app (TOTP, RFC 6238) beside a password, and recovery codes for a lost one."""

import base64
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from serving.access.accounts import Stage, sha256
from serving.access.permissions import permissions_of
from serving.access.role_assignments import roles_of
from serving.access.sealed_secrets import SealedSecrets
from serving.store.district_scope import enter_district, present_token
from serving.store.rows import SessionRow, StaffRow
from serving.store.sign_in_rows import RecoveryCodeRow, SecondFactorRow

STEP, DIGITS, SECRET_BYTES = 30, 6, 20
SKEW = 1
"""Steps by which the clock of a phone may be off."""
RECOVERY_CODES, CODE_BYTES = 10, 10
PENDING = timedelta(minutes=10)
"""How long somebody may take between the password and the code."""


@dataclass(frozen=True)
class PendingSignIn:
    """Somebody whose password was right, and what is still to come."""

    staff: StaffRow
    stage: Stage

    @property
    def account(self) -> str:
        """A digest that stands for the person's codes, to count attempts by."""
        return sha256(f"code|{self.staff.district_id}|{self.staff.staff_id}")

    @property
    def purpose(self) -> str:
        """What the person's secret is sealed for."""
        return f"second factor|{self.staff.district_id}|{self.staff.staff_id}"


def needed_stage(session: Session, staff: StaffRow, required: Collection[str]) -> Stage | None:
    """What is to come after a person's password: a code where they have an app, or one of their roles needs it."""
    row = session.get(SecondFactorRow, (staff.district_id, staff.staff_id))
    if row is not None and row.confirmed_at:
        return "code"
    held = {one.role for one in roles_of(session, staff)} | permissions_of(session, staff.district_id, staff.staff_id)
    return "enrollment" if held.intersection(required) else None


def find_pending(session: Session, token: str, now: datetime) -> PendingSignIn | None:
    """Who is half-way through signing in with this session; None where nobody is, or it took too long."""
    present_token(session, sha256(token))
    row = session.get(SessionRow, sha256(token))
    if row is None or not row.stage or row.revoked_at or now >= row.created_at + PENDING:
        return None
    enter_district(session, row.district_id)
    staff = session.get(StaffRow, (row.district_id, row.staff_id))
    return None if staff is None or staff.ended_at else PendingSignIn(staff, cast(Stage, row.stage))


def start_enrollment(session: Session, staff: StaffRow, box: SealedSecrets, now: datetime) -> None:
    """Makes a new secret for a person's app; it counts once a code of it was typed."""
    purpose = PendingSignIn(staff, "enrollment").purpose
    session.merge(
        SecondFactorRow(
            district_id=staff.district_id,
            staff_id=staff.staff_id,
            sealed_secret=box.seal(base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode(), purpose),
            last_step=0,
            created_at=now,
            confirmed_at=None,
        )
    )
    session.flush()


def secret_of(session: Session, pending: PendingSignIn, box: SealedSecrets) -> str:
    """The secret of a person's app, in base32 as it is typed; empty where there is none, or the key is another."""
    row = session.get(SecondFactorRow, (pending.staff.district_id, pending.staff.staff_id))
    return (box.open(row.sealed_secret, pending.purpose) or "") if row else ""


def app_address(secret: str, account: str) -> str:
    """The address that sets up an app."""
    return totp(secret).get_provisioning_uri(account, "OnTrack")


def take_code(session: Session, pending: PendingSignIn, code: str, box: SealedSecrets, now: datetime) -> bool:
    """Whether a code is right: one of the app, of now or a step beside, or a recovery code. Each is taken once."""
    typed = "".join(code.split()).replace("-", "").lower()
    if not (typed.isascii() and typed.isalnum()):
        return False
    if len(typed) == DIGITS and typed.isdigit():
        return take_app_code(session, pending, typed, box, now)
    return pending.stage == "code" and take_recovery_code(session, pending, typed)


def take_app_code(session: Session, pending: PendingSignIn, typed: str, box: SealedSecrets, now: datetime) -> bool:
    """Whether a code of the app is right, and of a later step than the last one taken."""
    secret = secret_of(session, pending, box)
    step = next(matching_steps(secret, typed, now), None) if secret else None
    if step is None:
        return False
    own = SecondFactorRow.district_id == pending.staff.district_id, SecondFactorRow.staff_id == pending.staff.staff_id
    taken = update(SecondFactorRow).where(*own, SecondFactorRow.last_step < step).values(last_step=step)
    return cast("CursorResult[tuple[()]]", session.execute(taken)).rowcount == 1


def matching_steps(secret: str, typed: str, now: datetime) -> Iterator[int]:
    """The time steps, from the latest on, of which this is the code."""
    present = int(now.timestamp()) // STEP
    for step in range(present + SKEW, present - SKEW - 1, -1):
        try:
            totp(secret).verify(typed.encode(), step * STEP)
        except InvalidToken:
            continue
        yield step


def totp(secret: str) -> TOTP:
    """The codes of a secret. Apps know SHA-1 only; as a keyed hash it is not broken."""
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303


def take_recovery_code(session: Session, pending: PendingSignIn, typed: str) -> bool:
    """Whether it is one of the person's recovery codes, which is then gone."""
    gone = delete(RecoveryCodeRow).where(
        RecoveryCodeRow.district_id == pending.staff.district_id,
        RecoveryCodeRow.staff_id == pending.staff.staff_id,
        RecoveryCodeRow.digest == sha256(typed),
    )
    return cast("CursorResult[tuple[()]]", session.execute(gone)).rowcount == 1


def confirm_enrollment(session: Session, staff: StaffRow, now: datetime) -> list[str]:
    """Makes the app count from now on, and returns new recovery codes in place of earlier ones."""
    row = session.get_one(SecondFactorRow, (staff.district_id, staff.staff_id))
    row.confirmed_at = now
    remove_recovery_codes(session, staff.district_id, staff.staff_id)
    codes = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCodeRow(district_id=staff.district_id, staff_id=staff.staff_id, digest=sha256(code)) for code in codes
    )
    session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def remove_second_factor(session: Session, district_id: str, staff_id: str) -> None:
    """Takes a person's app and recovery codes away, as where a phone was lost; the next sign-in sets one up anew."""
    enter_district(session, district_id)
    own = SecondFactorRow.district_id == district_id, SecondFactorRow.staff_id == staff_id
    session.execute(delete(SecondFactorRow).where(*own))
    remove_recovery_codes(session, district_id, staff_id)


def remove_recovery_codes(session: Session, district_id: str, staff_id: str) -> None:
    """Removes a person's recovery codes."""
    own = RecoveryCodeRow.district_id == district_id, RecoveryCodeRow.staff_id == staff_id
    session.execute(delete(RecoveryCodeRow).where(*own))
